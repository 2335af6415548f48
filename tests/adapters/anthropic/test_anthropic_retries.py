"""When a failed try is repeated, and after how long."""

from __future__ import annotations

from email.utils import formatdate
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cowork_tui.adapters.anthropic.retries import RetryPolicy, is_retried, server_wait_seconds


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_statuses_that_pass_are_tried_again(status: int) -> None:
    assert is_retried(status, {}, None)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 413, 422])
def test_statuses_that_stay_are_not(status: int) -> None:
    assert not is_retried(status, {}, None)


def test_the_server_has_the_last_word() -> None:
    assert is_retried(400, {"x-should-retry": "true"}, None)
    assert not is_retried(529, {"x-should-retry": "false"}, None)
    assert is_retried(529, {"x-should-retry": "perhaps"}, None)


@pytest.mark.parametrize("code", ["enforced_spend_limit_reached", "contract_spend_limit_reached"])
def test_a_spending_limit_is_not_tried_again_even_if_the_server_says_so(code: str) -> None:
    assert not is_retried(429, {"x-should-retry": "true"}, code)
    assert is_retried(429, {}, "ramp_limit_exceeded")


def test_the_server_may_ask_for_milliseconds_seconds_or_a_date() -> None:
    now = 1_800_000_000.0
    assert server_wait_seconds({"retry-after-ms": "250", "retry-after": "9"}, now) == 0.25
    assert server_wait_seconds({"retry-after-ms": "soon", "retry-after": "9"}, now) == 9
    assert server_wait_seconds({"retry-after": "90.5"}, now) == 90.5
    assert server_wait_seconds({"retry-after": formatdate(now + 40, usegmt=True)}, now) == 40
    assert server_wait_seconds({"retry-after": formatdate(now - 40, usegmt=True)}, now) is None
    assert server_wait_seconds({"retry-after": "0"}, now) is None
    assert server_wait_seconds({}, now) is None


def test_without_a_wish_the_wait_doubles_from_half_a_second_to_eight() -> None:
    policy = RetryPolicy(attempts=9, random=Random(3))
    waits = [policy.wait_seconds(attempt, {}, 0.0) for attempt in range(1, 9)]
    for wait, full in zip(waits, (0.5, 1, 2, 4, 8, 8, 8, 8), strict=True):
        assert wait is not None
        assert 0.75 * full <= wait <= full
    assert len(set(waits)) == len(waits)


def test_the_last_try_is_followed_by_no_wait() -> None:
    assert RetryPolicy().wait_seconds(3, {}, 0.0) is not None
    assert RetryPolicy().wait_seconds(4, {"retry-after": "1"}, 0.0) is None


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms"]), st.text()), st.floats(0, 4e9))
def test_any_header_gives_a_wait_that_can_be_slept(headers: dict[str, str], now: float) -> None:
    wait = RetryPolicy().wait_seconds(1, headers, now)
    assert wait is not None
    assert 0 < wait <= 4_294_967
