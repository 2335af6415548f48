"""`cowork-tui models`: which models can be used, and their prices."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import click

from cowork_tui import wiring
from cowork_tui.cli.output import DEMO_NOTE, echo, fail
from cowork_tui.cli.tasks import json_list
from cowork_tui.core.errors import CoworkError
from cowork_tui.core.models import ModelCard
from cowork_tui.core.plain_text import one_line
from cowork_tui.core.pricing import ModelPrices, PriceRow


@click.command()
@click.option("--demo", is_flag=True, help="List the models of the demo server.")
@click.option("--json", "as_json", is_flag=True, help="A JSON list, for programs.")
def models(demo: bool, as_json: bool) -> None:
    """List models and their prices.

    With a key, what the API offers; without one, the built-in list. Prices are in dollars per million tokens; `write`
    is for the 5-minute cache.
    """
    try:
        listing = asyncio.run(wiring.model_listing(demo=demo))
    except CoworkError as error:
        fail(error)
    today = datetime.now(UTC).date()
    rows = [(card, listing.prices.prices(card.id, today)) for card in listing.cards]
    if as_json:
        click.echo(json_list([_json(card, prices, listing) for card, prices in rows]))
        return
    echo(f"{'model':<28} {'window':>7} {'in':>7} {'write':>7} {'read':>7} {'out':>7}  note")
    for card, prices in rows:
        for number, (above, row) in enumerate(prices.tiers if prices else ((0, None),)):
            echo(_line(card, row, listing.newest) if number == 0 else _tier_line(row, above))
    echo(f"\n{listing.source}")
    if listing.demo:
        echo(DEMO_NOTE)


def _per_million(picodollars: int) -> str:
    return (
        f"{picodollars / 1_000_000:.3f}".rstrip("0").ljust(4, "0")
        if picodollars % 10_000
        else f"{picodollars / 1e6:.2f}"
    )


def _figures(row: PriceRow | None) -> str:
    if row is None:
        return f"{'?':>7} {'?':>7} {'?':>7} {'?':>7}"
    return " ".join(
        f"{_per_million(price):>7}" for price in (row.input, row.cache_write_5m, row.cache_read, row.output)
    )


def _line(card: ModelCard, row: PriceRow | None, newest: dict[str, str]) -> str:
    notes = [f"newest {card.line}"] if newest.get(card.line) == card.id else []
    if card.lifecycle != "active":
        notes.append(card.lifecycle)
    window = f"{card.context_window_tokens // 1_000:,}k"
    return f"{one_line(card.id, 28):<28} {window:>7} {_figures(row)}  {', '.join(notes)}".rstrip()


def _tier_line(row: PriceRow | None, above: int) -> str:
    return f"{'':<28} {f'>{above // 1000}k':>7} {_figures(row)}"


def _json(card: ModelCard, prices: ModelPrices | None, listing: wiring.ModelListing) -> dict[str, object]:
    note: dict[str, object] = {"note": DEMO_NOTE} if listing.demo else {}
    return note | {
        "id": card.id,
        "name": card.name,
        "line": card.line,
        "lifecycle": card.lifecycle,
        "newest_of_line": listing.newest.get(card.line) == card.id,
        "context_window_tokens": card.context_window_tokens,
        "max_output_tokens": card.max_output_tokens,
        "efforts": list(card.efforts),
        "prices_picodollars_per_token": [
            {
                "above_tokens": above,
                "input": row.input,
                "cache_write_5m": row.cache_write_5m,
                "cache_write_1h": row.cache_write_1h,
                "cache_read": row.cache_read,
                "output": row.output,
            }
            for above, row in (prices.tiers if prices else ())
        ],
    }
