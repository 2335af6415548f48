"""What a demo server is made with: everything that could vary is given, nothing is read from the machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.faults import FaultPlan
from cowork_tui.demo.models import ThinkingRule
from cowork_tui.demo.reply import Reply


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """How one demo server counts, tells the time and answers.

    `count_text` gives the unscaled tokens of a text, and `now` seconds since the epoch; both are called from several
    threads. `answer` is a pure function of the parsed request body. `seed` fixes token factors and ids. With `skew`
    off every model counts exactly `count_text`, and nothing hidden is added. `old_tokenizer_scale` and
    `new_tokenizer_scale` multiply the counts of models before and from Opus 4.7, skewed or not.
    `delta_interval_seconds` is the wait before each piece of a stream, `delta_chars` the size of a piece.
    `thinking_rule` puts every model under one rule for returned thinking blocks. `faults` is what goes
    wrong on purpose.
    """

    count_text: Callable[[str], int]
    now: Callable[[], float]
    seed: int
    answer: Callable[[JsonObject], Reply]
    delta_interval_seconds: float = 0.0
    delta_chars: int = 24
    skew: bool = True
    old_tokenizer_scale: float = 1.0
    new_tokenizer_scale: float = 1.0
    thinking_rule: ThinkingRule | None = None
    faults: FaultPlan | None = None
    on_billed: Callable[[JsonObject], None] | None = None
    """Told, from any thread, each whole message whose response begins, whatever becomes of its bytes."""
