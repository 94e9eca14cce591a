"""GET /metrics: for Prometheus; open, as /health is, and like it not for the internet."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from api.edge.exchange import current
from api.edge.gauges import ServiceState
from settings import VERSION

bp = Blueprint("scrape", __name__)


@bp.get("/metrics")
def metrics() -> Response:
    """The counts of all workers of this machine, and the live values held now."""
    service = current().service
    if service.metrics is None:
        raise NotFound
    facts = None if service.facts is None else service.facts.state
    plans, names = service.plans.desk.counts, service.settings.metrics_names
    webhooks = service.webhooks.count
    state = ServiceState(service.engine, service.access, VERSION, service.clock, facts, plans, webhooks, names)
    text, media_type = service.metrics.expose(state, request.headers.get("Accept", ""))
    return Response(text, content_type=media_type)
