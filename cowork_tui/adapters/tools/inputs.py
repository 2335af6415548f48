"""What each tool takes: one table that gives both the JSON Schema and the check of what the model sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cowork_tui.adapters.tools.failure import ToolFailure
from cowork_tui.core.blocks import ToolDefinition
from cowork_tui.core.hashing import canonical_json
from cowork_tui.core.json_values import JsonObject, JsonValue

_KINDS: Final[Mapping[str, str]] = {
    "string": "a string", "integer": "a whole number", "boolean": "true or false", "array": "a list",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One input. `default` None with `required` False: it may be left out."""

    name: str
    kind: str
    description: str
    required: bool = False
    default: str | int | bool | None = None
    minimum: int | None = None
    choices: tuple[str, ...] = ()
    items: JsonObject | None = None
    """Of a list: the schema of what is in it, which whoever uses the list checks."""


@dataclass(frozen=True, slots=True)
class ToolInput:
    """Checked input: every field of the tool is there, with its default where it was left out."""

    values: Mapping[str, JsonValue]

    def text(self, name: str) -> str:
        """A string."""
        value = self.values[name]
        assert isinstance(value, str)
        return value

    def number(self, name: str) -> int:
        """A whole number."""
        value = self.values[name]
        assert isinstance(value, int)
        return value

    def flag(self, name: str) -> bool:
        """True or false."""
        return self.values[name] is True

    def value(self, name: str) -> JsonValue:
        """Whatever came, to be checked further."""
        return self.values[name]

    def optional_text(self, name: str) -> str | None:
        """A string, or None where it was left out."""
        return None if self.values[name] is None else self.text(name)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as the model sees it."""

    name: str
    description: str
    fields: tuple[Field, ...]
    changes: bool = False
    brings_content: bool = False

    def definition(self) -> ToolDefinition:
        """Name, description and schema for the request."""
        schema: JsonObject = {
            "type": "object",
            "properties": {field.name: _schema(field) for field in self.fields},
            "required": [field.name for field in self.fields if field.required],
            "additionalProperties": False,
        }
        return ToolDefinition(self.name, self.description, canonical_json(schema))

    def check(self, tool_input: JsonObject) -> ToolInput:
        """The input with defaults. Raises `ToolFailure` that says what does not fit."""
        known = {field.name for field in self.fields}
        for name in tool_input:
            if name not in known:
                raise ToolFailure(f"{self.name} has no input {str(name)[:60]!r}: it takes {', '.join(sorted(known))}")
        return ToolInput({field.name: self._value(field, tool_input) for field in self.fields})

    def _value(self, field: Field, tool_input: JsonObject) -> JsonValue:
        value = tool_input.get(field.name)
        if value is None:
            if field.required:
                what = f", {field.description}" if field.description else ""
                raise ToolFailure(f"{self.name} needs {field.name}: {_KINDS[field.kind]}{what}")
            return field.default
        checked = _typed(field.kind, value)
        if checked is None:
            wanted = _KINDS[field.kind]
            raise ToolFailure(f"{field.name} of {self.name} must be {wanted}, not {_kind_of(value)}: correct it")
        if field.choices and checked not in field.choices:
            raise ToolFailure(f"{field.name} of {self.name} must be one of {', '.join(field.choices)}: correct it")
        if field.minimum is not None and isinstance(checked, int) and checked < field.minimum:
            raise ToolFailure(f"{field.name} of {self.name} must be {field.minimum} or more, not {checked}: correct it")
        return checked


def _typed(kind: str, value: JsonValue) -> JsonValue:
    """The value as that kind; None where it is another. Whole numbers may come as 5.0."""
    if kind == "boolean":
        return value if isinstance(value, bool) else None
    if kind == "string":
        return value if isinstance(value, str) else None
    if kind == "array":
        return value if isinstance(value, Sequence) and not isinstance(value, str) else None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _kind_of(value: JsonValue) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case Mapping():
            return "an object"
        case _:
            return "a list"


def _schema(field: Field) -> JsonObject:
    schema: dict[str, JsonValue] = {"type": field.kind}
    if field.description:
        schema["description"] = field.description
    if field.items is not None:
        schema["items"] = field.items
    if field.default is not None:
        schema["default"] = field.default
    if field.minimum is not None:
        schema["minimum"] = field.minimum
    if field.choices:
        schema["enum"] = list(field.choices)
    return schema
