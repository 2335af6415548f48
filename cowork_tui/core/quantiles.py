"""Quantiles of small samples."""

from __future__ import annotations

from collections.abc import Iterable


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the sample lies, interpolated linearly. Raises ValueError for none."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values to take a quantile of")
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def median(values: Iterable[float]) -> float:
    """The middle of the sample."""
    return quantile(values, 0.5)
