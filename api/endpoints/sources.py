"""GET /api/v1/sources and /api/v1/zones/{zone}/sources: where live data comes from, and whether sources agree."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from api.edge.exchange import current
from api.questions.fields import Parameters, SignalField
from api.shapes.sources import SourcesAnswer, ZoneSourcesAnswer, listed
from carbon.intensity import SignalName

bp = APIBlueprint("sources", __name__, tag="Regions")


class SourcesParameters(Parameters):
    """None: any is refused."""


class ZoneSourcesParameters(Parameters):
    """Of which signal."""

    signal: SignalField = SignalName.AVERAGE


@bp.get("/api/v1/sources")
@bp.input(SourcesParameters, location="query", arg_name="query")
@bp.output(SourcesAnswer)
@bp.doc(operation_id="getSources")
def sources(query: SourcesParameters) -> Response:
    """List the sources of live data: coverage, state, licence, attribution, and whether a key is needed."""
    exchange = current()
    return exchange.success(SourcesAnswer.of(listed(exchange.service.engine.source_states()), exchange.session))


@bp.get("/api/v1/zones/<zone>/sources")
@bp.input(ZoneSourcesParameters, location="query", arg_name="query")
@bp.output(ZoneSourcesAnswer)
@bp.doc(operation_id="getZoneSources", responses=[404])
def zone_sources(zone: str, query: ZoneSourcesParameters) -> Response:
    """Show what each source says of a grid zone now, and how far they disagree."""
    exchange = current()
    session = exchange.about(query.signal)
    return exchange.success(ZoneSourcesAnswer.of(session.zone_sources(zone), session))
