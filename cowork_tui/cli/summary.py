"""What a run says first and last."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cowork_tui.cli.output import DEMO_NOTE, echo, joined, line_width
from cowork_tui.core import figures
from cowork_tui.core.plain_text import one_line, one_path
from cowork_tui.core.pricing import Money
from cowork_tui.core.state import TaskState
from cowork_tui.core.task_values import FileChange, Status

STATUS_WORDS = {
    Status.RUNNING: "running",
    Status.WAITING: "waiting for you",
    Status.PAUSED: "paused",
    Status.STOPPED: "stopped",
    Status.DONE: "done",
    Status.FAILED: "failed",
}
GOAL_CHARS = 100
PATH_CHARS = 60


def print_header(state: TaskState, model_name: str) -> None:
    """The task in two lines."""
    _print_goal(state)
    cap = f"cap {state.cap}" if str(state.cap) != "none" else "no cap"
    where = one_path(_short(state.folder), PATH_CHARS)
    echo(joined([where, state.mode, model_name, cap, f"task {state.task_id[:8]}"], line_width()))


def print_stored_header(state: TaskState, when: str) -> None:
    """A stored task in two lines."""
    _print_goal(state)
    where = one_path(_short(state.folder), PATH_CHARS)
    echo(joined([where, state.mode, f"cap {state.cap}", when, f"task {state.task_id}"], line_width()))


def _print_goal(state: TaskState) -> None:
    if state.money is Money.DEMO:
        echo(DEMO_NOTE)
    echo(one_line(state.goal, line_width() or GOAL_CHARS))


def _short(folder: str) -> str:
    """The folder with `~` for the user's own."""
    home = str(Path.home())
    return "~" + folder[len(home) :] if folder == home or folder.startswith(home + "/") else folder


def print_summary(state: TaskState, model_name: Callable[[str], str]) -> None:
    """Where the task stands, the files it changed, and its totals."""
    echo()
    echo(status_sentence(state))
    if state.next_step:
        echo(state.next_step)
    files = state.files()
    if files:
        echo("\nfiles changed")
        names = [one_path(change.path, PATH_CHARS) for change in files]
        width = max(map(len, names))
        for change, name in zip(files, names, strict=True):
            echo(f"  {_mark(change)} {name:<{width}}  {_size(change)}".rstrip())
    echo()
    echo(joined(totals(state), line_width()))
    for line in by_model(state, model_name):
        echo(line)


def status_sentence(state: TaskState) -> str:
    """`paused: The next turn needs …`, and no word twice where the reason begins with the status."""
    word = STATUS_WORDS[state.status]
    if state.reason.lower().startswith(word):
        return state.reason
    return f"{word}: {state.reason}" if state.reason else word


def _mark(change: FileChange) -> str:
    if change.before_sha256 is None:
        return "+"
    return "-" if change.after_sha256 is None else "~"


def _size(change: FileChange) -> str:
    return "" if change.after_sha256 is None else f"{figures.size(change.after_bytes):>9}"


def totals(state: TaskState) -> list[str]:
    """The parts of `6 turns · 21.4k in: 15.0k read, 6.3k written, 12 fresh · 70 % read · 1.9k out · $0.031`."""
    usage = state.usage
    turns = sum(record.ended is not None for record in state.turns)
    count = f"{turns} turn{'' if turns == 1 else 's'}"
    if not turns:
        return [count, money(state)]
    sent = f"{figures.tokens(usage.prompt_tokens)} in"
    parts = [f"{sent}, cache not reported"]
    if usage.cache_known:
        parts = [
            f"{sent}: {figures.tokens(usage.cache_read_tokens)} read, "
            f"{figures.tokens(usage.cache_write_tokens)} written, {figures.tokens(usage.input_tokens)} fresh",
            f"{figures.percent(usage.hit_share)} read",
        ]
    return [count, *parts, f"{figures.tokens(usage.output_tokens)} out", money(state)]


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
    costs: dict[str, tuple[int, int | None]] = {}
    for record in state.turns:
        if record.ended is not None:
            turns, cost = costs.get(record.planned.choice.model, (0, 0))
            paid = record.ended.cost_nanodollars
            total = None if cost is None or paid is None else cost + paid
            costs[record.planned.choice.model] = (turns + 1, total)
    if len(costs) < 2:
        return []
    width = max(len(model_name(model)) for model in costs)
    return [
        f"  {model_name(model):<{width}}  {turns:>3} turn{' ' if turns == 1 else 's'}  {figures.dollars(cost):>8}"
        for model, (turns, cost) in costs.items()
    ]
