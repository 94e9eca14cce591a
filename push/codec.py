"""Looks and events as JSON, as they are stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

import orjson

from carbon.events import Change, Event, EventKind, IssuedForecast, ZoneLook
from carbon.intensity import CarbonIntensity, Derivation, Provenance, Quality
from carbon.ranges import Factors


def encode_looks(looks: Iterable[ZoneLook]) -> bytes:
    return orjson.dumps(list(looks))


def decode_looks(raw: bytes | None) -> dict[str, ZoneLook]:
    """By zone; empty if there are none, or none that this release can read."""
    try:
        looks = [_look(row) for row in orjson.loads(raw or b"[]")]
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}
    return {look.zone: look for look in looks}


def encode_change(change: Change, at: datetime) -> bytes:
    """An event without its id, which the log gives it."""
    return orjson.dumps({"at": at, "change": change})


@lru_cache(maxsize=2048)
def decode_event(event_id: int, raw: bytes) -> Event | None:
    """The event; None if this release cannot read it. Remembered, since many streams may be told the same."""
    try:
        row = orjson.loads(raw)
        return Event(id=event_id, at=_time(row["at"]), change=_change(row["change"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _look(row: Mapping[str, Any]) -> ZoneLook:
    return ZoneLook(zone=row["zone"], now=_intensity(row["now"]), forecast=_forecast(row["forecast"]))


def _change(row: Mapping[str, Any]) -> Change:
    return Change(
        kind=cast(EventKind, row["kind"]),
        zone=row["zone"],
        now=_intensity(row["now"]),
        before=_intensity(row["before"]),
        forecast=_forecast(row["forecast"]),
    )


def _forecast(row: Mapping[str, Any] | None) -> IssuedForecast | None:
    if row is None:
        return None
    return IssuedForecast(
        source=row["source"], starts_at=_time(row["starts_at"]), gco2e_per_kwh=tuple(row["gco2e_per_kwh"])
    )


def _intensity(row: Mapping[str, Any]) -> CarbonIntensity:
    origin = row["provenance"]
    derivation = {**origin["derivation"], "range": _factors(origin["derivation"]["range"])}
    provenance = {
        **origin,
        "quality": Quality(origin["quality"]),
        "starts_at": _time(origin["starts_at"]),
        "baseline_from": None if origin["baseline_from"] is None else _time(origin["baseline_from"]),
        "derivation": Derivation(**derivation),
    }
    return CarbonIntensity(
        gco2e_per_kwh=row["gco2e_per_kwh"], provenance=Provenance(**provenance), grid=_factors(row["grid"])
    )


def _factors(row: Mapping[str, float] | None) -> Factors | None:
    return None if row is None else Factors(**row)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
