"""A fault plan at work: which rule strikes a request, how often it has, and what it refuses from then on."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Lock
from typing import cast

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.errors import ApiError
from cowork_tui.demo.fault_kinds import KINDS
from cowork_tui.demo.faults import FaultPlan, FaultRule, Path
from cowork_tui.demo.request_facts import heard_text, turn_of

_NEXT_MONTH = "You will regain access at the start of the next calendar month."
_SPENT = f"Your organization has reached its monthly spend limit. {_NEXT_MONTH}"
_OWN_LIMIT = f"You have reached your specified API usage limits. {_NEXT_MONTH}"
_ERRORS: Mapping[str, tuple[int, str, str | None]] = {
    "429": (429, "This request would exceed your organization's rate limit. Please try again later.", None),
    "spend_limit_429": (429, _SPENT, "enforced_spend_limit_reached"),
    "self_set_limit_400": (400, _OWN_LIMIT, None),
    "500": (500, "Internal server error", None),
    "503": (503, "Service unavailable", None),
    "504": (504, "The request timed out while processing.", None),
    "408": (408, "Request timed out", None),
    "529": (529, "Overloaded", None),
}


class FaultRuns:
    """The state of a plan on one server. Safe to call from several threads."""

    def __init__(self, plan: FaultPlan, seed: int) -> None:
        self._rules = plan.rules
        self._looked = [0] * len(plan.rules)
        self._fired = [0] * len(plan.rules)
        self._dice = [random.Random(f"fault:{seed}:{index}") for index in range(len(plan.rules))]
        self._revoked: set[str] = set()
        self._retired: set[str] = set()
        self._lock = Lock()

    def check_key(self, key: str) -> None:
        """Refuse a key that a fault revoked."""
        if key in self._revoked:
            raise ApiError(401, "API key has been revoked.")

    def is_retired(self, model: str) -> bool:
        """Whether a fault retired a model."""
        return model in self._retired

    def strike(self, path: Path, key: str, body: JsonObject, now_seconds: float) -> FaultRule | None:
        """The rule that strikes a request, if any. Raises `ApiError` where the rule is to refuse it."""
        model = str(body.get("model", ""))
        if self.is_retired(model):
            raise ApiError(404, f"model: {model}")
        with self._lock:
            rule = self._first(path, body)
            if rule is not None and rule.kind == "key_revoked":
                self._revoked.add(key)
            if rule is not None and rule.kind == "model_retired":
                self._retired.add(model)
        if rule is not None and KINDS[rule.kind].family == "refusal":
            raise _refusal(rule, model, now_seconds)
        return rule

    def give_back(self, rule: FaultRule) -> None:
        """A rule found nothing in the reply to change: it did not fire."""
        with self._lock:
            self._fired[next(index for index, known in enumerate(self._rules) if known is rule)] -= 1

    def _first(self, path: Path, body: JsonObject) -> FaultRule | None:
        heard = ""
        for index, rule in enumerate(self._rules):
            if rule.path not in (path, "any") or (rule.model and rule.model != body.get("model")):
                continue
            heard = heard or (heard_text(body).casefold() if rule.trigger else "")
            if rule.trigger.casefold() not in heard or not _has_field(rule, body):
                continue
            self._looked[index] += 1
            if self._due(index, rule, body) and (not rule.times or self._fired[index] < rule.times):
                self._fired[index] += 1
                return rule
        return None

    def _due(self, index: int, rule: FaultRule, body: JsonObject) -> bool:
        if rule.probability is not None:
            return self._dice[index].random() < rule.probability
        if rule.every is not None:
            return self._looked[index] % rule.every == 0
        return rule.turn is None or rule.turn == turn_of(body)


def is_hangup(rule: FaultRule) -> bool:
    """Whether a rule ends the connection without an answer."""
    return KINDS[rule.kind].family == "connection"


def _has_field(rule: FaultRule, body: JsonObject) -> bool:
    """Whether the body sets the field that a gateway stumbles over; true for every other kind."""
    value: JsonValue = body
    for name in rule.text("field").split(".") if rule.kind == "gateway_400" else ():
        value = cast(JsonObject, value).get(name) if isinstance(value, Mapping) else None
    return value is not None


def _refusal(rule: FaultRule, model: str, now_seconds: float) -> ApiError:
    if rule.kind == "key_revoked":
        return ApiError(401, rule.text("message") or "API key has been revoked.")
    if rule.kind == "model_retired":
        return ApiError(404, rule.text("message") or f"model: {model}")
    if rule.kind == "gateway_400":
        return ApiError(400, rule.text("message") or f"{rule.text('field')}: Extra inputs are not permitted")
    status, message, code = _ERRORS[rule.kind]
    return ApiError(status, rule.text("message") or message, code, _retry_headers(rule, now_seconds))


def _retry_headers(rule: FaultRule, now_seconds: float) -> dict[str, str]:
    if "retry_after" not in rule.options:
        return {}
    seconds = rule.number("retry_after")
    if rule.text("retry_after_form") == "milliseconds":
        return {"retry-after-ms": f"{seconds * 1_000:.0f}"}
    if rule.text("retry_after_form") == "date":
        moment = datetime.fromtimestamp(now_seconds, UTC) + timedelta(seconds=seconds)
        return {"retry-after": format_datetime(moment, usegmt=True)}
    return {"retry-after": f"{seconds:g}"}
