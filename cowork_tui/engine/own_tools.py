"""The two tools the engine answers itself: the plan and the recall of hidden blocks."""

from __future__ import annotations

from collections.abc import Mapping

from cowork_tui.core.blocks import Block, ToolDefinition, pictures, weighed_text
from cowork_tui.core.hashing import canonical_json
from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.core.steps import Step, StepKind, StepStatus
from cowork_tui.engine.ports import ToolOutcome

UPDATE_PLAN = "update_plan"
RECALL = "recall"


def definitions() -> tuple[ToolDefinition, ...]:
    """Both tools; they are in the list from the first turn, so that the list never changes."""
    plan_schema: JsonObject = {
        "type": "object",
        "additionalProperties": False,
        "required": ["steps"],
        "properties": {
            "steps": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["title", "kind", "status"],
                    "properties": {
                        "title": {"type": "string", "description": "What the step does, in a few words"},
                        "kind": {"type": "string", "enum": [kind.value for kind in StepKind]},
                        "status": {"type": "string", "enum": [status.value for status in StepStatus]},
                    },
                },
            }
        },
    }
    recall_schema: JsonObject = {
        "type": "object",
        "additionalProperties": False,
        "required": ["id"],
        "properties": {"id": {"type": "string", "description": "The id named in the [pruned: …] note"}},
    }
    return (
        ToolDefinition(
            UPDATE_PLAN,
            "Set the whole plan: every step with its title, kind and status. Call it once at the start and again "
            "whenever a step begins or ends, together with the next tool calls rather than alone. One step is active "
            "at a time. The kind says what the step mostly is; the user routes models by it.",
            canonical_json(plan_schema),
        ),
        ToolDefinition(
            RECALL,
            'Get back the full content of an earlier block that reads [pruned: … tokens; recall("id")]. '
            "Use it only when the content is needed again.",
            canonical_json(recall_schema),
        ),
    )


def parse_steps(tool_input: JsonObject) -> tuple[Step, ...] | str:
    """The steps of an `update_plan` call, or one sentence saying what is wrong with it."""
    raw = tool_input.get("steps")
    if not isinstance(raw, list) or not raw:
        return "update_plan needs a list of steps, each with title, kind and status."
    steps: list[Step] = []
    for number, item in enumerate(raw, 1):
        step = _step(item)
        if step is None:
            return (
                f"Step {number} can't be used: give it a title, a kind ({', '.join(StepKind)}) "
                f"and a status ({', '.join(StepStatus)})."
            )
        steps.append(step)
    return tuple(steps)


def _step(item: JsonValue) -> Step | None:
    if not isinstance(item, Mapping):
        return None
    title, kind, status = item.get("title"), item.get("kind"), item.get("status")
    if not isinstance(title, str) or not title.strip() or kind not in list(StepKind) or status not in list(StepStatus):
        return None
    return Step(" ".join(title.split())[:120], StepKind(str(kind)), StepStatus(str(status)))


def plan_text(steps: tuple[Step, ...]) -> str:
    """The result of `update_plan`: where the plan stands."""
    done = sum(step.status is StepStatus.DONE for step in steps)
    active = next((step.title for step in steps if step.status is StepStatus.ACTIVE), None)
    return f"plan: {done} of {len(steps)} done" + (f"; active: {active}" if active else "")


def recall(tool_input: JsonObject, hidden: Mapping[str, Block]) -> ToolOutcome:
    """The full content of a hidden block."""
    wanted = str(tool_input.get("id", ""))
    block = hidden.get(wanted)
    if block is None:
        known = ", ".join(sorted(hidden)) or "none are hidden"
        return ToolOutcome(f"No hidden block has the id {wanted!r}; known ids: {known}.", is_error=True)
    return ToolOutcome(weighed_text(block.content), images=pictures(block))
