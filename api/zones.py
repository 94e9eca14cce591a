"""GET /api/v1/zones/{zone}: one grid zone."""

from __future__ import annotations

from apiflask import APIBlueprint

from api.answers.regions import ZoneAnswer
from api.exchange import current_service, now, success
from api.render.parts import Json
from api.render.regions import zone_details

bp = APIBlueprint("zones", __name__, tag="Regions")


@bp.get("/api/v1/zones/<zone>")
@bp.output(ZoneAnswer)
@bp.doc(responses=[404])
def zone(zone: str) -> Json:
    """Show a grid zone now, its yearly figures, and the regions in it.

    A retired key is answered with the current one.
    """
    engine = current_service().engine
    result = engine.zone_details(zone, now=now())
    return success(zone_details(result, engine.mapping.zones[result.zone], engine.mapping))
