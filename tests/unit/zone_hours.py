"""Zones with profiles, and the outlook of one."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from carbon.reading import ZoneReading
from catalog.model import Zone
from catalog.profiles import ZoneProfiles
from planning.outlook.forecast_choice import RecentForecast
from planning.outlook.zones import Outlook, build_outlook

# A Wednesday; 20 minutes into the hour 10:00-11:00.
NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)


TEN = datetime(2026, 11, 18, 10, tzinfo=UTC)
HOUR = 3600.0


def zone(name: str, *, level: float | None, basis: str) -> Zone:
    return Zone(
        zone=name,
        country="XX",
        gco2e_per_kwh=level,
        renewable_share=None,
        fossil_free_share=None,
        year=2025,
        method="test",
        profile_basis=basis,
        profile_zone=name,
        profile_years="2025",
        profile_from_estimates=False,
        weekend_factor=1.0,
        note="",
        source="test",
        shares_source="test",
        as_of="2026-01",
    )


# CLOCK's profile at UTC hour h is 100 + h, in every month: 110 now, 111 next, 100 at midnight. FLAT is 500 always.
PROFILES = ZoneProfiles(
    {
        "CLOCK": zone("CLOCK", level=100.0, basis="history"),
        "FLAT": zone("FLAT", level=500.0, basis="flat"),
        "NOBODY": zone("NOBODY", level=None, basis="flat"),
    },
    {"CLOCK": np.tile(1 + np.arange(24) / 100, 12).astype(np.float32)},
)


def outlook(
    reading: ZoneReading | None = None,
    *,
    zone: str = "CLOCK",
    hours: int = 30,
    now: datetime = NOW,
    recent: RecentForecast | None = None,
) -> Outlook:
    readings = {zone: reading or ZoneReading(reason="no-key")}
    forecasts = {} if recent is None else {zone: recent}
    return build_outlook([zone], PROFILES, readings, now=now, hours=hours, recent=forecasts)


def steps(found: Outlook) -> list[float]:
    return [float(value) for value in found.series().values[0]]
