"""GET /api/v1/regions and /api/v1/regions/{region}: the clouds' regions and their grid."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from api.edge.exchange import current
from api.edge.lists import Page, PageParameters, answered
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
from api.shapes.parts import Listed
from api.shapes.regions import RegionAnswer, RegionRow, RegionsAnswer, region_rows
from carbon.intensity import SignalName
from carbon.listings import RegionSort, RegionsQuery
from catalog.region_names import DEFAULT_PROVIDER

bp = APIBlueprint("regions", __name__, tag="Regions")


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
    return answered(RegionsAnswer.of(Listed(rows, regions)), rows, RegionRow, page)


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
