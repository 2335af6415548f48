"""The models endpoint: what a server offers, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from cowork_tui.core.json_values import JsonObject, JsonValue

EFFORTS = ("low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One model as a server lists it. None: the server does not say (other servers than the Claude API say little)."""

    id: str
    display_name: str
    line: str | None
    lifecycle: str | None
    max_input_tokens: int | None
    max_tokens: int | None
    created_at: str | None
    efforts: tuple[str, ...] | None
    """Empty: the model takes no effort."""
    thinking_types: tuple[str, ...] | None
    """The values of `thinking.type` that the model accepts, e.g. `adaptive`, `disabled`."""
    image_input: bool | None
    deprecated_at: str | None
    retires_at: str | None


@dataclass(frozen=True, slots=True)
class ModelsPage:
    """One page of the list; `next_after` is the id to ask on from, None on the last page."""

    models: tuple[ListedModel, ...]
    next_after: str | None


def models_page(value: JsonValue) -> ModelsPage | None:
    """A page of the list; None where the answer is none. Entries without an id are skipped."""
    page = _object(value)
    data = page.get("data")
    if not isinstance(data, Sequence) or isinstance(data, str):
        return None
    models = tuple(_model(entry) for entry in map(_object, data) if _text(entry.get("id")))
    last = _text(page.get("last_id")) or (models[-1].id if models else None)
    return ModelsPage(models, last if page.get("has_more") is True else None)


def _model(entry: JsonObject) -> ListedModel:
    model_id = _text(entry.get("id")) or ""
    capabilities = _object(entry.get("capabilities"))
    types = _object(_object(capabilities.get("thinking")).get("types"))
    return ListedModel(
        id=model_id,
        display_name=_text(entry.get("display_name")) or model_id,
        line=_text(entry.get("line")),
        lifecycle=_text(entry.get("lifecycle")),
        max_input_tokens=_count(entry.get("max_input_tokens")),
        max_tokens=_count(entry.get("max_tokens")),
        created_at=_text(entry.get("created_at")),
        efforts=_efforts(capabilities.get("effort")),
        thinking_types=tuple(name for name in types if _supported(types[name])) if types else None,
        image_input=_supported(capabilities["image_input"]) if "image_input" in capabilities else None,
        deprecated_at=_text(entry.get("deprecated_at")),
        retires_at=_text(entry.get("retires_at")),
    )


def _efforts(value: JsonValue) -> tuple[str, ...] | None:
    effort = _object(value)
    if not effort:
        return None
    return tuple(name for name in EFFORTS if _supported(effort.get(name))) if _supported(effort) else ()


def _supported(value: JsonValue) -> bool:
    return _object(value).get("supported") is True


def _object(value: JsonValue) -> JsonObject:
    return cast(JsonObject, value) if isinstance(value, Mapping) else {}


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: JsonValue) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
