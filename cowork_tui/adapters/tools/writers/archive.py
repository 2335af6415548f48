"""Office files that are the same bytes for the same content."""

from __future__ import annotations

import io
import re
import zipfile

_MADE = (1980, 1, 1, 0, 0, 0)
"""The first time that a ZIP file can tell."""
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def without_times(content: bytes) -> bytes:
    """An Office file with all times of its making set to the same."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in made.namelist():
            part = made.read(name)
            if name == "docProps/core.xml":
                part = _TIMES.sub(rb"\g<1>2000-01-01T00:00:00Z", part)
            entry = zipfile.ZipInfo(name, _MADE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            fixed.writestr(entry, part)
    return target.getvalue()
