"""Checks of a request's top level: known fields, types and ranges, before any model rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.context import NEW_VERSION, RequestContext
from cowork_tui.demo.errors import invalid

_SHARED_FIELDS = frozenset(
    [
        "messages",
        "model",
        "cache_control",
        "compaction",
        "context_management",
        "mcp_servers",
        "output_config",
        "output_format",
        "speed",
        "system",
        "thinking",
        "tool_choice",
        "tools",
        "user_profile_id",
        "workspace_id",
        "billing_policy",
    ]
)
_MESSAGE_FIELDS = _SHARED_FIELDS | frozenset(
    [
        "max_tokens",
        "container",
        "diagnostics",
        "fallback_credit_token",
        "fallbacks",
        "inference_geo",
        "metadata",
        "service_tier",
        "stop_sequences",
        "stream",
        "temperature",
        "top_k",
        "top_p",
        "thread",
    ]
)
_SAMPLING = ("temperature", "top_p", "top_k")
_LONGEST_USER_ID = 512


def is_object(value: JsonValue) -> bool:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: JsonValue) -> bool:
    """Whether a JSON value is an array."""
    return isinstance(value, list)


def is_whole(value: JsonValue) -> bool:
    """Whether a JSON value is an integer; true and false are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def check_object(value: JsonValue, path: str) -> JsonObject:
    """The value as an object, else a 400 that names its place."""
    if not is_object(value):
        raise invalid(f"{path}: Input should be a valid dictionary")
    return cast(JsonObject, value)


def check_list(value: JsonValue, path: str) -> Sequence[JsonValue]:
    """The value as an array, else a 400 that names its place."""
    if not is_list(value):
        raise invalid(f"{path}: Input should be a valid list")
    return cast("Sequence[JsonValue]", value)


def check_text(value: JsonValue, path: str) -> str:
    """The value as a string, else a 400 that names its place."""
    if not isinstance(value, str):
        raise invalid(f"{path}: Input should be a valid string")
    return value


def check_one_of(value: JsonValue, allowed: Sequence[str], path: str) -> str:
    """The value as one of a few strings, else a 400 that lists them."""
    if not isinstance(value, str) or value not in allowed:
        quoted = [f"'{item}'" for item in allowed]
        listed = quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
        raise invalid(f"{path}: Input should be {listed}")
    return value


def check_top_level(body: JsonObject, context: RequestContext) -> None:
    """Refuse missing, unknown and mistyped top-level fields."""
    known = _SHARED_FIELDS if context.counting else _MESSAGE_FIELDS
    required = ("model", "messages") if context.counting else ("model", "max_tokens", "messages")
    for name in required:
        if body.get(name) is None:
            raise invalid(f"{name}: Field required")
    for name in body:
        if name not in known:
            raise invalid(f"{name}: Extra inputs are not permitted")
    check_text(body["model"], "model")
    check_list(body["messages"], "messages")
    _check_sampling(body, context)
    if not context.counting:
        _check_scalars(body)
    _check_objects(body)


def _check_sampling(body: JsonObject, context: RequestContext) -> None:
    for name in _SAMPLING:
        value = body.get(name)
        if name not in body:
            continue
        if context.version == NEW_VERSION:
            raise invalid(f"{name}: Extra inputs are not permitted")
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise invalid(f"{name}: Input should be a valid number")
        if name == "top_k":
            if not is_whole(value) or value < 0:
                raise invalid("top_k: Input should be greater than or equal to 0")
        elif not 0 <= value <= 1:
            raise invalid(f"{name}: range: 0..1")


def _check_scalars(body: JsonObject) -> None:
    max_tokens = body["max_tokens"]
    if not is_whole(max_tokens):
        raise invalid("max_tokens: Input should be a valid integer")
    if cast(int, max_tokens) < 0:
        raise invalid("max_tokens: Input should be greater than or equal to 0")
    stream = body.get("stream")
    if stream is not None and not isinstance(stream, bool):
        raise invalid("stream: Input should be a valid boolean")
    if body.get("stop_sequences") is not None:
        for index, stop in enumerate(check_list(body["stop_sequences"], "stop_sequences")):
            if not check_text(stop, f"stop_sequences.{index}").strip():
                raise invalid("stop_sequences: each stop sequence must contain non-whitespace")
    if body.get("service_tier") is not None:
        check_one_of(body["service_tier"], ("auto", "standard_only"), "service_tier")
    if body.get("inference_geo") is not None:
        check_one_of(body["inference_geo"], ("global", "us"), "inference_geo")


def _check_objects(body: JsonObject) -> None:
    for name in ("metadata", "output_config", "thinking", "diagnostics", "context_management", "tool_choice"):
        if body.get(name) is not None:
            check_object(body[name], name)
    if body.get("speed") is not None:
        check_one_of(body["speed"], ("standard", "fast"), "speed")
    metadata = cast(JsonObject, body.get("metadata") or {})
    user_id = metadata.get("user_id")
    if user_id is not None and len(check_text(user_id, "metadata.user_id")) > _LONGEST_USER_ID:
        raise invalid(f"metadata.user_id: String should have at most {_LONGEST_USER_ID} characters")
    diagnostics = cast(JsonObject, body.get("diagnostics") or {})
    if diagnostics.get("previous_message_id") is not None:
        check_text(diagnostics["previous_message_id"], "diagnostics.previous_message_id")
    management = cast(JsonObject, body.get("context_management") or {})
    if management.get("edits") is not None:
        for index, edit in enumerate(check_list(management["edits"], "context_management.edits")):
            path = f"context_management.edits.{index}"
            check_text(check_object(edit, path).get("type"), f"{path}.type")
    output_format = cast(JsonObject, body.get("output_config") or {}).get("format")
    if output_format is not None:
        form = check_object(output_format, "output_config.format")
        check_one_of(form.get("type"), ("json_schema",), "output_config.format.type")
        check_object(form.get("schema"), "output_config.format.schema")
