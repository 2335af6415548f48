"""The lines of the text output."""

from __future__ import annotations

import pytest

from cowork_tui.cli.output import joined
from cowork_tui.cli.plan_lines import plan_lines
from cowork_tui.cli.turn_line import miss_line, turn_line
from cowork_tui.core.events import CacheMissed, MissCause
from cowork_tui.core.state import TurnRecord, fold
from cowork_tui.core.steps import Step, StepKind, StepStatus
from tests.adapters.store.store_story import Story

PLAN = (
    Step("Look around", StepKind.PLAN, StepStatus.DONE),
    Step("Read", StepKind.EXTRACT, StepStatus.ACTIVE),
    Step("Read", StepKind.EXTRACT, StepStatus.PENDING),
)


def test_a_new_plan_is_shown_whole_and_aligned() -> None:
    assert plan_lines(PLAN) == ["  ✓ Look around  plan", "  ▸ Read         extract", "  · Read         extract"]


def test_of_a_known_plan_only_what_moved_is_shown() -> None:
    assert plan_lines(PLAN, PLAN) == []
    moved = (*PLAN[:1], Step("Read", StepKind.EXTRACT, StepStatus.DONE), PLAN[2])
    assert plan_lines(moved, PLAN) == ["  ✓ Read         extract"]
    assert len(plan_lines((*PLAN, PLAN[0]), PLAN)) == 4


def test_a_title_cannot_break_the_plan() -> None:
    [line] = plan_lines([Step("a\x1b[2J\nb" + "x" * 100, StepKind.ACT, StepStatus.PENDING)])
    assert line.startswith("  · a bxxx")
    assert len(line) < 80


def test_parts_are_broken_only_between() -> None:
    assert joined(["one", "two", "three"], None) == "one · two · three"
    assert joined(["one", "two", "three"], 9) == "one · two\n  three"
    assert joined(["one", "a part that is wider than the line"], 9) == "one\n  a part that is wider than the line"


@pytest.fixture
def record() -> TurnRecord:
    story = Story("task1")
    return fold([*story.begin(), *story.next_turn()]).turns[0]


def test_a_turn_fits_narrow_terminals_with_the_same_figures(record: TurnRecord) -> None:
    wide = turn_line(record, "Sonnet 5.5")
    assert "\n" not in wide
    first, second = turn_line(record, "Sonnet 5.5", 100, indent="  ").splitlines()
    assert first.startswith("  turn 1 · extract · Sonnet 5.5 · <$")
    assert second.startswith("    ")
    narrow = turn_line(record, "Sonnet 5.5", 80, indent="  ")
    assert all(len(line) <= 80 for line in narrow.splitlines())
    figures = {word.strip("(),~:") for word in wide.split() if word[0].isdigit() or word[0] in "$~("}
    assert figures <= {word.strip("(),~:") for word in narrow.split()}
    assert turn_line(record, "Sonnet 5.5", 200) == wide


def test_a_miss_names_its_cause_once() -> None:
    miss = CacheMissed(1.0, 2, MissCause.UNKNOWN, "the server dropped it", 3, 38_200, 90_000_000)
    assert miss_line(miss) == "× cache missed: the server dropped it; 38.2k written again, +$0.090"
