"""Past requests can be rebuilt to the byte, and any change to what is stored is found."""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cowork_tui.adapters.store.database import open_database
from cowork_tui.adapters.store.queries import HistoryQueries
from cowork_tui.adapters.store.verify import verify
from cowork_tui.core.blocks import AssistantText, UserText
from cowork_tui.core.edits import Edit, EditKind, Replacement, fold_edits
from cowork_tui.core.errors import NotFound
from cowork_tui.core.events import EditApplied
from tests.adapters.store.store_story import Story, block, body_from_blocks

TURNS = 30
EDIT_BEHIND = 12


async def tell(path: Path) -> Story:
    """A task longer than one chunk of its transcript, with an edit in the middle of its life."""
    store, story = open_database(path), Story("t1")
    await store.append("t1", story.begin())
    for turn in range(1, TURNS + 1):
        await store.append("t1", story.next_turn())
        if turn == EDIT_BEHIND:
            replaced = (Replacement(3, block(UserText("[pruned]"))), Replacement(7, None))
            edit = Edit(1, turn, EditKind.PRUNE, replaced)
            story.edits = fold_edits([edit])
            await store.append("t1", [EditApplied(1500.0, edit)])
    store.close()
    return story


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Story]:
    path = tmp_path_factory.mktemp("told") / "history.db"
    return path, asyncio.run(tell(path))


@pytest.fixture
def story(told: tuple[Path, Story], path: Path) -> Story:
    """The story, and its history at `path` to do with as a test likes."""
    path.parent.mkdir()
    shutil.copy(told[0], path)
    return told[1]


def change(path: Path, sql: str, *parameters: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(sql, parameters).rowcount > 0


def test_an_untouched_history_verifies(story: Story, queries: HistoryQueries) -> None:
    assert len(story.transcript) > 64
    assert verify(queries, "t1", body_from_blocks) == ()


def test_what_was_sent_is_read_back_block_by_block(story: Story, queries: HistoryQueries) -> None:
    plan = story.plan()
    sent = queries.sent_blocks("t1", TURNS)
    assert sent.blocks == tuple(plan.blocks())[: len(sent.blocks)]
    assert len(sent.blocks) == plan.length - 3
    assert sent.blocks[5].content == UserText("[pruned]")
    before = queries.sent_blocks("t1", EDIT_BEHIND)
    assert before.blocks[5] == story.transcript[3].block
    with pytest.raises(NotFound, match=f"no turn {TURNS + 1}"):
        queries.sent_blocks("t1", TURNS + 1)
    with pytest.raises(NotFound, match="no task"):
        verify(queries, "t2", body_from_blocks)


def test_a_byte_flipped_in_the_file_is_found(story: Story, path: Path, queries: HistoryQueries) -> None:
    raw = path.read_bytes()
    words = b"I look into folder 17."
    assert raw.count(words) == 1
    path.write_bytes(raw.replace(words, b"I look into folder 18."))
    changed = next(e.block for e in story.transcript if e.block.content == AssistantText("I look into folder 17."))
    faults = verify(queries, "t1", body_from_blocks)
    assert f"Block {changed.hash.hex()} (assistant_text) has changed: its hash differs." in faults
    turns = [fault.split(":")[0] for fault in faults if "the rebuilt request has SHA-256" in fault]
    assert turns == [f"Turn {turn}" for turn in range(18, TURNS + 1)]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM events WHERE seq BETWEEN 7 AND 8", "Events 7 to 8 are missing"),
        ("UPDATE events SET payload = '{}' WHERE seq = 9", r"Event 9 \(\w+\) is unreadable"),
        ("UPDATE events SET payload = x'00' WHERE seq = 9", r"Event 9 \(\w+\) is unreadable"),
        ("UPDATE events SET kind = 'other' WHERE seq = 9", r"Event 9 \(other\) is unreadable"),
        ("UPDATE transcript SET turn = 9 WHERE seq = 4", "Entry 4 of the transcript"),
        ("DELETE FROM transcript WHERE seq = 90", "The transcript holds 90 entries, the events make 91"),
        ("UPDATE tasks SET cost_nanodollars = 1", "The task's cost is 1 nanodollars"),
        ("UPDATE tasks SET turns = 1", "The task counts 1 turns, the events 30"),
        ("DELETE FROM turns WHERE turn = 3", "Turn 3: its request can't be rebuilt: There is no turn 3"),
        ("UPDATE turns SET body_sha256 = 'x' WHERE turn = 3", "Turn 3: its row is not what the events say"),
        ("UPDATE turns SET parameters = 'x' WHERE turn = 3", "Turn 3: its request can't be rebuilt"),
        ("UPDATE turns SET previous_message_id = 'm' WHERE turn = 3", "Turn 3: the rebuilt request has SHA-256"),
        ("UPDATE blocks SET payload = substr(payload, 1, 9) WHERE kind = 'tool_result'", "is unreadable"),
        ("DELETE FROM blocks WHERE id = 9", "block [0-9a-f]+ is missing"),
        ("UPDATE blocks SET kind = 'user_text' WHERE id = 4", "has changed: its hash differs"),
        (
            "DELETE FROM prefixes WHERE block_hash = (SELECT hash FROM blocks WHERE payload LIKE '%folder 9.%')",
            "Turn 10: [0-9]+ of the [0-9]+ blocks sent are found: its chain is broken",
        ),
    ],
)
def test_every_kind_of_change_is_named(story: Story, path: Path, queries: HistoryQueries, sql: str, said: str) -> None:
    change(path, sql)
    faults = "\n".join(verify(queries, "t1", body_from_blocks))
    assert re.search(said, faults), faults
