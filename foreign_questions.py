"""Questions that formats of other services ask a session, beside those of our own interface."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from carbon.intensity import CarbonIntensity
from carbon.named_places import NamedPlace
from carbon.node_scores import NodeScore, NodesQuery
from carbon.points import ForecastWindows, Point, WindowsQuery
from carbon.replicas import Replicas, ReplicasQuery
from carbon.start_options import StartOptions, StartQuery
from planning.history.span_points import MOMENT, require_short
from planning.outlook.rolling import FORECAST_HOURS, forecast_ahead, hours_until, known_mean, windows_of
from planning.placing.named_places import named_places, zone_of_place
from planning.placing.node_scores import hours_of as hours_of_nodes
from planning.placing.node_scores import node_scores as scores_of_nodes
from planning.scheduling.replicas import allowed_replicas
from planning.scheduling.start_options import hours_of as hours_of_starts
from planning.scheduling.start_options import start_options as options_of_starts
from session import Session


def start_options(session: Session, query: StartQuery) -> StartOptions:
    """The starts of a job in several windows and regions, lowest mean first. Raises IntensityUnknown."""
    zones = list(dict.fromkeys(session.mapping.regions[key].zone for key in query.regions))
    outlook = session.grid.outlook(zones, hours=hours_of_starts(query, session.now))
    return options_of_starts(query, session.mapping.regions, outlook)


def node_scores(session: Session, query: NodesQuery) -> list[NodeScore]:
    """How green each node of a cluster is for one workload, from what is in memory; waits for no source."""
    regions = [session.mapping.regions[key] for key in dict.fromkeys(query.regions) if key is not None]
    zones = list(dict.fromkeys(region.zone for region in regions))
    outlook = session.grid.without_waiting().outlook(zones, hours=hours_of_nodes(query, session.now))
    return scores_of_nodes(query, session.mapping.regions, outlook)


def replicas(session: Session, query: ReplicasQuery) -> Replicas:
    """How many replicas may run in a region now, from what is in memory; waits for no source."""
    zone = session.mapping.regions[query.region].zone
    return allowed_replicas(query, session.grid.without_waiting().outlook([zone], hours=1).current(zone))


def places(session: Session) -> tuple[NamedPlace, ...]:
    """The open regions and the grid zones, by the names that zone_of accepts."""
    return named_places(session.mapping)


def zone_of(session: Session, name: str) -> str:
    """The grid zone of a region or zone. Raises UnknownRegion, UnknownProvider or AmbiguousRegion."""
    return zone_of_place(session.mapping, name)


def keeps_forecasts(session: Session) -> bool:
    """Whether forecasts are stored as they were issued. Raises StateUnavailable."""
    return session.grid.issued.is_kept


def points(session: Session, zones: Sequence[str], start: datetime, end: datetime) -> list[tuple[Point, ...]]:
    """What is known of each zone at any time of [start, end), or at the moment if both are the same.

    Raises InvalidRequest for a time that is too long or too far ahead, StateUnavailable.
    """
    require_short([(start, end)] * len(zones), session.now)
    end = max(end, start + MOMENT)
    session.grid.fill_past([(zone, start, end) for zone in zones])
    outlook = session.grid.outlook(list(dict.fromkeys(zones)), hours=hours_until(end, session.now))
    return [session.grid.points(zone, start, end, outlook) for zone in zones]


def means(session: Session, spans: Sequence[tuple[str, datetime, datetime]]) -> list[CarbonIntensity]:
    """The mean of each zone over its [start, end). Raises as points; HistoryIncomplete, IntensityUnknown."""
    require_short([(start, end) for _, start, end in spans], session.now)
    session.grid.fill_past(spans)
    hours = max(hours_until(end, session.now) for _, _, end in spans)
    outlook = session.grid.outlook(list(dict.fromkeys(zone for zone, _, _ in spans)), hours=hours)
    return [known_mean(session.grid.mean(zone, start, end, outlook), zone, outlook) for zone, start, end in spans]


def windows(session: Session, zones: Sequence[str], query: WindowsQuery) -> list[ForecastWindows]:
    """Means over windows of the hours to come of each zone. Raises IntensityUnknown; see windows_of."""
    outlook = session.grid.outlook(list(dict.fromkeys(zones)), hours=FORECAST_HOURS + 1)
    return [windows_of(forecast_ahead(outlook, zone), query) for zone in zones]


def windows_issued(session: Session, zone: str, moment: datetime, query: WindowsQuery) -> ForecastWindows:
    """The same of the forecast that was the newest at a moment. Raises HistoryIncomplete, StateUnavailable."""
    return windows_of(session.grid.forecast_issued(zone, moment), query)
