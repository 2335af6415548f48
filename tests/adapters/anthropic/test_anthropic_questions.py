"""What the provider asks beside messages: token counts and the list of models."""

from __future__ import annotations

import json

import pytest

from cowork_tui.core.errors import CoworkError
from tests.adapters.anthropic.loopback_server import Answer, error_answer, json_answer, playing
from tests.adapters.anthropic.small_plans import plan, provider


async def test_counting_tokens() -> None:
    async with playing(json_answer({"input_tokens": 321})) as server:
        own = provider(server.url)
        assert await own.count_tokens(plan()) == 321
    assert server.requests[0].path == "/v1/messages/count_tokens"
    assert "max_tokens" not in json.loads(server.requests[0].body)


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_server_that_cannot_count_is_asked_once(status: int) -> None:
    async with playing(Answer(status, (("content-type", "text/plain"),), [b"no"])) as server:
        own = provider(server.url)
        assert await own.count_tokens(plan()) is None
        assert await own.count_tokens(plan()) is None
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        error_answer(429, "rate_limit_error", "slow down"),
        error_answer(404, "not_found_error", "model: claude-sonnet-5-5"),
        json_answer({"input_tokens": "many"}),
        json_answer([1]),
        Answer(200, (), [b"<html>"]),
        Answer(cut=True),
    ],
)
async def test_a_count_that_fails_once_is_asked_again(answer: Answer) -> None:
    async with playing(answer, json_answer({"input_tokens": 5})) as server:
        own = provider(server.url)
        assert await own.count_tokens(plan()) is None
        assert await own.count_tokens(plan()) == 5


async def test_the_list_of_models_is_read_to_its_end() -> None:
    supported, not_supported = {"supported": True}, {"supported": False}
    full = {
        "id": "claude-x-9", "type": "model", "display_name": "X 9", "line": "x", "lifecycle": "deprecated",
        "created_at": "2026-01-02T00:00:00Z", "deprecated_at": "2026-03-04T00:00:00Z", "retires_at": None,
        "max_input_tokens": 1000, "max_tokens": 64,
        "capabilities": {
            "effort": {"supported": True, "low": supported, "medium": supported, "high": supported,
                       "xhigh": None, "max": not_supported},
            "thinking": {"supported": True, "types": {"adaptive": supported, "enabled": not_supported}},
            "image_input": not_supported,
        },
    }  # fmt: skip
    pages = (
        json_answer({"data": [full], "has_more": True, "last_id": "claude-x-9"}),
        json_answer({"data": [{"id": "qwen3", "object": "model", "created": 1}, {"no": "id"}, 3], "has_more": False}),
    )
    async with playing(*pages) as server:
        listed, plain = await provider(server.url).list_models()
    assert server.requests[1].path == "/v1/models?limit=1000&after_id=claude-x-9"
    assert (listed.id, listed.display_name, listed.line, listed.lifecycle) == ("claude-x-9", "X 9", "x", "deprecated")
    assert (listed.max_input_tokens, listed.max_tokens) == (1000, 64)
    assert (listed.efforts, listed.thinking_types, listed.image_input) == (
        ("low", "medium", "high"),
        ("adaptive",),
        False,
    )
    assert (listed.created_at, listed.retires_at) == ("2026-01-02T00:00:00Z", None)
    assert (plain.id, plain.display_name, plain.line, plain.efforts) == ("qwen3", "qwen3", None, None)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (error_answer(401, "authentication_error", "invalid"), "refused the API key"),
        (json_answer({"object": "list"}), "no list of models"),
        (Answer(200, (), [b"<html>"]), "instead of"),
    ],
)
async def test_a_list_of_models_that_cannot_be_had_is_one_sentence(answer: Answer, error: str) -> None:
    async with playing(answer) as server:
        with pytest.raises(CoworkError, match=error):
            await provider(server.url).list_models()
