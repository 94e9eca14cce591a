"""GET /api/v1/zones/{zone}: one grid zone."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from api.edge.exchange import current
from api.questions.fields import Parameters, SignalField
from api.shapes.regions import ZoneAnswer
from carbon.intensity import SignalName

bp = APIBlueprint("zones", __name__, tag="Regions")


class ZoneParameters(Parameters):
    """Of which signal."""

    signal: SignalField = SignalName.AVERAGE


@bp.get("/api/v1/zones/<zone>")
@bp.input(ZoneParameters, location="query", arg_name="query")
@bp.output(ZoneAnswer)
@bp.doc(operation_id="getZone", responses=[404])
def zone(zone: str, query: ZoneParameters) -> Response:
    """Show the current value of a grid zone, its yearly figures, and the regions in it.

    A retired zone name is answered with its successor.
    """
    exchange = current()
    session = exchange.about(query.signal)
    return exchange.success(ZoneAnswer.of(session.zone_details(zone), session))
