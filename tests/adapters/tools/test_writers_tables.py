"""Tables that office programs open: types, widths, formulas, and nothing taken for a formula that is none."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cowork_tui.adapters.tools.writers.csv_table import csv_text
from cowork_tui.adapters.tools.writers.table import parse_sheets
from cowork_tui.adapters.tools.writers.xlsx import xlsx_bytes

COLUMNS = [
    {"name": "vendor", "type": "text"}, {"name": "count", "type": "number"}, {"name": "day", "type": "date"},
    {"name": "total", "type": "money", "width": 14}, {"name": "VAT", "type": "percent"},
    {"name": "sum", "type": "formula"},
]  # fmt: skip
ROWS = [
    ["Café", 3, "2026-03-31", "12.50", "19 %", "=D2*2"],
    ["=1+1", None, "2026-03-31T10:30", 7, 0.07, "=SUM(D2:D3)"],
    ["@x", "=COUNT(B2:B3)"],
]
SHEETS = [{"name": "Receipts", "columns": COLUMNS, "rows": ROWS}]


def _load(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content))


def test_cells_have_their_types_formats_and_widths(desk) -> None:
    text = desk.text("write_table", path="out/r.xlsx", sheets=SHEETS)
    assert text.startswith("wrote out/r.xlsx: 1 sheet, 3 rows, ")
    page = openpyxl.load_workbook(desk.folder / "out/r.xlsx")["Receipts"]
    assert [cell.value for cell in page[1]] == ["vendor", "count", "day", "total", "VAT", "sum"]
    assert all(cell.font.bold for cell in page[1])
    assert [cell.value for cell in page[2]] == ["Café", 3, datetime(2026, 3, 31), 12.5, 0.19, "=D2*2"]
    assert [cell.data_type for cell in page[2]] == ["s", "n", "d", "n", "n", "f"]
    assert (page["D2"].number_format, page["E2"].number_format) == ("#,##0.00", "0.0%")
    assert (page["A3"].value, page["A3"].data_type, page["B4"].data_type) == ("=1+1", "s", "f")
    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", "A1:F4")
    assert page.column_dimensions["D"].width == 14


def test_the_same_sheets_give_the_same_bytes() -> None:
    assert xlsx_bytes(parse_sheets(SHEETS)) == xlsx_bytes(parse_sheets(SHEETS))


def test_a_table_may_be_csv_where_texts_stay_texts(desk) -> None:
    text = desk.text("write_table", path="r.csv", sheets=SHEETS)
    assert "3 rows" in text
    assert "2 texts got a ' in front" in text
    rows = list(csv.reader((desk.folder / "r.csv").read_text().splitlines()))
    assert rows[1] == ["Café", "3", "2026-03-31", "12.50", "0.19", "=D2*2"]
    assert [row[0] for row in rows[2:]] == ["'=1+1", "'@x"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_no_text_is_ever_a_formula(texts: list[str]) -> None:
    sheets = parse_sheets([{"name": "S", "columns": [{"name": "a", "type": "text"}], "rows": [[t] for t in texts]}])
    page = _load(xlsx_bytes(sheets))["S"]
    assert all(cell.data_type in ("s", "n") and (cell.data_type == "s" or cell.value is None) for cell in page["A"])
    for row in list(csv.reader(io.StringIO(csv_text(sheets[0])[0])))[1:]:
        assert not row or row[0][:1] not in ("=", "@", "\t", "\r")


def test_a_replaced_table_is_shown_cell_by_cell(desk) -> None:
    columns = [{"name": "item"}, {"name": "price", "type": "number"}]
    old = [{"name": "Sheet1", "columns": columns, "rows": [["Tea", 12], ["Cake", 3]]}]
    new = [{"name": "Sheet1", "columns": columns, "rows": [["Tea", 15], ["Cake", 3], ["Pie", 4]]}]
    first = desk.intent("write_table", path="a.xlsx", sheets=old)
    assert first.preview.splitlines() == ["## sheet Sheet1 (2 rows x 2 columns)", "item,price", "Tea,12", "Cake,3"]
    desk.text("write_table", path="a.xlsx", sheets=old)
    intent = desk.intent("write_table", path="a.xlsx", sheets=new)
    assert intent.replaces
    assert intent.preview.splitlines() == [
        "Sheet1!B2: 12 → 15", "Sheet1!A4: (empty) → Pie", "Sheet1!B4: (empty) → 4",
    ]  # fmt: skip
    many = [{"name": "Sheet1", "columns": columns, "rows": [["x", number] for number in range(500)]}]
    assert len(desk.intent("write_table", path="a.xlsx", sheets=many).preview.splitlines()) == 201


@pytest.mark.parametrize(
    ("sheets", "sentence"),
    [
        ([], "sheets is empty"),
        ("no list", "sheets of write_table must be a list, not a string"),
        ([5], "sheet 1 must be an object"),
        ([{"name": "a/b", "columns": ["x"], "rows": []}], "office programs refuse it"),
        ([{"name": "x" * 32, "columns": ["x"], "rows": []}], "1 to 31 characters"),
        ([{"columns": [], "rows": []}], "has 0 columns"),
        ([{"columns": [{"name": "x", "type": "euro"}], "rows": []}], "must be one of text, number"),
        ([{"columns": [{"name": "x", "colour": 1}], "rows": []}], "has no 'colour'"),
        ([{"columns": ["x"], "rows": [["a", "b"]]}], "row 1 of sheet Sheet1 has 2 cells for 1 columns"),
        ([{"columns": ["x"], "rows": [[["a"]]]}], "is a list or an object"),
        ([{"columns": [{"name": "n", "type": "number"}], "rows": [["abc"]]}], "column n, must be a number, not 'abc'"),
        ([{"columns": [{"name": "d", "type": "date"}], "rows": [["31.3."]]}], "must be a date such as 2026-03-31"),
        ([{"columns": ["x"], "rows": [["y" * 40_000]]}], "more than 32,767"),
        ([{"name": "A", "columns": ["x"], "rows": []}, {"name": "a", "columns": ["x"], "rows": []}], "two sheets"),
        ([{"columns": [{"name": "f", "type": "formula"}], "rows": [['=WEBSERVICE("http://x")']]}], "reaches out"),
        ([{"columns": [{"name": "f", "type": "formula"}], "rows": [["=cmd|' /C calc'!A0"]]}], "reaches out"),
    ],
)
def test_sheets_that_do_not_fit_are_refused_in_a_sentence(desk, sheets, sentence: str) -> None:
    assert sentence in desk.refusal("write_table", path="a.xlsx", sheets=sheets)
    assert not (desk.folder / "a.xlsx").exists()


def test_other_endings_and_several_sheets_in_csv_are_refused(desk) -> None:
    one = {"name": "A", "columns": ["x"], "rows": [["1"]]}
    assert "makes .xlsx and .csv" in desk.refusal("write_table", path="a.ods", sheets=[one])
    assert "2 sheets" in desk.refusal("write_table", path="a.csv", sheets=[one, {**one, "name": "B"}])
    assert "use write_table" in desk.refusal("write_file", path="a.xlsx", content="x")


def test_broken_json_is_written_as_given_and_said(desk) -> None:
    text = desk.text("write_file", path="a.json", content='{"a": 1,}')
    assert "it is not valid JSON" in text
    assert (desk.folder / "a.json").read_text() == '{"a": 1,}'
    assert "JSON" not in desk.text("write_file", path="b.json", content='{"a": 1}')
