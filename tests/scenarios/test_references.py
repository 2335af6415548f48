"""Reference documents and pictures in whole tasks against the demo: where they stand, what the cache holds of them."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING

import fpdf
import httpx2
import PIL.Image
import pytest

from cowork_tui.adapters.tools.references import read_references
from cowork_tui.cli.references import reference_line, reference_words
from cowork_tui.core.blocks import BlockKind, Document, ToolResult
from cowork_tui.core.edits import Edit, EditKind, prune
from cowork_tui.core.errors import BadInput
from cowork_tui.core.events import EditApplied, TurnEnded, TurnPlanned
from cowork_tui.core.settings import Settings
from cowork_tui.core.task_values import Mode, ModelChoice
from cowork_tui.engine.references import Reference, reference_cost
from cowork_tui.engine.runner import resume
from cowork_tui.engine.session import remembered_caches

if TYPE_CHECKING:
    from cowork_tui.core.json_values import JsonObject
    from tests.scenarios.conftest import Bench

GOAL = "Put the receipts into a table, one row each, with a total per month"
POLICY = "Meals are paid up to 30 euros a day, travel by train in second class.\n"


@pytest.fixture
def papers(tmp_path: Path) -> list[Path]:
    """A policy and a price list outside the folder."""
    policy, prices = tmp_path / "policy.md", tmp_path / "prices.csv"
    policy.write_text(POLICY * 300)
    prices.write_text("what,price\n" + "pen,1.50\n" * 500)
    return [policy, prices]


def _counted(bench: Bench, body: JsonObject, blocks: int) -> int:
    """The server's own count of a request that ends after its first `blocks` blocks of the first message."""
    first = body["messages"][0]  # type: ignore[index,call-overload]
    cut = {**first, "content": first["content"][:blocks]}  # type: ignore[dict-item,index,call-overload]
    kept = {key: body[key] for key in ("model", "tools", "system", "thinking") if key in body}
    headers = {"x-api-key": bench.api_key, "anthropic-version": "2026-10-21"}
    url = f"{bench.base_url}/v1/messages/count_tokens"
    answer = httpx2.post(url, json={**kept, "messages": [cut]}, headers=headers)
    return int(answer.json()["input_tokens"])


async def test_references_stand_in_front_of_the_first_text_with_a_breakpoint_behind_them(
    bench: Bench, folder: Path, papers: list[Path], bodies: list[JsonObject]
) -> None:
    await bench.run(GOAL, folder, references=read_references(papers))
    for body in bodies:
        content = body["messages"][0]["content"]  # type: ignore[index,call-overload]
        assert [block["type"] for block in content[:3]] == ["document", "document", "text"]  # type: ignore[index,call-overload]
        assert [block["title"] for block in content[:2]] == ["policy.md", "prices.csv"]  # type: ignore[index,call-overload]
        assert "cache_control" not in content[0]  # type: ignore[index,operator]
        assert content[1]["cache_control"] == {"type": "ephemeral"}  # type: ignore[index,call-overload]


async def test_references_are_read_from_the_cache_from_the_second_turn_on(
    bench: Bench, folder: Path, papers: list[Path], bodies: list[JsonObject]
) -> None:
    await bench.run(GOAL, folder, references=read_references(papers))
    held = _counted(bench, bodies[0], 2)
    ended = [event.usage for event in bench.events if isinstance(event, TurnEnded)]
    assert ended[0].cache_read_tokens == 0
    assert len(ended) > 3
    assert all(usage.cache_read_tokens >= held for usage in ended[1:])
    assert held > 5_000


async def test_an_edit_behind_them_leaves_the_references_in_the_cache(
    bench: Bench, folder: Path, papers: list[Path], bodies: list[JsonObject]
) -> None:
    """The goal itself is pruned: nothing but the references' own breakpoint can be read then."""
    first = await bench.run(GOAL, folder, references=read_references(papers))
    transcript = first.state.transcript
    goal_seq = next(entry.seq for entry in transcript if entry.block.kind is BlockKind.USER_TEXT)
    async with bench.ports(folder) as ports:
        caches = remembered_caches(bench.queries, ports.provider, bench.clock.now())
        from cowork_tui.engine.runner import Changes

        session = await resume(ports, caches, "task1", Changes(say="ping"))
        replaced = prune(session.state.transcript, [goal_seq], ports.count)
        edit = Edit(1, session.state.turn, EditKind.PRUNE, replaced)
        await session.emit(EditApplied(bench.clock.now(), edit))
        await bench._work(session, lambda _session, loop: loop.say("ping"))
    after = [event for event in bench.events if isinstance(event, TurnEnded)][-1]
    foretold = [event for event in bench.events if isinstance(event, TurnPlanned)][-1]
    held = _counted(bench, bodies[0], 2)
    assert after.usage.cache_read_tokens == held
    assert foretold.forecast.read_tokens == pytest.approx(held, rel=0.05)


async def test_their_weight_and_price_are_told_and_true(bench: Bench, folder: Path, papers: list[Path]) -> None:
    given = read_references(papers)
    async with bench.ports(folder) as ports:
        cost = reference_cost(ports, Settings(), given)
    words = reference_words(cost)
    assert words.startswith("2 reference documents, ~")
    assert words.endswith(" a turn to read")
    assert (cost.documents, cost.step_tokens) == (2, None)
    assert cost.write_nanodollars == cost.tokens * 2_500
    assert cost.read_nanodollars == cost.tokens * 100
    assert reference_line(cost)["event"] == "references"


async def test_a_price_step_that_they_cross_is_named(bench: Bench, folder: Path) -> None:
    large = (Reference("large.txt", (Document("large.txt", POLICY * 7_000),)),)
    async with bench.ports(folder) as ports:
        cost = reference_cost(ports, Settings(choice=ModelChoice("haiku")), large)
    assert cost.tokens > 100_000
    assert cost.write_nanodollars == cost.tokens * 625
    assert "price step of 100,000 tokens" in reference_words(cost)


def test_a_scanned_reference_is_given_as_pictures(tmp_path: Path) -> None:
    scan = fpdf.FPDF(format=(100, 100))
    for _ in range(12):
        scan.add_page()
        scan.image(PIL.Image.new("L", (50, 50), 128), 0, 0, 100)
    (tmp_path / "scan.pdf").write_bytes(bytes(scan.output()))
    PIL.Image.new("RGB", (56, 28)).save(tmp_path / "a.png")
    pages, picture = read_references([tmp_path / "scan.pdf", tmp_path / "a.png"])
    assert len(pages.contents) == 12
    assert (picture.name, len(picture.contents)) == ("a.png", 1)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing.pdf", "can't be read (no such file or directory): check the path."), ("sub", "is a folder"),
        ("empty.txt", "holds no text"), ("broken.pdf", "is broken or no PDF"), ("program", "is binary"),
        ("huge.txt", "more than fits beside a task"),
    ],
)  # fmt: skip
def test_a_reference_that_can_not_be_used_is_refused(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "sub").mkdir()
    contents = {"empty.txt": b" \n", "broken.pdf": b"%PDF-", "program": b"\x7fELF\0", "huge.txt": b"x" * 2_000_001}
    for file, content in contents.items():
        (tmp_path / file).write_bytes(content)
    with pytest.raises(BadInput, match=r"^The reference document ") as refused:
        read_references([tmp_path / name])
    assert sentence in str(refused.value)
    assert str(refused.value).endswith(".")


async def test_a_picture_that_is_read_reaches_the_model_and_stays_in_the_history(
    bench: Bench, folder: Path, bodies: list[JsonObject]
) -> None:
    content = io.BytesIO()
    PIL.Image.new("RGB", (560, 280), "blue").save(content, "PNG")
    (folder / "photo.png").write_bytes(content.getvalue())
    session = await bench.run('CALL read_document {"path": "photo.png"}', folder)
    results = [entry.block for entry in session.state.transcript if entry.block.kind is BlockKind.TOOL_RESULT]
    assert isinstance(results[0].content, ToolResult)
    (image,) = results[0].content.images
    sent = bodies[-1]["messages"][-1]["content"][0]["content"]  # type: ignore[index,call-overload]
    assert sent[0] == {"type": "text", "text": "photo.png | image | 560 x 280 | ~200 tokens"}  # type: ignore[index,call-overload]
    assert sent[1]["source"] == {"type": "base64", "media_type": "image/png", "data": image.data}  # type: ignore[index,call-overload]
    assert PIL.Image.open(io.BytesIO(base64.b64decode(image.data))).size == (560, 280)
    planned = [event for event in bench.events if isinstance(event, TurnPlanned)][-1]
    ended = [event for event in bench.events if isinstance(event, TurnEnded)][-1]
    assert planned.forecast.input_tokens == pytest.approx(ended.usage.prompt_tokens, rel=0.1)
    stored = await _stored(bench, folder)
    assert stored == results[0]


async def _stored(bench: Bench, folder: Path) -> object:
    from cowork_tui.core.state import fold

    state = fold(bench.queries.events("task1"))
    assert state.mode is Mode.AUTO_EDIT
    return next(entry.block for entry in state.transcript if entry.block.kind is BlockKind.TOOL_RESULT)
