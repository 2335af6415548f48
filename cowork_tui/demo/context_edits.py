"""Context editing: what the server clears of a prompt on request, before the model reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import cast

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.blocks import PromptBlock, prompt_block
from cowork_tui.demo.check_fields import check_object, check_one_of, is_list, is_whole
from cowork_tui.demo.errors import invalid
from cowork_tui.demo.thinking import THINKING_KINDS

CLEAR_THINKING = "clear_thinking_20251015"
CLEAR_TOOL_USES = "clear_tool_uses_20250919"
_CLEARED = "[Old tool result content cleared]"
_TRIGGER_TOKENS = 100_000
_KEPT_TOOL_USES = 3

CountAt = Callable[[int, PromptBlock], int]


@dataclass(slots=True)
class Edited:
    """What became of a prompt's positions: which are gone, which stand for another block, and the report of it."""

    removed: set[int] = field(default_factory=set[int])
    replaced: dict[int, PromptBlock] = field(default_factory=dict[int, PromptBlock])
    applied: list[JsonObject] = field(default_factory=list[JsonObject])


@dataclass(frozen=True, slots=True)
class EditedPrompt:
    """What edits go by: the received blocks, which of them the model sees, the tokens of one and of all."""

    blocks: Sequence[PromptBlock]
    positions: Sequence[int]
    count: CountAt
    total_tokens: int
    strips_thinking: bool


def edits_of(body: JsonObject) -> Sequence[JsonObject]:
    """The edits that a body asks for. Raises 400 for ones that are malformed or in the wrong order."""
    management = cast(JsonObject, body.get("context_management") or {})
    edits = cast("Sequence[JsonObject]", management.get("edits") or ())
    for index, edit in enumerate(edits):
        path = f"context_management.edits.{index}"
        if edit["type"] == CLEAR_THINKING:
            if index:
                raise invalid(f"context_management.edits: {CLEAR_THINKING} must be the first edit")
            if edit.get("keep") not in (None, "all"):
                _amount(edit.get("keep"), f"{path}.keep", ("thinking_turns",), 1)
        elif edit["type"] == CLEAR_TOOL_USES:
            for name, kinds in _AMOUNTS.items():
                if edit.get(name) is not None:
                    _amount(edit[name], f"{path}.{name}", kinds, 0)
    return edits


_AMOUNTS: Mapping[str, tuple[str, ...]] = {
    "trigger": ("input_tokens", "tool_uses"),
    "keep": ("tool_uses",),
    "clear_at_least": ("input_tokens",),
}


def _amount(value: JsonValue, path: str, kinds: Sequence[str], least: int) -> None:
    amount = check_object(value, path)
    check_one_of(amount.get("type"), kinds, f"{path}.type")
    if not is_whole(amount.get("value")) or cast(int, amount["value"]) < least:
        raise invalid(f"{path}.value: Input should be a valid integer, {least} or more")


def apply_edits(edits: Sequence[JsonObject], prompt: EditedPrompt) -> Edited:
    """Carry out checked edits in order. Kinds that this server does not know change nothing."""
    edited = Edited()
    for edit in edits:
        if edit["type"] == CLEAR_THINKING:
            _clear_thinking(edit, prompt, edited)
        elif edit["type"] == CLEAR_TOOL_USES:
            _clear_tool_uses(edit, prompt, edited)
    return edited


def _clear_thinking(edit: JsonObject, prompt: EditedPrompt, edited: Edited) -> None:
    keep = edit.get("keep")
    if keep == "all" or (keep is None and not prompt.strips_thinking):
        return
    kept_turns = 1 if keep is None else cast(int, cast(JsonObject, keep)["value"])
    turns = _thinking_turns(prompt)
    cleared = turns[:-kept_turns]
    places = [place for turn in cleared for place in turn]
    if not places:
        return
    edited.removed.update(places)
    tokens = sum(prompt.count(place, prompt.blocks[place]) for place in places)
    edited.applied.append(
        {"type": CLEAR_THINKING, "cleared_thinking_turns": len(cleared), "cleared_input_tokens": tokens}
    )


def _thinking_turns(prompt: EditedPrompt) -> list[list[int]]:
    """The positions of thinking, by assistant turn."""
    spoken = [place for place in prompt.positions if prompt.blocks[place].segment == "messages"]
    starts = [b for a, b in pairwise(spoken) if prompt.blocks[a].role != prompt.blocks[b].role]
    turns: list[list[int]] = []
    for place in spoken:
        if place in starts or not turns:
            turns.append([])
        if prompt.blocks[place].kind in THINKING_KINDS:
            turns[-1].append(place)
    return [turn for turn in turns if turn]


def _clear_tool_uses(edit: JsonObject, prompt: EditedPrompt, edited: Edited) -> None:
    uses = {str(prompt.blocks[p].block["id"]): p for p in prompt.positions if prompt.blocks[p].kind == "tool_use"}
    results = [place for place in prompt.positions if prompt.blocks[place].kind == "tool_result"]
    trigger = cast(JsonObject, edit.get("trigger") or {"type": "input_tokens", "value": _TRIGGER_TOKENS})
    reached = prompt.total_tokens if trigger["type"] == "input_tokens" else len(uses)
    if reached <= cast(int, trigger["value"]):
        return
    kept = cast(int, cast(JsonObject, edit.get("keep") or {"value": _KEPT_TOOL_USES})["value"])
    spared = edit.get("exclude_tools")
    spared_names = set(cast("Sequence[str]", spared)) if is_list(spared) else set[str]()
    replaced: dict[int, PromptBlock] = {}
    cleared = 0
    for place in results[: len(results) - kept] if kept else results:
        use = uses[str(prompt.blocks[place].block["tool_use_id"])]
        name = str(prompt.blocks[use].block["name"])
        if name in spared_names:
            continue
        cleared += 1
        replaced[place] = _with(prompt.blocks[place], content=_CLEARED)
        if _clears_input(edit.get("clear_tool_inputs"), name):
            replaced[use] = _with(prompt.blocks[use], input={})
    freed = sum(prompt.count(p, prompt.blocks[p]) - prompt.count(p, block) for p, block in replaced.items())
    at_least = cast(int, cast(JsonObject, edit.get("clear_at_least") or {"value": 0})["value"])
    if not cleared or freed <= 0 or freed < at_least:
        return
    edited.replaced.update(replaced)
    edited.applied.append({"type": CLEAR_TOOL_USES, "cleared_tool_uses": cleared, "cleared_input_tokens": freed})


def _clears_input(wanted: JsonValue, name: str) -> bool:
    return wanted is True or (is_list(wanted) and name in cast("Sequence[JsonValue]", wanted))


def _with(block: PromptBlock, **changes: JsonValue) -> PromptBlock:
    changed = prompt_block(block.segment, block.role, {**block.block, **changes}, block.path, block.message)
    return changed._replace(breakpoints=block.breakpoints)
