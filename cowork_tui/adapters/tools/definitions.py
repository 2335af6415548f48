"""The file tools as the model is told of them. They stand in every request's cached prefix, so they are terse."""

from __future__ import annotations

from typing import Final

from cowork_tui.adapters.tools.inputs import Field, Tool, ToolInput
from cowork_tui.adapters.tools.readers.extracted import Part
from cowork_tui.adapters.tools.writers.table import TYPES as CELL_TYPES
from cowork_tui.core.json_values import JsonObject

_PATH = Field("path", "string", "", required=True)
_FILE = Field("path", "string", "file, from the folder's top", required=True)

LIST_FILES: Final = Tool(
    "list_files",
    "List the files in the folder and below it, one a line: path, tab, size in bytes. Ignore files are honoured.",
    (
        Field("path", "string", "folder to list", default="."),
        Field("pattern", "string", "glob, e.g. *.pdf or receipts/**/*.{csv,txt}"),
        Field("offset", "integer", "files to skip, to read on", default=0, minimum=0),
    ),
)
SEARCH_FILES: Final = Tool(
    "search_files",
    "Find text in files (PDF, DOCX and XLSX too) or in their names; gives path:line: text. Cheaper than reading files.",
    (
        Field("query", "string", "text to find, letter case ignored; or a regular expression", required=True),
        Field("path", "string", "folder or file to search", default="."),
        Field("where", "string", "what to look through", default="content", choices=("content", "names")),
        Field("regex", "boolean", "treat query as a regular expression", default=False),
        Field("max_results", "integer", "most matches to give", default=50, minimum=1),
    ),
    brings_content=True,
)
READ_DOCUMENT: Final = Tool(
    "read_document",
    "Read a document as text (PDF, DOCX, XLSX, PPTX, CSV, JSON, HTML, EML, any text) or see an image. "
    "Ask for a part of a long one. The last line says what was left out.",
    (
        _FILE,
        Field("offset", "integer", "characters to skip, to read on", default=0, minimum=0),
        Field("limit", "integer", "most characters to give, up to 100000", default=20_000, minimum=1),
        Field("pages", "string", "PDF pages or slides: 3-7"),
        Field("as_images", "boolean", "see PDF pages: scans, drawings; dear"),
        Field("sheet", "string", "of XLSX"),
        Field("range", "string", "XLSX cells: A1:D20"),
        Field("formulas", "boolean", "instead of values"),
        Field("rows", "string", "of CSV: 100-200"),
        Field("select", "string", "JSON by JMESPath: items[*].name"),
        Field("part", "string", "EML attachment"),
        Field("encoding", "string", "if the text reads wrong"),
        Field("raw", "boolean", "HTML source, to edit it"),
    ),
    brings_content=True,
)
WRITE_FILE: Final = Tool(
    "write_file",
    "Write a text file whole: a new one, folders made as needed, or in place of what is there.",
    (_FILE, Field("content", "string", "the whole text", required=True)),
    changes=True,
)
EDIT_FILE: Final = Tool(
    "edit_file",
    "Replace exact text in a text file. old_text must be there exactly once, unless all is true.",
    (
        _FILE,
        Field("old_text", "string", "the exact text to replace", required=True),
        Field("new_text", "string", "what to put in its place", required=True),
        Field("all", "boolean", "replace every occurrence", default=False),
    ),
    changes=True,
)
_SHEET: Final[JsonObject] = {
    "type": "object",
    "required": ["columns", "rows"],
    "properties": {
        "name": {"type": "string"},
        "columns": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "type": {"enum": list(CELL_TYPES)},
                    "width": {"type": "number"},
                },
            },
        },
        "rows": {"type": "array", "items": {"type": "array"}},
    },
}
WRITE_TABLE: Final = Tool(
    "write_table",
    "Write an .xlsx (or .csv) file. Dates as 2026-03-31; =SUM(B2:B9) is a formula, except in text columns.",
    (_PATH, Field("sheets", "array", "", required=True, items=_SHEET)),
    changes=True,
)
WRITE_DOCUMENT: Final = Tool(
    "write_document",
    "Write a .docx (or .html) file from Markdown.",
    (_PATH, Field("markdown", "string", "", required=True)),
    changes=True,
)
_ENDS = (
    Field("from", "string", "", required=True),
    Field("to", "string", "", required=True),
    Field("replace", "boolean", "a file that is there", default=False),
)
MOVE_FILE: Final = Tool("move_file", "Move or rename a file or folder.", _ENDS, changes=True)
COPY_FILE: Final = Tool("copy_file", "Copy a file or folder.", _ENDS, changes=True)
TRASH_FILE: Final = Tool("trash_file", "Trash a file or folder; it can be put back.", (_PATH,), changes=True)
MAKE_FOLDER: Final = Tool("make_folder", "Make a folder.", (_PATH,), changes=True)
TOOLS: Final = (
    LIST_FILES, SEARCH_FILES, READ_DOCUMENT, WRITE_FILE, EDIT_FILE, WRITE_TABLE, WRITE_DOCUMENT, MOVE_FILE, COPY_FILE,
    TRASH_FILE, MAKE_FOLDER,
)  # fmt: skip


def document_part(checked: ToolInput) -> Part:
    """Which part of a document a checked `read_document` asks for."""
    text, flag = checked.optional_text, checked.flag
    return Part(
        pages=text("pages"), sheet=text("sheet"), range=text("range"), rows=text("rows"), select=text("select"),
        part=text("part"), encoding=text("encoding"), formulas=flag("formulas"), raw=flag("raw"),
        as_images=flag("as_images"),
    )  # fmt: skip
