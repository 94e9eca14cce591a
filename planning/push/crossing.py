"""When a value crosses a limit, so that a value which trembles around the limit is told once."""

from __future__ import annotations

from typing import Literal

from carbon.events import Threshold

Crossing = Literal["entered", "left"]


def crossing(
    threshold: Threshold, is_crossed: bool | None, gco2e_per_kwh: float | None
) -> tuple[bool | None, Crossing | None]:
    """The new state, and what the value has crossed: it entered the side of the threshold or left it; or None.

    is_crossed: the state before; None while no value was known. The first known value sets the state and crosses
    nothing. A value that is not known changes nothing.
    """
    if gco2e_per_kwh is None:
        return is_crossed, None
    is_crossed_now = _is_crossed(threshold, gco2e_per_kwh, was_crossed=bool(is_crossed))
    if is_crossed is None or is_crossed_now == is_crossed:
        return is_crossed_now, None
    return is_crossed_now, "entered" if is_crossed_now else "left"


def _is_crossed(threshold: Threshold, value: float, *, was_crossed: bool) -> bool:
    slack = threshold.hysteresis if was_crossed else 0.0
    if threshold.side == "below":
        return value < threshold.gco2e_per_kwh + slack
    return value > threshold.gco2e_per_kwh - slack
