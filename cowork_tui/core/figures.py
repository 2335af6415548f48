"""Figures as people read them, the same on every screen and line."""

from __future__ import annotations

from cowork_tui.core.pricing import Money, format_dollars

UNKNOWN = "?"
MONEY_NOTES = {
    Money.BILLED: "",
    Money.DEMO: "demo: a script, not AI",
    Money.IMPORTED: "at list price, not your bill",
    Money.UNKNOWN: "price unknown",
}
"""What stands beside amounts of each kind of money."""


def tokens(count: int, *, estimate: bool = False) -> str:
    """`812`, `4.2k`, `1.25M`, with `~` before an estimate."""
    if count < 1_000:
        text = str(count)
    elif count < 999_950:
        text = f"{count / 1_000:.1f}k"
    else:
        text = f"{count / 1_000_000:.2f}M"
    return f"~{text}" if estimate else text


def dollars(nanodollars: int | None, *, estimate: bool = False) -> str:
    """`$0.019`, `~$0.02`, and `?` for what is unknown."""
    if nanodollars is None:
        return UNKNOWN
    return f"{'~' if estimate else ''}{format_dollars(nanodollars)}"


def percent(share: float | None) -> str:
    """`92 %`, `?` where unknown. Only a full share is 100 %, only none is 0 %."""
    if share is None:
        return UNKNOWN
    rounded = round(100 * share)
    if share < 1:
        rounded = min(rounded, 99)
    if share > 0:
        rounded = max(rounded, 1)
    return f"{rounded} %"


def seconds(value: float) -> str:
    """`0.4 s`, `12 s`, `3 min 5 s`."""
    if value < 9.95:
        return f"{value:.1f} s"
    whole = round(value)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def size(count_bytes: int) -> str:
    """`812 bytes`, `1.2 kB`, `3.4 MB`."""
    if count_bytes < 1_000:
        return f"{count_bytes} bytes"
    return f"{count_bytes / 1_000:.1f} kB" if count_bytes < 999_950 else f"{count_bytes / 1_000_000:.1f} MB"
