"""The data that figures rest on: the tokenizer's vocabulary and the published prices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.metadata import version
from importlib.resources.abc import Traversable

from cowork_tui.adapters.doctor.finding import Finding, ok, warning
from cowork_tui.adapters.tokenizer import VOCABULARY_SHA256, Tokenizer

OLD_AFTER_DAYS = 90


def check_tokenizer(vocabulary: Traversable | None = None) -> Finding:
    """Whether the vocabulary is the one that was shipped."""
    tokenizer = Tokenizer(vocabulary)
    tokenizer.count("Is the vocabulary there?")
    if tokenizer.missing is not None:
        problem = "the vocabulary can't be used, so token estimates are rougher"
        return warning("tokenizer", problem, "Reinstall cowork-tui: pip install --force-reinstall cowork-tui")
    return ok("tokenizer", f"cl100k_base, checksum {VOCABULARY_SHA256[:12]} as shipped")


def check_prices(today: date | None = None) -> Finding:
    """How old the newest price is that took effect."""
    today = today or datetime.now(UTC).date()
    newest = max((day for day in _effective_dates() if day <= today), default=None)
    package = f"genai-prices {version('genai-prices')}"
    fix = "pip install --upgrade genai-prices"
    if newest is None:
        return warning("prices", f"{package} tells no date", fix)
    age_days = (today - newest).days
    text = f"{package}, newest price in effect since {newest.isoformat()}"
    if age_days > OLD_AFTER_DAYS:
        return warning("prices", f"{text}, {age_days} days ago", fix)
    return ok("prices", text)


def _effective_dates() -> Iterator[date]:
    """The days from which prices hold, of all models of all providers: the newest tells how fresh the data is."""
    from genai_prices.data_snapshot import get_snapshot
    from genai_prices.types import StartDateConstraint

    for provider in get_snapshot().providers:
        for model in provider.models:
            rows = model.prices if isinstance(model.prices, list) else []
            for priced in (*rows, *(model.price_variants or ())):
                constraint = getattr(priced, "constraint", None)
                if isinstance(constraint, StartDateConstraint):
                    yield constraint.start_date


def check_connectors() -> Finding:
    """What tasks can use besides the folder."""
    return ok("connectors", "none configured; tasks use the built-in tools for files")
