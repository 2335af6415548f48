"""Usage as the API reports it, and the rate-limit headers that count it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cowork_tui.core.json_values import JsonObject, JsonValue
from cowork_tui.demo.cache import CacheBill
from cowork_tui.demo.compose import Answer
from cowork_tui.demo.prompt import Prompt

_PLACEHOLDER_OUTPUT_TOKENS = 1
_WINDOW_SECONDS = 60.0
_LIMITS = {"requests": 4_000, "input-tokens": 4_000_000, "output-tokens": 800_000}
_ROUNDED_TO_TOKENS = 1_000


def input_usage(bill: CacheBill) -> dict[str, JsonValue]:
    """The prompt's side of the usage."""
    return {
        "input_tokens": bill.input_tokens,
        "cache_creation_input_tokens": bill.write_tokens,
        "cache_read_input_tokens": bill.read_tokens,
    }


def start_usage(bill: CacheBill, prompt: Prompt) -> JsonObject:
    """The usage of `message_start`: the prompt's side with its split, and a placeholder for the output."""
    return {
        **input_usage(bill),
        "cache_creation": {
            "ephemeral_5m_input_tokens": bill.write_5m_tokens,
            "ephemeral_1h_input_tokens": bill.write_1h_tokens,
        },
        "output_tokens": _PLACEHOLDER_OUTPUT_TOKENS,
        "server_tool_use": None,
        "service_tier": "standard",
        "inference_geo": prompt.body.get("inference_geo") or "global",
        "speed": "fast" if prompt.mode.fast else "standard",
    }


def output_usage(answer: Answer) -> dict[str, JsonValue]:
    """The output's side of the usage; thinking is part of the output."""
    return {
        "output_tokens": answer.output_tokens,
        "output_tokens_details": {"thinking_tokens": answer.thinking_tokens},
    }


@dataclass(slots=True)
class _Spent:
    window: int = -1
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


class RateMeter:
    """Counts each key's minute for the rate-limit headers. It never refuses. Not thread-safe: the owner locks."""

    def __init__(self) -> None:
        self._spent: dict[str, _Spent] = {}

    def headers(self, owner: str, now_seconds: float, input_tokens: int = 0, output_tokens: int = 0) -> dict[str, str]:
        """Add one request to a key's minute and tell what is left. Reads from the cache do not count."""
        window = int(now_seconds // _WINDOW_SECONDS)
        spent = self._spent.get(owner)
        if spent is None or spent.window != window:
            spent = self._spent[owner] = _Spent(window)
        spent.requests += 1
        spent.input_tokens += input_tokens
        spent.output_tokens += output_tokens
        left = {
            "requests": _LIMITS["requests"] - spent.requests,
            "input-tokens": _rounded(_LIMITS["input-tokens"] - spent.input_tokens),
            "output-tokens": _rounded(_LIMITS["output-tokens"] - spent.output_tokens),
        }
        limits = {**_LIMITS, "tokens": _LIMITS["input-tokens"] + _LIMITS["output-tokens"]}
        left["tokens"] = left["input-tokens"] + left["output-tokens"]
        reset = datetime.fromtimestamp((window + 1) * _WINDOW_SECONDS, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        found: dict[str, str] = {}
        for name, limit in limits.items():
            found[f"anthropic-ratelimit-{name}-limit"] = str(limit)
            found[f"anthropic-ratelimit-{name}-remaining"] = str(max(0, left[name]))
            found[f"anthropic-ratelimit-{name}-reset"] = reset
        return found


def _rounded(tokens: int) -> int:
    return round(tokens / _ROUNDED_TO_TOKENS) * _ROUNDED_TO_TOKENS
