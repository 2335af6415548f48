"""The models that the demo knows, by their published limits, and how it lists them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias

from cowork_tui.core.json_values import JsonObject

Line: TypeAlias = Literal["haiku", "sonnet", "opus", "fable", "mythos"]
Lifecycle: TypeAlias = Literal["active", "deprecated", "retired"]
Effort: TypeAlias = Literal["low", "medium", "high", "xhigh", "max"]
ThinkingType: TypeAlias = Literal["adaptive", "enabled", "disabled", "between_tools"]
FastMode: TypeAlias = Literal["none", "ignored", "preview", "general"]

ThinkingRule: TypeAlias = Literal["strip", "integrity", "drop_stale", "refuse_stale"]
"""What becomes of thinking blocks that come back: `strip` removes those before the last user turn that is not a tool
result; `integrity` keeps all, refusing altered ones; `drop_stale` binds them to model and prefix and drops what no
longer fits at no tokens; `refuse_stale` answers 400 instead."""

_NOTICE_DAYS = 60  # the published minimum notice before a retirement; exact announcement days are not used by anyone
_EFFORTS: tuple[Effort, ...] = ("low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model: published limits and which request forms it takes. Token fields are tokens, dates are ISO days."""

    id: str
    name: str
    line: Line
    released: str
    min_cache_tokens: int
    thinking: tuple[ThinkingType, ...]
    efforts: tuple[Effort, ...]
    rule: ThinkingRule
    alias: str | None = None
    lifecycle: Lifecycle = "active"
    retires: str | None = None
    window_tokens: int = 1_000_000
    max_output_tokens: int = 128_000
    new_tokenizer: bool = True
    thinks_by_default: bool = True
    default_effort: Effort = "high"
    forced_tools: bool = True
    prefill: bool = False
    system_messages: bool = False
    geo: bool = True
    fast: FastMode = "none"
    tool_prompt_tokens: tuple[int, int] | None = None
    """Hidden tool prompt for (auto or none, any or tool); None where nothing is published."""


# A 5.1, 5.2 or 5.5 model: thinking bound to the prefix, forced tool use refused.
_NEWEST = ModelRow(
    "", "", "opus", "", 512, ("adaptive",), _EFFORTS, "drop_stale", forced_tools=False, system_messages=True
)
# A model of 4.5 or before: 200k window, thinking by budget only, prefill taken.
_DATED = ModelRow(
    "", "", "opus", "", 1_024, ("enabled", "disabled"), (), "strip",
    window_tokens=200_000, max_output_tokens=64_000, new_tokenizer=False, thinks_by_default=False,
    prefill=True, geo=False, tool_prompt_tokens=(496, 588),
)  # fmt: skip


def _newest(id: str, name: str, line: Line, released: str, **changes: Any) -> ModelRow:
    return replace(_NEWEST, id=id, name=name, line=line, released=released, **changes)


def _dated(id: str, alias: str, name: str, line: Line, released: str, **changes: Any) -> ModelRow:
    return replace(_DATED, id=id, alias=alias, name=name, line=line, released=released, **changes)


_FORM_46: tuple[ThinkingType, ...] = ("adaptive", "enabled", "disabled")
_FORM_5: tuple[ThinkingType, ...] = ("adaptive", "disabled")
_NO_XHIGH: tuple[Effort, ...] = ("low", "medium", "high", "max")

# Newest first, as the API lists them. A release day that is not published is the epoch, as the API does it.
ROWS: tuple[ModelRow, ...] = (
    _newest("claude-fable-5-2", "Claude Fable 5.2", "fable", "2026-11-09", rule="refuse_stale", fast="general"),
    _newest("claude-mythos-5-2", "Claude Mythos 5.2", "mythos", "2026-11-09", rule="refuse_stale"),
    _newest(
        "claude-haiku-5-5", "Claude Haiku 5.5", "haiku", "2026-10-07",
        thinking=_FORM_5, default_effort="medium", forced_tools=True,
    ),
    _newest(
        "claude-sonnet-5-5", "Claude Sonnet 5.5", "sonnet", "2026-09-28", thinking=("adaptive", "between_tools"),
    ),
    _newest("claude-opus-5-5", "Claude Opus 5.5", "opus", "2026-09-22", default_effort="medium", fast="general"),
    _newest("claude-fable-5-1", "Claude Fable 5.1", "fable", "2026-09-01"),
    _newest("claude-mythos-5-1", "Claude Mythos 5.1", "mythos", "2026-09-01"),
    ModelRow(
        "claude-opus-5", "Claude Opus 5", "opus", "2026-07-24", 512, _FORM_5, _EFFORTS, "integrity",
        system_messages=True, fast="preview", tool_prompt_tokens=(286, 406),
    ),
    ModelRow(
        "claude-sonnet-5", "Claude Sonnet 5", "sonnet", "2026-06-30", 1_024, _FORM_5, _EFFORTS, "integrity",
        tool_prompt_tokens=(354, 474),
    ),
    ModelRow(
        "claude-opus-4-8", "Claude Opus 4.8", "opus", "2026-05-28", 1_024, _FORM_5, _EFFORTS, "integrity",
        thinks_by_default=False, system_messages=True, fast="preview", tool_prompt_tokens=(290, 410),
    ),
    ModelRow(
        "claude-opus-4-7", "Claude Opus 4.7", "opus", "2026-04-16", 2_048, _FORM_5, _EFFORTS, "integrity",
        thinks_by_default=False, tool_prompt_tokens=(675, 804),
    ),
    ModelRow(
        "claude-sonnet-4-6", "Claude Sonnet 4.6", "sonnet", "2026-02-17", 1_024, _FORM_46, _NO_XHIGH, "integrity",
        new_tokenizer=False, thinks_by_default=False, tool_prompt_tokens=(497, 589),
    ),
    ModelRow(
        "claude-opus-4-6", "Claude Opus 4.6", "opus", "2026-02-05", 4_096, _FORM_46, _NO_XHIGH, "integrity",
        new_tokenizer=False, thinks_by_default=False, fast="ignored", tool_prompt_tokens=(497, 589),
    ),
    _dated(
        "claude-opus-4-5-20251101", "claude-opus-4-5", "Claude Opus 4.5", "opus", "2025-11-24",
        min_cache_tokens=4_096, efforts=("low", "medium", "high"), rule="integrity",
    ),
    _dated(
        "claude-haiku-4-5-20251001", "claude-haiku-4-5", "Claude Haiku 4.5", "haiku", "2025-10-15",
        min_cache_tokens=4_096,
    ),
    _dated(
        "claude-sonnet-4-5-20250929", "claude-sonnet-4-5", "Claude Sonnet 4.5", "sonnet", "2025-09-29",
        lifecycle="deprecated", retires="2026-11-30",
    ),
    _dated(
        "claude-opus-4-1-20250805", "claude-opus-4-1", "Claude Opus 4.1", "opus", "2025-08-05",
        lifecycle="retired", retires="2026-08-05", max_output_tokens=32_000,
    ),
    _dated(
        "claude-opus-4-20250514", "claude-opus-4-0", "Claude Opus 4", "opus", "2025-05-14",
        lifecycle="retired", retires="2026-06-15", max_output_tokens=32_000,
    ),
    _dated(
        "claude-sonnet-4-20250514", "claude-sonnet-4-0", "Claude Sonnet 4", "sonnet", "2025-05-14",
        lifecycle="retired", retires="2026-06-15",
    ),
    ModelRow(
        "claude-fable-5", "Claude Fable 5", "fable", "1970-01-01", 512, ("adaptive",), _EFFORTS, "integrity",
        system_messages=True,
    ),
    ModelRow(
        "claude-mythos-5", "Claude Mythos 5", "mythos", "1970-01-01", 512, ("adaptive",), _EFFORTS, "integrity",
        system_messages=True,
    ),
    ModelRow(
        "claude-mythos-preview", "Claude Mythos Preview", "mythos", "1970-01-01", 2_048, ("adaptive", "enabled"),
        _NO_XHIGH, "integrity", lifecycle="retired", retires="2026-06-30",
    ),
)  # fmt: skip


def find(model_id: str) -> ModelRow | None:
    """The row of an id or a short alias."""
    return next((row for row in ROWS if model_id in (row.id, row.alias)), None)


def _timestamp(day: str, days_before: int = 0) -> str:
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(days=days_before)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _support(supported: bool) -> JsonObject:
    return {"supported": supported}


def _capabilities(row: ModelRow) -> JsonObject:
    efforts = {effort: _support(effort in row.efforts) for effort in _EFFORTS}
    kinds: tuple[ThinkingType, ...] = ("adaptive", "enabled", "disabled", "between_tools")
    return {
        "batch": _support(True),
        "citations": _support(True),
        "code_execution": _support(False),
        "context_management": {
            "supported": True,
            "clear_thinking_20251015": _support(True),
            "clear_tool_uses_20250919": _support(True),
            "compact_20260112": _support(False),
        },
        "effort": {"supported": bool(row.efforts), **efforts},
        "image_input": _support(True),
        "pdf_input": _support(True),
        "server_tools": {"supported": False, "code_execution": _support(False), "web_search": _support(False)},
        "structured_outputs": _support(True),
        "thinking": {"supported": True, "types": {kind: _support(kind in row.thinking) for kind in kinds}},
    }


def model_info(row: ModelRow) -> JsonObject:
    """One model as `GET /v1/models/{id}` shows it; capabilities say what this server does, not what a model could."""
    return {
        "type": "model",
        "id": row.id,
        "display_name": row.name,
        "created_at": _timestamp(row.released),
        "lifecycle": row.lifecycle,
        "line": row.line,
        "deprecated_at": _timestamp(row.retires, _NOTICE_DAYS) if row.retires else None,
        "retires_at": _timestamp(row.retires) if row.retires else None,
        "max_input_tokens": row.window_tokens,
        "max_tokens": row.max_output_tokens,
        "capabilities": _capabilities(row),
    }
