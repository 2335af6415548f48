"""Whatever the user does, the server does wrong, and wherever the app dies: what must hold, holds."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cowork_tui.adapters.anthropic.wire import body_from_blocks
from cowork_tui.adapters.store.verify import verify
from cowork_tui.core.blocks import BlockKind
from cowork_tui.core.cap import Cap, allows
from cowork_tui.core.edits import Edit, EditKind, prune
from cowork_tui.core.events import EditApplied, Event, TurnEnded, TurnPlanned
from cowork_tui.core.settings import Settings
from cowork_tui.core.state import TaskState, fold, reduce
from cowork_tui.core.task_values import Mode, Status
from cowork_tui.engine.loop import TaskLoop
from cowork_tui.engine.runner import Changes
from cowork_tui.engine.session import Session
from tests.scenarios.conftest import TOKENIZER, MovableClock, ScriptedApprover, serving
from tests.scenarios.forked import make_folder
from tests.scenarios.ledger import Bill, check_ledger, check_no_tool_ran_twice, check_pairs, check_same

FULL = os.environ.get("COWORK_BENCH_FULL") == "1"
RECEIPTS = "Put the receipts into a table, one row each, with a total per month"
KINDS = (
    "429", "500", "529", "connection_refuse", "cut_before_first_byte", "cut_mid_text", "cut_mid_tool_input",
    "malformed_sse", "error_event_after_200", "refusal_before_output", "refusal_after_output",
    "max_tokens_in_tool_call", "pause_turn", "duplicate_tool_ids", "tool_input_not_json",
)  # fmt: skip
CAPS = st.sampled_from([200, 400, 800, 3_000]).map(lambda cents: Cap(nanodollars=cents * 1_000_000))
TASK = "task1"


class Killed(Exception):
    """The app dies here: nothing more is stored."""


class Life(RuleBasedStateMachine):
    """One task on a small folder, with the demo behind HTTP."""

    @initialize(kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=4, unique=True), cap=CAPS)
    def begin(self, kinds: list[str], cap: Cap) -> None:
        self.place = Path(tempfile.mkdtemp(prefix="cowork-invariants-"))
        self.folder = make_folder(self.place / "papers")
        self.stack = ExitStack()
        plan = "".join(f'[[fault]]\nkind = "{kind}"\nprobability = 0.15\n' for kind in kinds)
        self.clock = MovableClock()
        self.bench = self.stack.enter_context(serving(self.place, self.clock, ScriptedApprover(), faults=plan))
        self.seen: list[bytes] = []
        self.said = 0
        self._live(lambda act: self.bench.run(RECEIPTS, self.folder, Settings(mode=Mode.ASK, cap=cap), before=act), 9)

    @rule(nth=st.integers(1, 60), kill=st.booleans())
    def go_on(self, nth: int, kill: bool) -> None:
        """Resume, then stop or die at an event."""
        self._resume(Changes(), nth, kill=kill)

    @rule()
    def finish(self) -> None:
        self._resume(Changes(), None)

    @rule(model=st.sampled_from(["haiku", "opus", "sonnet"]), nth=st.integers(1, 40))
    def change_model(self, model: str, nth: int) -> None:
        self._resume(Changes(model=model), nth)

    @rule(cap=CAPS, nth=st.integers(1, 40), kill=st.booleans())
    def change_cap(self, cap: Cap, nth: int, kill: bool) -> None:
        self._resume(Changes(cap=cap), nth, kill=kill)

    @rule(nth=st.integers(1, 40))
    def speak(self, nth: int) -> None:
        self.said += 1
        self._resume(Changes(say=f"Also look at point {self.said}"), nth)

    @rule(seconds=st.sampled_from([-4_000.0, 400.0, 4_000.0]))
    def wait(self, seconds: float) -> None:
        self.clock.ahead_seconds += seconds

    @precondition(lambda self: not self._state().open_uses)
    @rule(seed=st.integers(0, 9))
    def hide_results(self, seed: int) -> None:
        state = self._state()
        results = [e.seq for e in state.transcript if e.block.kind is BlockKind.TOOL_RESULT and e.block.tokens > 20]
        chosen = random.Random(seed).sample(results, min(2, len(results)))
        replacements = prune(state.transcript, sorted(chosen), TOKENIZER.count)
        if replacements:
            edit = Edit(len(state.edits) + 1, state.turn, EditKind.PRUNE, replacements)
            asyncio.run(self.bench.store.append(TASK, [EditApplied(self.clock.now(), edit)]))

    @invariant()
    def what_must_hold(self) -> None:
        if not hasattr(self, "bench"):
            return
        events = self.bench.queries.events(TASK)
        state = fold(events)
        blocks = [entry.block.hash for entry in state.transcript]
        assert blocks[: len(self.seen)] == self.seen, "the transcript is append-only"
        self.seen = blocks
        check_pairs(state.transcript)
        check_no_tool_ran_twice(events)
        check_reservations(events)
        bills = [Bill(message) for message in self.bench.billed]
        if not (state.status is Status.RUNNING and state.turns and state.turns[-1].is_out):
            check_ledger(state, bills)

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            problems = verify(self.bench.queries, TASK, body_from_blocks)
            self.stack.close()
            shutil.rmtree(self.place)
            assert problems == ()

    def _state(self) -> TaskState:
        return fold(self.bench.queries.events(TASK))

    def _resume(self, changes: Changes, nth: int | None, *, kill: bool = False) -> None:
        if self._state().status is Status.DONE and changes.say is None:
            changes = Changes(changes.mode, changes.cap, changes.model, say="Go on")
        self._live(lambda act: self._work(changes, act), nth, kill=kill)

    async def _work(self, changes: Changes, act: object) -> Session:
        from cowork_tui.engine.runner import resume
        from cowork_tui.engine.session import remembered_caches

        bench = self.bench
        async with bench.ports(self.folder) as ports:
            caches = remembered_caches(bench.queries, ports.provider, bench.clock.now())
            session = await resume(ports, caches, TASK, changes)
            loop = TaskLoop(session)
            if changes.say:
                loop.say(changes.say)
            act(session, loop)  # type: ignore[operator]
            await loop.run()
            return session

    def _live(self, work: object, nth: int | None, *, kill: bool = False) -> None:
        """Carry on until the task stands still, or for `nth` stored events: then it is stopped, or the app dies."""

        def act(session: Session, loop: TaskLoop) -> None:
            count = [0]

            def watch(_task: str, event: Event) -> None:
                count[0] += event.durable
                if count[0] == nth and event.durable:
                    if kill:
                        raise Killed
                    loop.stop()

            session.ports.bus.subscribe(watch)

        try:
            session = asyncio.run(work(act))  # type: ignore[operator]
        except Killed:
            return
        check_same(self._state(), session.state)
        assert session.state.status is not Status.RUNNING


def check_reservations(events: tuple[Event, ...]) -> None:
    """Each request had room on the cap when it was sent, and none cost more than was reserved for it."""
    state = TaskState()
    for event in events:
        if isinstance(event, TurnPlanned):
            assert allows(state.cap, state.spent, event.reserved)
        if isinstance(event, TurnEnded):
            reserved = state.turns[-1].planned.reserved
            assert (event.cost_nanodollars or 0) + event.held.nanodollars <= reserved.nanodollars
        state = reduce(state, event)


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=100 if FULL else 3,
    stateful_step_count=8 if FULL else 4,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
