"""Holds parsers of foreign files: whatever they trip over becomes one sentence, and zip bombs never reach them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from cowork_tui.adapters.tools.failure import Stopped, ToolFailure

MAX_UNPACKED_BYTES = 200_000_000
MAX_PARSED_BYTES = 40_000_000
"""Of XML that a library holds whole, at several times its size."""
MAX_ZIP_ENTRIES = 10_000
MAX_TEXT_CHARACTERS = 20_000_000
"""Extraction ends here; the text then says so."""

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LOOKED_AT_BYTES = 64_000_000


@contextmanager
def parsing(name: str, what: str) -> Iterator[None]:
    """Inside the block a parsing library reads the file `name`, which should be a `what`, e.g. `PDF`."""
    try:
        yield
    except (ToolFailure, Stopped):
        raise
    except MemoryError as error:
        raise ToolFailure(f"{name} needs more memory than there is: ask the user for a smaller file") from error
    except Exception as error:  # a broken file can raise anything in the libraries' depths: KeyError, struct.error, …
        reason = " ".join(str(error).split())[:120].rstrip(".") or type(error).__name__
        raise ToolFailure(f"{name} is broken or no {what} ({reason}): ask the user for another copy") from error


def check_zip(stream: BinaryIO, name: str, what: str, *, parsed_whole: bool = False) -> None:
    """Refuse an Office file that is protected, no zip, or would unpack to more than memory should hold."""
    start = stream.read(4)
    stream.seek(0)
    if start == _OLD_OFFICE:
        _refuse_old(stream, name, what)
    if name.rpartition("/")[2].startswith("~$"):
        raise ToolFailure(f"{name} only marks that a program has the document open: read the one without ~$")
    with parsing(name, f"{what} file"), zipfile.ZipFile(stream) as archive:
        entries = archive.infolist()
        protected = any(entry.flag_bits & 1 for entry in entries)
        unpacked_bytes = sum(entry.file_size for entry in entries)
        parsed_bytes = sum(entry.file_size for entry in entries if entry.filename.endswith((".xml", ".rels")))
    stream.seek(0)
    if protected:
        raise ToolFailure(f"{name} is protected by a password: ask the user for an unprotected copy")
    if unpacked_bytes > MAX_UNPACKED_BYTES or len(entries) > MAX_ZIP_ENTRIES:
        size = f"{unpacked_bytes:,} bytes in {len(entries):,} parts"
        raise ToolFailure(f"{name} would unpack to {size}, more than can be read: ask the user for a smaller file")
    if parsed_whole and parsed_bytes > MAX_PARSED_BYTES:
        size = f"{parsed_bytes:,} bytes of XML"
        raise ToolFailure(f"{name} would unpack to {size}, more than can be read: ask the user for a smaller file")


def _refuse_old(stream: BinaryIO, name: str, what: str) -> None:
    """Tell a protected file from one of the old format: the protected one holds the new one in a part of its own."""
    protected = _ENCRYPTED in stream.read(_LOOKED_AT_BYTES)
    if protected:
        raise ToolFailure(f"{name} is protected by a password: ask the user for an unprotected copy")
    raise ToolFailure(f"{name} is password-protected or of the old Office format: ask the user for a plain {what}")
