"""What a response says it used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of one request by class, as reported. The five classes never overlap.

    `cache_known` is False where a server reports no cache fields: the cache counts then mean "unknown", not zero.
    """

    input_tokens: int = 0
    """The uncached rest behind the last breakpoint ("fresh")."""
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0
    """Billed output, thinking included."""
    cache_known: bool = True
    service_tier: str = "standard"
    speed: str = "standard"
    inference_geo: str = "global"
    web_searches: int = 0

    @property
    def cache_write_tokens(self) -> int:
        return self.cache_write_5m_tokens + self.cache_write_1h_tokens

    @property
    def prompt_tokens(self) -> int:
        """The whole prompt: what fills the context window and what price tiers are chosen by."""
        return self.input_tokens + self.cache_write_tokens + self.cache_read_tokens

    @property
    def hit_share(self) -> float | None:
        """Share of the prompt that was read from the cache; None where it is unknown or there was no prompt."""
        return self.cache_read_tokens / self.prompt_tokens if self.cache_known and self.prompt_tokens else None

    def __add__(self, other: Usage) -> Usage:
        """Token counts added; where and how it ran is kept from the left."""
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cache_write_5m_tokens + other.cache_write_5m_tokens,
            self.cache_write_1h_tokens + other.cache_write_1h_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_known and other.cache_known,
            self.service_tier,
            self.speed,
            self.inference_geo,
            self.web_searches + other.web_searches,
        )


NO_USAGE = Usage()
