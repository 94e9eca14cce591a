"""GET /: all regions now, on a map and in a ranking; one region's hours to come; when and where a job emits least."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Literal

from flask import Response
from pydantic import Field

from api.edge.exchange import current
from api.questions.fields import Countries, Name, ProvidersParameter, scope_of
from carbon.errors import UnknownName
from carbon.listings import LocationsQuery
from mapping import CloudMap
from web.geometry.map_marks import View
from web.pages import page
from web.pages.addresses import machine_page
from web.pages.page import PageState, link
from web.pages.panels import MapPanel, forecast_panel, map_panel
from web.pages.price_panel import price_panel
from web.pages.ranking import DOWN_FIRST, Order, Row, filtered, live_age_seconds, ordered, ranking, standings
from web.pages.when_where import PATH, JobAnswer, JobState, question, when_and_where

bp = page.blueprint("home", __name__)
ROWS = 50
JOB_HOURS = 4.0  # of the job whose best window a forecast shows, as in its file


class HomeState(JobState, PageState):
    """Which regions, in which order, and which one is looked at."""

    provider: ProvidersParameter = Field([], max_length=100)
    country: Countries = Field([], max_length=100)
    q: str = Field("", max_length=100)
    sort: Order = Order.CARBON
    dir: Literal["asc", "desc"] | None = None
    rows: int = Field(ROWS, ge=1, le=1000)
    view: View = View.WORLD
    region: Name | None = None
    hours: int = Field(48, ge=6, le=168)

    @property
    def down(self) -> bool:
        """Whether the rows are ordered from the highest value down."""
        return self.sort in DOWN_FIRST if self.dir is None else self.dir == "desc"


@bp.get("/")
def home() -> Response:
    """The first page."""
    state = page.state_of(HomeState)
    exchange = current()
    session, mapping = exchange.session, exchange.mapping
    locations = session.locations(LocationsQuery(max_age_minutes=exchange.service.max_age_minutes))
    every = ranking(locations, session)
    rows = filtered(every, scope_of(state.provider), state.country, state.q, lambda row: _names(row, mapping))
    chosen, notice = _chosen(state.region, rows or every, mapping)
    job = None if state.duration_hours is None else _job(state, rows)
    by_rank = link("/v1/by-rank", None, provider=state.provider, country=state.country)
    return page.filled(
        "home.html",
        state,
        status=job.problem["status"] if job is not None and job.problem else 200,
        counts=standings(every),
        live_age_seconds=live_age_seconds(every),
        total=len(every),
        excluded=locations.excluded,
        providers=_providers(every, mapping),
        count=len(rows),
        map=_map(state, rows, chosen) if rows else None,
        prices=price_panel(rows, session.now, _selected(state)) if rows else None,
        forecast=None if chosen is None else forecast_panel(chosen.key, state.hours, JOB_HOURS, session),
        pareto_query=link("", None, provider=state.provider or ["all"], country=state.country, vcpus=2, memory_gb=8),
        map_query=link("", None, provider=state.provider or ["all"], country=state.country, view=state.view),
        rows=ordered(rows, state.sort, down=state.down)[: state.rows],
        machine_page=machine_page,
        views=View,
        chosen=chosen,
        notice=notice,
        by_rank=by_rank,
        curl=page.curl(by_rank),
        job=job,
        job_curl="" if job is None else page.curl(PATH, job.body),
    )


def _job(state: HomeState, rows: list[Row]) -> JobAnswer:
    """Where and when the job of the form emits least among the regions that the filter leaves."""
    searched = [row.key for row in rows] if state.q else []
    return when_and_where(question(state, state.provider, state.country, searched), current().session)


def _map(state: HomeState, rows: list[Row], chosen: Row | None) -> MapPanel:
    figures = [(row.key, row.intensity) for row in rows]
    session, selected = current().session, None if chosen is None else chosen.key
    return map_panel(figures, scope_of(state.provider), state.view, session, _selected(state), selected)


def _selected(state: HomeState) -> Callable[[str], str]:
    """From a region's key to the address of this page with the region looked at."""
    base = link("/", state, region=None)
    start = f"{base}{'&' if '?' in base else '?'}region="
    return lambda key: f"{start}{key}"


def _names(row: Row, mapping: CloudMap) -> str:
    """What a reader may call a region, in lower case."""
    json = row.json
    country, cloud = mapping.places.countries.get(json["country"], ""), mapping.providers[json["provider"]].name
    names = (row.key, json["gid"], json["name"], json["city"], country, cloud, json["zone"], json["iata"])
    return " ".join(names).casefold()


def _chosen(name: str | None, rows: list[Row], mapping: CloudMap) -> tuple[Row | None, str]:
    """The row that is looked at, the greenest if none is named, and what to say of a name that is not known."""
    first = rows[0] if rows else None
    if name is None:
        return first, ""
    try:
        key = mapping.region_and_kind(name)[0].key
    except UnknownName as error:
        return first, f"{error}. The greenest region is shown instead."
    row = next((row for row in rows if row.key == key), None)
    return (row, "") if row is not None else (first, f"{key} is not among these regions: the greenest is shown.")


def _providers(rows: list[Row], mapping: CloudMap) -> list[tuple[str, str, int]]:
    """Key, name and number of regions of each cloud, those with the most first."""
    counts = Counter[str](row.json["provider"] for row in rows)
    return [(key, mapping.providers[key].name, count) for key, count in counts.most_common()]
