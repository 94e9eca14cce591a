"""Turns an error into a problem (RFC 9457), by the table in problem_types.py."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from api.edge.exchange import current, request_id
from api.edge.problem_type import ProblemType
from api.edge.problem_types import BY_ERROR, BY_STATUS, INTERNAL
from api.questions.parse import InvalidParameters
from api.shapes.problems import plain
from api.shapes.reading import Json
from carbon import errors
from carbon.roles import RoleInsufficient

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
_FORM = "multipart/form-data"  # its number of fields has a limit too


def register(app: Flask) -> None:
    """Answer every failure of an app with a problem."""
    app.register_error_handler(Exception, answer)


def answer(error: Exception) -> Response:
    """The problem of any error; a redirect is answered as it is."""
    if isinstance(error, errors.CarbonError):
        return _answer_ours(error)
    return _answer_http(error) if isinstance(error, HTTPException) else _answer_unknown(error)


def _answer_ours(error: errors.CarbonError) -> Response:
    kind = _kind_of(error)
    if kind is None:
        return _answer_unknown(error)
    response = _problem(kind, str(error), _members(error))
    response.headers.extend(_headers(error))
    return response


def problem_of(error: errors.CarbonError) -> Json:
    """The body of the problem that an error is answered with, for answers that hold several. Raises unknown errors."""
    kind = _kind_of(error)
    if kind is None:
        raise error
    return _body(kind, str(error), _members(error))


def _kind_of(error: errors.CarbonError) -> ProblemType | None:
    return next((BY_ERROR[base] for base in type(error).__mro__ if base in BY_ERROR), None)


def _answer_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return cast(Response, Response.force_type(error.get_response()))
    kind = BY_STATUS.get(status) or ProblemType("", status, error.name)
    response = _problem(kind, _in_words(error), {})
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _in_words(error: HTTPException) -> str:
    """The text of Flask's own errors, in terms of this service."""
    if isinstance(error, MethodNotAllowed):
        return f"this path does not support {request.method}; use {', '.join(sorted(error.valid_methods or ()))}"
    if isinstance(error, RequestEntityTooLarge):
        fields = f", nor a form have more than {request.max_form_parts} fields" if request.mimetype == _FORM else ""
        return f"the body must not be larger than {request.max_content_length} bytes{fields}"
    if isinstance(error, NotFound):
        return "see /docs for all paths"
    return str(error.description or error.name)


def _answer_unknown(error: Exception) -> Response:
    """Answer an unexpected error with a 500 and one log line, which has the request id of the answer."""
    log.error("%s %s failed", request.method, request.path, exc_info=error, extra={"request_id": request_id()})
    if current().service.settings.app_env == "development":
        text = "".join(traceback.format_exception(error))
        return _problem(INTERNAL, f"{type(error).__name__}: {error}", {"traceback": text.splitlines()})
    return _problem(INTERNAL, f"The error is logged under request id {request_id()}", {})


def _headers(error: errors.CarbonError) -> Mapping[str, str]:
    """The headers of a kind of error. A refused key is not told apart from an unknown one (RFC 6750)."""
    if isinstance(error, errors.KeyRequired):
        return {"WWW-Authenticate": 'Bearer realm="api"'}
    if isinstance(error, errors.KeyRefused):
        return {"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'}
    if isinstance(error, RoleInsufficient):
        return {"WWW-Authenticate": f'Bearer realm="api", error="insufficient_scope", scope="{error.needed.value}"'}
    if isinstance(error, errors.RateLimited | errors.Busy | errors.StateUnavailable):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {}


def _members(error: errors.CarbonError) -> dict[str, object]:
    """The members that a kind of error adds to its problem."""
    if isinstance(error, errors.InvalidRequest):
        in_query = isinstance(error, InvalidParameters)
        return {"errors": [_field(item, in_query) for item in error.errors]}
    if isinstance(error, RoleInsufficient):
        return {"needed_role": error.needed.value, "role": error.role.value}
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
    body = _body(kind, detail, members)
    return Response(orjson.dumps(body), status=HTTPStatus(kind.status), mimetype=MEDIA_TYPE)


def _body(kind: ProblemType, detail: str, members: Mapping[str, Any]) -> Json:
    core = {
        "type": kind.uri,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": request.path,
        "request_id": request_id(),
    }
    return {**core, **members, **core}  # the core comes first, and no member replaces a part of it
