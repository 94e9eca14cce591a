"""The value now from one of some hours ago: the last known level, carried over the shape of the profile."""

from __future__ import annotations

from math import exp2

from carbon import units


def carried_value(value: float, *, usual_then: float, usual_now: float, age_hours: float) -> float:
    """gCO2e per kWh now: usual_now x (1 + (value / usual_then - 1) x 2^(-age / units.RATIO_HALF_LIFE_HOURS)).

    value: of an interval that ended age_hours ago, 0 or more. usual_then, usual_now: the profile in the hour of the
    value and in the hour of now. Without a usual value (0, or not known: NaN) the value itself is carried.
    The outlook continues a live value by the same rule.
    Raises ValueError for a negative age.
    """
    if not age_hours >= 0:
        raise ValueError(f"the age must be 0 hours or more, not {age_hours}")
    if not (usual_then > 0 and usual_now > 0):
        return value
    excess = (value / usual_then - 1.0) * exp2(-age_hours / units.RATIO_HALF_LIFE_HOURS)
    return usual_now * (1.0 + excess)
