"""Holds parsers of foreign files: whatever they trip over becomes one sentence, and zip bombs never reach them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from cowork_tui.adapters.tools.failure import Stopped, ToolFailure

MAX_UNPACKED_BYTES = 200_000_000
MAX_ZIP_ENTRIES = 10_000
MAX_TEXT_CHARACTERS = 20_000_000
"""Extraction ends here; the text then says so."""

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


@contextmanager
def parsing(name: str, what: str) -> Iterator[None]:
    """Inside the block a parsing library reads the file `name`, which should be a `what`, e.g. `PDF`."""
    try:
        yield
    except (ToolFailure, Stopped, MemoryError):
        raise
    except Exception as error:  # a broken file can raise anything in the libraries' depths: KeyError, struct.error, …
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise ToolFailure(f"{name} is broken or no {what} ({reason}): ask the user for another copy") from error


def check_zip(stream: BinaryIO, name: str, what: str) -> None:
    """Refuse an Office file that is protected, no zip, or would unpack to more than memory should hold."""
    start = stream.read(4)
    stream.seek(0)
    if start == _OLD_OFFICE:
        raise ToolFailure(f"{name} is password-protected or of the old Office format: ask the user for a plain {what}")
    with parsing(name, f"{what} file"), zipfile.ZipFile(stream) as archive:
        entries = archive.infolist()
        unpacked_bytes = sum(entry.file_size for entry in entries)
    stream.seek(0)
    if unpacked_bytes > MAX_UNPACKED_BYTES or len(entries) > MAX_ZIP_ENTRIES:
        size = f"{unpacked_bytes:,} bytes in {len(entries):,} parts"
        raise ToolFailure(f"{name} would unpack to {size}, more than can be read: ask the user for a smaller file")
