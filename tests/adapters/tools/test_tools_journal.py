"""After a crash the journal tells what happened, and nothing is done twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cowork_tui.adapters.tools.host import FolderTools
from cowork_tui.adapters.tools.journal import PendingState
from cowork_tui.adapters.tools.pending import PendingNotes

WRITE = {"path": "a.txt", "content": "new"}


def _restarted(desk) -> None:
    """The app began again: the same folder and journal, nothing else known."""
    desk.tools = FolderTools(desk.folder, desk.journal, lambda: 1_760_000_100.0)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("new", PendingState.HAPPENED),
        ("old", PendingState.DID_NOT_HAPPEN),
        ("someone else's", PendingState.UNKNOWN),
        (None, PendingState.UNKNOWN),
    ],
)
def test_an_interrupted_change_is_told_by_what_the_file_holds(desk, now: str | None, state: PendingState) -> None:
    file = desk.put("a.txt", "old")
    desk.repeatable(1, "write_file", WRITE)
    if now is None:
        file.unlink()
    else:
        file.write_text(now)
    (pending,) = desk.journal.resolve_pending()
    assert pending.state is state
    assert (pending.note.changes[0].path, pending.note.folder) == ("a.txt", str(desk.folder))
    assert (pending.note.key.tool_use_id, pending.note.key.turn) == ("toolu_1", 1)


def test_a_new_file_that_is_not_there_was_not_written(desk) -> None:
    desk.repeatable(1, "write_file", WRITE)
    (desk.folder / "a.txt").unlink()
    assert [pending.state for pending in desk.journal.resolve_pending()] == [PendingState.DID_NOT_HAPPEN]


def test_a_folder_that_is_gone_leaves_it_unknown(desk) -> None:
    desk.repeatable(1, "write_file", WRITE)
    desk.folder.rename(desk.folder.with_name("elsewhere"))
    assert [pending.state for pending in desk.journal.resolve_pending()] == [PendingState.UNKNOWN]


def test_a_change_that_happened_is_told_again_and_not_made_again(desk) -> None:
    file = desk.put("a.txt", "aa")
    edit = {"path": "a.txt", "old_text": "a", "new_text": "aa", "all": True}
    first = desk.repeatable(1, "edit_file", edit)
    _restarted(desk)
    assert desk.repeatable(1, "edit_file", edit) == first
    assert file.read_text() == "aaaa"


def test_a_change_with_an_unknown_outcome_is_not_repeated_blindly(desk) -> None:
    file = desk.put("a.txt", "old")
    desk.repeatable(1, "write_file", WRITE)
    file.write_text("someone else's")
    _restarted(desk)
    outcome = desk.repeatable(1, "write_file", WRITE)
    assert outcome.is_error
    assert "outcome unknown" in outcome.text
    assert file.read_text() == "someone else's"


def test_the_same_id_with_other_input_is_another_call(desk) -> None:
    desk.repeatable(1, "write_file", WRITE)
    _restarted(desk)
    other = {"path": "a.txt", "content": "other"}
    assert desk.repeatable(1, "write_file", other).text == "wrote a.txt: 1 line, 5 bytes (replaced)"


def test_notes_go_when_a_later_turn_begins_and_when_all_is_stored(desk) -> None:
    desk.repeatable(1, "write_file", WRITE)
    desk.repeatable(1, "write_file", {"path": "b.txt", "content": "b"})
    assert len(desk.journal.resolve_pending()) == 2
    desk.repeatable(2, "write_file", {"path": "c.txt", "content": "c"})
    assert [pending.note.changes[0].path for pending in desk.journal.resolve_pending()] == ["c.txt"]
    desk.tools.settle()
    assert desk.journal.resolve_pending() == ()


def test_forgetting_removes_a_half_written_file(desk) -> None:
    desk.repeatable(1, "write_file", WRITE)
    (pending,) = desk.journal.resolve_pending()
    half = desk.put(pending.note.temp_name, "ha")
    desk.journal.forget(pending.note.key)
    assert not half.exists()
    assert (desk.folder / "a.txt").read_text() == "new"
    assert desk.journal.resolve_pending() == ()


def test_a_note_can_not_make_the_journal_touch_another_folder(desk, tmp_path) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("safe")
    desk.repeatable(1, "write_file", WRITE)
    (pending,) = desk.journal.resolve_pending()
    notes = PendingNotes(desk.originals / "pending")
    change = replace(pending.note.changes[0], path="../victim.txt")
    notes.write(replace(pending.note, changes=(change,), temp_name="victim.txt"))
    assert [again.state for again in desk.journal.resolve_pending()] == [PendingState.UNKNOWN]
    desk.journal.forget(pending.note.key)
    assert victim.read_text() == "safe"


def test_files_that_are_no_notes_are_passed_over(desk) -> None:
    pending = desk.originals / "pending"
    pending.mkdir(parents=True)
    (pending / "broken.json").write_text("{")
    (pending / "other.json").write_text('{"key": 1}')
    (pending / "list.json").write_text("[]")
    assert desk.journal.resolve_pending() == ()


def test_an_original_is_kept_once(desk) -> None:
    for name in ("a.txt", "b.txt"):
        desk.put(name, "same")
        desk.text("write_file", path=name, content=name)
    assert [path.name for path in desk.originals.iterdir() if path.is_file()] != []
    assert sum(path.is_file() for path in desk.originals.iterdir()) == 1


def test_a_file_changed_between_reading_and_writing_is_not_overwritten(desk) -> None:
    file = desk.put("a.txt", "old")
    folder = desk.tools._folder
    desk.repeatable(1, "write_file", WRITE)
    key = desk.journal.resolve_pending()[0].note.key
    with pytest.raises(Exception, match="changed by someone else meanwhile"):
        desk.journal.record(folder, folder.place("a.txt"), b"x", key=key, at=0.0, expected_sha256="0" * 64)
    assert file.read_text() == "new"
