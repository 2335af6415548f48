"""The prefix only ever grows, unless the user edits."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from cowork_tui.adapters.anthropic.wire import body
from cowork_tui.core.blocks import (
    AssistantText,
    Block,
    Content,
    SystemText,
    Thinking,
    ToolDefinition,
    ToolResult,
    ToolUse,
    UserText,
    make_block,
)
from cowork_tui.core.edits import NO_EDITS
from cowork_tui.core.json_values import JsonValue
from cowork_tui.core.models import CARDS, ModelCard, ThinkingBinding
from cowork_tui.core.plan import PlanSettings, build, choose_parameters, make_span
from cowork_tui.core.transcript import Transcript

TOOLS = make_span([make_block(ToolDefinition("read", "Reads", '{"type":"object"}'), len)])
SYSTEM = make_span([make_block(SystemText("You carry out tasks."), len)])
KEEPERS = [card for card in CARDS if card.binding is not ThinkingBinding.LAST_TURN]

texts = st.text(min_size=1, max_size=40).filter(lambda text: bool(text.strip()))


@st.composite
def turns(draw: st.DrawFn, card: ModelCard) -> list[list[Content]]:
    """Rounds of a task: what the user side adds, then what the model answers."""
    rounds: list[list[Content]] = []
    pending: list[str] = []
    for number in range(draw(st.integers(2, 40))):
        user: list[Content] = [ToolResult(use, draw(texts)) for use in pending]
        if not user or draw(st.booleans()):
            user.append(UserText(draw(texts)))
        rounds.append(user)
        reply: list[Content] = []
        if draw(st.booleans()):
            maker = draw(st.sampled_from([card.id, "claude-haiku-4-5"]))
            reply.append(Thinking(draw(texts), "signature", maker))
        reply.append(AssistantText(draw(texts)))
        pending = [f"toolu_{number}_{index}" for index in range(draw(st.integers(0, 3)))]
        reply += [ToolUse(use, "read", '{"path":"a"}') for use in pending]
        rounds.append(reply)
    return rounds


def without_marks(request: bytes) -> list[JsonValue]:
    """Every block of the messages in order, without cache marks."""
    found: list[JsonValue] = []
    for message in json.loads(request)["messages"]:
        for block in message["content"]:
            block.pop("cache_control", None)
            found.append([message["role"], block])
    return found


@given(data=st.data(), card=st.sampled_from(KEEPERS))
@settings(max_examples=60, deadline=None)
def test_a_request_extends_the_one_before_it(data: st.DataObject, card: ModelCard) -> None:
    transcript, before, sent_end = Transcript(), None, None
    parameters = choose_parameters(card, PlanSettings(), None)
    for number, contents in enumerate(data.draw(turns(card))):
        blocks: list[Block] = [make_block(content, len) for content in contents]
        transcript = transcript.append(number // 2, blocks)
        if number % 2:
            continue
        plan = build(TOOLS, SYSTEM, transcript, NO_EDITS, card, parameters, sent_end_seq=sent_end)
        request = body(plan, None)
        if before is not None:
            old_plan, old_request = before
            assert plan.prefix_hash(old_plan.length) == old_plan.prefix_hash(old_plan.length)
            old_blocks = without_marks(old_request)
            assert without_marks(request)[: len(old_blocks)] == old_blocks
            head = request.partition(b'"messages"')[0]
            assert head == old_request.partition(b'"messages"')[0]
            assert old_plan.length in {point.position for point in plan.breakpoints}
        assert len(plan.breakpoints) <= 4
        before, sent_end = (plan, request), len(transcript)
