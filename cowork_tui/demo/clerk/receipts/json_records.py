"""Receipts in JSON: fields found by the words of their keys, however deep they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.clerk.receipts.dates import dates_in
from cowork_tui.demo.clerk.receipts.json_totals import Leaf, leaves_of, sum_of_items, total_of, words_of
from cowork_tui.demo.clerk.receipts.json_words import (
    DATE_RANKS,
    KIND_KEY,
    LIST_KEY,
    NOT_VENDOR_KEY,
    NUMBER_KEY,
    OTHER_PARTY_KEY,
    RECORD_VENDOR_KEY,
    VENDOR_KEY,
)
from cowork_tui.demo.clerk.request_view import as_list, as_object

MAX_LEAVES = 5000


@dataclass(frozen=True, slots=True)
class JsonRecord:
    """What a JSON document says about a receipt; empty or None where it says nothing.

    `added_up` tells that the total is not stated but the sum of the items.
    """

    date_text: str
    vendor: str
    total: Decimal | None
    currency: str
    kind_text: str
    several: bool
    added_up: bool = False


def parse(text: str) -> JsonValue:
    """The parsed document, or None when it is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def record_of(value: JsonValue) -> JsonRecord | None:
    """The record in an object, or in a list with one object; `several` is set for lists of more."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        objects = [item for item in value if isinstance(item, Mapping)]
        if len(objects) != 1:
            return JsonRecord("", "", None, "", "", several=True) if objects else None
        value = objects[0]
    if not isinstance(value, Mapping):
        return None
    only = next(iter(value.values())) if len(value) == 1 else None
    if (
        isinstance(only, Sequence)
        and not isinstance(only, str)
        and len([o for o in only if isinstance(o, Mapping)]) > 1
    ):
        return JsonRecord("", "", None, "", "", several=True)
    leaves = list(leaves_of(value))[:MAX_LEAVES]
    total, currency = total_of(leaves)
    added_up = sum_of_items(value) if total is None else None
    return JsonRecord(
        _date(leaves),
        _vendor(leaves),
        total if added_up is None else added_up,
        currency,
        _kind(value),
        several=_holds_records(value),
        added_up=added_up is not None,
    )


def _holds_records(value: JsonObject) -> bool:
    """Whether a list in the object holds records of several vendors, as a ledger does."""
    for item in value.values():
        vendors = {
            str(field)
            for one in as_list(item)
            for key, field in as_object(one).items()
            if RECORD_VENDOR_KEY.search(words_of(key)) and isinstance(field, str)
        }
        if len(vendors) > 1:
            return True
    return False


def _kind(value: JsonObject) -> str:
    """The words that may name the kind of document, a line each: fields such as "type", then telling keys."""
    kinds = [
        str(item).replace("_", " ")
        for key, item in value.items()
        if isinstance(item, str) and KIND_KEY.fullmatch(words_of(key))
    ]
    numbered = [match.group(1).replace("_", " ") for key in value if (match := NUMBER_KEY.fullmatch(words_of(key)))]
    lists = [words_of(key) for key, item in value.items() if as_list(item) and LIST_KEY.fullmatch(words_of(key))]
    inner = ""
    if len(value) == 1:
        key, item = next(iter(value.items()))
        lists.append(words_of(key))
        inner = _kind(item) if isinstance(item, Mapping) else ""
    return "\n".join([*kinds, *numbered, *lists, inner])


def _date(leaves: list[Leaf]) -> str:
    best: tuple[int, str] | None = None
    for leaf in leaves:
        if leaf.depth_in_list or re.search(OTHER_PARTY_KEY, leaf.path):
            continue
        text = _date_text(leaf.value)
        rank = next((rank for rank, pattern in DATE_RANKS if pattern.search(leaf.path)), None)
        if not text or rank is None or rank < 0:
            continue
        if best is None or rank > best[0]:
            best = (rank, text)
    return best[1] if best else ""


def _date_text(value: JsonValue) -> str:
    if isinstance(value, str) and len(value) <= 60 and dates_in(value):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        seconds = value // 1000 if value > 10**11 else value
        if 946_684_800 <= seconds <= 4_102_444_800:  # the years 2000 to 2100
            return datetime.fromtimestamp(seconds, UTC).date().isoformat()
        if 20_000_101 <= value <= 20_991_231:
            return str(value)
    return ""


def _vendor(leaves: list[Leaf]) -> str:
    best: tuple[int, str] | None = None
    for leaf in leaves:
        last = leaf.path.rsplit(".", 1)[-1]
        if (
            leaf.depth_in_list
            or not isinstance(leaf.value, str)
            or not leaf.value.strip()
            or re.search(OTHER_PARTY_KEY, leaf.path)
        ):
            continue
        if not VENDOR_KEY.search(leaf.path) or NOT_VENDOR_KEY.search(last):
            continue
        telling = re.search(r"vendor|seller|supplier|merchant|issuer|issued_by|payee", leaf.path)
        score = (4 if telling else 2) + (
            1 if re.search(r"(?:^|_)name$|legal_name|company|firma", last) or "." not in leaf.path else 0
        )
        if best is None or score > best[0]:
            best = (score, leaf.value.strip())
    return best[1] if best else ""
