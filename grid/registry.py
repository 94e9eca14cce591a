"""The live sources, the most trusted first."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache

from catalog.model import Zone
from catalog.profiles import ZoneProfiles
from grid.chain import ChainReader
from grid.conversion import Conversion
from grid.live.live_source import PastRangeSource
from grid.live.missed_hours import Record
from grid.live.past_ranges import Keep, PastRanges, PastStore
from grid.live.reader import SourceReader
from grid.live.tools import Entry, Live, Tools
from grid.neighbours import Neighbours
from grid.records import KINDS
from grid.source import SourceFacts
from grid.sources import (
    aemo,
    eia,
    electricity_maps,
    elexon,
    energi_data,
    energy_charts,
    entsoe,
    fingrid,
    ned,
    openelectricity,
    uk_carbon,
    watttime,
)
from settings import Settings, SettingsError
from store.shared.changes import Store
from store.shared.state import SharedState
from telemetry import SILENT, Telemetry

SOURCES: Mapping[str, Entry] = {
    entry.facts.name: entry
    for entry in (
        electricity_maps.ENTRY,
        uk_carbon.ENTRY,
        elexon.ENTRY,
        energi_data.ENTRY,
        openelectricity.ENTRY,
        aemo.ENTRY,
        fingrid.ENTRY,
        ned.ENTRY,
        entsoe.ENTRY,
        energy_charts.ENTRY,
        eia.ENTRY,
        watttime.ENTRY,
    )
}


def build_reader(
    settings: Settings,
    *,
    store: Store | None = None,
    telemetry: Telemetry = SILENT,
    utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    monotonic: Callable[[], float] = time.monotonic,
    sources: Mapping[str, Entry] = SOURCES,
    floors: Mapping[str, float] | None = None,
    record: Record | None = None,
    keep: Keep | None = None,
    zones: Mapping[str, Zone] | None = None,
    profiles: ZoneProfiles | None = None,
) -> ChainReader:
    """The reader of the engine. Sends no call and starts no thread. Raises SettingsError.

    store: where workers share records; None: each has its own. sources: by name, the most trusted first. floors: the
    least plausible gCO2e/kWh by zone. record, keep: take new values, and fetched ones of the past; None: no history.
    zones, profiles: at whose level imports count where no live value is known; None: at none, at the yearly figures.
    """
    shared = SharedState(store, KINDS, telemetry=telemetry)
    names = _source_names(settings, sources)
    neighbours = Neighbours(zones or {}, profiles, shared=shared, sources=names)
    conversion = cache(lambda: Conversion.load(neighbours))
    tools = Tools(shared=shared, telemetry=telemetry, utc_now=utc_now, conversion=conversion)
    clients = {name: sources[name].build(settings, tools) for name in names}
    readers = [
        SourceReader(
            live.source,
            live.policy,
            shared=shared,
            governor=live.governor,
            floors=floors,
            record=record,
            ranges=_past_ranges(live, keep, settings.history_days, tools, floors or {}, monotonic),
            telemetry=telemetry,
            utc_now=utc_now,
            monotonic=monotonic,
        )
        for live in clients.values()
        if live is not None
    ]
    return ChainReader(
        readers,
        shared if readers else None,
        unconfigured={name: _lack(settings, sources[name].facts) for name, live in clients.items() if live is None},
        off=[name for name in sources if name not in clients],
        facts={name: entry.facts for name, entry in sources.items()},
        telemetry=telemetry,
    )


def _past_ranges(
    live: Live,
    keep: Keep | None,
    days: int,
    tools: Tools,
    floors: Mapping[str, float],
    monotonic: Callable[[], float],
) -> PastRanges | None:
    """What fetches hours of the past from a source; None if it tells none, or they would not be stored."""
    if keep is None or not isinstance(live.source, PastRangeSource):
        return None
    return PastRanges(
        live.source,
        tools.shared,
        live.governor,
        PastStore(keep=keep, days=days),
        policy=live.policy,
        floors=floors,
        utc_now=tools.utc_now,
        monotonic=monotonic,
    )


def _lack(settings: Settings, facts: SourceFacts) -> str:
    """What a source that cannot be used lacks, in words for the operator."""
    if facts.key_setting is None or getattr(settings, facts.key_setting.lower()) is None:
        return "no key is set"
    lacks = f"{facts.consent_setting} is not on" if facts.consent_setting else "another setting is missing"
    return f"a key is set, but {lacks}"


def _source_names(settings: Settings, sources: Mapping[str, Entry]) -> tuple[str, ...]:
    """The sources that may be called, the most trusted first."""
    if settings.live == "off":
        return ()
    if settings.sources is None:
        return tuple(sources)
    names = tuple(settings.sources.split(","))
    if unknown := [name for name in names if name not in sources]:
        raise SettingsError([f"SOURCES names {', '.join(unknown)}; the sources are {', '.join(sources)}"])
    return names
