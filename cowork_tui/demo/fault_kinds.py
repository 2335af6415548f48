"""The kinds of trouble that a fault plan can ask for, and the fields that each of them takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

FieldType: TypeAlias = Literal["text", "number", "choice"]
Family: TypeAlias = Literal["refusal", "connection", "body", "reply"]
Option: TypeAlias = str | float


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind: its form, what it is when left out (None: nothing), and whether it must be given."""

    form: FieldType
    default: Option | None = None
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. Its family says where it strikes: before an answer, at the connection, in the bytes, in the reply.

    `standing` kinds fire without limit unless told otherwise; `says` is the line of the help.
    """

    family: Family
    says: str
    fields: Mapping[str, Field]
    standing: bool = False


_MESSAGE = Field("text")
_SECONDS_LATER = Field("number")
_CATEGORY = Field("text", "cyber")


def _refusal(says: str, fields: Mapping[str, Field] = MappingProxyType({}), *, standing: bool = False) -> Kind:
    return Kind("refusal", says, {"message": _MESSAGE, **fields}, standing)


_RETRY = {
    "retry_after": _SECONDS_LATER,
    "retry_after_form": Field("choice", "seconds", choices=("seconds", "date", "milliseconds")),
}

KINDS: Mapping[str, Kind] = {
    "429": _refusal("rate limited; retry_after = seconds, retry_after_form = seconds | date | milliseconds", _RETRY),
    "spend_limit_429": _refusal("the organisation's spend limit, which waiting does not cure"),
    "self_set_limit_400": _refusal("the customer's own usage limit"),
    "500": _refusal("internal error", _RETRY),
    "503": _refusal("unavailable", _RETRY),
    "504": _refusal("timed out", _RETRY),
    "408": _refusal("request timed out", _RETRY),
    "529": _refusal("overloaded", _RETRY),
    "gateway_400": _refusal(
        "a gateway that does not know a field: field = diagnostics, thinking, output_config.effort …",
        {"field": Field("text", required=True)},
        standing=True,
    ),
    "key_revoked": _refusal("401 for this key from then on"),
    "model_retired": _refusal("404 for this model from then on"),
    "connection_refuse": Kind("connection", "closed without an answer", {}),
    "connection_reset": Kind("connection", "reset without an answer", {}),
    "cut_before_first_byte": Kind("body", "status 200, then closed before the body", {}),
    "cut_mid_text": Kind("body", "closed in the middle of the first text", {}),
    "cut_mid_tool_input": Kind("body", "closed in the middle of the first tool input", {}),
    "wrong_content_type": Kind("body", "a page instead of an answer; content_type = text/html",
                               {"content_type": Field("text", "text/html")}),
    "malformed_sse": Kind("body", "one event in the middle is not JSON", {}),
    "slow_bytes": Kind("body", "bytes_per_second = 200", {"bytes_per_second": Field("number", 200.0)}),
    "silence": Kind("body", "seconds = 60 without a byte; where = before | middle",
                    {"seconds": Field("number", 60.0),
                     "where": Field("choice", "before", choices=("before", "middle"))}),
    "error_event_after_200": Kind("body", "an error event in the middle; error_type = overloaded_error",
                                  {"error_type": Field("text", "overloaded_error"), "message": _MESSAGE}),
    "refusal_before_output": Kind("reply", "declined without output; category = cyber", {"category": _CATEGORY}),
    "refusal_after_output": Kind("reply", "declined after half of the text; category = cyber",
                                 {"category": _CATEGORY}),
    "max_tokens_in_tool_call": Kind("reply", "the first tool call is cut off at max_tokens", {}),
    "pause_turn": Kind("reply", "stops with pause_turn; the content sent back goes on", {}),
    "context_window_exceeded": Kind("reply", "half of the reply, then the window is full", {}),
    "no_cache_fields": Kind("reply", "usage without cache fields, as some gateways do", {}, standing=True),
    "duplicate_tool_ids": Kind("reply", "a tool call with the id of an earlier one", {}),
    "tool_input_not_json": Kind("reply", "the first tool call's input is not JSON", {}),
}  # fmt: skip
