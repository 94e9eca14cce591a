"""Every failure as the ValidationProblemDetails of the Carbon Aware SDK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus

import orjson
from flask import Response

from api.edge import problems
from api.edge.exchange import request_id
from api.shapes.reading import Json
from carbon.errors import CarbonError, FieldError, InvalidRequest, UnknownName, Unsatisfiable

VALIDATION = "One or more validation errors occurred."
LINK = "https://tools.ietf.org/html/rfc9110#section-15.5.1"
ARGUMENT, OPERATION, INTERNAL = "ArgumentException", "InvalidOperationException", "InternalServerError"


class WrongArguments(InvalidRequest):
    """Fields that can be read, but not together, or not with the data."""


@contextmanager
def fields_named(start: str, end: str) -> Iterator[None]:
    """Name the bounds of a time in a refusal as this question names them."""
    names = {"start": start, "end": end}
    try:
        yield
    except InvalidRequest as error:
        fields = [replace(one, location=(names.get(str(one.location[-1]), start),)) for one in error.errors]
        raise WrongArguments(fields) from error


def answer(error: Exception) -> Response:
    """The problem of any error; its status, headers and log line are those of our own problem."""
    ours = problems.answer(error)
    if ours.status_code < 400:
        return ours
    if isinstance(error, InvalidRequest | UnknownName | Unsatisfiable):
        status, body = 400, _refusal(error)
    else:
        status = ours.status_code
        body = _plain(status, orjson.loads(ours.get_data()).get("detail"))
    response = Response(orjson.dumps({**body, "traceId": request_id()}), status, mimetype=problems.MEDIA_TYPE)
    response.headers.extend((name, value) for name, value in ours.headers if not name.startswith("Content-"))
    return response


def _refusal(error: CarbonError) -> Json:
    if isinstance(error, InvalidRequest) and not isinstance(error, WrongArguments):
        return {"type": LINK, "title": VALIDATION, "status": 400, "errors": _errors(error.errors)}
    title = OPERATION if isinstance(error, Unsatisfiable) else ARGUMENT
    fields = _errors(error.errors) if isinstance(error, InvalidRequest) else {}
    detail = "; ".join(f"{name} {text}" for name, texts in fields.items() for text in texts) or str(error)
    if isinstance(error, UnknownName):
        detail += f"; nearest: {', '.join(error.nearest)}" if error.nearest else "; /locations lists all names"
    return {"title": title, "status": 400, "detail": detail, "errors": fields}


def _plain(status: int, detail: object) -> Json:
    if status == 500:
        return {"title": INTERNAL, "status": status}
    return {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def _errors(errors: tuple[FieldError, ...]) -> Mapping[str, list[str]]:
    """Texts by the name of the field. Those of a batch begin with the number of the item, counted from 0."""
    texts: dict[str, list[str]] = {}
    for error in errors:
        names = [step for step in error.location if isinstance(step, str)]
        items = [step for step in error.location if isinstance(step, int)]
        name = names[-1] if names else "$"
        text = f"The {name} field is required." if error.code == "missing" else error.detail
        texts.setdefault(name, []).append(f"item {items[0]}: {text}" if items else text)
    return texts
