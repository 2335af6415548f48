"""Reference documents: given at the start, they stand in front of the first message, in the cached prefix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cowork_tui.core.blocks import Block, Document, Image, SystemText, make_block
from cowork_tui.core.calibration import STARTS
from cowork_tui.core.models import ModelCard
from cowork_tui.core.plan import weigh
from cowork_tui.core.pricing import PICODOLLARS_PER_NANODOLLAR, ModelPrices, Money
from cowork_tui.core.settings import Settings
from cowork_tui.engine import own_tools
from cowork_tui.engine.ports import TokenCounter
from cowork_tui.engine.prompts import SYSTEM
from cowork_tui.engine.session import Ports


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference document: its text, or its pages as pictures."""

    name: str
    contents: tuple[Document | Image, ...]


@dataclass(frozen=True, slots=True)
class ReferenceCost:
    """What the reference documents of a task weigh and cost, estimated. Money is None where prices are unknown."""

    documents: int
    tokens: int
    model: str
    write_nanodollars: int | None
    """To store them in the cache, once."""
    read_nanodollars: int | None
    """To read them from it, each turn."""
    step_tokens: int | None = None
    """The price step of the model that the task passes with them from its first turn on."""


def reference_blocks(references: Sequence[Reference], count: TokenCounter) -> tuple[Block, ...]:
    """The blocks that stand in front of the first message."""
    return tuple(make_block(content, count) for reference in references for content in reference.contents)


def reference_cost(ports: Ports, settings: Settings, references: Sequence[Reference]) -> ReferenceCost:
    """What they weigh and cost on the task's own model. Raises NotFound for a model that can't be had."""
    card = ports.catalogue.resolve(settings.choice.model)
    today = datetime.fromtimestamp(ports.clock.now(), UTC).date()
    prices = None if ports.provider.money is Money.UNKNOWN else ports.prices.prices(card.id, today)
    blocks = reference_blocks(references, ports.count)
    return _cost(card, prices, blocks, _instructions(ports), len(references), settings.plan.ttl.seconds)


def _instructions(ports: Ports) -> tuple[Block, ...]:
    """What stands in front of them: tools and system text."""
    tools = (*ports.tools.definitions(), *own_tools.definitions())
    return tuple(make_block(content, ports.count) for content in (*tools, SystemText(SYSTEM)))


def _cost(
    card: ModelCard,
    prices: ModelPrices | None,
    blocks: Sequence[Block],
    instructions: Sequence[Block],
    documents: int,
    ttl_seconds: int,
) -> ReferenceCost:
    scale = STARTS[card.tokenizer]
    tokens, before = round(scale.raw(weigh(blocks))), round(scale.raw(weigh(instructions)))
    if prices is None:
        return ReferenceCost(documents, tokens, card.name, None, None)
    row, step = prices.row(tokens + before), prices.step_tokens
    return ReferenceCost(
        documents,
        tokens,
        card.name,
        round(tokens * row.cache_write(ttl_seconds) / PICODOLLARS_PER_NANODOLLAR),
        round(tokens * row.cache_read / PICODOLLARS_PER_NANODOLLAR),
        step if step is not None and tokens + before > step else None,
    )
