"""The Messages API without HTTP: from a parsed body to a finished message, with the state of one server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import cast

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.cache import CachePlan, PromptCache
from cowork_tui.demo.compose import Answer, compose
from cowork_tui.demo.context import RequestContext
from cowork_tui.demo.diagnostics import RequestMemory, fingerprint
from cowork_tui.demo.errors import ApiError
from cowork_tui.demo.ids import Ids
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

    The cache holds what it wrote once `DemoService.begin` was called with it.
    """

    message: JsonObject
    start_usage: JsonObject
    ending: JsonObject
    cut_input: str | None
    plan: CachePlan
    output_tokens: int

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
        self._signer = Signer(settings.seed)
        self._cache = PromptCache()
        self._memory = RequestMemory()
        self._meter = RateMeter()
        self._lock = Lock()
        self.ids = Ids(settings.seed)

    def count_tokens(self, body: JsonObject, context: RequestContext) -> JsonObject:
        """The answer of `count_tokens`: the whole prompt, whatever the cache holds."""
        total = self._read(body, context).chain.total_tokens
        counted: dict[str, JsonValue] = {"input_tokens": total}
        if body.get("context_management") is not None:
            counted["context_management"] = {"original_input_tokens": total}
        return counted

    def answer(
        self, body: JsonObject, context: RequestContext, body_digest: str, started_at_seconds: float
    ) -> Finished:
        """Answer a message request that started at a moment. Raises `ApiError`."""
        _refuse_thread(body)
        prompt = self._read(body, context)
        current = fingerprint(prompt, context)
        with self._lock:
            row = prompt.row
            plan = self._cache.look_up(context.key, row.id, prompt.chain, row.min_cache_tokens, started_at_seconds)
            diagnosis = self._memory.diagnose(body, current)
            message_id = self.ids.message(body_digest)
            self._memory.remember(message_id, current)
        reply = self._settings.answer(body) if body["max_tokens"] else Reply((), "end_turn")
        answer = compose(reply, prompt, message_id, self._counter, self._signer)
        return _finish(prompt, context, message_id, answer, plan, diagnosis)

    def begin(self, finished: Finished) -> None:
        """A response begins: its cache writes can be read from here on."""
        with self._lock:
            self._cache.commit(finished.plan)

    def rate_headers(self, key: str, finished: Finished | None = None) -> dict[str, str]:
        """The rate-limit headers of a response, after counting it."""
        bill = finished.plan.bill if finished else None
        fresh = bill.input_tokens + bill.write_tokens if bill else 0
        with self._lock:
            return self._meter.headers(key, self._settings.now(), fresh, finished.output_tokens if finished else 0)

    def _read(self, body: JsonObject, context: RequestContext) -> Prompt:
        return read_prompt(body, context, self._counter, self._signer, self._settings.thinking_rule)


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
) -> Finished:
    refused: JsonObject = {"type": "refusal", "category": None, "explanation": None}
    ended: dict[str, JsonValue] = {
        "stop_reason": answer.stop_reason,
        "stop_sequence": answer.stop_sequence,
        "stop_details": refused if answer.stop_reason == "refusal" else None,
    }
    started = start_usage(plan.bill, prompt)
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
        "usage": {**input_usage(plan.bill), **output_usage(answer)},
    }
    if prompt.body.get("diagnostics") is not None:
        message["diagnostics"] = diagnosis
    if prompt.body.get("context_management") is not None:
        message["context_management"] = ending["context_management"] = {"applied_edits": []}
    if _BINDING_CONTROLS in context.betas:
        message["input_transformations"] = [
            {"type": "thinking_dropped", "path": dropped.path, "reason": dropped.reason} for dropped in prompt.dropped
        ]
    return Finished(cast(JsonObject, message), started, ending, answer.cut_input, plan, answer.output_tokens)
