"""Whether the sources of a zone agree, and how far a figure may be off where they do not."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import datetime

from carbon.ranges import Factors
from carbon.reading import ZoneReading
from carbon.results import SourceReading, ZoneSources

LARGE_DISAGREEMENT = 0.25  # from which ranges reach to what the other sources say


def disagreement(figures: tuple[float, ...]) -> float | None:
    """Highest less lowest, over the mean; None for fewer than two figures."""
    if len(figures) < 2:
        return None
    return (max(figures) - min(figures)) * len(figures) / sum(figures)


def with_spread(readings: Mapping[str, ZoneReading]) -> Mapping[str, ZoneReading]:
    """The readings without the other sources' values; the spread stands where they disagree by more than a quarter."""
    spreads = {zone: _with_spread(reading) for zone, reading in readings.items() if reading.others}
    return {**readings, **spreads} if spreads else readings


def disagreements(readings: Mapping[str, ZoneReading]) -> dict[str, float]:
    """Disagreement of each zone that has one, from readings with the other sources' values."""
    shares = {zone: disagreement(_figures(reading)) for zone, reading in readings.items() if reading.others}
    return {zone: share for zone, share in shares.items() if share is not None}


def parted(shares: Mapping[str, float]) -> tuple[dict[str, float], Set[str]]:
    """The zones whose sources disagree, with how far, and those whose sources agree."""
    large = {zone: share for zone, share in shares.items() if share > LARGE_DISAGREEMENT}
    return large, shares.keys() - large.keys()


def side_by_side(zone: str, readings: Mapping[str, ZoneReading], used: str | None, now: datetime) -> ZoneSources:
    """What each source says. readings: by source, most trusted first. used: the source that answers are made of."""
    values = [reading.latest for reading in readings.values() if reading.latest is not None]
    rows = (
        SourceReading(
            source=source,
            latest=reading.latest,
            reason=reading.reason,
            used=reading.latest is not None and reading.latest.source == used,
            age_seconds=None if reading.latest is None else max(0, int((now - reading.latest.as_of).total_seconds())),
        )
        for source, reading in readings.items()
    )
    figures = tuple(value.gco2e_per_kwh for value in values if value.derivation.exact)
    return ZoneSources(zone=zone, sources=tuple(rows), disagreement=disagreement(figures))


def _figures(reading: ZoneReading) -> tuple[float, ...]:
    values = reading.others if reading.latest is None else (reading.latest, *reading.others)
    return tuple(value.gco2e_per_kwh for value in values)


def _with_spread(reading: ZoneReading) -> ZoneReading:
    figures, latest = _figures(reading), reading.latest
    share = disagreement(figures)
    if latest is None or share is None or share <= LARGE_DISAGREEMENT:
        return replace(reading, others=())
    spread = Factors(low=min(figures) / latest.gco2e_per_kwh, high=max(figures) / latest.gco2e_per_kwh)
    return replace(reading, others=(), spread=spread)
