"""Every way in which a server misbehaves, through real HTTP: where the task ends, its cost, what the user is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cowork_tui.adapters.anthropic.client import AnthropicProvider
from cowork_tui.core.blocks import AssistantText, ToolResult, ToolUse, UserText
from cowork_tui.core.events import CacheMissed, Notice, ToolEnded, TurnEnded
from cowork_tui.core.pricing import Money
from cowork_tui.core.settings import Settings
from cowork_tui.core.state import TaskState
from cowork_tui.core.task_values import Mode, ModelChoice, Status
from cowork_tui.engine.loop import TaskLoop
from cowork_tui.engine.runner import Changes, begin
from cowork_tui.engine.session import remembered_caches
from tests.scenarios.ledger import Bill, attempts, check_task

if TYPE_CHECKING:
    from tests.scenarios.conftest import Bench

    Faulty = Callable[..., Bench]

GOAL = 'CALL write_file {"path": "a.txt", "content": "hello"}\nCALL read_document {"path": "a.txt"}'


def fault(kind: str, **fields: object) -> str:
    """One rule of a fault plan."""
    lines = [f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}" for name, value in fields.items()]
    return "\n".join(["[[fault]]", f'kind = "{kind}"', *lines, ""])


def assert_written_once(bench: Bench, folder: Path) -> None:
    changed = [event for event in bench.events if isinstance(event, ToolEnded) and event.changes]
    assert len(changed) == 1
    assert (folder / "a.txt").read_text() == "hello"


def texts(state: TaskState, kind: type) -> list[str]:
    return [entry.block.content.text for entry in state.transcript if isinstance(entry.block.content, kind)]


@pytest.mark.parametrize(
    ("rule", "status", "said", "maybe_billed"),
    [
        (fault("429", turn=2, times=2), 429, "limits the rate of requests", False),
        (fault("429", turn=2, retry_after=0.05, retry_after_form="milliseconds"), 429, "limits the rate", False),
        (fault("408", turn=2), 408, "refused the request (status 408)", False),
        (fault("500", turn=2), 500, "can't answer (status 500)", False),
        (fault("503", turn=2), 503, "can't answer (status 503)", False),
        (fault("504", turn=2), 504, "can't answer (status 504)", False),
        (fault("529", turn=2, times=3), 529, "can't answer (status 529): Overloaded", False),
        (fault("connection_refuse", turn=2), None, "gave no answer", True),
        (fault("connection_reset", turn=2), None, "gave no answer", True),
        (fault("cut_before_first_byte", turn=2), None, "broke off", True),
        (fault("silence", turn=2, seconds=20), None, "no answer in time", True),
    ],
)
async def test_what_passes_is_tried_again_visibly(
    faulty: Faulty, folder: Path, rule: str, status: int | None, said: str, maybe_billed: bool
) -> None:
    bench = faulty(rule)
    bench.silence_seconds = 0.5
    session = await bench.run(GOAL, folder)
    assert session.state.status is Status.DONE
    assert_written_once(bench, folder)
    check_task(bench, session.state)
    tries = attempts(bench.events)
    assert tries
    for attempt in tries:
        assert attempt.turn == 2
        assert attempt.status == status
        assert said in attempt.error
        assert attempt.wait_seconds is not None
        assert bool(attempt.held.nanodollars) is maybe_billed
    assert session.state.turns[1].failed_attempts == len(tries)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (fault("cut_mid_text", turn=3), "the connection closed before the end"),
        (fault("cut_mid_tool_input", turn=1), "the connection closed before the end"),
        (fault("malformed_sse", turn=2), "it sent an event that is not JSON"),
        (fault("error_event_after_200", turn=2), "Overloaded"),
        (fault("error_event_after_200", turn=3, error_type="api_error"), "Overloaded"),
        (fault("silence", where="middle", turn=2, seconds=20), "nothing came for too long"),
    ],
)
async def test_an_answer_that_breaks_off_is_billed_as_seen_and_gone_on_with(
    faulty: Faulty, folder: Path, rule: str, said: str
) -> None:
    bench = faulty(rule)
    bench.silence_seconds = 0.5
    session = await bench.run(GOAL, folder)
    assert session.state.status is Status.DONE
    assert_written_once(bench, folder)
    check_task(bench, session.state)
    [broken] = [record for record in session.state.turns if record.ended and record.ended.stop_reason == "failed"]
    assert broken.ended is not None
    assert broken.ended.usage.prompt_tokens > 1_000
    assert broken.ended.cost_nanodollars
    assert broken.ended.held.nanodollars
    [attempt] = attempts(bench.events)
    assert said in attempt.error
    assert attempt.wait_seconds is not None


async def test_text_that_was_cut_is_kept_and_the_model_is_asked_to_go_on(faulty: Faulty, folder: Path) -> None:
    bench = faulty(fault("cut_mid_text", turn=3))
    session = await bench.run(GOAL, folder)
    [cut, _] = texts(session.state, AssistantText)
    assert "DONE a.txt | txt | 5 characters".startswith(cut)
    assert texts(session.state, UserText)[-1] == "Go on where you stopped."


async def test_what_breaks_off_again_pauses_and_resumes(faulty: Faulty, folder: Path) -> None:
    bench = faulty(fault("error_event_after_200", times=2))
    session = await bench.run(GOAL, folder)
    assert session.state.status is Status.PAUSED
    assert "Overloaded" in session.state.reason
    assert "Resume" in session.state.next_step
    check_task(bench, session.state)
    session = await bench.resume(folder)
    assert session.state.status is Status.DONE
    assert_written_once(bench, folder)
    check_task(bench, session.state)


PAUSES = [
    ("429", {}, "limits the rate", "Wait a few minutes", Changes()),
    ("529", {}, "(status 529)", "Resume the task later", Changes()),
    ("connection_refuse", {}, "gave no answer", "Check base_url", Changes()),
    ("spend_limit_429", {"times": 1}, "spending limit is reached", "Raise the limit in the Console", Changes()),
    ("self_set_limit_400", {"times": 1}, "The spending limit set for this key", "Raise the limit", Changes()),
    ("wrong_content_type", {"times": 1}, "answered with text/html", "Check base_url", Changes()),
    ("key_revoked", {"times": 1}, "refused the API key", "ANTHROPIC_API_KEY", Changes()),
    ("model_retired", {"times": 1}, "has no model claude-sonnet-5-5", "--model", Changes(model="haiku")),
    ("context_window_exceeded", {"times": 1}, "filled the model's context window", "--model", Changes(model="opus")),
]


@pytest.mark.parametrize(("kind", "fields", "said", "step", "changes"), PAUSES, ids=[case[0] for case in PAUSES])
async def test_what_the_user_must_mend_pauses_and_names_the_next_step(
    faulty: Faulty, folder: Path, kind: str, fields: dict[str, object], said: str, step: str, changes: Changes
) -> None:
    tries = 1 if "times" in fields else 4
    bench = faulty(fault(kind, turn=2, **{"times": tries, **fields}))
    session = await bench.run(GOAL, folder)
    state = session.state
    assert state.status is Status.PAUSED
    assert said in state.reason
    assert step in state.next_step
    assert len(attempts(bench.events)) == (0 if kind == "context_window_exceeded" else tries)
    assert_written_once(bench, folder)
    check_task(bench, state)
    bench.api_key = "another-key" if kind == "key_revoked" else bench.api_key
    session = await bench.resume(folder, changes)
    assert session.state.status is Status.DONE
    assert_written_once(bench, folder)
    check_task(bench, session.state)


@pytest.mark.parametrize(
    ("url", "said"),
    [("http://127.0.0.1:9", "the connection was refused"), ("http://nowhere.invalid", "there is no host of that name")],
)
async def test_a_server_that_cannot_be_reached_pauses(bench: Bench, folder: Path, url: str, said: str) -> None:
    from tests.scenarios.conftest import QUICK

    async with bench.ports(folder) as ports:
        elsewhere = AnthropicProvider(url, "key", Money.DEMO, bench.clock, retries=QUICK)
        lost, caches = replace(ports, provider=elsewhere), remembered_caches(bench.queries, elsewhere, 0.0)
        session = await begin(lost, caches, "task1", "hello", "x", Settings())
        await TaskLoop(session).run()
    state = session.state
    assert state.status is Status.PAUSED
    assert state.reason == f"Can't reach {url}: {said}."
    assert "base_url" in state.next_step
    assert [attempt.wait_seconds is None for attempt in attempts(bench.events)] == [False, False, False, True]
    assert (state.cost_nanodollars, state.held.nanodollars) == (0, 0)
    check_task(bench, state)


async def test_a_refusal_before_any_output_is_not_billed(faulty: Faulty, folder: Path) -> None:
    bench = faulty(fault("refusal_before_output", turn=3))
    session = await bench.run(GOAL, folder)
    last = session.state.turns[-1].ended
    assert last is not None
    assert (session.state.status, last.stop_reason, last.cost_nanodollars) == (Status.FAILED, "refusal", 0)
    assert "refused" in session.state.reason
    assert "--model" in session.state.next_step
    check_task(bench, session.state)


async def test_a_refusal_after_output_is_billed(faulty: Faulty, folder: Path) -> None:
    bench = faulty(fault("refusal_after_output", turn=3))
    session = await bench.run(GOAL, folder)
    last = session.state.turns[-1].ended
    assert last is not None
    assert (session.state.status, last.stop_reason) == (Status.FAILED, "refusal")
    assert last.cost_nanodollars == Bill(bench.billed[-1]).cost_nanodollars > 0
    assert_written_once(bench, folder)
    check_task(bench, session.state)


async def test_a_call_cut_at_max_tokens_is_answered_not_run(faulty: Faulty, folder: Path) -> None:
    bench = faulty(fault("max_tokens_in_tool_call", turn=2))
    session = await bench.run(GOAL, folder)
    assert session.state.status is Status.DONE
    [cut] = [event for event in bench.events if isinstance(event, ToolEnded) and event.is_error]
    assert isinstance(cut.block.content, ToolResult)
    assert "was cut off at 16,000 tokens: send it again, in smaller parts." in cut.block.content.text
    assert_written_once(bench, folder)
    check_task(bench, session.state)


async def test_calls_cut_at_max_tokens_again_and_again_pause(faulty: Faulty, folder: Path) -> None:
    bench = faulty(fault("max_tokens_in_tool_call", times=0, every=1))
    session = await bench.run("\n".join([GOAL] * 4), folder)
    assert session.state.status is Status.PAUSED
    assert session.state.reason == "Tool calls were cut 3 times in a row at max_tokens (16,000)."
    assert not (folder / "a.txt").exists()


async def test_a_paused_turn_is_sent_again_as_it_is(faulty: Faulty, folder: Path) -> None:
    bench = faulty(fault("pause_turn"))
    goal = "Put the receipts into a table, one row each, with a total per month"
    session = await bench.run(goal, folder)
    assert session.state.status is Status.DONE
    ended = [event for event in bench.events if isinstance(event, TurnEnded)]
    assert [event.stop_reason for event in ended].count("pause_turn") == 1
    assert texts(session.state, UserText)[1:] == []
    assert (folder / "receipts.csv").exists()
    check_task(bench, session.state)


@pytest.mark.parametrize("field", ["diagnostics", "thinking", "output_config"])
async def test_a_field_that_a_gateway_refuses_is_left_out_and_said_once(
    faulty: Faulty, folder: Path, field: str
) -> None:
    bench = faulty(fault("gateway_400", field=field))
    settings = Settings(mode=Mode.AUTO_EDIT, choice=ModelChoice("opus", "low"))
    session = await bench.run(GOAL, folder, settings)
    assert session.state.status is Status.DONE
    [notice] = [event for event in bench.events if isinstance(event, Notice)]
    assert field in notice.text
    assert [attempt.status for attempt in attempts(bench.events)] == [400]
    assert_written_once(bench, folder)
    check_task(bench, session.state)


async def test_a_gateway_without_cache_fields_is_not_said_to_miss(faulty: Faulty, folder: Path) -> None:
    bench = faulty(fault("no_cache_fields"))
    session = await bench.run(GOAL, folder)
    assert session.state.status is Status.DONE
    assert not any(isinstance(event, CacheMissed) for event in bench.events)
    assert all(record.ended and not record.ended.usage.cache_known for record in session.state.turns)
    check_task(bench, session.state)


async def test_a_call_under_a_known_id_gets_one_of_its_own(faulty: Faulty, folder: Path) -> None:
    bench = faulty(fault("duplicate_tool_ids", turn=2))
    session = await bench.run(GOAL, folder)
    uses = [entry.block.content.id for entry in session.state.transcript if isinstance(entry.block.content, ToolUse)]
    assert uses == [uses[0], f"{uses[0]}_2"]
    assert session.state.status is Status.DONE
    assert_written_once(bench, folder)
    check_task(bench, session.state)


async def test_input_that_is_not_json_is_answered_not_run(faulty: Faulty, folder: Path) -> None:
    bench = faulty(fault("tool_input_not_json", turn=2))
    session = await bench.run(GOAL, folder)
    errors = [event.block.content.text for event in bench.events if isinstance(event, ToolEnded) and event.is_error]  # type: ignore[union-attr]
    assert errors == ["The input of read_document was not a JSON object: send it again."]
    assert session.state.status is Status.DONE
    check_task(bench, session.state)


async def test_slow_bytes_are_waited_for(faulty: Faulty, folder: Path) -> None:
    bench = faulty(fault("slow_bytes", turn=2, bytes_per_second=3_000))
    bench.silence_seconds = 0.5
    session = await bench.run(GOAL, folder)
    assert session.state.status is Status.DONE
    assert attempts(bench.events) == []
    assert session.state.turns[1].ended is not None
    check_task(bench, session.state)
