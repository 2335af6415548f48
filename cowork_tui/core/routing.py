"""Which model and effort a step kind runs on."""

from __future__ import annotations

from cowork_tui.core.steps import StepKind
from cowork_tui.core.task_values import ModelChoice, Route


def route(kind: StepKind, choice: ModelChoice, routes: tuple[Route, ...]) -> ModelChoice:
    """The choice for a step kind: its route, else the task's own choice."""
    return next((entry.choice for entry in routes if entry.kind is kind), choice)
