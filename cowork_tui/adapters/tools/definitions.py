"""The file tools as the model is told of them. They stand in every request's cached prefix, so they are terse."""

from __future__ import annotations

from typing import Final

from cowork_tui.adapters.tools.inputs import Field, Tool

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
    "Read a document as text: plain text, CSV, JSON, PDF, DOCX, XLSX. The last line says what was left out.",
    (
        _FILE,
        Field("offset", "integer", "characters to skip, to read on", default=0, minimum=0),
        Field("limit", "integer", "most characters to give, up to 100000", default=20_000, minimum=1),
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
TOOLS: Final = (LIST_FILES, SEARCH_FILES, READ_DOCUMENT, WRITE_FILE, EDIT_FILE)
