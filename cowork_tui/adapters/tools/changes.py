"""write_file and edit_file: what would change, found without changing anything."""

from __future__ import annotations

import hashlib
import json

from cowork_tui.adapters.tools.decoding import SNIFF_BYTES, Encoding, binary_kind, encoding_of
from cowork_tui.adapters.tools.documents import READERS, WHOLE_FILE_BYTES, kind_of
from cowork_tui.adapters.tools.failure import ToolFailure
from cowork_tui.adapters.tools.folder import Folder, Place
from cowork_tui.adapters.tools.planned import PlannedChange, content_change, writable_place
from cowork_tui.adapters.tools.preview import content_id, diff
from cowork_tui.adapters.tools.wording import amount_of_text, counted, line_count

WRITERS = {"xlsx": "write_table", "docx": "write_document"}
_NO_TEXT_KINDS = {"pdf", "docx", "docm", "xlsx", "xlsm", "pptx", "doc", "xls", "ppt", "odt", "ods", "odp"}


def plan_write(folder: Folder, path: str, content: str) -> PlannedChange:
    """A whole file as it was given. Raises `ToolFailure` when it can't be written."""
    place = writable_place(folder, path)
    kind = kind_of(place.name)
    if kind in _NO_TEXT_KINDS:
        instead = f"use {WRITERS[kind]}" if kind in WRITERS else "write a .md, .csv or .txt file instead"
        raise ToolFailure(f"{place.name} can't be written as text: {instead}")
    after = utf8(content, place.name)
    amount = amount_of_text(content, len(after))
    broken = _broken_json(content) if kind == "json" else ""
    done = f"wrote {place.name}: {counted(line_count(content), 'line')}, {len(after)} bytes"
    preview = text_preview(folder, path, content)
    return content_change(folder, place, after, f"write {place.name}", amount, preview, done, broken)


def text_preview(folder: Folder, path: str, content: str) -> str:
    """What writing a text over a path would change."""
    place = folder.place(path)
    if folder.info(place) is None:
        return diff(place.name, None, content)
    with folder.open_file(place) as stream:
        before = stream.read(WHOLE_FILE_BYTES + 1)
    if len(before) > WHOLE_FILE_BYTES:
        old = f"a file of more than {WHOLE_FILE_BYTES:,} bytes"
        return f"replaces {old}; the new text follows\n{diff(place.name, None, content)}"
    binary = binary_kind(before[:SNIFF_BYTES])
    if binary is not None:
        old = f"a binary file ({binary}, {content_id(before)})"
        return f"replaces {old}; the new text follows\n{diff(place.name, None, content)}"
    return diff(place.name, encoding_of(before, whole=True).decode(before), content)


def plan_edit(folder: Folder, path: str, old_text: str, new_text: str, *, everywhere: bool) -> PlannedChange:
    """Exact text replaced in a file that keeps its encoding. Raises `ToolFailure` when that can't be done as asked."""
    place = writable_place(folder, path)
    before = _text_bytes(folder, place)
    encoding = encoding_of(before, whole=True)
    text = _decoded(before, encoding, place.name)
    old, new = _line_ends_of(text, old_text, new_text)
    occurrences = _occurrences(text, old, new, place.name, everywhere=everywhere)
    edited = text.replace(old, new)
    try:
        after = encoding.encode(edited)
    except UnicodeEncodeError as error:
        character = ascii(edited[error.start])
        reason = f"{place.name} is written in {encoding.codec}, which has no {character}"
        raise ToolFailure(f"{reason}: use other characters, or write_file") from None
    replaced = counted(occurrences, "replacement")
    summary = f"edit {place.name} ({replaced}, {len(before):,} to {len(after):,} bytes)"
    expected = hashlib.sha256(before).hexdigest()
    return PlannedChange(
        summary, diff(place.name, text, edited), f"edited {place.name}: {replaced}", (place.path,),
        make=lambda journal, folder, call: journal.record(
            folder, place, after, key=call.key, at=call.at, result=call.result, expected_sha256=expected
        ),
    )  # fmt: skip


def _text_bytes(folder: Folder, place: Place) -> bytes:
    with folder.open_file(place) as stream:
        content = stream.read(WHOLE_FILE_BYTES + 1)
    if len(content) > WHOLE_FILE_BYTES:
        raise ToolFailure(f"{place.name} has more than {WHOLE_FILE_BYTES:,} bytes, too many to edit: write a new file")
    binary = "a document" if kind_of(place.name) in READERS else binary_kind(content[:SNIFF_BYTES])
    if binary is not None:
        raise ToolFailure(f"{place.name} is binary ({binary}), so its text can't be edited: write a new text file")
    return content


def _decoded(content: bytes, encoding: Encoding, name: str) -> str:
    try:
        return content[len(encoding.bom) :].decode(encoding.codec)
    except UnicodeDecodeError:
        reason = f"{name} holds bytes that are no text, which an edit would lose"
        raise ToolFailure(f"{reason}: write a new file instead") from None


def _line_ends_of(text: str, old: str, new: str) -> tuple[str, str]:
    """The texts with the line ends of the file, where they fit only so."""
    if old not in text and "\n" in old and "\r" not in old and "\r\n" in text:
        return old.replace("\n", "\r\n"), new.replace("\r\n", "\n").replace("\n", "\r\n")
    return old, new


def _occurrences(text: str, old: str, new: str, name: str, *, everywhere: bool) -> int:
    """How often the old text is there; a `ToolFailure` when that does not fit the call."""
    if not old:
        raise ToolFailure(f"old_text is empty: give the exact text of {name} to replace, or use write_file")
    if old == new:
        raise ToolFailure(f"old_text and new_text are the same, so {name} would not change: give another new_text")
    number = text.count(old)
    if number == 0:
        raise ToolFailure(f"old_text is not in {name}: read it and copy the text exactly, spaces included")
    if number > 1 and not everywhere:
        raise ToolFailure(f"old_text is {number} times in {name}: give more of the text around it, or set all to true")
    return number


def utf8(content: str, name: str) -> bytes:
    """The bytes of a text. Raises `ToolFailure` for what is no plain Unicode."""
    try:
        return content.encode()
    except UnicodeEncodeError:
        raise ToolFailure(f"content for {name} holds half a character (a lone surrogate): send plain Unicode") from None


def _broken_json(content: str) -> str:
    try:
        json.loads(content)
    except ValueError as error:
        return f"; it is not valid JSON: {error}"
    except RecursionError:
        return "; it is nested too deep for most programs to read"
    return ""
