"""GET /charts/map.svg and /charts/map.png: all regions and their grid now."""

from __future__ import annotations

from collections.abc import Sequence

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from api.edge.exchange import current
from api.openapi.enumerations import PartitionScope
from api.questions.fields import COUNTRY_WORDS, Countries, ProvidersParameter, SignalField, ZoneKey, scope_of
from carbon.intensity import CarbonIntensity, Provenance, Quality, SignalName
from carbon.listings import RegionsQuery
from carbon.results import RegionList
from catalog.region_names import DEFAULT_PROVIDER
from mapping import CloudMap
from session import Session
from web import shipped
from web.drawing.map import draw_map
from web.geometry.map_marks import MapRegion, View
from web.geometry.map_picture import MAP_WIDTH, MapPicture, map_picture
from web.views.files import Form, described, file_of
from web.views.parameters import PictureParameters

bp = APIBlueprint("map_picture", __name__, tag="Pictures")
_MOST_NAMES = 3  # of clouds in the heading
WHAT = "A map of cloud regions in the colours of their carbon intensity"


class MapParameters(PictureParameters):
    """Which regions, in which part of the world. Filters as in /api/v1/regions."""

    provider: ProvidersParameter = Field(
        [DEFAULT_PROVIDER], max_length=100, description="May be given several times; all means every provider."
    )
    country: Countries = Field([], max_length=100, description=f"{COUNTRY_WORDS}; may be given several times.")
    partition: PartitionScope = Field("commercial")
    zone: ZoneKey | None = Field(None, description="Grid zone.")
    signal: SignalField = SignalName.AVERAGE
    view: View = Field(View.WORLD, description="Part of the world that is shown.")

    def query(self) -> RegionsQuery:
        return RegionsQuery(
            providers=scope_of(self.provider),
            countries=tuple(self.country),
            partition=self.partition,
            zone=self.zone,
        )


@bp.get("/charts/map.svg")
@bp.input(MapParameters, location="query", arg_name="query")
@bp.doc(operation_id="getMapSvg", responses=described(Form.SVG, WHAT))
def map_svg(query: MapParameters) -> Response:
    """Draw the regions that /api/v1/regions lists on a map of the world, as SVG."""
    return _map(query, Form.SVG)


@bp.get("/charts/map.png")
@bp.input(MapParameters, location="query", arg_name="query")
@bp.doc(operation_id="getMapPng", responses=described(Form.PNG, WHAT))
def map_png(query: MapParameters) -> Response:
    """Draw the regions that /api/v1/regions lists on a map of the world, as PNG."""
    return _map(query, Form.PNG)


def figures_of(answer: RegionList, session: Session) -> list[tuple[str, CarbonIntensity]]:
    """The regions of an answer in its order, those without a marginal figure last."""
    rows = [(row.region, row.intensity) for row in answer.rows]
    return rows + [(one.region, _unknown(session)) for one in answer.excluded or ()]


def picture_of(
    figures: Sequence[tuple[str, CarbonIntensity]],
    providers: tuple[str, ...],
    view: View,
    signal: SignalName,
    session: Session,
    map_width: float = MAP_WIDTH,
) -> MapPicture:
    """The picture of regions (provider:region) with their figures. providers: those of the question; none for all."""
    regions = [_region(key, intensity, session.mapping) for key, intensity in figures]
    clouds = _clouds(providers, session.mapping)
    return map_picture(regions, view, clouds, signal, session.now, shipped.font(), map_width)


def _map(query: MapParameters, form: Form) -> Response:
    session = current().about(query.signal)
    figures = figures_of(session.regions(query.query()), session)
    picture = picture_of(figures, scope_of(query.provider), query.view, query.signal, session)
    return file_of(draw_map(picture, shipped.land(), query.theme, shipped.font()), query, form)


def _region(key: str, intensity: CarbonIntensity, mapping: CloudMap) -> MapRegion:
    region = mapping.regions[key]
    return MapRegion(
        key=key,
        provider=region.provider,
        city=region.city,
        zone=region.zone,
        longitude=region.longitude,
        latitude=region.latitude,
        intensity=intensity,
    )


def _unknown(session: Session) -> CarbonIntensity:
    origin = Provenance(quality=Quality.BASELINE, source="none", starts_at=session.now, age_seconds=None)
    return CarbonIntensity(gco2e_per_kwh=None, provenance=origin)


def _clouds(providers: tuple[str, ...], mapping: CloudMap) -> str:
    names = [mapping.providers[provider].name for provider in providers]
    if not names:
        return "all clouds"
    if len(names) > _MOST_NAMES:
        return f"{len(names)} clouds"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
