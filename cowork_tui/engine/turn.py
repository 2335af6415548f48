"""Prepares a turn: model by step kind, plan, forecast, cap; everything known and stored before a byte is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from cowork_tui.core.cap import MIN_OUTPUT_TOKENS as MIN_OUTPUT
from cowork_tui.core.cap import Amount, allows, largest_output, left, worst_case
from cowork_tui.core.errors import NotFound
from cowork_tui.core.events import TurnPlanned
from cowork_tui.core.forecast import forecast, output_range, pace
from cowork_tui.core.models import ModelCard, ThinkingSupport
from cowork_tui.core.plan import ContextPlan, Parameters, build, choose_parameters
from cowork_tui.core.pricing import US_GEO_FACTOR, ModelPrices, Money, format_dollars, modifier
from cowork_tui.core.prompt_cache import Hit, TokensAt, lookup
from cowork_tui.core.routing import route
from cowork_tui.core.state import TaskState
from cowork_tui.core.steps import StepKind, current_kind
from cowork_tui.core.task_values import Forecast, ModelChoice, PrefixLink
from cowork_tui.engine.provider_events import PreparedRequest
from cowork_tui.engine.session import Session, past_outputs

NEAR_BUDGET = (0.95, 1.05)
"""Around the budget, as shares of it, the server is asked to count the input; well past it a count says nothing new."""
NEAR_WINDOW = 0.9
"""From this share of the context window on, the server is asked every time."""


@dataclass(frozen=True, slots=True)
class ReadyTurn:
    """A turn about to be sent."""

    planned: TurnPlanned
    request: PreparedRequest
    hit: Hit | None
    tokens_at: TokensAt
    prices: ModelPrices | None

    @property
    def plan(self) -> ContextPlan:
        return self.request.plan


@dataclass(frozen=True, slots=True)
class HeldTurn:
    """A turn that must not be sent, and what the user can do."""

    reason: str
    next_step: str


@dataclass(frozen=True, slots=True)
class _Draft:
    kind: StepKind
    card: ModelCard
    plan: ContextPlan
    tokens_at: TokensAt
    counted: bool
    forecast: Forecast
    prices: ModelPrices | None

    @property
    def input_tokens(self) -> int:
        return self.forecast.input_tokens


async def prepare_turn(session: Session) -> ReadyTurn | HeldTurn:
    """The next turn, or why it is held."""
    state = session.state
    kind = current_kind(state.steps)
    wanted = route(kind, state.choice, state.routes)
    try:
        card = _without_refused(session, session.ports.catalogue.resolve(wanted.model))
    except NotFound as error:
        return HeldTurn(str(error), f"Resume with another model: cowork-tui resume {state.task_id[:8]} --model sonnet")
    parameters = choose_parameters(card, state.settings, wanted.effort)
    draft = _draft(session, kind, card, _plan(session, card, parameters), None)
    if _near_a_limit(state, draft):
        count = await session.ports.provider.count_tokens(draft.plan)
        if count is not None:
            draft = _draft(session, kind, card, draft.plan, count)
    if draft.input_tokens + MIN_OUTPUT > card.context_window_tokens:
        return HeldTurn(
            f"The context holds {draft.input_tokens:,} tokens and {card.name} takes {card.context_window_tokens:,}.",
            "Start a new task for the rest, or resume with a model that has a larger window.",
        )
    if state.cap.nanodollars is not None and draft.prices is None:
        return HeldTurn(
            f"The price of {card.name} here is unknown, so the cap of {state.cap} can't be held.",
            f"Set a cap in tokens: cowork-tui resume {state.task_id[:8]} --cap 200k",
        )
    return _reserve(session, draft, wanted)


def _plan(session: Session, card: ModelCard, parameters: Parameters) -> ContextPlan:
    state, sent = session.state, session.sent.get(card.id)
    return build(
        state.tools,
        state.system,
        state.transcript,
        state.edit_state,
        card,
        parameters,
        ttl=state.settings.ttl,
        sent_end_seq=sent.plan.end_seq if sent else None,
        reference_end_seq=state.transcript.reference_end_seq(),
    )


def _without_refused(session: Session, card: ModelCard) -> ModelCard:
    """The card without what the endpoint has refused."""
    refused = session.ports.provider.refused_fields
    if "output_config" in refused:
        card = replace(card, efforts=())
    return replace(card, thinking=ThinkingSupport.NONE) if "thinking" in refused else card


def _draft(session: Session, kind: StepKind, card: ModelCard, plan: ContextPlan, count: int | None) -> _Draft:
    estimator = session.estimator if count is None else session.estimator.with_count(plan, count)
    tokens_at = estimator.prefix_tokens(plan)
    prices = session.prices(card.id)
    output = output_range(kind, past_outputs(session.facts, kind))
    speed = pace([(fact.output_tokens, fact.seconds) for fact in session.facts if fact.model == card.id])
    last = session.last_sent
    foretold = forecast(
        plan,
        session.caches.state,
        session.now(),
        tokens_at,
        prices,
        output,
        counted=count is not None,
        seconds=speed.seconds(output.p50_tokens),
        switched_from_end_seq=last.plan.end_seq if last and last.plan.card.id != card.id else None,
    )
    return _Draft(kind, card, plan, tokens_at, count is not None, foretold, prices)


def _near_a_limit(state: TaskState, draft: _Draft) -> bool:
    low, high = (share * state.budget_tokens for share in NEAR_BUDGET)
    if low < draft.input_tokens < high or draft.input_tokens > NEAR_WINDOW * draft.card.context_window_tokens:
        return True
    reserved = _worst_case(state, draft, draft.plan.parameters.max_tokens)
    return not allows(state.cap, state.spent, reserved)


def _worst_case(state: TaskState, draft: _Draft, max_tokens: int) -> Amount:
    ttl_seconds = state.settings.ttl.seconds
    return worst_case(draft.input_tokens, draft.counted, max_tokens, ttl_seconds, draft.prices, _dearest_factor(state))


def _dearest_factor(state: TaskState) -> Fraction:
    """What inference may add to the price: as it was on the last turn; US-only where a workspace may default to it."""
    last = state.last_ended
    if last is not None:
        return modifier(last.usage)
    return US_GEO_FACTOR if state.money is Money.BILLED else Fraction(1)


def _reserve(session: Session, draft: _Draft, wanted: ModelChoice) -> ReadyTurn | HeldTurn:
    """Reserve the worst case on the cap; a smaller answer is asked for only down to what the step usually needs."""
    state, plan = session.state, draft.plan
    reserved = _worst_case(state, draft, plan.parameters.max_tokens)
    if not allows(state.cap, state.spent, reserved):
        input_only = _worst_case(state, draft, 0)
        room = largest_output(state.cap, state.spent, input_only, draft.prices, _dearest_factor(state))
        least = max(MIN_OUTPUT, draft.forecast.output_p90_tokens)
        if room is None or room < least:
            return _over_cap(state, _worst_case(state, draft, min(least, plan.parameters.max_tokens)))
        plan = replace(plan, parameters=replace(plan.parameters, max_tokens=room))
        reserved = _worst_case(state, draft, room)
    last = state.last_ended
    request = session.ports.provider.prepare(plan, last.message_id if last else None)
    now = session.now()
    planned = TurnPlanned(
        at=now,
        turn=state.turn + 1,
        step_kind=draft.kind,
        choice=ModelChoice(draft.card.id, wanted.effort),
        parameters=plan.parameters,
        breakpoints=plan.breakpoints,
        breakpoint_hashes=tuple(plan.prefix_hash(point.position) for point in plan.breakpoints),
        head=plan.prefix_hash(plan.length),
        positions=plan.length,
        end_seq=plan.end_seq,
        new_links=new_links(plan, session.sent[draft.card.id].plan if draft.card.id in session.sent else None),
        body_sha256=request.sha256,
        previous_message_id=request.previous_message_id,
        forecast=draft.forecast,
        reserved=reserved,
    )
    return ReadyTurn(planned, request, lookup(session.caches.state, plan, now), draft.tokens_at, draft.prices)


def _over_cap(state: TaskState, needed: Amount) -> HeldTurn:
    remaining = left(state.cap, state.spent) or Amount()
    if state.cap.nanodollars is not None:
        needs, leaves = format_dollars(needed.nanodollars), format_dollars(max(remaining.nanodollars, 0))
        raised = f"{(state.spent.nanodollars + needed.nanodollars) * 1.5 / 1e9:.2f}"
    else:
        needs, leaves = f"{needed.tokens:,} tokens", f"{max(remaining.tokens, 0):,} tokens"
        raised = f"{-(-(state.spent.tokens + needed.tokens) * 3 // 2000)}k"
    return HeldTurn(
        f"The next turn needs up to {needs}; the cap of {state.cap} leaves {leaves}{_held(state)}.",
        f"Raise the cap (cowork-tui resume {state.task_id[:8]} --cap {raised}), choose a cheaper model "
        "(--model haiku), or leave the task as it is.",
    )


def _held(state: TaskState) -> str:
    """What of the cap is kept for requests whose bill nobody saw, in words; nothing where nothing is."""
    in_money = state.cap.nanodollars is not None
    if not (state.held.nanodollars if in_money else state.held.tokens):
        return ""
    amount = format_dollars(state.held.nanodollars) if in_money else f"{state.held.tokens:,} tokens"
    return f" ({amount} is kept for answers that broke off or were lost and may have been billed)"


def new_links(plan: ContextPlan, previous: ContextPlan | None) -> tuple[PrefixLink, ...]:
    """The links of the prefix chain that the last request on this model did not have."""
    start = common_positions(plan, previous) if previous is not None else 0
    links: list[PrefixLink] = []
    parent = plan.prefix_hash(start)
    for position in range(start + 1, plan.length + 1):
        here = plan.prefix_hash(position)
        links.append(PrefixLink(here, parent, plan.block_before(position).hash))
        parent = here
    return tuple(links)


def common_positions(plan: ContextPlan, previous: ContextPlan) -> int:
    """How many blocks from the start two plans share, found by halving: equal prefixes have equal hashes."""
    low, high = 0, min(plan.length, previous.length)
    while low < high:
        middle = (low + high + 1) // 2
        if plan.prefix_hash(middle) == previous.prefix_hash(middle):
            low = middle
        else:
            high = middle - 1
    return low
