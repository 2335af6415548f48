"""The layouts of receipts, by file name extension."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from cowork_tui.sample.business import Receipt
from cowork_tui.sample.layouts import csv_files, docx_files, json_files, markdown, pdf, text, xlsx
from cowork_tui.sample.layouts.written import Style

Layout: TypeAlias = Callable[[Receipt, Style], bytes]

LAYOUTS_BY_EXTENSION: Final[Mapping[str, tuple[Layout, ...]]] = MappingProxyType(
    {
        "txt": text.LAYOUTS,
        "md": markdown.LAYOUTS,
        "csv": csv_files.LAYOUTS,
        "json": json_files.LAYOUTS,
        "pdf": pdf.LAYOUTS,
        "docx": docx_files.LAYOUTS,
        "xlsx": xlsx.LAYOUTS,
    }
)
