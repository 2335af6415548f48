"""One tiny exchange with the server: its models, a token count, and an answer of one token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from cowork_tui.adapters.anthropic.failures import failed_by, parse_error
from cowork_tui.adapters.anthropic.models_list import models_page
from cowork_tui.adapters.anthropic.prices import GenaiPriceBook
from cowork_tui.adapters.anthropic.stream import merge_usage
from cowork_tui.adapters.anthropic.transport import NotAStream, StatusError, Transport, TransportError
from cowork_tui.adapters.doctor.finding import Finding, failed, ok, warning
from cowork_tui.core.figures import dollars
from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.core.models import CARDS
from cowork_tui.core.pricing import ModelPrices, Money, cost_nanodollars
from cowork_tui.core.usage import NO_USAGE, Usage

ANSWER_SECONDS = 30.0
QUESTION = "ping"
MOST_INPUT_TOKENS = 60
"""More than the question and all that a server puts around it."""
CHECK_BASE_URL = "Check base_url: it must point to a server of the Messages API."


@dataclass(frozen=True, slots=True)
class Exchange:
    """What would be asked: of which model, and for how much at most; None where the price is not known."""

    model: str
    cost_nanodollars: int | None


def cheapest_exchange(money: Money) -> Exchange:
    """The exchange with the model that is cheapest today."""
    day = datetime.now(UTC).date()
    book = GenaiPriceBook()
    active = [(card.id, book.prices(card.id, day)) for card in CARDS if card.lifecycle == "active"]
    cost, model = min((_most(prices), model) for model, prices in active if prices is not None)
    return Exchange(model, None if money is Money.UNKNOWN else cost)


def _most(prices: ModelPrices) -> int:
    return cost_nanodollars(Usage(input_tokens=MOST_INPUT_TOKENS, output_tokens=1), prices)


async def ask_server(endpoint: str, api_key: str, money: Money, exchange: Exchange) -> tuple[Finding, ...]:
    """What came of it, one finding a request; nothing more is asked after a failure."""
    transport = Transport(endpoint, api_key, ANSWER_SECONDS)
    findings: list[Finding] = []
    model = exchange.model
    body: dict[str, JsonValue] = {"messages": [{"role": "user", "content": QUESTION}]}
    try:
        listed = await _listed_models(transport)
        if listed:
            model = model if model in listed or money is not Money.UNKNOWN else listed[0]
            findings.append(_models_finding(endpoint, model, listed))
        body["model"] = model
        findings.append(await _count(transport, body))
        if money is not Money.UNKNOWN:
            body["thinking"] = {"type": "disabled"}
        answer = _object(await transport.call("POST", "/v1/messages", _bytes({**body, "max_tokens": 1})))
        findings.append(_answer_finding(answer, model, money))
    except TransportError as error:
        findings.append(_failure(error, endpoint, model))
    finally:
        await transport.aclose()
    return tuple(findings)


async def _listed_models(transport: Transport) -> tuple[str, ...]:
    """The ids of the models it offers; none where it has no list."""
    try:
        page = models_page(await transport.call("GET", "/v1/models?limit=1000"))
    except StatusError as error:
        if error.status not in (404, 405, 501):
            raise
        page = None
    return tuple(model.id for model in page.models) if page else ()


def _models_finding(endpoint: str, model: str, listed: tuple[str, ...]) -> Finding:
    text = f"{endpoint} offers {len(listed)} model{'' if len(listed) == 1 else 's'}"
    if model not in listed and not any(name.startswith(f"{model}-") for name in listed):
        return warning("live models", f"{text}, not {model}", "Choose another with: cowork-tui models")
    return ok("live models", text)


async def _count(transport: Transport, body: JsonObject) -> Finding:
    try:
        counted = _object(await transport.call("POST", "/v1/messages/count_tokens", _bytes(body))).get("input_tokens")
    except StatusError as error:
        if error.status not in (404, 405, 501):
            raise
        counted = None
    if not isinstance(counted, int):
        return warning("live count", "it does not count tokens", "Nothing to do: estimates are used, with a margin.")
    return ok("live count", f"{counted} tokens")


def _answer_finding(answer: JsonObject, model: str, money: Money) -> Finding:
    if answer.get("type") != "message":
        return failed("live answer", "it is no answer of the Messages API", CHECK_BASE_URL)
    usage = merge_usage(NO_USAGE, _object(answer.get("usage")))
    prices = None if money is Money.UNKNOWN else GenaiPriceBook().prices(model, datetime.now(UTC).date())
    cost = None if prices is None else cost_nanodollars(usage, prices)
    price = "price unknown" if cost is None else f"billed {dollars(cost)}"
    return ok("live answer", f"{model} answered: {usage.prompt_tokens} tokens in, {usage.output_tokens} out, {price}")


def _failure(error: TransportError, endpoint: str, model: str) -> Finding:
    if isinstance(error, StatusError):
        refused = failed_by(parse_error(error.status, error.text), model, endpoint)
        return failed("live", refused.error.rstrip("."), refused.next_step)
    if isinstance(error, NotAStream):
        return failed("live", f"{endpoint} answered with something that is not JSON", CHECK_BASE_URL)
    return failed("live", f"{endpoint} can't be reached: {error}", "Check base_url and the network.")


def _bytes(body: JsonObject) -> bytes:
    return json.dumps(body).encode()


def _object(value: JsonValue) -> JsonObject:
    return cast(JsonObject, value) if isinstance(value, Mapping) else {}
