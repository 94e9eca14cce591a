"""Emissions of several options as bars on one scale: the hardware's part, the grid's behind it, and its range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from carbon.bands import Band
from web.geometry.scale import Scale

WIDTH, HEIGHT = 1000.0, 28.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What an option emits. grid_g, low_g, high_g: from electricity; hardware_g: from making the hardware, 0 or more.

    band: of the intensity that was used.
    """

    grid_g: float
    low_g: float
    high_g: float
    hardware_g: float
    band: Band | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar from 0 on: where its parts end, and the range of the whole."""

    hardware: float
    whole: float
    low: float
    high: float
    band: Band | None


def bars(amounts: Sequence[Amount]) -> tuple[Bar, ...]:
    """A bar of each amount, in their order; the highest end of a range reaches to the right edge."""
    highest = max((amount.high_g + amount.hardware_g for amount in amounts), default=0.0)
    along = Scale(0.0, highest or 1.0, 0.0, WIDTH)
    return tuple(
        Bar(
            hardware=along.at(amount.hardware_g),
            whole=along.at(amount.grid_g + amount.hardware_g),
            low=along.at(amount.low_g + amount.hardware_g),
            high=along.at(amount.high_g + amount.hardware_g),
            band=amount.band,
        )
        for amount in amounts
    )
