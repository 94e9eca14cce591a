"""The live sources in the order of preference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from grid.chain import ChainReader
from grid.live.reader import SourceReader
from grid.live.refresher import Record
from grid.live.tools import Build, Tools
from grid.records import KINDS
from grid.sources import electricity_maps
from settings import Settings
from store.shared.changes import Store
from store.shared.state import SharedState
from telemetry import SILENT, Telemetry

SOURCES: Mapping[str, Build] = {
    electricity_maps.NAME: electricity_maps.build,
}


def build_reader(
    settings: Settings,
    *,
    store: Store | None = None,
    telemetry: Telemetry = SILENT,
    utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sources: Mapping[str, Build] = SOURCES,
    floors: Mapping[str, float] | None = None,
    record: Record = lambda signal, value: None,
) -> ChainReader:
    """The reader of the engine. Sends no call and starts no thread.

    store: where workers share records; None: each has its own. sources: by name, in the order of preference.
    floors: the least plausible gCO2e/kWh by zone, for every source; None: there are none. record: takes every new value
    at once, for the history.
    """
    shared = SharedState(store, KINDS, telemetry=telemetry)
    tools = Tools(shared=shared, telemetry=telemetry, utc_now=utc_now)
    built = {name: build(settings, tools) for name, build in sources.items()}
    readers = [
        SourceReader(
            live.source,
            live.policy,
            shared=shared,
            governor=live.governor,
            floors=floors,
            record=record,
            telemetry=telemetry,
            utc_now=utc_now,
        )
        for live in built.values()
        if live is not None
    ]
    unconfigured = [name for name, live in built.items() if live is None]
    return ChainReader(readers, shared if readers else None, unconfigured=unconfigured, telemetry=telemetry)
