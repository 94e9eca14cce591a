"""In which form a list of regions is answered: as asked in the query, else by the Accept header."""

from __future__ import annotations

from enum import StrEnum

from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

HEADER = "HTTP_ACCEPT"


class Format(StrEnum):
    JSON = "json"
    TEXT = "text"
    CSV = "csv"


MEDIA_TYPES = {"application/json": Format.JSON, "text/plain": Format.TEXT, "text/csv": Format.CSV}


def accepted() -> Format:
    """The best form for the request's Accept header by its quality values; JSON where it names none of ours."""
    given = request.environ.get(HEADER, "*/*")
    if given in ("*/*", "application/json"):  # what most clients send
        return Format.JSON
    best = parse_accept_header(given, MIMEAccept).best_match(MEDIA_TYPES, "application/json")
    return MEDIA_TYPES[best]
