"""The least that a live average intensity can be: below it, a value is a fault of its source."""

from __future__ import annotations

from carbon.reading import Observation, Percentile, Shares, UpstreamForecast
from grid.source import MalformedReply
from mapping import CloudMap

IMPLAUSIBLE = "implausible"
# Lifecycle factors of the cleanest plants lie between 5 (nuclear in France) and 24 g/kWh (hydro, IPCC 2014).
LEAST_GCO2E_PER_KWH = 5.0
SHARE_OF_LOWEST_HOUR = 0.2


def floor_gco2e_per_kwh(lowest_hour_gco2e_per_kwh: float | None) -> float:
    """The floor of a zone: 5 g, or a fifth of its lowest known hour if that is lower. None: no hour is known."""
    if lowest_hour_gco2e_per_kwh is None:
        return LEAST_GCO2E_PER_KWH
    return min(LEAST_GCO2E_PER_KWH, SHARE_OF_LOWEST_HOUR * lowest_hour_gco2e_per_kwh)


def plausible_floors(mapping: CloudMap) -> dict[str, float]:
    """Zone -> the least gCO2e per kWh that any source may give for it; for every zone of the catalog.

    Sources know nothing of a corrected level: the lowest hour is that of the publisher's level where it is lower.
    """
    floors = {}
    for zone, facts in mapping.zones.items():
        lowest = mapping.profiles.lowest_hour(zone)
        floors[zone] = floor_gco2e_per_kwh(None if lowest is None else lowest / max(1.0, facts.level_factor))
    return floors


def refuse_implausible(value: Observation | UpstreamForecast | Shares | Percentile, floor_gco2e_per_kwh: float) -> None:
    """Raises MalformedReply for an intensity, or a forecast with any hour, below the floor."""
    match value:
        case Observation(gco2e_per_kwh=figure):
            lowest = figure
        case UpstreamForecast(gco2e_per_kwh=hours):
            lowest = min((hour for hour in hours if hour is not None), default=floor_gco2e_per_kwh)
        case Shares() | Percentile():
            return
    if lowest < floor_gco2e_per_kwh:
        raise MalformedReply(IMPLAUSIBLE, f"{lowest:g} gCO2e/kWh, below {floor_gco2e_per_kwh:.3g}")
