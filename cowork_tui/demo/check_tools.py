"""Checks of `tools` and `tool_choice`."""

from __future__ import annotations

import re
from typing import cast

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.blocks import is_deferred
from cowork_tui.demo.check_fields import check_list, check_object, check_one_of, check_text
from cowork_tui.demo.errors import invalid

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_SERVER_TOOL_PREFIXES = (
    "web_search_", "web_fetch_", "code_execution_", "bash_", "text_editor_", "computer_", "browser_toolset_",
    "memory_", "tool_search_tool_", "mcp_toolset", "advisor_",
)  # fmt: skip


def check_tools(body: JsonObject) -> None:
    """Refuse tools that the API refuses. Server tool types are taken and never used."""
    if body.get("tools") is None:
        return
    names: set[str] = set()
    deferred = 0
    tools = check_list(body["tools"], "tools")
    for index, value in enumerate(tools):
        tool = check_object(value, f"tools.{index}")
        name = _check_tool(tool, index)
        if name in names:
            raise invalid("tools: Tool names must be unique.")
        if name is not None:
            names.add(name)
        if is_deferred(tool):
            deferred += 1
            if tool.get("cache_control") is not None:
                raise invalid(f"tools.{index}: Tools with `defer_loading` set to true cannot use prompt caching.")
    if tools and deferred == len(tools):
        raise invalid("tools: At least one tool must have `defer_loading` set to false.")


def _check_tool(tool: JsonObject, index: int) -> str | None:
    kind = tool.get("type")
    if kind not in (None, "custom"):
        if not check_text(kind, f"tools.{index}.type").startswith(_SERVER_TOOL_PREFIXES):
            raise invalid(
                f"tools.{index}: Input tag '{kind}' found using 'type' does not match any of the expected tags: "
                "'custom' or a versioned tool type"
            )
        name = tool.get("name")
        return name if isinstance(name, str) else None
    path = f"tools.{index}.custom"
    if tool.get("name") is None:
        raise invalid(f"{path}.name: Field required")
    name = check_text(tool["name"], f"{path}.name")
    if not _NAME.fullmatch(name):
        raise invalid(f"{path}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
    if tool.get("description") is not None:
        check_text(tool["description"], f"{path}.description")
    if tool.get("input_schema") is None:
        raise invalid(f"{path}.input_schema: Field required")
    schema = check_object(tool["input_schema"], f"{path}.input_schema")
    if "type" not in schema:
        raise invalid(f"{path}.input_schema.type: Field required")
    if schema["type"] != "object":
        raise invalid(f"{path}.input_schema.type: Input should be 'object'")
    for flag in ("strict", "defer_loading", "eager_input_streaming"):
        if tool.get(flag) is not None and not isinstance(tool[flag], bool):
            raise invalid(f"{path}.{flag}: Input should be a valid boolean")
    return name


def check_tool_choice(body: JsonObject) -> None:
    """Refuse a tool choice without tools, of an unknown form, or of a tool that is not there."""
    if body.get("tool_choice") is None:
        return
    choice = check_object(body["tool_choice"], "tool_choice")
    kind = check_one_of(choice.get("type"), ("auto", "any", "tool", "none"), "tool_choice.type")
    parallel = choice.get("disable_parallel_tool_use")
    if parallel is not None and not isinstance(parallel, bool):
        raise invalid(f"tool_choice.{kind}.disable_parallel_tool_use: Input should be a valid boolean")
    tools = cast("list[JsonObject]", body.get("tools") or [])
    if not tools and kind != "none":
        raise invalid("tool_choice: tool_choice may only be specified while providing `tools`.")
    if kind == "tool":
        name = check_text(choice.get("name"), "tool_choice.tool.name")
        if all(tool.get("name") != name for tool in tools):
            raise invalid(f"tool_choice: Tool '{name}' not found in provided tools")
