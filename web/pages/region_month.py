"""What a month of a machine emits in a region and in its greenest neighbours: the question of POST /api/v1/compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import Field

from api.edge.problems import problem_of
from api.endpoints.compare import CompareRequest
from api.questions.fields import Parameters
from api.shapes.emissions import EmissionRow
from carbon.bands import Band, band_of
from carbon.errors import CarbonError
from carbon.intensity import CarbonIntensity
from carbon.listings import LocationsQuery
from carbon.results import Emission
from catalog.model import Region
from catalog.network import great_circle_km
from session import Session
from web.pages.page import Content, asked

PATH = "/api/v1/compare"
HOURS = 730
NEIGHBOURS = 8  # the nearest regions of the same cloud, of which the greenest are shown
GREENEST = 3


class MonthState(Parameters):
    """The machine of the month; empty for the one that /v1/by-rank prices."""

    machine: str = Field("", max_length=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A region beside this one. km: between them, as the crow flies."""

    region: Region
    km: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """A region. json: its row of the answer. used: the mean intensity of the month. share: of the highest grams.

    saving_share: of the grams here; negative for more; None where those are unknown.
    """

    region: Region
    km: float
    json: Content
    used: CarbonIntensity
    share: float
    saving_share: float | None

    @property
    def band(self) -> Band | None:
        return band_of(self.used.gco2e_per_kwh)


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The question as JSON, and its rows, this region's first, or what is wrong with it.

    machine: empty where the cloud offers none here that the service knows. without_figure: regions that cannot be
    compared, with the reason.
    """

    machine: str
    body: Content
    rows: tuple[MonthRow, ...] = ()
    without_figure: tuple[tuple[str, str], ...] = ()
    problem: Content | None = None


def neighbours_of(region: Region, regions: Iterable[Region]) -> list[Neighbour]:
    """The nearest regions of the same cloud and partition that can be used, the nearest first."""
    others = (
        Neighbour(
            region=other,
            km=great_circle_km(region.latitude, region.longitude, other.latitude, other.longitude),
        )
        for other in regions
        if other.provider == region.provider and other.partition == region.partition and other.status == "available"
        if other.key != region.key
    )
    return sorted(others, key=lambda one: (one.km, one.region.key))[:NEIGHBOURS]


def usual_machine(region: Region, session: Session) -> str:
    """The machine that /v1/by-rank prices in the region; empty without any."""
    query = LocationsQuery(
        providers=frozenset({region.provider}), countries=frozenset({region.country}), partition=region.partition
    )
    offer = next((row.offer for row in session.locations(query).rows if row.region == region.key), None)
    if offer is None:
        return ""
    offers = session.mapping.offers
    name: str = offers.columns.types[offers.type[offer]].instance_type
    return name


def month_of(region: Region, state: MonthState, session: Session) -> Month:
    """The month in the region, and in the greenest of its neighbours that are not known to lack the machine."""
    machine = state.machine or usual_machine(region, session)
    if not machine:
        return Month(machine="", body={})
    places = {region.key: Neighbour(region=region, km=0.0)}
    body: Content = {"options": [{"region": region.key, "instance_type": machine}], "duration_hours": HOURS}
    try:
        asked(CompareRequest, body)  # so that a wrong name is known before it is looked up
        for one in neighbours_of(region, session.mapping.regions.values()):
            if session.mapping.is_offered(one.region.key, machine) is not False:
                places[one.region.key] = one
                body["options"].append({"region": one.region.key, "instance_type": machine})
        comparison = session.compare(asked(CompareRequest, body).queries())
    except CarbonError as error:
        return Month(machine=machine, body=body, problem=problem_of(error))
    here = [row for row in comparison.rows if row.region == region.key]
    others = [row for row in comparison.rows if row.region != region.key][:GREENEST]
    names = [option["region"] for option in body["options"]]
    return Month(
        machine=machine,
        body=body,
        rows=tuple(_rows([*here, *others], here[0].total_gco2e if here else None, places, session)),
        without_figure=tuple((names[one.index], one.reason) for one in comparison.not_compared),
    )


def _rows(
    emissions: list[Emission], here_gco2e: float | None, places: dict[str, Neighbour], session: Session
) -> Iterable[MonthRow]:
    most = max(row.total_gco2e for row in emissions)
    for row in emissions:
        yield MonthRow(
            region=places[row.region].region,
            km=places[row.region].km,
            json=EmissionRow.of(row, session),
            used=row.used,
            share=row.total_gco2e / most if most else 0.0,
            saving_share=1 - row.total_gco2e / here_gco2e if here_gco2e else None,
        )
