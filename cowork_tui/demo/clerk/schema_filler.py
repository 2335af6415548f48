"""Makes JSON that fits a JSON schema, the same one every time."""

from __future__ import annotations

import math
from collections.abc import Mapping

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.clerk.request_view import as_list, as_object, as_text

MAX_DEPTH = 24
MAX_ITEMS = 50
MAX_STRING_CHARACTERS = 10_000
_FORMATS = {
    "date": "2026-01-04",
    "date-time": "2026-01-04T12:00:00Z",
    "time": "12:00:00Z",
    "email": "demo@example.com",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "hostname": "example.com",
    "duration": "P1D",
}


def fill(schema: JsonObject, hints: Mapping[str, JsonValue] | None = None) -> JsonValue:
    """A value that fits; `hints` give values for properties by name where they fit the property's type."""
    return _Filler(schema, hints or {}).value(schema, 0, "")


class _Filler:
    """Holds the root schema, for `$ref`, and the hints while one schema is filled."""

    def __init__(self, root: JsonObject, hints: Mapping[str, JsonValue]) -> None:
        self._root = root
        self._hints = hints

    def value(self, schema: JsonObject, depth: int, name: str) -> JsonValue:
        """A value for one (sub)schema; `name` is the property it stands under."""
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        for key in ("enum", "examples"):
            if options := as_list(schema.get(key)):
                return options[0]
        if "default" in schema and depth:
            return schema["default"]
        for key in ("anyOf", "oneOf"):
            options = [as_object(option) for option in as_list(schema.get(key))]
            if options:
                return self.value({**_without(schema, key), **self._choice(options, depth)}, depth + 1, name)
        if parts := as_list(schema.get("allOf")):
            return self.value(
                self._merged(_without(schema, "allOf"), [as_object(part) for part in parts]), depth + 1, name
            )
        return self._typed(schema, depth, name)

    def _choice(self, options: list[JsonObject], depth: int) -> JsonObject:
        simple = [option for option in options if _type(self._resolved(option)) not in {"object", "array"}]
        return (simple or options)[0] if depth > MAX_DEPTH // 2 else options[0]

    def _merged(self, base: JsonObject, parts: list[JsonObject]) -> JsonObject:
        merged: dict[str, JsonValue] = dict(base)
        for part in map(self._resolved, parts):
            properties = {**as_object(merged.get("properties")), **as_object(part.get("properties"))}
            required = [*as_list(merged.get("required")), *as_list(part.get("required"))]
            merged.update(part)
            if properties:
                merged["properties"] = properties
            if required:
                merged["required"] = required
        return merged

    def _resolved(self, schema: JsonObject) -> JsonObject:
        for _ in range(MAX_DEPTH):
            reference = as_text(schema.get("$ref"))
            if not reference.startswith("#"):
                return schema
            target: JsonValue = self._root
            for part in reference.lstrip("#/").split("/"):
                if part:
                    target = as_object(target).get(part.replace("~1", "/").replace("~0", "~"))
            schema = {**as_object(target), **_without(schema, "$ref")}
        return {}

    def _typed(self, schema: JsonObject, depth: int, name: str) -> JsonValue:
        kind = _type(schema)
        hint = self._hints.get(name)
        if kind == "string":
            return hint if isinstance(hint, str) and not schema.get("format") else _string(schema, name)
        if kind in {"number", "integer"}:
            fits = isinstance(hint, (int, float)) and not isinstance(hint, bool) and kind == "number"
            return hint if fits else _number(schema, whole=kind == "integer")
        if kind == "boolean":
            return True
        if kind == "array":
            return self._array(schema, depth)
        if kind == "object":
            return self._object(schema, depth)
        return None

    def _array(self, schema: JsonObject, depth: int) -> JsonValue:
        least = _count(schema.get("minItems"), 0)
        most = _count(schema.get("maxItems"), MAX_ITEMS)
        prefix = [as_object(item) for item in as_list(schema.get("prefixItems"))]
        wanted = min(max(least, len(prefix), 0 if depth > MAX_DEPTH // 2 else 1), most, MAX_ITEMS)
        if depth > MAX_DEPTH:
            return []
        item = as_object(schema.get("items"))
        return [
            self.value(prefix[i] if i < len(prefix) else item or {"type": "string"}, depth + 1, "")
            for i in range(wanted)
        ]

    def _object(self, schema: JsonObject, depth: int) -> JsonValue:
        properties = as_object(schema.get("properties"))
        required = {as_text(name) for name in as_list(schema.get("required"))}
        if depth > MAX_DEPTH:
            return {}
        filled: dict[str, JsonValue] = {}
        for name, part in properties.items():
            if name in required or depth <= MAX_DEPTH // 2:
                filled[name] = self.value(as_object(part), depth + 1, name)
        for name in sorted(required - set(filled)):
            filled[name] = "demo"
        return filled


def _without(schema: JsonObject, key: str) -> JsonObject:
    return {name: value for name, value in schema.items() if name != key}


def _type(schema: JsonObject) -> str:
    kind = schema.get("type")
    if isinstance(kind, str):
        return kind
    named = [as_text(one) for one in as_list(kind)]
    if named:
        return next((one for one in named if one != "null"), "null")
    if "properties" in schema or "required" in schema or "additionalProperties" in schema:
        return "object"
    if "items" in schema or "prefixItems" in schema:
        return "array"
    if {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"} & set(schema):
        return "number"
    return "string"


def _count(value: JsonValue, otherwise: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return otherwise
    return max(0, int(value))


def _string(schema: JsonObject, name: str) -> str:
    text = _FORMATS.get(as_text(schema.get("format"))) or (f"demo {name}".strip() if name else "demo")
    least = min(_count(schema.get("minLength"), 0), MAX_STRING_CHARACTERS)
    most = _count(schema.get("maxLength"), MAX_STRING_CHARACTERS)
    return text.ljust(least, "x")[:most]


def _number(schema: JsonObject, whole: bool) -> int | float:
    low = _bound(schema, "minimum", "exclusiveMinimum", +1, whole)
    high = _bound(schema, "maximum", "exclusiveMaximum", -1, whole)
    step = schema.get("multipleOf")
    value: int | float = 1
    if low is not None and value < low:
        value = low
    if high is not None and value > high:
        value = high if low is None or high >= low else low
    if isinstance(step, (int, float)) and not isinstance(step, bool) and math.isfinite(step) and step > 0:
        value = math.ceil(value / step) * step
        if high is not None and value > high:
            value -= step
    return int(value) if whole or float(value).is_integer() else value


def _bound(schema: JsonObject, closed: str, open_: str, direction: int, whole: bool) -> int | float | None:
    found: list[int | float] = []
    for key in (closed, open_):
        value = schema.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            continue
        if whole:
            value = math.ceil(value) if direction > 0 else math.floor(value)
        if key == open_:
            value = value + direction * (1 if whole else 0.5)
        found.append(value)
    if not found:
        return None
    return max(found) if direction > 0 else min(found)
