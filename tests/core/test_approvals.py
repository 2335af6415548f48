"""Who decides on a change: mode, rules, answers for the task, and then the user."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cowork_tui.core.approvals import (
    ChangeAsked,
    Given,
    Rule,
    Verdict,
    check_pattern,
    decide,
    described,
    suggested_pattern,
)
from cowork_tui.core.errors import BadInput
from cowork_tui.core.file_changes import LoggedChange
from cowork_tui.core.task_values import FileChange, Mode

HERE = "/home/me/papers"
NEW = ChangeAsked("write_file", HERE, ("out/a.csv",), replaces=False)
OVER = ChangeAsked("write_file", HERE, ("out/a.csv",), replaces=True)
TRASH = ChangeAsked("trash_file", HERE, ("out/a.csv",), replaces=True)
MADE = (LoggedChange(1, FileChange("out/a.csv", None, "ab", 0, 3)),)

patterns = st.sampled_from(["*.csv", "/out/", "out/a.csv", "*", "*.md", "/a.csv"])
rules_of_any_kind = st.lists(
    st.builds(
        Rule, st.integers(1, 9), st.sampled_from(["*", "write_file", "trash_file"]), patterns,
        st.sampled_from([None, HERE, "/elsewhere"]), st.booleans(), st.just(1.0),
    )
)  # fmt: skip


def rule(pattern: str, tool: str = "write_file", folder: str | None = HERE, allowed: bool = True) -> Rule:
    return Rule(1, tool, pattern, folder, allowed, 1.0)


def verdict(asked: ChangeAsked, mode: Mode = Mode.ASK, *rules: Rule, given: Given = Given(), log=()) -> Verdict:  # noqa: B008
    return decide(asked, mode, rules, given, log).verdict


def test_ask_mode_asks_and_auto_edit_lets_writes_and_edits_pass() -> None:
    assert verdict(NEW) is Verdict.ASK
    assert verdict(NEW, Mode.AUTO_EDIT) is Verdict.ALLOW


@pytest.mark.parametrize("asked", [OVER, TRASH])
def test_auto_edit_still_asks_before_something_is_overwritten_or_trashed(asked: ChangeAsked) -> None:
    assert verdict(asked, Mode.AUTO_EDIT) is Verdict.ASK


@pytest.mark.parametrize("asked", [OVER, TRASH])
def test_what_the_task_made_itself_may_be_replaced_in_auto_edit(asked: ChangeAsked) -> None:
    assert verdict(asked, Mode.AUTO_EDIT, log=MADE) is Verdict.ALLOW


def test_a_file_that_was_moved_or_overwritten_before_was_not_made_by_the_task() -> None:
    moved = LoggedChange(1, FileChange("out/a.csv", None, "ab", 0, 3, moved_from="mine.csv"))
    overwritten = LoggedChange(1, FileChange("out/a.csv", "cd", "ab", 3, 3))
    assert verdict(OVER, Mode.AUTO_EDIT, log=(moved,)) is Verdict.ASK
    assert verdict(OVER, Mode.AUTO_EDIT, log=(overwritten,)) is Verdict.ASK


@given(rules_of_any_kind, st.sampled_from([NEW, OVER, TRASH]))
def test_no_rule_and_no_answer_loosens_read_only(rules: list[Rule], asked: ChangeAsked) -> None:
    given = Given().plus(asked.tool, replaces=True)
    decision = decide(asked, Mode.READ_ONLY, rules, given, MADE)
    assert (decision.verdict, decision.reason) == (Verdict.DENY, "This task is read-only.")


@given(rules_of_any_kind, st.sampled_from([Mode.ASK, Mode.AUTO_EDIT]), st.randoms())
def test_a_rule_that_denies_wins_wherever_it_stands(rules: list[Rule], mode: Mode, random) -> None:
    rules = [*rules, rule("*.csv", allowed=False)]
    random.shuffle(rules)
    assert verdict(NEW, mode, *rules, given=Given().plus("write_file", replaces=True)) is Verdict.DENY


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [("*.csv", True), ("out/", True), ("/out/*.csv", True), ("/*.csv", False), ("*.md", False), ("**/a.csv", True)],
)
def test_a_rule_covers_what_its_pattern_matches_from_the_folders_top(pattern: str, covered: bool) -> None:
    assert verdict(NEW, Mode.ASK, rule(pattern)) is (Verdict.ALLOW if covered else Verdict.ASK)


def test_a_rule_is_for_its_tool_and_folder_alone() -> None:
    assert verdict(NEW, Mode.ASK, rule("*.csv", "edit_file")) is Verdict.ASK
    assert verdict(NEW, Mode.ASK, rule("*.csv", folder="/elsewhere")) is Verdict.ASK
    assert verdict(NEW, Mode.ASK, rule("*.csv", "*", None)) is Verdict.ALLOW


def test_a_call_on_two_paths_is_allowed_by_rules_for_both_and_denied_by_one() -> None:
    move = ChangeAsked("move_file", HERE, ("a.txt", "b.csv"), replaces=False)
    assert verdict(move, Mode.ASK, rule("*.csv", "move_file")) is Verdict.ASK
    assert verdict(move, Mode.ASK, rule("*.csv", "move_file"), rule("/a.txt", "*")) is Verdict.ALLOW
    assert verdict(move, Mode.AUTO_EDIT, rule("*.csv", "move_file", allowed=False)) is Verdict.DENY


def test_a_call_whose_paths_are_not_known_is_never_allowed_by_a_rule() -> None:
    assert verdict(ChangeAsked("write_file", HERE, (), replaces=False), Mode.ASK, rule("*", "*")) is Verdict.ASK


def test_yes_for_the_task_does_not_cover_replacing_unless_it_was_said_of_that() -> None:
    said = Given().plus("write_file", replaces=False)
    assert verdict(NEW, given=said) is Verdict.ALLOW
    assert verdict(OVER, given=said) is Verdict.ASK
    assert verdict(OVER, given=said, log=MADE) is Verdict.ALLOW
    assert verdict(OVER, given=Given().plus("write_file", replaces=True)) is Verdict.ALLOW


def test_a_denial_names_the_rule() -> None:
    reason = decide(NEW, Mode.ASK, [rule("*.csv", allowed=False)], Given(), ()).reason
    assert reason == f"The user has a rule against it: deny write_file *.csv in {HERE}."
    assert described(rule("*.csv", folder=None)) == "allow write_file *.csv in every folder"


@pytest.mark.parametrize("text", ["", "  ", "!*.csv", "# all", "a\nb", "x" * 1001, "/", "\x1b[2J"])
def test_a_pattern_that_means_nothing_or_the_opposite_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="pattern"):
        check_pattern(text)


@pytest.mark.parametrize(
    ("paths", "replaces", "pattern"),
    [
        (("out/a.csv",), False, "*.csv"),
        (("out/a.csv",), True, "/out/a.csv"),
        (("Makefile",), False, "/Makefile"),
        ((".env",), False, "/.env"),
        (("a.txt", "b.csv"), False, "/b.csv"),
        (("a.csv", "b.csv"), False, "*.csv"),
    ],
)
def test_what_is_suggested(paths: tuple[str, ...], replaces: bool, pattern: str) -> None:
    assert suggested_pattern(paths, replaces=replaces) == pattern


names = st.text(st.characters(exclude_characters="/", exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=8)


@given(st.lists(names.filter(lambda name: name.strip(".")), min_size=1, max_size=3), st.booleans())
def test_a_suggested_pattern_covers_the_path_it_is_suggested_for(parts: list[str], replaces: bool) -> None:
    path = "/".join(parts)
    assert rule(check_pattern(suggested_pattern((path,), replaces=replaces))).matches(path)
