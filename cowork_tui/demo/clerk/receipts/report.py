"""The table of receipts as CSV, the summary as Markdown, and the sums behind both."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from cowork_tui.demo.clerk.receipts.money import plain
from cowork_tui.demo.clerk.receipts.reader import Receipt

COLUMNS = ("file", "date", "vendor", "total", "currency")
UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class MonthTotal:
    """The receipts of one month in one currency."""

    month: str
    currency: str
    count: int
    total: Decimal


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV with a header and plain line ends."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()


def table_text(receipts: Iterable[Receipt]) -> str:
    """`receipts.csv`."""
    return csv_text(COLUMNS, (receipt.cells() for receipt in receipts))


def receipts_in_table(text: str) -> list[Receipt]:
    """The receipts of a table that `table_text` made; other lines are left out."""
    found: list[Receipt] = []
    try:
        rows = list(csv.reader(io.StringIO(text)))[1:]
    except csv.Error:
        return found
    for row in rows:
        if len(row) != len(COLUMNS):
            continue
        try:
            found.append(
                Receipt(row[0], date.fromisoformat(row[1]) if row[1] else None, row[2], Decimal(row[3]), row[4])
            )
        except (ValueError, InvalidOperation):
            continue
    return found


def month_totals(receipts: Iterable[Receipt]) -> list[MonthTotal]:
    """Per month and currency, undated ones last."""
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for receipt in receipts:
        sums[receipt.day.strftime("%Y-%m") if receipt.day else UNDATED, receipt.currency].append(receipt.total)
    return [
        MonthTotal(month, currency, len(values), sum(values, Decimal(0)))
        for (month, currency), values in sorted(sums.items())
    ]


def currency_totals(receipts: Iterable[Receipt]) -> list[tuple[str, Decimal]]:
    """Everything, per currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for receipt in receipts:
        sums[receipt.currency] += receipt.total
    return sorted(sums.items())


def duplicates(receipts: Sequence[Receipt]) -> list[tuple[str, ...]]:
    """Files with the same date, vendor, total and currency."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for receipt in receipts:
        if receipt.day is not None:
            _, day, vendor, total, currency = receipt.cells()
            groups[day, vendor.casefold(), total, currency].append(receipt.path)
    return [tuple(paths) for paths in groups.values() if len(paths) > 1]


def notes(receipts: Sequence[Receipt], skipped: Sequence[tuple[str, str]]) -> list[str]:
    """What a reader must know: duplicates, missing fields, files left out and why."""
    lines = [f"Possible duplicates, counted each: {', '.join(paths)}" for paths in duplicates(receipts)]
    for missing, has in (
        ("date", lambda receipt: receipt.day is not None),
        ("vendor", lambda receipt: bool(receipt.vendor)),
        ("currency", lambda receipt: bool(receipt.currency)),
    ):
        paths = [receipt.path for receipt in receipts if not has(receipt)]
        if paths:
            lines.append(f"No {missing} found: {', '.join(paths)}")
    lines.extend(f"Left out: {path} ({reason})" for path, reason in skipped)
    return lines


def summary_text(receipts: Sequence[Receipt], skipped: Sequence[tuple[str, str]], table_name: str) -> str:
    """`summary.md`."""
    lines = ["# Totals per month", "", f"{_count(len(receipts))} in `{table_name}`.", ""]
    lines += ["| month | currency | receipts | total |", "|---|---|---:|---:|"]
    lines += [
        f"| {one.month} | {one.currency or '?'} | {one.count} | {plain(one.total)} |" for one in month_totals(receipts)
    ]
    lines += ["", "## All together", "", "| currency | total |", "|---|---:|"]
    lines += [f"| {currency or '?'} | {plain(total)} |" for currency, total in currency_totals(receipts)]
    remarks = notes(receipts, skipped)
    if remarks:
        lines += ["", "## Notes", "", *(f"- {remark}" for remark in remarks)]
    return "\n".join(lines) + "\n"


def closing_text(receipts: Sequence[Receipt], skipped: Sequence[tuple[str, str]]) -> str:
    """The figures in words, for the end of the task."""
    months = "\n".join(
        f"- {one.month}: {plain(one.total)} {one.currency or '?'} ({_count(one.count)})"
        for one in month_totals(receipts)
    )
    remarks = "\n".join(f"- {remark}" for remark in notes(receipts, skipped)[:40])
    return months + (f"\n\nNotes:\n{remarks}" if remarks else "")


def _count(count: int) -> str:
    return "1 receipt" if count == 1 else f"{count} receipts"
