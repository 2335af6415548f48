"""Cache breakpoints: which ones a request sets, and the rules on how many and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.blocks import Breakpoint, PromptBlock, Ttl, as_blocks
from cowork_tui.demo.check_fields import check_object, check_one_of
from cowork_tui.demo.errors import invalid

MAX_BREAKPOINTS = 4


def check_controls(body: JsonObject) -> None:
    """Refuse malformed `cache_control` objects of a body, its tools and its system text, and ones that can't be."""
    check_control(body, "")
    for segment in ("tools", "system"):
        if isinstance(body.get(segment), str):
            continue
        for index, block in enumerate(cast(Sequence[JsonObject], body.get(segment) or ())):
            check_control(block, f"{segment}.{index}.")


def check_message_controls(message: JsonObject, number: int) -> None:
    """The same for the blocks of one message."""
    for index, block in enumerate(as_blocks(message.get("content"))):
        if "cache_control" in block or block.get("type") == "tool_result":
            _check_block(block, f"messages.{number}.content.{index}.")


def _check_block(block: JsonObject, path: str) -> None:
    if block.get("type") in ("thinking", "redacted_thinking") and block.get("cache_control") is not None:
        raise invalid(f"{path}{block['type']}.cache_control: Extra inputs are not permitted")
    check_control(block, path)
    if block.get("type") == "tool_result" and not isinstance(block.get("content"), str):
        for index, inner in enumerate(as_blocks(block.get("content"))):
            check_control(inner, f"{path}content.{index}.")


def check_control(holder: JsonObject, path: str) -> None:
    """Refuse a malformed `cache_control` of one object."""
    if holder.get("cache_control") is None:
        return
    control = check_object(holder["cache_control"], f"{path}cache_control")
    check_one_of(control.get("type"), ("ephemeral",), f"{path}cache_control.type")
    if control.get("ttl") is not None:
        check_one_of(control["ttl"], ("5m", "1h"), f"{path}cache_control.ttl")


def breakpoints_of(body: JsonObject, blocks: Sequence[PromptBlock]) -> dict[int, Ttl]:
    """The breakpoints of a checked request by position, the automatic one included.

    Refuses more than four, and one hour behind five minutes.
    """
    marks = [(position, mark) for position, block in enumerate(blocks) for mark in block.breakpoints]
    automatic = _automatic(body, blocks)
    if automatic is not None:
        position, mark = automatic
        same_place = [known.ttl for place, known in marks if place == position]
        if same_place and same_place[-1] != mark.ttl:
            raise invalid("cache_control: the last block already has a `cache_control` with a different ttl")
        if not same_place:
            if len(marks) >= MAX_BREAKPOINTS:
                raise invalid(
                    "cache_control: automatic caching needs one of the 4 breakpoints, and all 4 are set explicitly"
                )
            marks.append(automatic)
            marks.sort(key=lambda pair: pair[0])
    if len(marks) > MAX_BREAKPOINTS:
        raise invalid(f"A maximum of 4 blocks with cache_control may be provided. Found {len(marks)}.")
    _check_order(mark for _, mark in marks)
    return {position: mark.ttl for position, mark in marks}


def _automatic(body: JsonObject, blocks: Sequence[PromptBlock]) -> tuple[int, Breakpoint] | None:
    control = cast("JsonObject | None", body.get("cache_control"))
    if control is None:
        return None
    ttl: Ttl = "1h" if control.get("ttl") == "1h" else "5m"
    for position in range(len(blocks) - 1, -1, -1):
        if blocks[position].cacheable:
            return position, Breakpoint(blocks[position].path, ttl)
    return None


def _check_order(marks: Iterator[Breakpoint]) -> None:
    short = False
    for mark in marks:
        if mark.ttl == "1h" and short:
            raise invalid(
                f"{mark.path}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' "
                "cache_control block. Note that blocks are processed in the following order: `tools`, `system`, "
                "`messages`."
            )
        short = short or mark.ttl == "5m"
