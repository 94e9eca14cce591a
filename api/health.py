"""GET /health and /ready: for the platform that runs the service."""

from __future__ import annotations

from apiflask import APIBlueprint

from api.answers.health import HealthAnswer, ReadyAnswer
from api.exchange import current_service, now
from api.render import health as render
from api.render.numbers import stamp
from api.render.parts import Json

bp = APIBlueprint("health", __name__, tag="Operation")


@bp.get("/health")
@bp.output(HealthAnswer)
def health() -> Json:
    """Say that the process lives; never calls an upstream."""
    return render.health(stamp(now()), bool(current_service().settings.el_maps_api_key))


@bp.get("/ready")
@bp.output(ReadyAnswer)
def ready() -> Json:
    """Show the state of each source and of each catalog table with its date.

    An upstream's outage leaves the service ready, degraded: baselines answer.
    """
    engine = current_service().engine
    return render.ready(stamp(now()), engine.source_states(), engine.mapping.tables)
