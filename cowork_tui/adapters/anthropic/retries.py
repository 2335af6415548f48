"""When a failed try is repeated, and after how long: the rules of the official client libraries.

Connection errors and the statuses 408, 409, 429 and 500 and above are tried again, unless the server says otherwise
with `x-should-retry`. The wait is what the server asks for (`retry-after-ms`, `retry-after`), else 0.5 seconds doubled
each time, at most 8 seconds, times a random share between 0.75 and 1. One rule differs: a spending limit is not tried
again, since waiting does not lift it.
"""

from __future__ import annotations

import email.utils
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

DEFAULT_ATTEMPTS = 4
FIRST_WAIT_SECONDS = 0.5
MAX_WAIT_SECONDS = 8.0
MAX_SERVER_WAIT_SECONDS = 4_294_967.0
"""The longest sleep that every platform takes."""
JITTER = 0.25

SPEND_LIMIT_CODES = frozenset(("enforced_spend_limit_reached", "contract_spend_limit_reached"))
"""Error codes of a 429 that waiting does not cure."""


def is_retried(status: int, headers: Mapping[str, str], error_code: str | None) -> bool:
    """Whether a response of that status is worth another try. Header names are lower case."""
    if error_code in SPEND_LIMIT_CODES:
        return False
    said = headers.get("x-should-retry")
    if said in ("true", "false"):
        return said == "true"
    return status in (408, 409, 429) or status >= 500


def server_wait_seconds(headers: Mapping[str, str], now: float) -> float | None:
    """What the server asks for, in seconds from `now` (seconds since the epoch); None where it asks for nothing."""
    for name, per_second in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        seconds = _number(headers.get(name, ""))
        if seconds is not None:
            return _positive(seconds / per_second)
    parsed = email.utils.parsedate_tz(headers.get("retry-after", ""))
    if parsed is None:
        return None
    try:
        return _positive(email.utils.mktime_tz(parsed) - now)
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else value


def _positive(seconds: float) -> float | None:
    return min(seconds, MAX_SERVER_WAIT_SECONDS) if seconds > 0 else None


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a request is tried in all, and the source of the waits' random share."""

    attempts: int = DEFAULT_ATTEMPTS
    random: Random = field(default_factory=Random)
    first_wait_seconds: float = FIRST_WAIT_SECONDS

    def wait_seconds(self, attempt: int, headers: Mapping[str, str], now: float) -> float | None:
        """The wait after try number `attempt` (from 1); None after the last."""
        if attempt >= self.attempts:
            return None
        asked = server_wait_seconds(headers, now)
        if asked is not None:
            return asked
        doubled = self.first_wait_seconds * 2.0 ** min(attempt - 1, 10)
        return min(doubled, MAX_WAIT_SECONDS) * (1 - JITTER * self.random.random())
