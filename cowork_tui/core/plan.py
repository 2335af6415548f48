"""The context plan: what the next turn sends on one model.

A plan is a pure function of (tools, system, transcript, edits, model, effort, settings). It is a list of spans: tools,
system, then one span for each chunk of the transcript, as sent. A position counts blocks from the start of the
request; the prefix at position p is the first p blocks, and it has a hash and a weight. Unchanged chunks keep their
spans, so replanning after one change costs what changed plus one digest a chunk.

Three things enter the prefix hash beside the blocks, by the published invalidation rules: nothing before the tools;
citations and speed before the system text; tool choice, thinking, effort and the presence of images before the
messages. The model and the key are not part of the hash: caches are kept apart by them (`core.prompt_cache`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from cowork_tui.core.blocks import Block, BlockKind, image_tokens
from cowork_tui.core.edits import NO_EDITS, EditState, ThinkingCut
from cowork_tui.core.hashing import HASH_BYTES, Hash, digest, link
from cowork_tui.core.models import ModelCard, ThinkingBinding, ThinkingSupport
from cowork_tui.core.transcript import CHUNK_ENTRIES, Chunk, Entry, Transcript

MAX_BREAKPOINTS = 4
"""The API refuses a fifth."""


class Ttl(StrEnum):
    """How long a cache entry lives after the start of the request that last wrote or read it."""

    FIVE_MINUTES = "5m"
    ONE_HOUR = "1h"

    @property
    def seconds(self) -> int:
        return 300 if self is Ttl.FIVE_MINUTES else 3600


class Weight(NamedTuple):
    """What a run of blocks weighs, in the units that token estimates are linear in."""

    tokens: int = 0
    """Yardstick tokens of everything but thinking."""
    thinking_tokens: int = 0
    """Yardstick tokens of thinking text; of its signature where the text is withheld."""
    tool_uses: int = 0
    tool_results: int = 0
    result_tokens: int = 0
    """Yardstick tokens of tool results; part of `tokens`."""
    image_tokens: int = 0
    """Tokens of images by the published 28-pixel rule."""

    def __add__(self, other: Weight) -> Weight:  # pyright: ignore[reportIncompatibleMethodOverride]
        a, b, c, d, e, f = self
        u, v, w, x, y, z = other
        return Weight(a + u, b + v, c + w, d + x, e + y, f + z)

    def __sub__(self, other: Weight) -> Weight:
        a, b, c, d, e, f = self
        u, v, w, x, y, z = other
        return Weight(a - u, b - v, c - w, d - x, e - y, f - z)


NO_WEIGHT = Weight()


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive blocks as sent, with their hashes joined and their weight."""

    blocks: tuple[Block, ...]
    seqs: tuple[int, ...]
    """The transcript entry each block stands for; empty for tools and system."""
    hashes: bytes
    weight: Weight


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """A cache breakpoint on the last block of the prefix at `position`."""

    position: int
    ttl: Ttl


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a request carries beside its blocks. `effort` and `thinking_budget_tokens` are None where not sent.

    A thinking budget of 0 says that thinking is switched off, which models that think by default must be told.
    """

    max_tokens: int
    thinking: ThinkingSupport = ThinkingSupport.NONE
    thinking_budget_tokens: int | None = None
    effort: str | None = None
    tool_choice: str | None = None
    speed: str | None = None

    def messages_salt(self, has_images: bool) -> Hash:
        """What invalidates the messages but not tools and system."""
        text = "|".join(str(part) for part in (
            self.thinking, self.thinking_budget_tokens, self.effort, self.tool_choice, has_images,
        ))  # fmt: skip
        return digest(b"messages", text.encode())

    def system_salt(self) -> Hash:
        """What invalidates system and messages but not tools."""
        return digest(b"system", str(self.speed).encode())


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """The user's choices that shape a plan."""

    max_tokens: int = 16_000
    ttl: Ttl = Ttl.FIVE_MINUTES
    thinking: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class ContextPlan:
    """What one request on one model sends. See the module's description for positions and prefixes."""

    card: ModelCard
    parameters: Parameters
    spans: tuple[Span, ...]
    starts: tuple[int, ...]
    """Position before each span."""
    links: tuple[Hash, ...]
    """Prefix hash before each span, salted where a segment begins."""
    weights: tuple[Weight, ...]
    """Weight before each span."""
    length: int
    breakpoints: tuple[Breakpoint, ...]
    end_seq: int
    """Length of the transcript the plan was made of."""

    @property
    def system_end(self) -> int:
        """The position behind tools and system."""
        return self.starts[2] if len(self.starts) > 2 else self.length

    def blocks(self) -> Iterator[Block]:
        """All blocks in the order sent."""
        for span in self.spans:
            yield from span.blocks

    def _locate(self, position: int) -> tuple[int, int]:
        """The span that holds the block before `position`, and how many of its blocks the prefix takes."""
        if not 0 <= position <= self.length:
            raise IndexError(f"no position {position} in a plan of {self.length} blocks")
        index = max(bisect_left(self.starts, position) - 1, 0)
        return index, position - self.starts[index]

    def prefix_hash(self, position: int) -> Hash:
        """The name of the first `position` blocks under these parameters."""
        index, count = self._locate(position)
        return link(self.links[index], self.spans[index].hashes[: count * HASH_BYTES])

    def weight(self, position: int) -> Weight:
        """What the first `position` blocks weigh."""
        index, count = self._locate(position)
        span = self.spans[index]
        part = span.weight if count == len(span.blocks) else weigh(span.blocks[:count])
        return self.weights[index] + part

    def position_of(self, seq: int) -> int:
        """The position before transcript entry `seq` (or before the next entry sent, where that one is not)."""
        for index in range(len(self.spans) - 1, 1, -1):
            seqs = self.spans[index].seqs
            if seqs and seqs[0] <= seq:
                return self.starts[index] + bisect_left(seqs, seq)
        return self.system_end

    def block_before(self, position: int) -> Block:
        """The last block of the prefix at `position`."""
        index, count = self._locate(position)
        return self.spans[index].blocks[count - 1]


def withheld_tokens(block: Block) -> int:
    """A stand-in weight of thinking whose text is withheld: its signature and data grow with what was thought."""
    sealed = getattr(block.content, "signature", "") + getattr(block.content, "redacted", "")
    return -(-len(sealed) // 8)


def weigh(blocks: Iterable[Block]) -> Weight:
    """The weight of some blocks."""
    tokens = thinking = uses = results = result_tokens = pixels = 0
    for block in blocks:
        kind, size = block.kind, block.tokens
        if kind is BlockKind.THINKING:
            thinking += size or withheld_tokens(block)
            continue
        tokens += size
        if kind is BlockKind.TOOL_USE:
            uses += 1
        elif kind is BlockKind.TOOL_RESULT:
            results += 1
            result_tokens += size
            pixels += image_tokens(block)
        elif kind is BlockKind.IMAGE:
            pixels += image_tokens(block)
    return Weight(tokens, thinking, uses, results, result_tokens, pixels)


def make_span(blocks: Sequence[Block], seqs: Sequence[int] = ()) -> Span:
    """A span of blocks as sent."""
    return Span(tuple(blocks), tuple(seqs), b"".join([block.hash for block in blocks]), weigh(blocks))


def build(
    tools: Span,
    system: Span,
    transcript: Transcript,
    edits: EditState,
    card: ModelCard,
    parameters: Parameters,
    *,
    ttl: Ttl = Ttl.FIVE_MINUTES,
    sent_end_seq: int | None = None,
    reference_end_seq: int | None = None,
) -> ContextPlan:
    """The plan of the next request.

    `sent_end_seq` is where the last request to this model ended, None before the first: a breakpoint stays there, so
    that a turn which adds 20 or more blocks still finds it. `reference_end_seq` is the end of the reference documents
    that stand before the first message.
    """
    spans = [tools, system, *_message_spans(transcript, edits, card)]
    has_images = any(span.weight.image_tokens for span in spans)
    starts: list[int] = []
    links: list[Hash] = []
    weights: list[Weight] = []
    length, after, weight = 0, digest(b"prefix"), NO_WEIGHT
    for index, span in enumerate(spans):
        starts.append(length)
        links.append(after)
        weights.append(weight)
        length += len(span.blocks)
        after = link(after, span.hashes)
        weight += span.weight
        if index == 0:
            after = digest(after, parameters.system_salt())
        elif index == 1:
            after = digest(after, parameters.messages_salt(has_images))
    plan = ContextPlan(
        card, parameters, tuple(spans), tuple(starts), tuple(links), tuple(weights), length, (), len(transcript)
    )
    wanted = [plan.system_end, length]
    wanted += [plan.position_of(seq) for seq in (sent_end_seq, reference_end_seq) if seq is not None]
    return _with_breakpoints(plan, wanted, ttl)


def _with_breakpoints(plan: ContextPlan, wanted: Iterable[int], ttl: Ttl) -> ContextPlan:
    positions = sorted({position for position in wanted if _cacheable_end(plan, position)})[-MAX_BREAKPOINTS:]
    return ContextPlan(
        plan.card, plan.parameters, plan.spans, plan.starts, plan.links, plan.weights, plan.length,
        tuple(Breakpoint(position, ttl) for position in positions), plan.end_seq,
    )  # fmt: skip


def _cacheable_end(plan: ContextPlan, position: int) -> bool:
    """Thinking and empty text can't carry a breakpoint."""
    if position <= 0:
        return False
    block = plan.block_before(position)
    return block.kind is not BlockKind.THINKING and (block.chars > 0 or block.kind is BlockKind.IMAGE)


def choose_parameters(card: ModelCard, settings: PlanSettings, effort: str | None) -> Parameters:
    """The parameters a model takes: adaptive thinking and effort where it has them, nothing where it doesn't.

    An effort equal to the model's default is left out, which is the same request to the cache.
    """
    sent_effort = effort if effort in card.efforts and effort != card.default_effort else None
    max_tokens = min(settings.max_tokens, card.max_output_tokens)
    adaptive = card.thinking in (ThinkingSupport.ADAPTIVE, ThinkingSupport.ADAPTIVE_ON, ThinkingSupport.ALWAYS)
    if adaptive and (settings.thinking or card.thinking is ThinkingSupport.ALWAYS):
        return Parameters(max_tokens, ThinkingSupport.ADAPTIVE, None, sent_effort)
    off_budget = 0 if card.thinking is ThinkingSupport.ADAPTIVE_ON else None
    return Parameters(max_tokens, ThinkingSupport.NONE, off_budget, sent_effort)


_NO_THINKING = ""


def _message_spans(transcript: Transcript, edits: EditState, card: ModelCard) -> Iterator[Span]:
    """One span a chunk, taken from the chunk's memo unless an edit touches it or only part of its thinking is sent."""
    touched = {seq // CHUNK_ENTRIES for seq in edits.replaced}
    last_user_seq = transcript.last_user_text_seq() if card.binding is ThinkingBinding.LAST_TURN else -1
    cuts = edits.thinking_cuts if card.binding in (ThinkingBinding.PREFIX_DROPS, ThinkingBinding.PREFIX_REFUSES) else ()
    for index, chunk in enumerate(transcript.chunks):
        author = _sent_author(chunk, card, last_user_seq, cuts)
        if index in touched or author is None:
            yield _span_of(chunk, edits.replaced, card.id, last_user_seq, cuts)
            continue
        key = ("span", author)
        span = chunk.derived.get(key)
        if span is None:
            span = chunk.derived[key] = _span_of(chunk, NO_EDITS.replaced, author)
        yield span  # pyright: ignore[reportReturnType]


def _sent_author(chunk: Chunk, card: ModelCard, last_user_seq: int, cuts: Sequence[ThinkingCut]) -> str | None:
    """Whose thinking in the chunk is sent: the model's own, nobody's (""), or None where only part of it is."""
    if card.id not in chunk.thinking_models():
        return _NO_THINKING
    first, last = chunk.entries[0], chunk.entries[-1]
    if last_user_seq > last.seq:
        return _NO_THINKING
    if last_user_seq > first.seq:
        return None
    author: str | None = card.id
    for cut in cuts:
        if cut.seq < first.seq and cut.turn >= last.turn:
            return _NO_THINKING
        if cut.seq < last.seq and cut.turn >= first.turn:
            author = None
    return author


def _span_of(
    chunk: Chunk,
    replaced: Mapping[int, Block | None],
    author: str,
    last_user_seq: int = -1,
    cuts: Sequence[ThinkingCut] = (),
) -> Span:
    """The chunk as sent, with the thinking of `author` alone, as far as the API neither strips nor refuses it."""
    blocks: list[Block] = []
    seqs: list[int] = []
    for entry in chunk.entries:
        block = replaced.get(entry.seq, entry.block)
        if block is None or (
            block.kind is BlockKind.THINKING and not _thinking_sent(entry, author, last_user_seq, cuts)
        ):
            continue
        blocks.append(block)
        seqs.append(entry.seq)
    return make_span(blocks, seqs)


def _thinking_sent(entry: Entry, author: str, last_user_seq: int, cuts: Sequence[ThinkingCut]) -> bool:
    if getattr(entry.block.content, "model", "") != author or entry.seq < last_user_seq:
        return False
    return not any(entry.seq > cut.seq and entry.turn <= cut.turn for cut in cuts)
