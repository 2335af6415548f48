"""Tools that the API runs itself: this server has none of them, and says so the way the API reports a failed one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from cowork_tui.core.json_values import JsonObject

_KINDS = ("web_search", "web_fetch", "code_execution", "tool_search_tool", "advisor")


def server_tools(body: JsonObject) -> Mapping[str, str]:
    """The offered tools that run on the server: name to kind."""
    found: dict[str, str] = {}
    for tool in cast("Sequence[JsonObject]", body.get("tools") or ()):
        declared = str(tool.get("type") or "")
        kind = next((kind for kind in _KINDS if declared.startswith(f"{kind}_")), None)
        if kind is not None:
            found[str(tool.get("name") or kind)] = kind
    return found


def unavailable(kind: str, tool_use_id: str) -> JsonObject:
    """The result block of a server tool that could not run."""
    result = f"{kind.removesuffix('_tool')}_tool_result"
    return {
        "type": result,
        "tool_use_id": tool_use_id,
        "content": {"type": f"{result}_error", "error_code": "unavailable"},
    }
