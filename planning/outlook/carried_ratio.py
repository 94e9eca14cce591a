"""What an upstream tells of the hours to come, and how the profile continues it without a jump.

Every step has a ratio to the profile. Between known steps it is interpolated. After the last one it is the ratio of
the last 24 known hours (of all, if fewer), which relaxes to 1 with units.RATIO_HALF_LIFE_HOURS; the profile gives the
shape. Before the first known step it is that step's own. Where there is our own forecast, it takes the profile's part
(see planning/outlook/forecast_choice.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil

import numpy as np

from carbon import units
from carbon.reading import UpstreamForecast, ZoneReading
from catalog.columns import FloatArray

CARRIED_HOURS = 24


@dataclass(frozen=True, slots=True, eq=False)
class UpstreamSteps:
    """Values by step from a full hour on, NaN where the upstream has none; the live value is among them.

    has_forecast: whether any step is from the upstream's forecast. first_until: end of the step that holds now, or of
    the live value's hour. ends_at: end of the last step known; 72 h where only a live value is. Seconds.
    """

    values: FloatArray
    step_seconds: float
    has_forecast: bool
    has_live: bool
    first_until: float
    ends_at: float


def upstream_steps(reading: ZoneReading, first_hour_at: datetime, hours: int, step_now: int) -> UpstreamSteps:
    """At least `hours` hours in the forecast's own steps, hours without one; all of the forecast is in them.

    step_now: the step that holds now. A live value holds in it, and in each later step that starts before the value's
    interval ends, to the hour's end at most.
    """
    forecast, latest = reading.forecast, reading.latest
    step_seconds = units.HOUR_SECONDS if forecast is None else float(forecast.step_seconds)
    per_hour = round(units.HOUR_SECONDS / step_seconds)
    shift = 0 if forecast is None else round((forecast.starts_at - first_hour_at).total_seconds() / step_seconds)
    last = 0 if forecast is None else shift + len(forecast.gco2e_per_kwh)
    values = np.full(max(hours, ceil(last / per_hour)) * per_hour, np.nan)
    if forecast is not None:
        _fill(values, forecast, shift)
    has_forecast = bool(np.isfinite(values).any())
    live_steps = step_now + 1
    if latest is not None:
        until = (latest.ends_at - first_hour_at).total_seconds() / step_seconds
        live_steps = min(max(live_steps, ceil(until)), per_hour)
        values[:live_steps] = latest.gco2e_per_kwh
    end = np.flatnonzero(np.isfinite(values))[-1] + 1 if has_forecast else 0
    if latest is not None and not has_forecast:
        end = units.FORECAST_HORIZON_HOURS * per_hour
    return UpstreamSteps(
        values,
        step_seconds,
        has_forecast,
        latest is not None,
        first_until=live_steps * step_seconds,
        ends_at=float(end * step_seconds),
    )


def _fill(values: FloatArray, forecast: UpstreamForecast, shift: int) -> None:
    for index, value in enumerate(forecast.gco2e_per_kwh):
        if value is not None and index + shift >= 0:
            values[index + shift] = value


def with_profile(
    upstream: UpstreamSteps,
    profile: FloatArray,
    usual_of_live: float | None,
    half_life_hours: float = units.RATIO_HALF_LIFE_HOURS,
) -> FloatArray:
    """The upstream's values, and the profile (or another shape) scaled to them where there are none.

    profile: its gCO2e/kWh by step; NaN without an annual figure, which leaves unknown steps NaN. usual_of_live: the
    profile's value in the hour that the live value stands for, which may be an earlier one.
    """
    per_hour = round(units.HOUR_SECONDS / upstream.step_seconds)
    is_live_alone = upstream.has_live and usual_of_live is not None and not upstream.has_forecast
    usual = np.full(len(profile), usual_of_live) if is_live_alone else profile
    return continued(upstream.values, profile, per_hour=per_hour, half_life_hours=half_life_hours, usual=usual)


def continued(
    values: FloatArray, shape: FloatArray, *, per_hour: int, half_life_hours: float, usual: FloatArray | None = None
) -> FloatArray:
    """The values, and where one is NaN the shape at their level.

    usual: what the values are compared with for their level; None: the shape.
    """
    has_value = np.isfinite(values)
    steps = np.flatnonzero(has_value)
    if not len(steps):
        return shape.copy()
    ratios = _ratios(values[steps], (shape if usual is None else usual)[steps])
    ratio = np.interp(np.arange(len(shape)), steps, ratios)
    last_day = slice(-CARRIED_HOURS * per_hour, None)
    carried = float(np.average(ratios[last_day], weights=_weights(shape[steps][last_day])))
    hours_after = np.arange(1, len(shape) - steps[-1]) / per_hour
    ratio[steps[-1] + 1 :] = 1.0 + (carried - 1.0) * np.exp2(-hours_after / half_life_hours)
    return np.where(has_value, values, shape * ratio)


def _ratios(values: FloatArray, profile: FloatArray) -> FloatArray:
    """Values over the profile; 1 where the profile is not known or 0."""
    return np.divide(values, profile, out=np.ones_like(values), where=profile > 0)


def _weights(profile: FloatArray) -> FloatArray:
    """With the profile as weights the mean of ratios is the ratio of the sums."""
    return profile if bool((profile > 0).all()) else np.ones_like(profile)
