"""Inventory, sorting, summaries and search, through the tools; and which goal is which."""

# ruff: noqa: E501 - documents and bodies read best on one line

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from cowork_tui.demo.clerk.goals import recognise

FILES = {
    "letters/bo.txt": "Dear Bo,\n\nthe roof was repaired on Monday. It cost EUR 300 and took two days of work.\n\nKind regards\n",
    "paper/acme.txt": "Acme Ltd\nINVOICE\n2026-03-04\nTotal EUR 70.00\n",
    "paper/offer.txt": "Quotation\nBolt Ltd\nTotal 9.00\n",
    "plan.md": "# Plan for spring\n\nWe will paint the fence before the end of April. Nobody objected to green.\n\n## Costs\n\nPaint: 45.00 EUR\n",
}


@pytest.mark.parametrize(
    ("goal", "kind"),
    [
        ("Put the receipts into a table, one row each, with a total per month", "extract"),
        ("Extract all invoices in this folder to expenses.csv sorted by date", "extract"),
        ("Stelle die Belege in einer Tabelle zusammen, mit einer Summe pro Monat", "extract"),
        ("How much did I spend per month? Use the receipts.", "extract"),
        ("Find all receipts and put them in a table", "extract"),
        ("Make an inventory of this folder", "inventory"),
        ("List all files", "inventory"),
        ("Sort the receipts and letters by kind", "sort"),
        ("Classify the documents", "sort"),
        ("Summarise the documents", "summarise"),
        ("Give me a summary of plan.md", "summarise"),
        ("Find \"roof\"", "search"),
        ("Which files mention paint?", "search"),
        ("Translate the letter into French", None),
        ("Write a poem", None),
    ],
)  # fmt: skip
def test_goals_are_told_apart(goal: str, kind: str | None) -> None:
    found = recognise([goal])
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(
    ("goal", "query"),
    [
        ('Find "roof repair" in the files', "roof repair"),
        ("find all mentions of paint.", "paint"),
        ("Search for Acme Ltd in this folder", "Acme Ltd"),
    ],
)
def test_the_words_to_search_are_taken_from_the_goal(goal: str, query: str) -> None:
    found = recognise([goal])
    assert found is not None and found.query == query


def test_inventory(folder: Callable[..., Any]) -> None:
    host = folder(dict(FILES))
    words = host.run("Make an inventory of this folder")
    assert "lists 4 files" in words
    assert all(f"| {path} | {len(text.encode())} |" in host.files["inventory.md"] for path, text in FILES.items())


def test_sorting_writes_a_table_of_kinds(folder: Callable[..., Any]) -> None:
    host = folder({**FILES, "pic.png": "x"})
    host.run("Sort the documents by kind")
    rows = list(csv.reader(io.StringIO(host.files["sorted.csv"])))
    assert rows[0] == ["file", "kind"]
    kinds = dict(rows[1:])
    assert kinds == {
        "letters/bo.txt": "letter",
        "paper/acme.txt": "invoice",
        "paper/offer.txt": "quote",
        "pic.png": "unread",
        "plan.md": kinds["plan.md"],
    }
    assert kinds["plan.md"] not in {"invoice", "receipt"}


def test_summary_uses_the_documents_own_words(folder: Callable[..., Any]) -> None:
    host = folder(dict(FILES))
    host.run("Summarise the documents into digest.md")
    text = host.files["digest.md"]
    assert "Headings: Plan for spring; Costs" in text and "We will paint the fence before the end of April." in text
    assert "Total EUR 70.00" in text


def test_summary_of_one_named_file_reads_only_that(folder: Callable[..., Any]) -> None:
    host = folder(dict(FILES))
    host.run("Summarise plan.md")
    assert [given["path"] for name, given in host.calls if name == "read_document"] == ["plan.md", "summary.md"]


def test_search_lists_matches_and_falls_back_to_names(folder: Callable[..., Any]) -> None:
    host = folder(dict(FILES))
    assert "letters/bo.txt:3: the roof was repaired" in host.run('find "roof"')
    assert "paper/offer.txt" in host.run('find "offer"')
    assert "Nothing found" in host.run('find "zebra"')


def test_a_failing_search_is_said(folder: Callable[..., Any]) -> None:
    host = folder(dict(FILES), broken={"search_files": "The pattern can't be read: unbalanced bracket."})
    assert "unbalanced bracket" in host.run('find "roof"')
