"""Reading an HTTP request: who asks, in which version, and the JSON body within its size limit."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import cast

from starlette.requests import Request

from cowork_tui.core.json_values import JsonObject
from cowork_tui.demo.context import NEW_VERSION, OLD_VERSION, RequestContext
from cowork_tui.demo.errors import ApiError, invalid

MAX_BODY_BYTES = 32 * 1024 * 1024
_MOST_READ_BYTES = 8 * MAX_BODY_BYTES
_REFUSED_KEY_PARTS = ("wrong", "revoked")


def context_of(request: Request, counting: bool = False) -> RequestContext:
    """The key, version and betas of a request. Raises 401 without a good key and 400 without a known version."""
    key = _key(request)
    version = request.headers.get("anthropic-version")
    if version is None:
        raise invalid("anthropic-version: header is required")
    if version not in (OLD_VERSION, NEW_VERSION):
        raise invalid(
            f'anthropic-version: "{version}" is not a valid version. You likely want to use "{NEW_VERSION}" or '
            f'"{OLD_VERSION}".'
        )
    named = ",".join(request.headers.getlist("anthropic-beta")).split(",")
    betas = frozenset(name.strip() for name in named if name.strip())
    return RequestContext(key, version, betas, counting)


def _key(request: Request) -> str:
    """The key, which `x-api-key` names before a bearer token does."""
    key = request.headers.get("x-api-key")
    source = "x-api-key"
    if not key:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        key = token.strip() if scheme.lower() == "bearer" else ""
        source = "bearer token"
    if not key:
        raise ApiError(401, "x-api-key header is required")
    if any(part in key.lower() for part in _REFUSED_KEY_PARTS):
        raise ApiError(401, "invalid x-api-key" if source == "x-api-key" else "Invalid bearer token")
    return key


async def body_of(request: Request) -> bytes:
    """The whole body. One that is too large is read on, within reason, so that the client gets to see the 413."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise ApiError(415, f"content-encoding: '{encoding}' is not supported; send the body uncompressed")
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            chunks.append(chunk)
        elif size > _MOST_READ_BYTES:
            break
    if size > MAX_BODY_BYTES:
        raise ApiError(413, "Request exceeds the maximum size")
    return b"".join(chunks)


def parse_body(raw: bytes) -> JsonObject:
    """The body as a JSON object. Raises 400 for anything else."""
    try:
        body = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
        if b"\\ud" in raw.lower():
            json.dumps(body, ensure_ascii=False).encode("utf-8")
    except UnicodeError as error:
        raise invalid("The request body is not valid JSON: bad UTF-8 or half a surrogate pair") from error
    except (ValueError, RecursionError) as error:
        detail = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise invalid(f"The request body is not valid JSON: {detail}") from error
    if not isinstance(body, dict):
        raise invalid("The request body must be a JSON object.")
    return cast(JsonObject, body)


def digest_of_body(raw: bytes) -> str:
    """A short name of the exact body."""
    return blake2b(raw, digest_size=16).hexdigest()


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
