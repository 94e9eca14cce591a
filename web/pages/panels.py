"""Charts within pages, made from the session as their files are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from carbon.intensity import CarbonIntensity, SignalName
from session import Session
from web.drawing.forecast_plot import forecast_chart
from web.drawing.map_plane import map_chart, shared_coastline
from web.geometry.canvas import PAGE
from web.geometry.forecast_picture import ForecastPicture
from web.geometry.map_marks import View
from web.geometry.map_picture import PAGE_MAP_WIDTH, MapPicture
from web.pages.embedded import embedded
from web.pages.files import LAND, address_of
from web.views import forecast
from web.views import map as region_map


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPanel:
    """A map whose marks are links."""

    picture: MapPicture
    svg: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastPanel:
    """A region's hours to come, with the best window."""

    picture: ForecastPicture
    svg: Markup


def map_panel(
    figures: Sequence[tuple[str, CarbonIntensity]],
    providers: tuple[str, ...],
    view: View,
    session: Session,
    link: Callable[[str], str],
    selected: str | None,
) -> MapPanel:
    """The regions (provider:region) on a map. link: from such a key to its address. selected: has a ring."""
    picture = region_map.picture_of(figures, providers, view, SignalName.AVERAGE, session, PAGE_MAP_WIDTH)
    svg = map_chart(picture, shared_coastline(address_of(LAND)), "map", link, selected)
    return MapPanel(picture=picture, svg=embedded(svg))


def forecast_panel(region: str, hours: int, duration_hours: float, session: Session) -> ForecastPanel:
    """The hours of a region (provider:region). Raises DoesNotFit where the job is longer than the hours."""
    picture = forecast.picture_of(region, hours, duration_hours, session, PAGE)
    svg = embedded(forecast_chart(picture, "forecast"))
    return ForecastPanel(picture=picture, svg=svg)
