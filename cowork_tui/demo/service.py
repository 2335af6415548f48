"""The Messages API without HTTP: from a parsed body to a finished message, with the state of one server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import cast

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.blocks import as_blocks, clean, digest_of, prompt_block
from cowork_tui.demo.cache import CachePlan, PromptCache
from cowork_tui.demo.compose import Answer, compose
from cowork_tui.demo.context import RequestContext
from cowork_tui.demo.diagnostics import RequestMemory, fingerprint
from cowork_tui.demo.errors import ApiError
from cowork_tui.demo.fault_replies import spoil, without_cache_fields
from cowork_tui.demo.fault_runs import FaultRuns
from cowork_tui.demo.faults import FaultPlan, FaultRule
from cowork_tui.demo.ids import Ids
from cowork_tui.demo.message_reader import MessageReader
from cowork_tui.demo.prompt import Prompt, read_prompt
from cowork_tui.demo.reply import Reply
from cowork_tui.demo.settings import DemoSettings
from cowork_tui.demo.stream import StreamEvent, events_of
from cowork_tui.demo.thinking import Signer
from cowork_tui.demo.tokens import TokenCounter
from cowork_tui.demo.usage import RateMeter, input_usage, output_usage, start_usage

_BINDING_CONTROLS = "thinking-binding-controls-2026-08-01"


@dataclass(frozen=True, slots=True)
class Finished:
    """An answered request: its message, and the pieces that only a stream needs.

    The cache holds what it wrote once `DemoService.begin` was called with it. `fault` spoils the way it is sent.
    """

    message: JsonObject
    start_usage: JsonObject
    ending: JsonObject
    cut_input: str | None
    plan: CachePlan
    output_tokens: int
    fault: FaultRule | None = None

    def events(self, delta_chars: int) -> Iterator[StreamEvent]:
        """The message as a stream."""
        start = {**self.message, "usage": self.start_usage, "stop_reason": None, "stop_sequence": None}
        start.pop("context_management", None)
        return events_of({**start, "stop_details": None}, self.ending, self.cut_input, delta_chars)


class DemoService:
    """One server's models, cache, ids and memory. Safe to call from several threads."""

    def __init__(self, settings: DemoSettings) -> None:
        self._settings = settings
        self._counter = TokenCounter(settings)
        self._reader = MessageReader()
        self._signer = Signer(settings.seed)
        self._cache = PromptCache()
        self._memory = RequestMemory()
        self._meter = RateMeter()
        self._lock = Lock()
        self._paused: set[bytes] = set()
        self.faults = FaultRuns(settings.faults or FaultPlan(()), settings.seed)
        self.ids = Ids(settings.seed)

    def count_tokens(self, body: JsonObject, context: RequestContext) -> JsonObject:
        """The answer of `count_tokens`: the whole prompt, whatever the cache holds."""
        prompt = self._read(body, context)
        counted: dict[str, JsonValue] = {"input_tokens": prompt.chain.total_tokens}
        if body.get("context_management") is not None:
            counted["context_management"] = {"original_input_tokens": prompt.original_tokens}
        return counted

    def answer(
        self,
        body: JsonObject,
        context: RequestContext,
        body_digest: str,
        started_at_seconds: float,
        fault: FaultRule | None = None,
    ) -> Finished:
        """Answer a message request that started at a moment, spoiled by a fault. Raises `ApiError`."""
        _refuse_thread(body)
        context = replace(context, resumes=self._resumes(body))
        prompt = self._read(body, context)
        current = fingerprint(prompt, context)
        with self._lock:
            row = prompt.row
            plan = self._cache.look_up(context.key, row.id, prompt.chain, row.min_cache_tokens, started_at_seconds)
            diagnosis = self._memory.diagnose(body, current)
            message_id = self.ids.message(body_digest)
            self._memory.remember(message_id, current)
        reply = self._settings.answer(for_script(body, context)) if body["max_tokens"] else Reply((), "end_turn")
        answer = compose(reply, prompt, message_id, self._counter, self._signer)
        if fault is not None:
            answer, fault = self._spoil(fault, answer, prompt)
        return _finish(prompt, context, message_id, answer, plan, diagnosis, fault)

    def _spoil(self, fault: FaultRule, answer: Answer, prompt: Prompt) -> tuple[Answer, FaultRule | None]:
        skew = self._counter.skew(prompt.row)

        def count(block: JsonObject) -> int:
            return self._counter.block(prompt.row, skew, prompt_block("messages", "assistant", block, ""))

        spoiled = spoil(fault, answer, prompt.body, count)
        if spoiled is None:
            self.faults.give_back(fault)
            return answer, None
        if spoiled.stop_reason == "pause_turn":
            with self._lock:
                self._paused.add(_last_digest(spoiled.content))
        return spoiled, fault

    def _resumes(self, body: JsonObject) -> bool:
        """Whether the last message is what a paused turn said here."""
        if not self._paused:
            return False
        messages = cast("Sequence[JsonObject]", body.get("messages") or ())
        last = messages[-1] if isinstance(messages, list) and messages else None
        if not isinstance(last, dict) or last.get("role") != "assistant":
            return False
        return _last_digest(as_blocks(last.get("content"))) in self._paused

    def begin(self, finished: Finished) -> None:
        """A response begins: its cache writes can be read from here on."""
        with self._lock:
            self._cache.commit(finished.plan)
        if self._settings.on_billed is not None:
            self._settings.on_billed(finished.message)

    def rate_headers(self, key: str, finished: Finished | None = None) -> dict[str, str]:
        """The rate-limit headers of a response, after counting it."""
        bill = finished.plan.bill if finished else None
        fresh = bill.input_tokens + bill.write_tokens if bill else 0
        with self._lock:
            return self._meter.headers(key, self._settings.now(), fresh, finished.output_tokens if finished else 0)

    def _read(self, body: JsonObject, context: RequestContext) -> Prompt:
        return read_prompt(body, context, self._reader, self._counter, self._signer, self._settings.thinking_rule)


def _last_digest(blocks: Sequence[JsonObject]) -> bytes:
    return digest_of("assistant", clean(blocks[-1])) if blocks else b""


def for_script(body: JsonObject, context: RequestContext) -> JsonObject:
    """The body as whoever answers reads it: paused turns are one with what follows them."""
    messages = cast(Sequence[JsonObject], body["messages"])
    joined: list[JsonObject] = []
    for message in messages[:-1] if context.resumes else messages:
        before = joined[-1] if joined else None
        if before is not None and before["role"] == message["role"] == "assistant":
            content = [*as_blocks(before.get("content")), *as_blocks(message.get("content"))]
            joined[-1] = {"role": "assistant", "content": content}
        else:
            joined.append(message)
    return {**body, "messages": joined} if len(joined) < len(messages) else body


def _refuse_thread(body: JsonObject) -> None:
    """This server keeps no threads: one can be opened, but is gone when it should go on."""
    thread = body.get("thread")
    if isinstance(thread, dict) and thread.get("type") == "continue":
        previous = thread.get("previous_message_id")
        raise ApiError(404, f"thread: no thread continues from {previous}; send the full history", "thread_not_found")


def _finish(
    prompt: Prompt,
    context: RequestContext,
    message_id: str,
    answer: Answer,
    plan: CachePlan,
    diagnosis: JsonObject | None,
    fault: FaultRule | None,
) -> Finished:
    refused: JsonObject = {"type": "refusal", "category": answer.refusal_category, "explanation": None}
    ended: dict[str, JsonValue] = {
        "stop_reason": answer.stop_reason,
        "stop_sequence": answer.stop_sequence,
        "stop_details": refused if answer.stop_reason == "refusal" else None,
    }
    started, sent = start_usage(plan.bill, prompt), input_usage(plan.bill)
    if fault is not None and fault.kind == "no_cache_fields":
        started, sent = without_cache_fields(started), without_cache_fields(sent)
    message: dict[str, JsonValue] = {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": prompt.body["model"],
        "content": list(answer.content),
        **ended,
        "usage": {**started, **output_usage(answer)},
    }
    ending: dict[str, JsonValue] = {
        "delta": ended,
        "usage": {**sent, **output_usage(answer)},
    }
    if prompt.body.get("diagnostics") is not None:
        message["diagnostics"] = diagnosis
    if prompt.body.get("context_management") is not None:
        message["context_management"] = ending["context_management"] = {
            "applied_edits": list(prompt.applied_edits)
        }
    if _BINDING_CONTROLS in context.betas:
        message["input_transformations"] = [
            {"type": "thinking_dropped", "path": dropped.path, "reason": dropped.reason} for dropped in prompt.dropped
        ]
    return Finished(cast(JsonObject, message), started, ending, answer.cut_input, plan, answer.output_tokens, fault)
