"""What a run says first and last."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cowork_tui.cli.output import DEMO_NOTE, echo
from cowork_tui.core import figures
from cowork_tui.core.events import FileChange, Status
from cowork_tui.core.plain_text import one_line
from cowork_tui.core.pricing import Money
from cowork_tui.core.state import TaskState

STATUS_WORDS = {
    Status.RUNNING: "running",
    Status.WAITING: "waiting for you",
    Status.PAUSED: "paused",
    Status.STOPPED: "stopped",
    Status.DONE: "done",
    Status.FAILED: "failed",
}


def print_header(state: TaskState, model_name: str) -> None:
    """The task in two lines."""
    if state.money is Money.DEMO:
        echo(DEMO_NOTE)
    echo(one_line(state.title, 100))
    home = str(Path.home())
    folder = "~" + state.folder[len(home) :] if state.folder.startswith(home + "/") else state.folder
    cap = f"cap {state.cap}" if str(state.cap) != "none" else "no cap"
    echo(f"{folder} · {state.mode} · {model_name} · {cap} · task {state.task_id[:8]}\n")


def print_summary(state: TaskState, model_name: Callable[[str], str]) -> None:
    """Where the task stands, the files it changed, and its totals."""
    echo()
    echo(f"{STATUS_WORDS[state.status]}{f': {state.reason}' if state.reason else ''}")
    if state.next_step:
        echo(state.next_step)
    files = state.files()
    if files:
        echo("\nfiles changed")
        width = max(len(one_line(change.path, 60)) for change in files)
        for change in files:
            echo(f"  {_mark(change)} {one_line(change.path, 60):<{width}}  {figures.size(change.after_bytes)}")
    echo("\n" + totals(state))
    for line in by_model(state, model_name):
        echo(line)
    if state.money is Money.DEMO:
        echo(DEMO_NOTE)


def _mark(change: FileChange) -> str:
    if change.before_sha256 is None:
        return "+"
    return "-" if change.after_sha256 is None else "~"


def totals(state: TaskState) -> str:
    """`6 turns · 21.4k in: 15.0k read, 6.3k written, 12 fresh · 70 % read · 1.9k out · $0.031`."""
    usage = state.usage
    turns = sum(record.ended is not None for record in state.turns)
    cache = (
        f": {figures.tokens(usage.cache_read_tokens)} read, {figures.tokens(usage.cache_write_tokens)} written, "
        f"{figures.tokens(usage.input_tokens)} fresh · {figures.percent(usage.hit_share)} read"
        if usage.cache_known
        else ", cache not reported"
    )
    return (
        f"{turns} turn{'' if turns == 1 else 's'} · {figures.tokens(usage.prompt_tokens)} in{cache} · "
        f"{figures.tokens(usage.output_tokens)} out · {money(state)}"
    )


def money(state: TaskState) -> str:
    """The task's cost with what kind of money it is."""
    if state.unpriced_turns and not state.cost_nanodollars:
        return figures.MONEY_NOTES[Money.UNKNOWN]
    text = figures.dollars(state.cost_nanodollars)
    if state.unpriced_turns:
        text += f" and {state.unpriced_turns} turns of unknown price"
    return f"{text} ({DEMO_NOTE})" if state.money is Money.DEMO else text


def by_model(state: TaskState, model_name: Callable[[str], str]) -> list[str]:
    """A line a model, where several were used."""
    costs: dict[str, tuple[int, int]] = {}
    for record in state.turns:
        if record.ended is not None:
            turns, cost = costs.get(record.planned.choice.model, (0, 0))
            costs[record.planned.choice.model] = (turns + 1, cost + (record.ended.cost_nanodollars or 0))
    if len(costs) < 2:
        return []
    return [f"  {model_name(model)}: {turns} turns, {figures.dollars(cost)}" for model, (turns, cost) in costs.items()]
