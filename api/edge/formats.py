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
# Headers of formats of other services, which have no place for it: the worst quality of the figures, their sources.
DATA_QUALITY, DATA_SOURCES = "X-Data-Quality", "X-Data-Sources"
MEDIA_TYPES = {JSON: Format.JSON, "text/plain": Format.TEXT, "text/csv": Format.CSV}
_WITHOUT_TEXT = {JSON: Format.JSON, "text/csv": Format.CSV}
_RANKING = "/api/v1/regions"
_ZONES, _FORECAST = "/api/v1/zones/", "/forecast"


def has_text(path: str) -> bool:
    """Whether the answer is available as text: lists under /v1, and under /api/v1 the regions and the forecast."""
    is_forecast = path.startswith(_ZONES) and path.endswith(_FORECAST)
    return path.startswith("/v1/") or path == _RANKING or is_forecast


def accepted() -> Format:
    """The form of an answer that the request's Accept header prefers."""
    return MEDIA_TYPES[preferred(MEDIA_TYPES if has_text(current().path) else _WITHOUT_TEXT)]


def prefers_text() -> bool:
    """Whether the Accept header ranks plain text strictly above JSON."""
    header = current().environ.get(HEADER, "*/*")
    if header in ("*/*", JSON):
        return False
    accept = parse_accept_header(header, MIMEAccept)
    return accept.quality("text/plain") > accept.quality(JSON)


def preferred(media_types: Iterable[str], default: str = JSON) -> str:
    """The media type that the Accept header prefers by its quality values; the default if it names none of these."""
    header = current().environ.get(HEADER, "*/*")
    if header in ("*/*", default):  # what most clients send
        return default
    return parse_accept_header(header, MIMEAccept).best_match(media_types, default)
