"""A sheet as CSV."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal

from cowork_tui.adapters.tools.writers.table import Cell, Formula, Sheet

_READ_AS_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d .,]*%?$)")
"""How a text begins that an office program takes for a formula when it opens a CSV file; plain numbers are none."""


def csv_text(sheet: Sheet) -> tuple[str, int]:
    """The table, and how many texts got a ' in front so that they stay texts, as is usual against injected formulas."""
    target, guarded = io.StringIO(), 0
    writer = csv.writer(target, lineterminator="\n")
    for row in ([column.name for column in sheet.columns], *sheet.rows):
        texts = list[str]()
        for value in row:
            text = _text(value)
            if isinstance(value, str) and _READ_AS_FORMULA.match(text):
                text, guarded = f"'{text}", guarded + 1
            texts.append(text)
        writer.writerow(texts)
    return target.getvalue(), guarded


def _text(value: Cell) -> str:
    match value:
        case None:
            return ""
        case Formula(text):
            return text
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)
