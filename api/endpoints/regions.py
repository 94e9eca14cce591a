"""GET /api/v1/regions and /api/v1/regions/{region}: the clouds' regions and their grid."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from api.edge.exchange import current
from api.edge.formats import Format, accepted
from api.edge.lists import Page, PageParameters, answered, linked
from api.edge.terminal import UNIT, in_terminal
from api.openapi.enumerations import PartitionScope
from api.questions import names
from api.questions.fields import (
    COUNTRY_WORDS,
    Countries,
    Parameters,
    ProviderKey,
    ProvidersParameter,
    SignalField,
    ZoneKey,
    scope_of,
)
from api.shapes.aligned import Column
from api.shapes.parts import Listed
from api.shapes.regions import RegionAnswer, RegionRow, RegionsAnswer, region_rows
from carbon.intensity import SignalName
from carbon.listings import RegionSort, RegionsQuery
from catalog.region_names import DEFAULT_PROVIDER

bp = APIBlueprint("regions", __name__, tag="Regions")

_COLUMNS: tuple[Column, ...] = (
    ("region", lambda row: f"{row['provider']}:{row['region']}"),
    ("zone", lambda row: row["zone"]),
    (UNIT, lambda row: row["carbon_intensity"]),
    ("low", lambda row: row["low"]),
    ("high", lambda row: row["high"]),
    ("renewable %", lambda row: row["renewable_percentage"]),
    ("quality", lambda row: row["data_quality"]),
    ("source", lambda row: row["source"]),
)


class RegionsParameters(PageParameters):
    """Which regions, in which order."""

    provider: ProvidersParameter = Field(
        [DEFAULT_PROVIDER], max_length=100, description="May be given several times; all means every provider."
    )
    country: Countries = Field([], max_length=100, description=f"{COUNTRY_WORDS}; may be given several times.")
    partition: PartitionScope = Field("commercial")
    zone: ZoneKey | None = Field(None, description="Grid zone.")
    signal: SignalField = SignalName.AVERAGE
    sort: RegionSort = Field(
        RegionSort.CARBON_INTENSITY, description="Sort order: greenest first, most renewable first, or by region id."
    )
    format: Format | None = Field(
        None,
        description="Default: the form the Accept header prefers, otherwise json. text: aligned columns for a "
        "terminal, and a line of blocks as high as the intensities.",
    )

    def query(self) -> RegionsQuery:
        return RegionsQuery(
            providers=scope_of(self.provider),
            countries=tuple(self.country),
            partition=self.partition,
            zone=self.zone,
            sort=self.sort,
            limit=self.limit,
            offset=self.offset,
        )


class RegionParameters(Parameters):
    """Whose region it is."""

    provider: ProviderKey | None = Field(None, description="Required if several clouds use the same id.")
    signal: SignalField = SignalName.AVERAGE


@bp.get("/api/v1/regions")
@bp.input(RegionsParameters, location="query", arg_name="query")
@bp.output(RegionsAnswer)
@bp.doc(operation_id="listRegions")
def regions(query: RegionsParameters) -> Response:
    """List the regions a customer of the partition can open now, greenest first."""
    session = current().about(query.signal)
    regions = session.regions(query.query())
    rows = region_rows(regions.rows, session)
    page = Page(total=regions.total, limit=query.limit, offset=query.offset)
    form = query.format or accepted()
    if form is Format.TEXT:
        what = f"{len(rows)} of {regions.total} regions, {query.signal.value} carbon intensity"
        heading = f"{what}, {session.now:%a %d %b %Y %H:%M} UTC"
        return linked(in_terminal(heading, rows, _COLUMNS, "carbon_intensity"), page)
    return answered(RegionsAnswer.of(Listed(rows, regions)), rows, RegionRow, page, form)


@bp.get("/api/v1/regions/<region>")
@bp.input(RegionParameters, location="query", arg_name="query")
@bp.output(RegionAnswer)
@bp.doc(operation_id="getRegion", responses=[404])
def region(region: str, query: RegionParameters) -> Response:
    """Show one region's grid now and over the next 24 hours."""
    exchange = current()
    session = exchange.about(query.signal)
    key = names.noted_region(session.mapping, region, query.provider, exchange.zone_notes).key
    return exchange.success(RegionAnswer.of(session.region_details(key), session))
