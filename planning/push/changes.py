"""The changes between two looks at zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from carbon.events import Change, IssuedForecast, ZoneLook
from carbon.intensity import CarbonIntensity
from carbon.units import HOUR_SECONDS

LEAST_DIFFERENCE = 0.05  # gCO2e/kWh; less is no change


def changes(before: Mapping[str, ZoneLook], after: Mapping[str, ZoneLook]) -> tuple[Change, ...]:
    """What is new in the zones that both looks saw, in the order of `after`: the value first, then the forecast."""
    return tuple(
        change for zone, look in after.items() if zone in before for change in _changes_of_zone(before[zone], look)
    )


def merged(before: Mapping[str, ZoneLook], after: Mapping[str, ZoneLook]) -> dict[str, ZoneLook]:
    """What the next look is compared with: `after`, with the forecasts of `before` where those are newer."""
    return {zone: _merged(before.get(zone), look) for zone, look in after.items()}


def differs(before: CarbonIntensity, now: CarbonIntensity) -> bool:
    """Whether one value is another than the one before: by its figure, its source, its quality or its time.

    A figure that is not known differs from every figure, 0 included.
    """
    old, new = before.provenance, now.provenance
    return _apart(before.gco2e_per_kwh, now.gco2e_per_kwh) or (old.source, old.quality, old.starts_at) != (
        new.source,
        new.quality,
        new.starts_at,
    )


def is_renewed(before: IssuedForecast | None, after: IssuedForecast | None) -> bool:
    """Whether a forecast is another one: of another source, of other hours to come, or further ahead.

    One that has lost hours which are over by now is the same. An older one of the same source is no renewal: another
    worker may not have the newest one yet.
    """
    if after is None:
        return False
    if before is None or before.source != after.source:
        return True
    shift = round((after.starts_at - before.starts_at).total_seconds() / HOUR_SECONDS)
    if shift < 0:
        return False
    rest = before.gco2e_per_kwh[shift:]
    return len(after.gco2e_per_kwh) > len(rest) or any(
        _apart(old, new) for old, new in zip_longest(rest[: len(after.gco2e_per_kwh)], after.gco2e_per_kwh)
    )


def _changes_of_zone(before: ZoneLook, after: ZoneLook) -> Iterator[Change]:
    if differs(before.now, after.now):
        yield Change(kind="intensity", zone=after.zone, now=after.now, before=before.now)
    if is_renewed(before.forecast, after.forecast):
        yield Change(kind="forecast", zone=after.zone, now=after.now, before=before.now, forecast=after.forecast)


def _merged(before: ZoneLook | None, after: ZoneLook) -> ZoneLook:
    if before is None or before.forecast is None or is_renewed(before.forecast, after.forecast):
        return after
    return ZoneLook(zone=after.zone, now=after.now, forecast=before.forecast)


def _apart(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is not other
    return abs(one - other) >= LEAST_DIFFERENCE
