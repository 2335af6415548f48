"""Fault plans: what the demo server does wrong, on purpose, and when.

A plan is a TOML file of `[[fault]]` tables; the first rule that fires on a request is used.

    [[fault]]
    kind = 429          # any kind of `fault_kinds.KINDS`; numbers may be bare
    turn = 2            # when: the turn that the request asks for, or every = N, or probability = 0.1
    times = 2           # how often at most; 0 is without limit
    retry_after = 1     # a field of the kind

`turn` is the request's own: one more than the assistant turns in it, so a retry has the same. `every` counts the
requests that a rule looks at, `probability` is drawn from the server's seed; a rule with none of the three fires on
the next request that fits. `trigger` is text in the last user message (tool results included), `model` a model id,
`path` one of messages (unless told), count_tokens, models, any. `times` is 1 unless told, and without limit for
`every`, `probability`, `gateway_400` and `no_cache_fields`. Kinds that change a reply wait for one that has what
they need, such as a tool call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from cowork_tui.core.errors import BadInput
from cowork_tui.demo.fault_kinds import KINDS, Field, Kind, Option
from cowork_tui.demo.toml_places import line_of, line_of_table, near, tables_of

Path: TypeAlias = Literal["messages", "count_tokens", "models", "any"]

_PATHS: tuple[Path, ...] = ("messages", "count_tokens", "models", "any")
_WHEN = ("turn", "every", "probability")
_COMMON = ("kind", *_WHEN, "trigger", "model", "path", "times")


@dataclass(frozen=True, slots=True)
class FaultRule:
    """One rule: the kind with its options, and when it fires. `times` 0 is without limit."""

    kind: str
    options: Mapping[str, Option]
    turn: int | None = None
    every: int | None = None
    probability: float | None = None
    trigger: str = ""
    model: str = ""
    path: Path = "messages"
    times: int = 1

    def text(self, name: str) -> str:
        """A text option, empty where it was left out."""
        return str(self.options.get(name, ""))

    def number(self, name: str) -> float:
        """A number option that has a default."""
        return float(self.options[name])


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """The rules in order."""

    rules: tuple[FaultRule, ...]


def parse_faults(text: str) -> FaultPlan:
    """The plan that a TOML text describes. Raises `BadInput` with the line and the key of what is wrong."""
    tables = tables_of(text, "fault", "fault plan")
    return FaultPlan(tuple(_Table(text, number, table).rule() for number, table in enumerate(tables, 1)))


class _Table:
    """One `[[fault]]` table while it is read."""

    def __init__(self, text: str, number: int, table: Mapping[str, object]) -> None:
        self._text, self._nth, self._table = text, number, table

    def rule(self) -> FaultRule:
        """The checked rule."""
        name, kind = self._kind()
        self._check_names(name, kind)
        options = {field: self._option(field, form) for field, form in kind.fields.items()}
        given = [when for when in _WHEN if when in self._table]
        if len(given) > 1:
            raise self._wrong(given[1], f"can't be set beside {given[0]}: keep one of them")
        limit = 0 if kind.standing or given in (["every"], ["probability"]) else 1
        probability = self._number("probability", 1.0) if "probability" in self._table else None
        return FaultRule(
            kind=name,
            options={field: value for field, value in options.items() if value is not None},
            turn=self._whole("turn", 1),
            every=self._whole("every", 1),
            probability=probability,
            trigger=self._string("trigger"),
            model=self._string("model"),
            path=cast(Path, self._choice("path", _PATHS, "messages")),
            times=limit if "times" not in self._table else self._whole("times", 0) or 0,
        )

    def _kind(self) -> tuple[str, Kind]:
        value = self._table.get("kind")
        if value is None:
            line = line_of_table(self._text, "fault", self._nth)
            raise BadInput(f'Fault {self._nth} of the plan (line {line}) has no "kind": write one, such as kind = 529.')
        name = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if name not in KINDS:
            raise self._wrong("kind", f'"{value}" is not known: {near(name, tuple(KINDS))}')
        return name, KINDS[name]

    def _check_names(self, name: str, kind: Kind) -> None:
        known = (*_COMMON, *kind.fields)
        for field in self._table:
            if field not in known:
                raise self._wrong(field, f"is no field of {name}: {near(field, known)}")
        missing = next((field for field, form in kind.fields.items() if form.required and field not in self._table), "")
        if missing:
            raise self._wrong("kind", f'{name} needs "{missing}": add {missing} = …')

    def _option(self, name: str, form: Field) -> Option | None:
        if name not in self._table:
            return form.default
        if form.form == "number":
            return self._number(name)
        if form.form == "choice":
            return self._choice(name, form.choices, str(form.default))
        return self._string(name)

    def _string(self, name: str) -> str:
        value = self._table.get(name, "")
        if not isinstance(value, str):
            raise self._wrong(name, "must be text: put it in quotes")
        return value

    def _choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        value = self._table.get(name, default)
        if value not in allowed:
            raise self._wrong(name, f'"{value}" is not known: write {" or ".join(allowed)}')
        return str(value)

    def _whole(self, name: str, least: int) -> int | None:
        value = self._table.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self._wrong(name, f"must be a whole number from {least}: it is {value!r}")
        return value

    def _number(self, name: str, most: float = 1e9) -> float:
        value = self._table.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise self._wrong(name, f"must be a number from 0 to {most:,.0f}: it is {value!r}")
        return float(value)

    def _wrong(self, name: str, detail: str) -> BadInput:
        line = line_of(self._text, name, "fault", self._nth)
        return BadInput(f'Fault {self._nth} of the plan: "{name}"{line} {detail}.')
