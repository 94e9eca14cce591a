"""GET /about: what the figures mean, how they are made, and on which terms they may be used."""

from __future__ import annotations

from flask import Response

from api.edge.exchange import current
from web.pages import page
from web.pages.page import PageState

bp = page.blueprint("about", __name__)


@bp.get("/about")
def about() -> Response:
    """The page about the figures."""
    state = page.state_of(PageState)
    mapping = current().mapping
    return page.filled(
        "about.html",
        state,
        region_count=len(mapping.regions),
        cloud_count=len(mapping.providers),
        zone_count=len(mapping.zones),
        dates={table.table: table.as_of for table in mapping.tables},
    )
