"""What has been listed and read for the task, and which calls are still needed for the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.clerk.request_view import ToolCall
from cowork_tui.demo.clerk.task_view import TaskView
from cowork_tui.demo.clerk.turns import worth_a_retry
from cowork_tui.demo.reply import ToolUsePart

# The first call, and two more when its result was hidden or interrupted.
MAX_ATTEMPTS = 3
MAX_PIECES = 5
MAX_FILE_BYTES = 20_000_000
MAX_DOCUMENTS = 400
READS_PER_TURN = 6
MAX_READING_TURNS = 24

_HEADER = re.compile(r"^(?P<path>[^\n|]+?) \| (?P<kind>[\w.+-]+) \|[^\n]*$", re.MULTILINE)
_LEFT_OUT = re.compile(r"\n?\[left out: [^\]\n]*offset=(?P<offset>\d+)[^\]\n]*\]\s*$")
_LISTED = re.compile(r"^(?P<path>[^\t\n]+)\t(?P<size>\d+)", re.MULTILINE)
_BINARY = frozenset([
    "png", "jpg", "jpeg", "gif", "webp", "bmp", "ico", "tif", "tiff", "heic", "svg", "mp3", "wav", "ogg",
    "flac", "m4a", "mp4", "mov", "avi", "mkv", "zip", "gz", "tgz", "bz2", "xz", "7z", "rar", "tar", "exe",
    "dll", "so", "dylib", "bin", "iso", "dmg", "pyc", "class", "o", "a", "db", "sqlite", "sqlite3", "ttf",
    "otf", "woff", "woff2", "psd", "ai", "lock", "key", "p12",
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lookup:
    """What one call has brought: its text, or the call to make next, or why it can't be had."""

    text: str | None = None
    next_call: ToolUsePart | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of the folder."""

    path: str
    size_bytes: int

    @property
    def extension(self) -> str:
        """Lower case, without the point."""
        name = self.path.rsplit("/", 1)[-1]
        return name.rsplit(".", 1)[-1].lower() if "." in name else ""


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file as far as it was read; `kind` is the format that `read_document` names."""

    path: str
    kind: str
    text: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """The folder's files, or the call that lists (more of) them, or why that fails."""

    files: tuple[ListedFile, ...]
    next_call: ToolUsePart | None
    failure: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The documents at hand, the files that can't be read with the reason, and the calls still needed."""

    documents: tuple[Document, ...]
    failures: tuple[tuple[str, str], ...]
    needed: tuple[ToolUsePart, ...]


class History:
    """The task's calls by tool and input; a `recall` counts for the call whose result it brings back."""

    def __init__(self, task: TaskView) -> None:
        self._can_recall = task.offers("recall")
        self._attempts: dict[str, list[ToolCall]] = {}
        keys_by_id: dict[str, str] = {}
        for call in task.calls:
            key = keys_by_id.get(call.text_input("id")) if call.name == "recall" else _key(call.name, call.input)
            if key is None:
                continue
            self._attempts.setdefault(key, []).append(call)
            if call.result is not None and call.result.pruned_id is not None:
                keys_by_id[call.result.pruned_id] = key

    def asked(self, call: ToolUsePart) -> bool:
        """Whether the call was made before."""
        return _key(call.name, call.input) in self._attempts

    def look_up(self, call: ToolUsePart) -> Lookup:
        """The text that the call has brought, else what to do to get it."""
        attempts = self._attempts.get(_key(call.name, call.input), [])
        for attempt in reversed(attempts):
            result = attempt.result
            if result is not None and not result.is_error and result.pruned_id is None:
                return Lookup(text=result.text)
        if not attempts:
            return Lookup(next_call=call)
        last = attempts[-1]
        if (
            last.result is not None
            and last.result.is_error
            and last.name != "recall"
            and not worth_a_retry(last.result.text)
        ):
            return Lookup(failure=" ".join(last.result.text.split())[:200] or "the tool failed without a reason")
        if len(attempts) >= MAX_ATTEMPTS:
            return Lookup(failure="its text was hidden or interrupted again and again")
        return Lookup(next_call=self._again(call, last))

    def _again(self, call: ToolUsePart, last: ToolCall) -> ToolUsePart:
        if self._can_recall and last.result is not None and last.result.pruned_id is not None:
            return ToolUsePart("recall", {"id": last.result.pruned_id})
        return call


def _key(tool: str, tool_input: JsonObject) -> str:
    return f"{tool} {json.dumps(tool_input, sort_keys=True, default=str)}"


def list_folder(history: History, folder: str) -> Listing:
    """Every file of the folder, page after page; a folder that can't be listed falls back to the whole."""
    files: list[ListedFile] = []
    offset = 0
    for _ in range(100):
        call = ToolUsePart("list_files", {"path": folder, "offset": offset} if offset else {"path": folder})
        found = history.look_up(call)
        if found.text is None:
            if found.failure and folder != "." and not files:
                return list_folder(history, ".")
            return Listing(tuple(files), found.next_call, "" if files else found.failure)
        files.extend(
            ListedFile(match["path"].strip(), int(match["size"][:15])) for match in _LISTED.finditer(found.text)
        )
        more = _LEFT_OUT.search(found.text)
        if more is None or int(more["offset"][:12]) <= offset:
            break
        offset = int(more["offset"][:12])
    return Listing(tuple(dict.fromkeys(files)), None, "")


def readable(files: Iterable[ListedFile], outputs: frozenset[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """The files worth reading, and the others with the reason; the task's own output files are neither."""
    wanted: list[str] = []
    skipped: list[tuple[str, str]] = []
    for file in files:
        if file.path in outputs:
            continue
        if file.extension in _BINARY:
            skipped.append((file.path, "not a text document"))
        elif file.size_bytes == 0:
            skipped.append((file.path, "empty"))
        elif file.size_bytes > MAX_FILE_BYTES:
            skipped.append((file.path, "larger than 20 MB"))
        elif len(wanted) >= MAX_DOCUMENTS:
            skipped.append((file.path, f"not read: only the first {MAX_DOCUMENTS} documents are"))
        else:
            wanted.append(file.path)
    return wanted, skipped


def read_all(history: History, paths: Iterable[str], enough: Callable[[Document], bool]) -> Reading:
    """Every document, read on piece by piece until complete or `enough` says so of what is at hand."""
    documents: list[Document] = []
    failures: list[tuple[str, str]] = []
    needed: list[ToolUsePart] = []
    for path in paths:
        document, found = _read_one(history, path, enough)
        if found.next_call is not None:
            needed.append(found.next_call)
        elif document is not None:
            documents.append(document)
        else:
            failures.append((path, found.failure))
    return Reading(tuple(documents), tuple(failures), tuple(needed))


def next_reads(reading: Reading, total: int) -> tuple[ToolUsePart, ...]:
    """The calls of the next turn: a handful, more in large folders so that the turns stay few."""
    return reading.needed[: max(READS_PER_TURN, -(-total // MAX_READING_TURNS))]


def _read_one(history: History, path: str, enough: Callable[[Document], bool]) -> tuple[Document | None, Lookup]:
    document: Document | None = None
    offset = 0
    for _ in range(MAX_PIECES):
        call = ToolUsePart("read_document", {"path": path, "offset": offset} if offset else {"path": path})
        found = history.look_up(call)
        if found.text is None:
            return document, found
        piece, next_offset = piece_of(path, found.text)
        text = (document.text if document else "") + piece.text
        document = Document(path, document.kind if document else piece.kind, text, next_offset is None)
        if next_offset is None or next_offset <= offset or enough(document):
            break
        offset = next_offset
    return document, Lookup()


def piece_of(path: str, result: str) -> tuple[Document, int | None]:
    """One read's text without its header and left-out line, and where to read on."""
    next_offset: int | None = None
    more = _LEFT_OUT.search(result[-400:])
    if more is not None:
        next_offset = int(more["offset"][:12])
        result = result[: len(result) - len(result[-400:]) + more.start()]
    kind = path.rsplit(".", 1)[-1].lower() if "." in path.rsplit("/", 1)[-1] else "txt"
    header = _HEADER.search(result[:2000])
    if (
        header is not None
        and result[: header.start()].count("\n") <= 3
        and ("character" in header.group() or header["path"] == path)
    ):
        kind = header["kind"].lower()
        result = result[header.end() :].removeprefix("\n").removeprefix("\n")
    return Document(path, kind, result, next_offset is None), next_offset
