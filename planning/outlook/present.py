"""What live sources said, as it holds now: at the level of the catalog, and carried to this hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from carbon.reading import Observation, ZoneReading
from carbon.results import ZoneSources
from mapping import CloudMap
from planning.outlook.agreement import side_by_side
from planning.outlook.level import at_corrected_level
from planning.outlook.nowcast import with_nowcasts
from planning.outlook.zones import Outlook, build_outlook


def of_now(readings: Mapping[str, ZoneReading], mapping: CloudMap, now: datetime) -> Mapping[str, ZoneReading]:
    """The readings, their values at our level of the zones and of the hour of now."""
    return with_nowcasts(at_corrected_level(readings, mapping.level_factors), mapping.profiles, now)


def values_of_now(values: Mapping[str, Observation], mapping: CloudMap, now: datetime) -> Mapping[str, Observation]:
    """The same of values alone, by zone."""
    readings = of_now({zone: ZoneReading(latest=value) for zone, value in values.items()}, mapping, now)
    return {zone: reading.latest for zone, reading in readings.items() if reading.latest is not None}


def sources_of(zone: str, readings: Mapping[str, ZoneReading], outlook: Outlook) -> ZoneSources:
    """What each source of a zone says. readings: of now, by source, most trusted first. outlook: of the answer."""
    live = outlook.rows[outlook.zones[zone]].live
    return side_by_side(zone, readings, None if live is None else live.source, outlook.now)


def usual_values(mapping: CloudMap, now: datetime) -> Mapping[str, float]:
    """The usual gCO2e/kWh at this hour of every zone with a figure."""
    zones = tuple(mapping.zones)
    outlook = build_outlook(zones, mapping.profiles, dict.fromkeys(zones, ZoneReading()), now=now, hours=1)
    usual = ((zone, outlook.current(zone).gco2e_per_kwh) for zone in zones)
    return {zone: figure for zone, figure in usual if figure is not None}
