"""Which live sources there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from grid.absent import NoLiveSource
from grid.live.reader import CachedReader
from grid.live.refresher import ReadPolicy
from grid.records import KINDS
from grid.source import GridReader
from grid.sources.electricity_maps.client import ElectricityMaps, ElectricityMapsConfig, zones_covered
from grid.upstream.quota import Budget, Governor
from store.changes import Store
from store.shared import SharedState
from telemetry import SILENT, Telemetry


def build_reader(
    electricity_maps: ElectricityMapsConfig | None,
    policy: ReadPolicy,
    *,
    store: Store | None = None,
    budget: Budget | None = None,
    telemetry: Telemetry = SILENT,
    utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> GridReader:
    """The reader the engine asks. Calls nothing and starts no thread.

    electricity_maps: None: no key is configured. store: where workers share what they know; None: nowhere.
    """
    if electricity_maps is None:
        return NoLiveSource(ElectricityMaps.name)
    shared = SharedState(store, KINDS, telemetry=telemetry)
    governor = Governor(
        ElectricityMaps.name,
        budget or Budget(),
        shared,
        calls_per_zone_second=1 / policy.intensity_ttl_seconds + 1 / policy.forecast_ttl_seconds,
        zones_covered=partial(zones_covered, shared),
        utc_now=utc_now,
    )
    source = ElectricityMaps(
        electricity_maps,
        max_age_minutes=policy.max_age_minutes,
        shared=shared,
        governor=governor,
        telemetry=telemetry,
        utc_now=utc_now,
    )
    return CachedReader(source, policy, shared=shared, governor=governor, telemetry=telemetry, utc_now=utc_now)
