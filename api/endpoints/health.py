"""GET /health and /ready: for the platform that runs the service."""

from __future__ import annotations

from apiflask import APIBlueprint

from api.answers.health import HealthAnswer, ReadyAnswer
from api.edge.exchange import current
from api.render import health as render
from api.render.numbers import stamp
from api.render.parts import Json

bp = APIBlueprint("health", __name__, tag="Operation")


@bp.get("/health")
@bp.output(HealthAnswer)
@bp.doc(operation_id="getHealth")
def health() -> Json:
    """Say that the process is alive; never calls an upstream."""
    exchange = current()
    return render.health(stamp(exchange.came_at), bool(exchange.service.settings.el_maps_api_key))


@bp.get("/ready")
@bp.output(ReadyAnswer)
@bp.doc(operation_id="getReadiness", responses=[503])
def ready() -> Json:
    """Show the state of each source, the date of each catalog table, and the access rules.

    If an upstream is down, the service is still ready but degraded: answers use baselines.
    """
    exchange = current()
    access = exchange.service.access.state()
    return render.ready(
        stamp(exchange.came_at), exchange.service.engine.source_states(), exchange.mapping.tables, access
    )
