"""The form of an answer: as the query says, else as the Accept header prefers."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from api.edge.exchange import JSON, current

HEADER = "HTTP_ACCEPT"


class Format(StrEnum):
    """The form of a list."""

    JSON = "json"
    TEXT = "text"
    CSV = "csv"


FACT_NOTES = "X-Fact-Notes"  # header of a table: what the JSON answer has in fact_notes
MEDIA_TYPES = {JSON: Format.JSON, "text/plain": Format.TEXT, "text/csv": Format.CSV}
_WITHOUT_TEXT = {JSON: Format.JSON, "text/csv": Format.CSV}


def accepted() -> Format:
    """The form of a list that the request's Accept header prefers; only lists under /v1 are available as text."""
    return MEDIA_TYPES[preferred(MEDIA_TYPES if current().path.startswith("/v1/") else _WITHOUT_TEXT)]


def preferred(media_types: Iterable[str]) -> str:
    """The media type that the Accept header prefers by its quality values; JSON if it names none of these."""
    header = current().environ.get(HEADER, "*/*")
    if header in ("*/*", JSON):  # what most clients send
        return JSON
    return parse_accept_header(header, MIMEAccept).best_match(media_types, JSON)
