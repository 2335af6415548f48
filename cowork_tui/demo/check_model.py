"""Checks that depend on the model: thinking, effort, forced tools, prefill, speed, limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.blocks import as_blocks
from cowork_tui.demo.check_fields import check_one_of, is_whole
from cowork_tui.demo.context import RequestContext
from cowork_tui.demo.errors import ApiError, invalid
from cowork_tui.demo.models import ModelRow, find

_SMALLEST_BUDGET = 1_024
_EFFORTS_WITHOUT_THINKING = ("low", "medium", "high")
_THINK_ABOVE_HIGH = ("claude-opus-5", "claude-haiku-5-5")
_FAST_PREVIEW = "fast-mode-2026-02-01"
_EFFORTS = ("low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True, slots=True)
class Mode:
    """How the model is asked to work: what the messages cache depends on besides the messages."""

    thinks: bool
    thinking_form: str
    shows_thinking: bool
    effort: str
    fast: bool
    forced_tool: bool


def model_of(body: JsonObject) -> ModelRow:
    """The row of the model that a body names; 404 for unknown and retired ones."""
    row = find(str(body["model"]))
    if row is None or row.lifecycle == "retired":
        raise ApiError(404, f"model: {body['model']}")
    return row


def check_mode(body: JsonObject, row: ModelRow, context: RequestContext) -> Mode:
    """Refuse what this model refuses, and say how it will work."""
    effort = _effort(body, row)
    thinks, form, shown = _thinking(body, row, effort)
    forced = _forced(body, row)
    if not context.counting:
        _check_max_tokens(body, row)
        _check_sampling_with_thinking(body, thinks)
        if body["max_tokens"] == 0:
            _check_prewarm(body, forced)
    _check_roles(body, row, context.resumes)
    if body.get("inference_geo") is not None and not row.geo:
        raise invalid(f"inference_geo: this parameter is not supported on {body['model']}")
    return Mode(thinks, form, shown, effort, _fast(body, row, context), forced)


def _effort(body: JsonObject, row: ModelRow) -> str:
    asked = cast(JsonObject, body.get("output_config") or {}).get("effort")
    if asked is None:
        return row.default_effort
    if not row.efforts:
        raise invalid("output_config.effort: This model does not support the effort parameter.")
    check_one_of(asked, _EFFORTS, "output_config.effort")
    if asked not in row.efforts:
        listed = ", ".join(row.efforts)
        raise invalid(f"output_config.effort: '{asked}' is not supported by this model. Supported levels: {listed}.")
    return str(asked)


def _thinking(body: JsonObject, row: ModelRow, effort: str) -> tuple[bool, str, bool]:
    """Whether the model thinks, the form that its cache knows it by, and whether the text of it is shown."""
    config = cast("JsonObject | None", body.get("thinking"))
    shown_by_default = not row.new_tokenizer
    if config is None:
        return row.thinks_by_default, "adaptive" if row.thinks_by_default else "disabled", shown_by_default
    kind = check_one_of(config.get("type"), ("adaptive", "disabled", "enabled", "between_tools"), "thinking.type")
    if kind not in row.thinking:
        raise _unsupported_thinking(kind)
    display = config.get("display")
    if display is not None:
        check_one_of(display, ("summarized", "omitted"), f"thinking.{kind}.display")
    shown = display == "summarized" if display is not None else shown_by_default
    if kind == "enabled":
        return True, f"enabled:{_budget(config, body)}", shown
    if kind == "adaptive":
        return True, "adaptive", shown
    if row.id in _THINK_ABOVE_HIGH and effort not in _EFFORTS_WITHOUT_THINKING:
        raise invalid(f'thinking: "{kind}" cannot be combined with output_config.effort "{effort}" on this model.')
    return False, kind, shown


def _unsupported_thinking(kind: str) -> ApiError:
    if kind == "adaptive":
        return invalid("adaptive thinking is not supported on this model")
    return invalid(
        f'"thinking.type.{kind}" is not supported for this model. Use "thinking.type.adaptive" and '
        '"output_config.effort" to control thinking behavior.'
    )


def _budget(config: JsonObject, body: JsonObject) -> int:
    budget = config.get("budget_tokens")
    if budget is None:
        raise invalid("thinking.enabled.budget_tokens: Field required")
    if not is_whole(budget):
        raise invalid("thinking.enabled.budget_tokens: Input should be a valid integer")
    if cast(int, budget) < _SMALLEST_BUDGET:
        raise invalid(f"thinking.enabled.budget_tokens: Input should be greater than or equal to {_SMALLEST_BUDGET}")
    if "max_tokens" in body and cast(int, body["max_tokens"]) <= cast(int, budget):
        raise invalid("`max_tokens` must be greater than `thinking.budget_tokens`.")
    return cast(int, budget)


def _forced(body: JsonObject, row: ModelRow) -> bool:
    choice = cast(JsonObject, body.get("tool_choice") or {})
    if choice.get("type") not in ("any", "tool"):
        return False
    if not row.forced_tools:
        raise invalid(f'tool_choice: "{choice["type"]}" is not supported on this model. Use "auto" or "none".')
    thinking = cast(JsonObject, body.get("thinking") or {})
    if thinking.get("type") in ("enabled", "adaptive"):
        raise invalid("Thinking may not be enabled when tool_choice forces tool use.")
    return True


def _check_max_tokens(body: JsonObject, row: ModelRow) -> None:
    asked = cast(int, body["max_tokens"])
    if asked > row.max_output_tokens:
        raise invalid(
            f"max_tokens: {asked} > {row.max_output_tokens}, which is the maximum allowed number of output tokens for "
            f"{body['model']}"
        )


def _check_sampling_with_thinking(body: JsonObject, thinks: bool) -> None:
    if body.get("temperature") is not None and body.get("top_p") is not None:
        raise invalid("`temperature` and `top_p` cannot both be specified for this model. Please use only one.")
    if thinks and body.get("thinking") is not None and body.get("temperature") not in (None, 1, 1.0):
        raise invalid("`temperature` may only be set to 1 when thinking is enabled or in adaptive mode.")


def _check_prewarm(body: JsonObject, forced: bool) -> None:
    output_format = cast(JsonObject, body.get("output_config") or {}).get("format")
    clashes = {
        "stream": body.get("stream") is True,
        'thinking.type "enabled"': cast(JsonObject, body.get("thinking") or {}).get("type") == "enabled",
        "output_config.format": output_format is not None or body.get("output_format") is not None,
        "a forced tool_choice": forced,
    }
    for name, clash in clashes.items():
        if clash:
            raise invalid(f"max_tokens: 0 cannot be combined with {name}")


def _check_roles(body: JsonObject, row: ModelRow, resumes: bool) -> None:
    messages = cast(Sequence[JsonObject], body["messages"])
    for index, message in enumerate(messages):
        if message["role"] == "system" and not row.system_messages:
            raise invalid(f"messages.{index}.role: 'system' messages are not supported on this model")
    spoken = [message for message in messages if message["role"] != "system"]
    if not spoken or spoken[-1]["role"] != "assistant":
        return
    blocks = as_blocks(spoken[-1].get("content"))
    if resumes or (blocks and _is_server_work(blocks[-1])):
        return
    if not row.prefill:
        raise invalid(
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )
    if blocks and blocks[-1].get("type") == "text" and str(blocks[-1]["text"]).rstrip() != blocks[-1]["text"]:
        raise invalid("messages: final assistant content cannot end with trailing whitespace")


def _is_server_work(block: JsonObject) -> bool:
    """Whether a block is of a turn that a server tool's limit paused, which goes on from there."""
    kind = str(block.get("type"))
    return kind == "server_tool_use" or (kind.endswith("_tool_result") and kind != "tool_result")


def _fast(body: JsonObject, row: ModelRow, context: RequestContext) -> bool:
    if body.get("speed") != "fast" or row.fast == "ignored":
        return False
    if row.fast == "none" or (row.fast == "preview" and _FAST_PREVIEW not in context.betas):
        raise invalid(f"speed: fast mode is not available for {body['model']}")
    return True
