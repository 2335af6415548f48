"""Typed settings out of plain mappings, with every problem found at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from difflib import get_close_matches
from urllib.parse import urlsplit

from cowork_tui.core.cap import NO_CAP, Cap, parse_cap
from cowork_tui.core.errors import BadInput
from cowork_tui.core.json_values import JsonValue
from cowork_tui.core.models import TO_XHIGH
from cowork_tui.core.plan import PlanSettings, Ttl
from cowork_tui.core.steps import StepKind
from cowork_tui.core.task_values import Mode, ModelChoice, Route

DEFAULT_LINE = "sonnet"
DEFAULT_BUDGET_TOKENS = 100_000
FOLDER_KEYS = frozenset({"model", "effort", "cap", "budget", "routes", "max_tokens"})
"""What a folder's own file may set: nothing that sends data elsewhere or loosens what needs asking."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The user's choices, from flags, environment, folder and config file."""

    choice: ModelChoice = field(default_factory=lambda: ModelChoice(DEFAULT_LINE))
    routes: tuple[Route, ...] = ()
    mode: Mode = Mode.ASK
    cap: Cap = NO_CAP
    budget_tokens: int = DEFAULT_BUDGET_TOKENS
    plan: PlanSettings = field(default_factory=PlanSettings)
    base_url: str | None = None
    max_attempts: int = 4
    silence_seconds: int = 120
    """A response of which nothing comes for that long has broken off."""
    tool_seconds: int = 120
    """A tool call that runs for longer is stopped."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A setting that can't be used: its dotted key, and a sentence that says what is wrong with it."""

    key: str
    message: str


def parse_effort(text: str) -> str:
    """One of low, medium, high, xhigh, max."""
    if text not in TO_XHIGH:
        raise BadInput(f"There is no effort {text!r}: use one of {', '.join(TO_XHIGH)}.")
    return text


def parse_mode(text: str) -> Mode:
    """read-only, ask or auto-edit."""
    try:
        return Mode(text)
    except ValueError:
        raise BadInput(f"There is no mode {text!r}: use one of {', '.join(Mode)}.") from None


def parse_kind(text: str) -> StepKind:
    """A step kind by name."""
    try:
        return StepKind(text)
    except ValueError:
        raise BadInput(f"There is no step kind {text!r}: use one of {', '.join(StepKind)}.") from None


def parse_choice(text: str) -> ModelChoice:
    """`haiku` or `haiku:low`: a line or an exact model id, and an effort."""
    model, _, effort = text.strip().partition(":")
    if not model:
        raise BadInput(f"No model in {text!r}: write a line such as haiku, or an exact id such as claude-haiku-4-5.")
    return ModelChoice(model, parse_effort(effort) if effort else None)


def parse_route(text: str) -> Route:
    """`extract=haiku` or `review=opus:high`."""
    kind, separator, choice = text.partition("=")
    if not separator:
        raise BadInput(f"The route {text!r} has no '=': write it as extract=haiku.")
    return Route(parse_kind(kind.strip()), parse_choice(choice))


def merge_routes(base: tuple[Route, ...], over: tuple[Route, ...]) -> tuple[Route, ...]:
    """`over` wins for the kinds it names."""
    merged = {route.kind: route for route in (*base, *over)}
    return tuple(merged[kind] for kind in StepKind if kind in merged)


def _text(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise BadInput(f"It must be text in quotes, not {value!r}.")
    return value


def _count(value: JsonValue, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise BadInput(f"It must be a whole number of at least {least:,}, not {value!r}.")
    return value


def _flag(value: JsonValue) -> bool:
    if not isinstance(value, bool):
        raise BadInput(f"It must be true or false, not {value!r}.")
    return value


def _cap(value: JsonValue) -> Cap:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return parse_cap(format(Decimal(str(value)), "f"))
    return parse_cap(_text(value))


def _ttl(value: JsonValue) -> Ttl:
    if value not in tuple(Ttl):
        raise BadInput(f"It must be '5m' or '1h', not {value!r}.")
    return Ttl(str(value))


def parse_url(text: str) -> str:
    """The address of a server."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        secret = parts.username is not None or parts.password is not None
    except ValueError:
        usable = secret = False
    if secret:
        raise BadInput("It holds a user name or a password: take them out, and keep a key with `cowork-tui key set`.")
    if not usable:
        raise BadInput(f"It must be an address such as https://gateway.example, not {text!r}.")
    return text


_SETTERS: dict[str, Callable[[Settings, JsonValue], Settings]] = {
    "model": lambda s, v: replace(s, choice=replace(s.choice, model=_text(v))),
    "effort": lambda s, v: replace(s, choice=replace(s.choice, effort=parse_effort(_text(v)))),
    "mode": lambda s, v: replace(s, mode=parse_mode(_text(v))),
    "cap": lambda s, v: replace(s, cap=_cap(v)),
    "budget": lambda s, v: replace(s, budget_tokens=_count(v, 1_000)),
    "base_url": lambda s, v: replace(s, base_url=parse_url(_text(v))),
    "max_tokens": lambda s, v: replace(s, plan=replace(s.plan, max_tokens=_count(v, 1_024))),
    "thinking": lambda s, v: replace(s, plan=replace(s.plan, thinking=_flag(v))),
    "cache_ttl": lambda s, v: replace(s, plan=replace(s.plan, ttl=_ttl(v))),
    "max_attempts": lambda s, v: replace(s, max_attempts=_count(v, 1)),
    "silence_seconds": lambda s, v: replace(s, silence_seconds=_count(v, 1)),
    "tool_seconds": lambda s, v: replace(s, tool_seconds=_count(v, 1)),
}

ROUTES = "routes"
SETTING_KEYS = (*_SETTERS, ROUTES)


def apply_settings(
    base: Settings, values: Mapping[str, JsonValue], allowed: frozenset[str] | None = None
) -> tuple[Settings, tuple[Problem, ...]]:
    """`base` with `values` on top, and everything that could not be used (which leaves its setting as it was)."""
    settings, problems = base, list[Problem]()
    for key, value in values.items():
        if key not in SETTING_KEYS:
            near = get_close_matches(key, SETTING_KEYS, n=2)
            hint = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(SETTING_KEYS)}."
            problems.append(Problem(key, f"There is no such setting; {hint}"))
        elif allowed is not None and key not in allowed:
            problems.append(Problem(key, "A folder can't set it: put it into your own config file."))
        elif key == ROUTES:
            settings = _apply_routes(settings, value, problems)
        else:
            try:
                settings = _SETTERS[key](settings, value)
            except BadInput as error:
                problems.append(Problem(key, str(error)))
    return settings, tuple(problems)


def _apply_routes(base: Settings, value: JsonValue, problems: list[Problem]) -> Settings:
    """Every route that can be used; the others join the problems."""
    if not isinstance(value, Mapping):
        problems.append(Problem(ROUTES, 'It must be a table such as [routes] with lines like extract = "haiku".'))
        return base
    routes: list[Route] = []
    for kind, choice in value.items():
        try:
            routes.append(Route(parse_kind(kind), parse_choice(_text(choice))))
        except BadInput as error:
            problems.append(Problem(f"{ROUTES}.{kind}", str(error)))
    return replace(base, routes=merge_routes(base.routes, tuple(routes)))
