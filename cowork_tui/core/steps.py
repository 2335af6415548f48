"""The plan the model keeps: steps with a title, a kind and a status."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StepKind(StrEnum):
    """What a step is mostly made of; models are routed by it."""

    PLAN = "plan"
    ACT = "act"
    EXTRACT = "extract"
    WRITE = "write"
    REVIEW = "review"
    SUMMARISE = "summarise"


class StepStatus(StrEnum):
    """Where a step stands."""

    PENDING = "pending"
    ACTIVE = "active"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the plan."""

    title: str
    kind: StepKind
    status: StepStatus


def current_kind(steps: tuple[Step, ...]) -> StepKind:
    """The kind of the step that runs: the active one, else the next pending one; `plan` before there is a plan."""
    for status in (StepStatus.ACTIVE, StepStatus.PENDING):
        for step in steps:
            if step.status is status:
                return step.kind
    return StepKind.SUMMARISE if steps else StepKind.PLAN
