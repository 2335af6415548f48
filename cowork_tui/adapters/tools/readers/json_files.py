"""JSON: as it is, or the values that a path selects."""

from __future__ import annotations

import json
from typing import BinaryIO

from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.adapters.tools.readers.extracted import Extracted, Part
from cowork_tui.adapters.tools.readers.guard import parsing
from cowork_tui.adapters.tools.readers.text import read_text

MAX_PARSED_JSON_BYTES = 50_000_000
"""A parsed value takes several times its text."""


def read_json(stream: BinaryIO, name: str, part: Part, stop: Stop) -> Extracted:
    """The file's text; with `select` what that JMESPath expression gives, indented."""
    part.refuse_others(name, "JSON", ("select", "encoding"))
    content = stream.read(MAX_PARSED_JSON_BYTES + 1)
    raw = read_text(content, "json", part)
    if part.select is None:
        return raw
    if len(content) > MAX_PARSED_JSON_BYTES:
        raise ToolFailure(f"{name} is too large for select: search it with search_files, or read it by offset")
    import jmespath
    from jmespath.exceptions import JMESPathError

    stop.check()
    with parsing(name, "JSON"):
        value = json.loads(raw.text)
    stop.check()
    try:
        selected = jmespath.search(part.select, value)
    except JMESPathError as error:
        reason = " ".join(str(error).split())[:160]
        raise ToolFailure(f"select is no valid JMESPath expression ({reason}): correct it") from None
    if selected is None:
        keys = f"; its keys are {', '.join(list(value)[:20])}" if isinstance(value, dict) else ""
        raise ToolFailure(f"select gives nothing in {name[:100]}{keys[:500]}: correct the path")
    text = json.dumps(selected, ensure_ascii=False, indent=1)
    items = (f"{len(selected)} items",) if isinstance(selected, list) else ()
    return Extracted("json", text, ("selected", *items), raw.notes)
