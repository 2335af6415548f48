"""Answers Messages API requests by script: a pure function of the request body, without files, clock or chance."""

from __future__ import annotations

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.clerk import conversation
from cowork_tui.demo.clerk.directives import directives_in, follow
from cowork_tui.demo.clerk.goals import Goal, asks_for_conversation_summary, is_chat
from cowork_tui.demo.clerk.request_view import RequestView, as_object, view
from cowork_tui.demo.clerk.schema_filler import fill
from cowork_tui.demo.clerk.task_view import TaskView, current_task
from cowork_tui.demo.clerk.tasks.extract import extract
from cowork_tui.demo.clerk.tasks.inventory import inventory
from cowork_tui.demo.clerk.tasks.search import search
from cowork_tui.demo.clerk.tasks.sort import sort
from cowork_tui.demo.clerk.tasks.summarise import summarise
from cowork_tui.demo.reply import Reply, ToolUsePart

__all__ = ["answer"]


def answer(body: JsonObject) -> Reply:
    """The reply to a request body; the same body gives the same reply, and no body makes it fail."""
    request = view(body)
    task = current_task(request)
    forced = _forced(request)
    if forced is not None:
        return forced
    if task is None:
        return conversation.pong()
    directives = directives_in(task.start.text)
    if directives:
        done = [call.result.text if call.result is not None else "" for call in task.calls]
        return follow(directives, list(request.tools), done, may_call=request.tool_choice != "none")
    newest = request.user_texts[-1].text
    if request.schema is not None:
        return conversation.as_json(request.schema, newest)
    if asks_for_conversation_summary(newest):
        return conversation.so_far(request, newest)
    if task.asks_to_stop:
        return conversation.stopped(task)
    return (
        _carry_out(task, task.goal)
        if task.goal is not None
        else conversation.without_goal(task, is_chat(task.start.text))
    )


def _forced(request: RequestView) -> Reply | None:
    """The one call that `tool_choice` demands: a tool by name, or any tool when there is nothing else to do."""
    name = request.forced_tool
    if request.tool_choice == "any" and request.tools:
        task = current_task(request)
        if task is None or (task.goal is None and not directives_in(task.start.text)):
            name = next(iter(request.tools))
    if name not in request.tools:
        return None
    schema = as_object(request.tools[name].get("input_schema"))
    said = request.user_texts[-1].text if request.user_texts else ""
    value = fill({"type": "object", **schema}, conversation.hints(said))
    return Reply((ToolUsePart(name, as_object(value)),), "tool_use")


def _carry_out(task: TaskView, goal: Goal) -> Reply:
    if goal.kind == "extract":
        return extract(task, goal)
    if goal.kind == "inventory":
        return inventory(task, goal)
    if goal.kind == "sort":
        return sort(task, goal)
    if goal.kind == "summarise":
        return summarise(task, goal)
    return search(task, goal)
