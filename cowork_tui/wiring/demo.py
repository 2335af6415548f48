"""Builds the demo server: the clerk, a scenario or a fault plan before it, and weights like the real models'."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from cowork_tui.core.errors import BadInput

if TYPE_CHECKING:
    from cowork_tui.core.json_values import JsonObject
    from cowork_tui.demo.faults import FaultPlan
    from cowork_tui.demo.reply import Reply
    from cowork_tui.demo.settings import DemoSettings

_RARE_COLLECTIONS = (50_000, 20, 50)  # a large request makes 100,000 objects and no cycles

Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How to serve the demo. `delta_seconds` is the wait before each piece of a stream; `clock_speed` how fast the
    caches age; `faults` and `scenario` are files."""

    seed: int = 1
    delta_seconds: float = 0.0
    clock_speed: float = 1.0
    faults: Path | None = None
    scenario: Path | None = None


def serve_demo(host: str, port: int, options: DemoOptions, on_ready: Callable[[int], None]) -> None:
    """Serve the demo Messages API until interrupted.

    Raises BadInput for a file that can't be used, OSError where the port can't be had.
    """
    from cowork_tui.adapters.tokenizer import Tokenizer
    from cowork_tui.demo import clerk
    from cowork_tui.demo.faults import parse_faults
    from cowork_tui.demo.scenario import parse_scenario
    from cowork_tui.demo.server import serve

    faults = _read_with(parse_faults, options.faults) if options.faults is not None else None
    scenario = _read_with(parse_scenario, options.scenario) if options.scenario is not None else None
    started = time.time()

    def now() -> float:
        return started + (time.time() - started) * options.clock_speed

    def answer(body: JsonObject) -> Reply:
        return clerk.answer(body) if scenario is None else scenario.answer(body, clerk.answer)

    settings = demo_settings(
        Tokenizer().count, now, options.seed, answer, delta_seconds=options.delta_seconds, faults=faults
    )
    gc.freeze()
    gc.set_threshold(*_RARE_COLLECTIONS)
    serve(settings, host, port, on_ready)


def _read_with(parse: Callable[[str], Parsed], path: Path) -> Parsed:
    """What a file says. Raises BadInput, which names the file."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise BadInput(f"Can't read {path} ({reason}): name a TOML file.") from error
    try:
        return parse(text)
    except BadInput as error:
        raise BadInput(f"In {path}: {error}") from error


def demo_settings(
    count_text: Callable[[str], int],
    now: Callable[[], float],
    seed: int,
    answer: Callable[[JsonObject], Reply],
    *,
    delta_seconds: float = 0.0,
    faults: FaultPlan | None = None,
) -> DemoSettings:
    """A demo whose models weigh text as the published tokenizers do, give or take its own secret factors."""
    from cowork_tui.core.calibration import RATES
    from cowork_tui.core.models import Tokenizer as Generation
    from cowork_tui.demo.settings import DemoSettings

    return DemoSettings(
        count_text=count_text,
        now=now,
        seed=seed,
        answer=answer,
        delta_interval_seconds=delta_seconds,
        old_tokenizer_scale=RATES[Generation.OLD].text,
        new_tokenizer_scale=RATES[Generation.NEW].text,
        faults=faults,
    )
