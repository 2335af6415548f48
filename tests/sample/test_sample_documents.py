"""The sample's documents: enough of every format, readable with each format's own library, and true."""

from __future__ import annotations

import calendar
import csv
import datetime
import io
import json
import re
from collections import Counter
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.table import Table
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from cowork_tui.sample import ReceiptTruth, make_sample, truth_json
from cowork_tui.sample.business import Receipt, make_business

SEEDS = (1, 2, 3, 20_260)
FORMATS = {".txt", ".md", ".csv", ".json", ".pdf", ".docx", ".xlsx"}


@pytest.fixture(scope="module", params=SEEDS)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, tuple[ReceiptTruth, ...]]:
    folder = tmp_path_factory.mktemp("sample") / "papers"
    return folder, make_sample(folder, request.param)


def test_the_folder_holds_enough_documents_of_every_format(made: tuple[Path, tuple[ReceiptTruth, ...]]) -> None:
    folder, truth = made
    receipts = {row.file for row in truth}
    others = files_in(folder) - receipts
    assert len(receipts) >= 18
    assert len(others) >= 10
    by_format = Counter(Path(file).suffix for file in receipts)
    assert set(by_format) == FORMATS
    assert min(by_format.values()) >= 2
    assert by_format[".txt"] >= 4


def test_the_truth_is_sorted_and_names_every_receipt_once(made: tuple[Path, tuple[ReceiptTruth, ...]]) -> None:
    folder, truth = made
    files = [row.file for row in truth]
    assert files == sorted(set(files))
    assert all((folder / file).is_file() for file in files)
    assert len({(row.vendor, row.date, row.total) for row in truth}) == len(truth)


def test_every_receipt_says_its_date_vendor_total_and_currency(made: tuple[Path, tuple[ReceiptTruth, ...]]) -> None:
    folder, truth = made
    symbols = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF"}
    for row in truth:
        text = extracted_text(folder / row.file)
        assert row.vendor in text, row
        assert any(date in text for date in written_dates(datetime.date.fromisoformat(row.date))), row
        assert any(amount in text for amount in written_amounts(row.total)), row
        assert row.currency in text or symbols[row.currency] in text, row


def test_the_total_stands_on_a_line_with_its_label(made: tuple[Path, tuple[ReceiptTruth, ...]]) -> None:
    folder, truth = made
    label = re.compile(r"(?i)(?<!sub)(grand.total|\btotal|amount.(due|paid))")
    for row in truth:
        if row.file.endswith(".json"):
            continue
        lines = [line for line in extracted_text(folder / row.file).splitlines() if label.search(line)]
        assert any(amount in line for line in lines for amount in written_amounts(row.total)), row


def test_other_papers_open_and_are_not_in_the_truth(made: tuple[Path, tuple[ReceiptTruth, ...]]) -> None:
    folder, truth = made
    for file in files_in(folder) - {row.file for row in truth}:
        assert extracted_text(folder / file).strip(), file


def test_receipts_are_mostly_in_euros_and_cover_three_or_four_months(
    made: tuple[Path, tuple[ReceiptTruth, ...]],
) -> None:
    _, truth = made
    currencies = Counter(row.currency for row in truth)
    assert set(currencies) == {"EUR", "USD", "GBP", "CHF"}
    assert currencies["EUR"] > len(truth) / 2
    assert len({row.date[:7] for row in truth}) in (3, 4)


def test_some_receipts_lie_in_sub_folders_and_some_names_carry_the_date(
    made: tuple[Path, tuple[ReceiptTruth, ...]],
) -> None:
    _, truth = made
    assert {"receipts", "invoices"} <= {row.file.split("/")[0] for row in truth}
    assert any(row.date in row.file or row.date.replace("-", "") in row.file for row in truth)


def test_pdf_lines_keep_their_reading_order(made: tuple[Path, tuple[ReceiptTruth, ...]]) -> None:
    folder, truth = made
    for row in truth:
        if row.file.endswith(".pdf"):
            text = extracted_text(folder / row.file)
            total = max(text.find(amount) for amount in written_amounts(row.total))
            assert text.index(row.vendor) < total < text.index("Paid by"), text


@given(st.integers(-(10**9), 10**9))
@settings(max_examples=40, deadline=None)
def test_items_and_tax_add_up_to_the_total(seed: int) -> None:
    for receipt in make_business(seed).receipts:
        assert_sums_hold(receipt)


def assert_sums_hold(receipt: Receipt) -> None:
    items_cents = sum(item.quantity * item.unit_cents for item in receipt.items)
    rate = receipt.vendor.place.tax_basis_points / 10_000
    if receipt.vendor.tax_included:
        assert receipt.total_cents == items_cents
        assert abs(receipt.tax_cents - items_cents * rate / (1 + rate)) <= 0.5 + 1e-6
    else:
        assert receipt.total_cents == items_cents + receipt.tax_cents
        assert abs(receipt.tax_cents - items_cents * rate) <= 0.5 + 1e-6
    assert receipt.net_cents + receipt.tax_cents == receipt.total_cents
    if receipt.cash_given_cents is not None:
        assert receipt.cash_given_cents > receipt.total_cents


def test_the_truth_as_json_holds_numbers_for_totals() -> None:
    row = ReceiptTruth("receipts/a.txt", "2026-02-03", "Café Moreau", "12.50", "EUR")
    assert json.loads(truth_json((row,))) == [
        {"file": "receipts/a.txt", "date": "2026-02-03", "vendor": "Café Moreau", "total": 12.5, "currency": "EUR"}
    ]


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def extracted_text(path: Path) -> str:
    """The text that a reader of the format sees; fails where the format's own library can't open the file."""
    match path.suffix:
        case ".pdf":
            return "\n".join(page.extract_text() for page in PdfReader(path).pages)
        case ".docx":
            return "\n".join(_docx_lines(path))
        case ".xlsx":
            return "\n".join(_xlsx_lines(path))
        case ".csv":
            text = path.read_text(encoding="utf-8")
            delimiter = ";" if ";" in text.splitlines()[0] else ","
            return "\n".join(" | ".join(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter))
        case ".json":
            return json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False, indent=1)
        case _:
            return path.read_text(encoding="utf-8")


def written_dates(day: datetime.date) -> set[str]:
    """Every way in which a receipt may write the day."""
    month = calendar.month_name[day.month]
    return {
        day.isoformat(),
        day.strftime("%d.%m.%Y"),
        day.strftime("%d/%m/%Y"),
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
    }


def written_amounts(total: str) -> set[str]:
    """Every way in which a receipt may write the amount, currency left out."""
    return {total, f"{float(total):,.2f}", f"{float(total):g}", str(float(total))}


def _docx_lines(path: Path) -> list[str]:
    lines: list[str] = []
    for part in docx.Document(str(path)).iter_inner_content():
        if isinstance(part, Table):
            lines += [" | ".join(cell.text for cell in row.cells) for row in part.rows]
        else:
            lines.append(part.text)
    return lines


def _xlsx_lines(path: Path) -> list[str]:
    lines: list[str] = []
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows(values_only=True):
            lines.append(" | ".join(str(cell) for cell in row if cell is not None))
    return lines
