"""What is kept of every request: its counts, and one line of the access log."""

from __future__ import annotations

import logging
from time import perf_counter

from apiflask import APIFlask
from flask import Response, g, request

from api.edge.access import Judgement
from api.edge.exchange import current
from api.edge.metrics import Metrics

ACCESS = logging.getLogger("access")
_LONGEST_PATH = 256


def install(app: APIFlask, metrics: Metrics | None, *, access_log: bool) -> None:
    """Record every request of the app; installed first, so that it sees the answer as it leaves."""

    def record(response: Response) -> Response:
        seconds = perf_counter() - current().began
        rule = request.url_rule
        route = None if rule is None else rule.rule
        judgement: Judgement | None = g.get("judgement")
        if metrics is not None:
            metrics.request(request.method, route, response.status_code, seconds)
            if judgement is not None and judgement.limited:
                metrics.rate_limited(judgement.caller.partition("/")[0])
        if access_log:
            _log(response, route, judgement, seconds)
        return response

    if metrics is not None or access_log:
        app.after_request(record)


def _log(response: Response, route: str | None, judgement: Judgement | None, seconds: float) -> None:
    """No query string, no header and no body: they may hold keys."""
    fields = {
        "method": request.method[:16],
        "path": request.path[:_LONGEST_PATH],
        "route": route,
        "status": response.status_code,
        "milliseconds": round(seconds * 1000, 3),
        "bytes": response.content_length,
        "client": request.remote_addr,
        "caller": judgement.caller if judgement else None,
    }
    ACCESS.info("request", extra={"request_id": current().request_id, "fields": fields})
