"""In which form an answer is given: as the query says, else as the Accept header prefers."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

HEADER = "HTTP_ACCEPT"
JSON = "application/json"


class Format(StrEnum):
    """The form of a list."""

    JSON = "json"
    TEXT = "text"
    CSV = "csv"


MEDIA_TYPES = {JSON: Format.JSON, "text/plain": Format.TEXT, "text/csv": Format.CSV}
_WITHOUT_TEXT = {JSON: Format.JSON, "text/csv": Format.CSV}


def accepted() -> Format:
    """The form of a list that the request's Accept header prefers; lists under /v1 alone are to be had as text."""
    return MEDIA_TYPES[preferred(MEDIA_TYPES if request.path.startswith("/v1/") else _WITHOUT_TEXT)]


def preferred(media_types: Iterable[str]) -> str:
    """Of these, the one the request's Accept header prefers by its quality values; JSON where it names none of them."""
    given = request.environ.get(HEADER, "*/*")
    if given in ("*/*", JSON):  # what most clients send
        return JSON
    return parse_accept_header(given, MIMEAccept).best_match(media_types, JSON)
