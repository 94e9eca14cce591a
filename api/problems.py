"""Error -> problem body (RFC 9457): the only table from error class to status."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from api.exchange import current, request_id
from api.parse import InvalidParameters
from api.render.parts import plain
from carbon import errors

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem; its type URI is /problems/<name>."""

    name: str
    status: int
    title: str


INVALID = ProblemType("invalid-request", 400, "The request is not valid")
INTERNAL = ProblemType("internal-error", 500, "The service failed")
BY_ERROR: Mapping[type[errors.CarbonError], ProblemType] = {
    errors.InvalidRequest: INVALID,
    errors.AmbiguousRegion: ProblemType("ambiguous-region", 400, "Several clouds have a region of this name"),
    errors.UnknownRegion: ProblemType("unknown-region", 404, "The region is not known"),
    errors.UnknownZone: ProblemType("unknown-zone", 404, "The grid zone is not known"),
    errors.UnknownProvider: ProblemType("unknown-provider", 404, "The provider is not known"),
    errors.UnknownInstanceType: ProblemType("unknown-instance-type", 404, "The instance type is not known"),
    errors.UnknownCountry: ProblemType("unknown-country", 404, "The country is not known"),
    errors.UnknownAirport: ProblemType("unknown-airport", 404, "The airport is not known"),
    errors.KeyRequired: ProblemType("key-required", 401, "An API key is needed"),
    errors.KeyRefused: ProblemType("key-refused", 401, "The API key is not in force"),
    errors.RateLimited: ProblemType("rate-limited", 429, "Too many requests"),
    errors.StateUnavailable: ProblemType("state-unavailable", 503, "The state of the service cannot be read"),
    errors.PowerNotModelled: ProblemType("power-not-modelled", 422, "The power of this instance type is not modelled"),
    errors.NoFeasiblePlacement: ProblemType("no-feasible-placement", 422, "No offer meets every constraint"),
    errors.DoesNotFit: ProblemType("does-not-fit", 422, "The job does not end before its deadline"),
    errors.Unsatisfiable: ProblemType("unsatisfiable", 422, "Nothing satisfies the question"),
}
BY_STATUS: Mapping[int, ProblemType] = {
    400: INVALID,
    404: ProblemType("not-found", 404, "There is nothing at this path"),
    405: ProblemType("method-not-allowed", 405, "The path does not answer this method"),
    413: ProblemType("body-too-large", 413, "The body is too large"),
    415: ProblemType("unsupported-media-type", 415, "The body is not JSON"),
    500: INTERNAL,
}
TYPES: Mapping[str, ProblemType] = {kind.name: kind for kind in (*BY_ERROR.values(), *BY_STATUS.values())}

bp = Blueprint("problems", __name__)


@bp.get("/problems/<name>")
def describe(name: str) -> ResponseReturnValue:
    """What a problem's type means, so that type URIs lead somewhere."""
    if name not in TYPES:
        raise NotFound
    kind = TYPES[name]
    return {"type": f"/problems/{kind.name}", "status": kind.status, "title": kind.title}


def register(app: Flask) -> None:
    """Answer every failure of the app with a problem."""
    app.register_error_handler(errors.CarbonError, _answer_known)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unknown)


def _answer_known(error: errors.CarbonError) -> Response:
    kind = next((BY_ERROR[base] for base in type(error).__mro__ if base in BY_ERROR), None)
    if kind is None:
        return _answer_unknown(error)
    response = _problem(kind, str(error), _members(error))
    response.headers.extend(_headers(error))
    return response


def _answer_http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    fallback = ProblemType(error.name.lower().replace(" ", "-"), status, error.name)
    kind = BY_STATUS.get(status, fallback)
    response = _problem(kind, _in_words(error), {})
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _in_words(error: HTTPException) -> str:
    """Flask's own refusals in terms of this service."""
    if isinstance(error, MethodNotAllowed):
        return f"{request.method} is not answered here; {', '.join(sorted(error.valid_methods or ()))} are"
    if isinstance(error, RequestEntityTooLarge):
        return f"a body has at most {current().service.settings.max_body_bytes} bytes"
    if isinstance(error, NotFound):
        return "see /docs for what there is"
    return str(error.description or error.name)


def _answer_unknown(error: Exception) -> Response:
    """The one place that catches everything: one log line, tied to the answer by the request id."""
    log.error("%s %s failed", request.method, request.path, exc_info=error, extra={"request_id": request_id()})
    if current().service.settings.app_env == "development":
        text = "".join(traceback.format_exception(error))
        return _problem(INTERNAL, f"{type(error).__name__}: {error}", {"traceback": text.splitlines()})
    return _problem(INTERNAL, f"The failure is logged under request id {request_id()}", {})


def _headers(error: errors.CarbonError) -> Mapping[str, str]:
    """What a kind of error tells a client by header; of a refused key no more than that it was (RFC 6750)."""
    if isinstance(error, errors.KeyRequired):
        return {"WWW-Authenticate": 'Bearer realm="api"'}
    if isinstance(error, errors.KeyRefused):
        return {"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'}
    if isinstance(error, errors.RateLimited):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {}


def _members(error: errors.CarbonError) -> dict[str, object]:
    """What a kind of error adds to its problem."""
    if isinstance(error, errors.InvalidRequest):
        in_query = isinstance(error, InvalidParameters)
        return {"errors": [_field(item, in_query) for item in error.errors]}
    if isinstance(error, errors.UnknownName):
        return {"nearest": list(error.nearest)}
    if isinstance(error, errors.Unsatisfiable):
        return {name: plain(fact) for name, fact in error.facts.items()}
    return {}


def _field(error: errors.FieldError, in_query: bool) -> dict[str, object]:
    if in_query:
        place = {"parameter": str(error.location[0])}
    else:
        steps = (str(step).replace("~", "~0").replace("/", "~1") for step in error.location)
        place = {"pointer": "/".join(("#", *steps))}
    field: dict[str, object] = {**place, "code": error.code, "detail": error.detail}
    if error.nearest:
        field["nearest"] = list(error.nearest)
    return field


def _problem(kind: ProblemType, detail: str, members: Mapping[str, Any]) -> Response:
    core = {
        "type": f"/problems/{kind.name}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": request.path,
        "request_id": request_id(),
    }
    body = {**core, **members, **core}  # the core first, and no member in its place
    return Response(orjson.dumps(body), status=HTTPStatus(kind.status), mimetype=MEDIA_TYPE)
