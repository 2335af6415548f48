"""The pages of `GET /v1/models`."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import QueryParams

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.errors import ApiError, invalid
from cowork_tui.demo.models import ROWS, ModelRow, find, model_info

_STAGES = ("active", "deprecated", "retired")
_DEFAULT_LIMIT = 20
_MAX_LIMIT = 1_000


def model_by_id(model_id: str) -> JsonObject:
    """One model by id or alias; 404 for an unknown one."""
    row = find(model_id)
    if row is None:
        raise ApiError(404, f"model: {model_id}")
    return model_info(row)


def model_page(query: QueryParams, is_gone: Callable[[str], bool]) -> JsonObject:
    """One page of models, newest first; retired ones only when asked for, and none that `is_gone`."""
    stages = [*query.getlist("lifecycle"), *query.getlist("lifecycle[]")]
    wanted = [part for stage in stages for part in stage.split(",")] or ["active", "deprecated"]
    for stage in wanted:
        if stage not in _STAGES:
            raise invalid("lifecycle: Input should be 'active', 'deprecated' or 'retired'")
    rows = [row for row in ROWS if row.lifecycle in wanted and not is_gone(row.id)]
    limit = _limit(query.get("limit"))
    after, before = query.get("after_id"), query.get("before_id")
    if before is not None:
        ahead = rows[: _place(rows, before, "before_id")]
        page, more = ahead[-limit:], len(ahead) > limit
    else:
        rest = rows[_place(rows, after, "after_id") + 1 :] if after is not None else rows
        page, more = rest[:limit], len(rest) > limit
    return {
        "data": [model_info(row) for row in page],
        "has_more": more,
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
    }


def _limit(text: str | None) -> int:
    if text is None:
        return _DEFAULT_LIMIT
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _MAX_LIMIT:
        raise invalid(f"limit: Input should be a whole number from 1 to {_MAX_LIMIT}")
    return int(text)


def _place(rows: list[ModelRow], model_id: str, name: str) -> int:
    for place, row in enumerate(rows):
        if row.id == model_id:
            return place
    raise invalid(f"{name}: no model has the id '{model_id}'")
