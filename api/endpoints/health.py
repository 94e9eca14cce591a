"""GET /health and /ready: for the platform that runs the service."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from api.edge.exchange import Exchange, current
from api.edge.formats import prefers_text
from api.shapes.health import Health, HealthAnswer, Readiness, ReadyAnswer
from api.shapes.reading import Json
from catalog.dates import day_of
from catalog.price_ages import price_ages

bp = APIBlueprint("health", __name__, tag="Operation")


@bp.get("/health")
@bp.output(HealthAnswer)
@bp.doc(operation_id="getHealth")
def health() -> Json | Response:
    """Say that the process is alive; never calls an upstream.

    To clients that rank plain text above JSON it says Healthy, as the Carbon Aware SDK does.
    """
    if prefers_text():
        return Response("Healthy", mimetype="text/plain", headers={"Vary": "Accept"})
    exchange = current()
    configured = bool(exchange.service.settings.el_maps_api_key)
    return HealthAnswer.of(Health(timestamp=exchange.came_at, api_configured=configured))


@bp.get("/ready")
@bp.output(ReadyAnswer)
@bp.doc(operation_id="getReadiness", responses=[503])
def ready() -> Json:
    """Show the state of each source, the date of each catalog table, and the access rules.

    If an upstream is down, the service is still ready but degraded: answers use baselines.
    """
    return ReadyAnswer.of(readiness_of(current()))


def readiness_of(exchange: Exchange) -> Readiness:
    """How the service is doing at this request."""
    service = exchange.service
    return Readiness(
        timestamp=exchange.came_at,
        access=service.access.state(),
        sources=service.engine.source_states(),
        tables=exchange.mapping.tables,
        price_ages=price_ages(exchange.mapping.prices, day_of(exchange.came_at)),
        facts=None if service.facts is None else service.facts.state,
        price_lists=service.price_refresh.lists(),
    )
