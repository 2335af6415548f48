"""write_file and edit_file: what would change, found without changing anything."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass

from cowork_tui.adapters.tools.decoding import SNIFF_BYTES, Encoding, binary_kind, encoding_of
from cowork_tui.adapters.tools.directory import kind_of as kind_of_mode
from cowork_tui.adapters.tools.documents import READERS, WHOLE_FILE_BYTES, kind_of
from cowork_tui.adapters.tools.failure import ToolFailure
from cowork_tui.adapters.tools.folder import Folder, Place, not_a_file
from cowork_tui.adapters.tools.names import is_git_name
from cowork_tui.adapters.tools.preview import diff
from cowork_tui.adapters.tools.wording import amount_of_text, counted, line_count


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change of one file, ready to be made."""

    place: Place
    content: bytes
    summary: str
    preview: str
    result: str
    """What the model is told when it is done."""
    expected_sha256: str | None = None
    """The content it was planned on; None: whatever is there."""


def plan_write(folder: Folder, path: str, content: str) -> PlannedChange:
    """A whole file. Raises `ToolFailure` when it can't be written."""
    place = _writable_place(folder, path)
    if kind_of(place.name) in {*READERS, "doc", "xls", "ppt", "pptx", "odt", "ods"}:
        raise ToolFailure(f"{place.name} can't be written as text: write a .md, .csv or .txt file instead")
    after = _utf8(content, place.name)
    amount = amount_of_text(content, len(after))
    info = folder.info(place)
    done = f"wrote {place.name}: {counted(line_count(content), 'line')}, {len(after)} bytes"
    if info is None:
        preview = diff(place.name, None, content)
        return PlannedChange(place, after, f"write {place.name} (new, {amount})", preview, f"{done} (new file)")
    summary = f"write {place.name} (replaces {info.st_size:,} bytes; {amount})"
    return PlannedChange(place, after, summary, _preview_of_replacing(folder, place, content), f"{done} (replaced)")


def plan_edit(folder: Folder, path: str, old_text: str, new_text: str, *, everywhere: bool) -> PlannedChange:
    """Exact text replaced in a file that keeps its encoding. Raises `ToolFailure` when that can't be done as asked."""
    place = _writable_place(folder, path)
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
    return PlannedChange(
        place,
        after,
        f"edit {place.name} ({replaced}, {len(before):,} to {len(after):,} bytes)",
        diff(place.name, text, edited),
        f"edited {place.name}: {replaced}",
        hashlib.sha256(before).hexdigest(),
    )


def _writable_place(folder: Folder, path: str) -> Place:
    place = folder.place(path)
    if not place.parts:
        raise not_a_file(place.name, "a folder")
    if any(is_git_name(part) for part in place.parts):
        raise ToolFailure(f"{place.name} is git's own: write elsewhere in the folder")
    info = folder.info(place)
    if info is None:
        if path.endswith("/"):
            raise ToolFailure(f"{place.name}/ names a folder: add the name of the file")
    elif not stat.S_ISREG(info.st_mode):
        raise not_a_file(place.name, kind_of_mode(info.st_mode))
    elif not info.st_mode & 0o222:
        raise ToolFailure(f"{place.name} is write-protected: write another file, or ask the user")
    return place


def _preview_of_replacing(folder: Folder, place: Place, content: str) -> str:
    with folder.open_file(place) as stream:
        before = stream.read(WHOLE_FILE_BYTES + 1)
    if len(before) > WHOLE_FILE_BYTES:
        old = f"a file of more than {WHOLE_FILE_BYTES:,} bytes"
        return f"replaces {old}; the new text follows\n{diff(place.name, None, content)}"
    binary = binary_kind(before[:SNIFF_BYTES])
    if binary is not None:
        return f"replaces a binary file ({binary}); the new text follows\n{diff(place.name, None, content)}"
    return diff(place.name, encoding_of(before, whole=True).decode(before), content)


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


def _utf8(content: str, name: str) -> bytes:
    try:
        return content.encode()
    except UnicodeEncodeError:
        raise ToolFailure(f"content for {name} holds half a character (a lone surrogate): send plain Unicode") from None
