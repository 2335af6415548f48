"""Failures in the shape and with the types that the Messages API publishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast

from cowork_tui.core.json_values import JsonObject

_TYPES_BY_STATUS: tuple[tuple[int, str], ...] = (
    (400, "invalid_request_error"),
    (401, "authentication_error"),
    (402, "billing_error"),
    (403, "permission_error"),
    (404, "not_found_error"),
    (405, "invalid_request_error"),
    (409, "conflict_error"),
    (413, "request_too_large"),
    (429, "rate_limit_error"),
    (500, "api_error"),
    (504, "timeout_error"),
    (529, "overloaded_error"),
)


@dataclass(eq=False)
class ApiError(Exception):
    """A request that ends without a message.

    `status` is the HTTP status, `message` the sentence for the caller, and `error_code` the machine-readable
    `error.details.error_code` where the API defines one. `headers` are added to the response.
    """

    status: int
    message: str
    error_code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        super().__init__(self.message)


def status_of(error_type: str) -> int:
    """The HTTP status that an error type comes with; 500 for an unknown one."""
    return next((status for status, name in _TYPES_BY_STATUS if name == error_type), 500)


def invalid(message: str) -> ApiError:
    """A 400 `invalid_request_error`."""
    return ApiError(400, message)


def error_body(error: ApiError, request_id: str) -> JsonObject:
    """The JSON body of a failed request."""
    fallback = "api_error" if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    detail: dict[str, object] = {"type": dict(_TYPES_BY_STATUS).get(error.status, fallback), "message": error.message}
    if error.error_code is not None:
        detail["details"] = {"error_code": error.error_code}
    return {"type": "error", "error": cast(JsonObject, detail), "request_id": request_id}
