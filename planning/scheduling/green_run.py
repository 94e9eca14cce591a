"""How long a region stays about as green as the figure it is ranked by."""

from __future__ import annotations

from carbon import units
from planning.outlook.zone_hours import ZoneHours
from planning.ties import ROUNDING

# A region stays worth its place while a step is at most this many times the intensity it was ranked by.
STAY_RATIO = 1.10
# How far a run is followed where no forecast says more.
DEFAULT_HORIZON_SECONDS = 24 * units.HOUR_SECONDS


def stays_until(zone: ZoneHours, start: float, gco2e_per_kwh: float) -> float:
    """Seconds from the zone's first hour to the end of the unbroken run that begins with the step holding `start`.

    A step belongs to the run while it is at most STAY_RATIO x gco2e_per_kwh; the first always does. The run is
    followed to the end of the zone's forecast, or for 24 h where the start lies beyond it or there is none.
    """
    first = int(start // zone.step_seconds)
    forecast_end = round(zone.baseline_from / zone.step_seconds)
    last = forecast_end if forecast_end > first else first + round(DEFAULT_HORIZON_SECONDS / zone.step_seconds)
    highest, step = STAY_RATIO * gco2e_per_kwh * (1.0 + ROUNDING), first + 1
    for value in zone.values[step:last].tolist():
        if not value <= highest:  # an unknown value ends the run too
            break
        step += 1
    return step * zone.step_seconds
