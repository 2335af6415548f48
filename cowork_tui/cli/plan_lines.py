"""The plan as lines of text."""

from __future__ import annotations

from collections.abc import Sequence

from cowork_tui.core.plain_text import one_line
from cowork_tui.core.steps import Step, StepStatus

STEP_GLYPHS = {StepStatus.PENDING: "·", StepStatus.ACTIVE: "▸", StepStatus.DONE: "✓"}
MAX_TITLE_CHARS = 60


def plan_lines(steps: Sequence[Step], before: Sequence[Step] = ()) -> list[str]:
    """A line a step; where `before` is the same plan, only the steps that moved."""
    titles = [one_line(step.title, MAX_TITLE_CHARS) for step in steps]
    width = max(map(len, titles), default=0)
    same = [(step.title, step.kind) for step in steps] == [(step.title, step.kind) for step in before]
    return [
        f"  {STEP_GLYPHS[step.status]} {title:<{width}}  {step.kind}"
        for number, (step, title) in enumerate(zip(steps, titles, strict=True))
        if not same or before[number].status is not step.status
    ]
