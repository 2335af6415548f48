"""What a provider is given and what it gives back: one request, and the closed union of events that answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from cowork_tui.core.blocks import Content
from cowork_tui.core.plan import ContextPlan
from cowork_tui.core.usage import Usage


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A request ready to send: its exact body and the body's SHA-256."""

    plan: ContextPlan
    body: bytes
    sha256: str
    previous_message_id: str | None


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """One HTTP try failed; another follows after `wait_seconds` unless it is None."""

    attempt: int
    status: int | None
    error: str
    wait_seconds: float | None
    maybe_billed: bool = False
    """Whether the server may have done the work and billed it, although nothing of its answer came."""


@dataclass(frozen=True, slots=True)
class Started:
    """The response began."""

    message_id: str
    model: str
    request_id: str
    usage: Usage
    cache_miss_reason: str | None
    """The API's own diagnosis, where it gave one."""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a block: `kind` is text, thinking or tool_input; `name` the tool's for the latter."""

    kind: str
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ContentEnded:
    """A whole block of the response."""

    content: Content


@dataclass(frozen=True, slots=True)
class Ended:
    """The response is complete."""

    stop_reason: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Failed:
    """No (whole) response. `usage` is what was billed up to then, where any was; `next_step` what the user can do."""

    error: str
    next_step: str
    status: int | None
    usage: Usage | None
    retired_model: bool = False
    refused_field: str | None = None
    """A request field the server does not take, e.g. `diagnostics`."""
    retry_seconds: float | None = None
    """After how long it makes sense to go on from what has come; None: it does not."""


ProviderEvent: TypeAlias = AttemptFailed | Started | Delta | ContentEnded | Ended | Failed
