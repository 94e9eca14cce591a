"""Energi Data Service of Energinet: carbon intensity of both Danish areas, now and forecast. No key."""

from __future__ import annotations

from grid.live.reader import LEAST_OF_TTL
from grid.live.tools import Calls, Entry, Live, Tools, background_source
from grid.source import SourceFacts
from grid.sources.energi_data.client import EnergiData
from grid.sources.energi_data.replies import AREAS, ATTRIBUTION, LICENCE, NAME
from settings import Settings

# One call a minute for each dataset and address, since August 2025.
SECONDS_BETWEEN_CALLS = 60.0

FACTS = SourceFacts(
    name=NAME,
    title="Energi Data Service",
    url="https://www.energidataservice.dk",
    zones=tuple(AREAS.values()),
    forecast_hours=36,
    key_setting=None,
    licence=LICENCE,
    licence_url="https://www.energidataservice.dk/conditions-for-use",
    attribution=ATTRIBUTION,
    commercial_use=True,
    flow_traced=True,
    method="direct intensity of consumption every 5 minutes, to lifecycle by a fit; the forecast reaches to the end of "
    "the day, from the afternoon to that of the next",
)


def build(settings: Settings, tools: Tools) -> Live:
    """The source, which needs no setting. Every call counts for the limit, so none is repeated at once."""
    calls = Calls(
        base_url=settings.energi_data_base_url,
        intensity_seconds=SECONDS_BETWEEN_CALLS / LEAST_OF_TTL,
        forecast_seconds=SECONDS_BETWEEN_CALLS / LEAST_OF_TTL,
        failure_seconds=SECONDS_BETWEEN_CALLS,
        retries=0,
    )
    return background_source(EnergiData, FACTS, calls, settings, tools)


ENTRY = Entry(facts=FACTS, build=build)
