"""What went wrong, in one sentence, and what the user can do next."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from cowork_tui.adapters.anthropic.retries import SPEND_LIMIT_CODES, is_retried
from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.core.usage import Usage
from cowork_tui.engine.provider_events import Failed

STATUS_OF_ERROR_TYPE: dict[str, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""The status that an error sent inside a stream would have had, by the published table."""

_MAX_QUOTE_CHARS = 400
_KEY = "Set ANTHROPIC_API_KEY to a valid key, or base_url to the server that the key belongs to, then resume."
_LATER = "Resume the task later; nothing is lost."
_BASE_URL = "Check base_url and the network, then resume the task."
_REFUSAL = re.compile(
    r"extra (input|field|param|key)|not (permitted|supported|allowed|recogni[sz]ed|accepted)|unsupported"
    r"|unrecogni[sz]ed|unknown|unexpected|does(n't| not) support|no such|additional propert",
    re.IGNORECASE,
)
_FIELD_WORDS = {
    "diagnostics": re.compile(r"\bdiagnostics\b"),
    "output_config": re.compile(r"\b(output_config|effort)\b"),
    "thinking": re.compile(r"\bthinking\b"),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one try failed. `headers` are the response's, names in lower case."""

    failed: Failed
    retry: bool = False
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    maybe_billed: bool = False
    """Whether the server may have answered, although nothing of it came."""


@dataclass(frozen=True, slots=True)
class ApiError:
    """An error in the API's words. `status` None: sent inside a stream by a type without a status."""

    status: int | None
    type: str
    message: str
    code: str | None = None

    @property
    def quote(self) -> str:
        """The message as one line without control characters, cut where it is very long."""
        shown = "".join(char if char.isprintable() else " " for char in self.message[:20_000])
        line = " ".join(shown.split()).rstrip(".")
        return line if len(line) <= _MAX_QUOTE_CHARS else line[: _MAX_QUOTE_CHARS - 1] + "…"


def parse_error(status: int | None, text: str) -> ApiError:
    """An error body, in the API's form or any other: a gateway's page is quoted as text."""
    try:
        return error_of(json.loads(text), status, text)
    except (ValueError, RecursionError):
        plain = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", text[:20_000], flags=re.DOTALL | re.IGNORECASE)
        return ApiError(status, "", plain)


def error_of(value: JsonValue, status: int | None = None, text: str = "") -> ApiError:
    """An error object, `{"error": {"type", "message", "details"}}` or a looser form of it."""
    outer = _mapping(value)
    inner = outer.get("error")
    error = _mapping(inner) if isinstance(inner, Mapping) else outer
    kind = _text(error.get("type"))
    message = _text(error.get("message")) or _text(inner) or _text(outer.get("detail")) or text
    code = _text(_mapping(error.get("details")).get("error_code")) or None
    return ApiError(STATUS_OF_ERROR_TYPE.get(kind) if status is None else status, kind, message, code)


def status_failure(error: ApiError, headers: Mapping[str, str], model: str, url: str, sent: frozenset[str]) -> Failure:
    """A response with an error status. `sent` are the optional fields that the request carried."""
    status = error.status or 500
    return Failure(failed_by(error, model, url, sent), is_retried(status, headers, error.code), headers)


def failed_by(error: ApiError, model: str, url: str, sent: frozenset[str] = frozenset()) -> Failed:
    """The sentence and the next step for an error of the API."""
    status, quote = error.status, error.quote or "no reason given"
    match status:
        case 400:
            return _bad_request(error, quote, sent)
        case 401:
            return Failed(f"{url} refused the API key: {quote}.", _KEY, status, None)
        case 402:
            step = "Settle it in the Console, then resume the task."
            return Failed(f"{url} reports a billing problem: {quote}.", step, status, None)
        case 403:
            step = f"Resume with a key that may use {model}, or with another model (--model)."
            return Failed(f"The key may not do this at {url}: {quote}.", step, status, None)
        case 404:
            return _not_found(error, quote, model, url)
        case 413:
            step = "Compress or prune the context, or leave out large files and images."
            return Failed(f"The request is larger than {url} takes: {quote}.", step, status, None)
        case 429:
            return _too_many(error, quote, url)
        case None:
            return Failed(f"{url} broke the response off: {quote}.", _LATER, None, None)
        case _ if status >= 500:
            return Failed(f"{url} can't answer (status {status}): {quote}.", _LATER, status, None)
        case _:
            step = "Check base_url and the model, then resume."
            return Failed(f"{url} refused the request (status {status}): {quote}.", step, status, None)


def _bad_request(error: ApiError, quote: str, sent: frozenset[str]) -> Failed:
    lower = error.message.lower()
    if "prompt is too long" in lower:
        step = "Resume with a model that has a larger window (--model), or start a new task for the rest."
        return Failed(f"The context does not fit the model's window: {quote}.", step, 400, None)
    if "specified api usage limits" in lower:
        step = "Raise the limit in the Console, then resume the task."
        return Failed(f"The spending limit set for this key is reached: {quote}.", step, 400, None)
    refused = refused_field(error.message, sent)
    if refused is not None:
        failed = Failed(f"The server does not take the field {refused}: {quote}.", "Send it without.", 400, None)
        return replace(failed, refused_field=refused)
    return Failed(f"The server refused the request: {quote}.", "Undo the last edit or setting, then resume.", 400, None)


def refused_field(message: str, sent: frozenset[str]) -> str | None:
    """The optional field that a 400 says the server does not take, among those that were sent.

    A refused effort is a refused `output_config`, which carries nothing else. A message about a place in `messages`
    (say a thinking block whose signature is wrong) refuses no field.
    """
    if message.lstrip("`'\" ").startswith("messages") or not _REFUSAL.search(message):
        return None
    named = [name for name, words in _FIELD_WORDS.items() if name in sent and words.search(message)]
    return named[0] if named else None


def _not_found(error: ApiError, quote: str, model: str, url: str) -> Failed:
    if model and (model in error.message or error.message.lower().startswith("model")):
        step = "Resume with another one (--model sonnet); `cowork-tui models` lists what there is."
        return Failed(f"{url} has no model {model}: {quote}.", step, 404, None, retired_model=True)
    return Failed(f"{url} has no Messages API: {quote}.", "Check base_url: it ends before /v1/messages.", 404, None)


def _too_many(error: ApiError, quote: str, url: str) -> Failed:
    if error.code in SPEND_LIMIT_CODES:
        step = "Raise the limit in the Console, or wait for the next month (UTC)."
        return Failed(f"The organization's spending limit is reached: {quote}.", step, 429, None)
    step = "Wait a few minutes, then resume the task."
    return Failed(f"{url} limits the rate of requests: {quote}.", step, 429, None)


def unreachable(url: str, reason: str, *, sent: bool) -> Failure:
    """No response at all: refused, no such host, timed out. `sent`: the request may have arrived."""
    words = f"{url} gave no answer: {reason}." if sent else f"Can't reach {url}: {reason}."
    return Failure(Failed(words, _BASE_URL, None, None), retry=True, maybe_billed=sent)


def cut(url: str, reason: str, usage: Usage | None) -> Failure:
    """The response broke off. `usage` is what had been reported; None where nothing was."""
    failed = Failed(f"The response from {url} broke off: {reason}.", _LATER, None, usage)
    return Failure(failed, retry=True, maybe_billed=usage is None)


def not_a_stream(url: str, status: int, content_type: str) -> Failure:
    """Something answered that does not speak the Messages API."""
    step = "Check base_url: it must point to a server of the Messages API that can stream."
    named = content_type.partition(";")[0].strip() or "nothing named"
    failed = Failed(f"{url} answered with {named} instead of an event stream.", step, status, None)
    return Failure(failed, maybe_billed=True)


def _mapping(value: JsonValue) -> JsonObject:
    return cast(JsonObject, value) if isinstance(value, Mapping) else {}


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""
