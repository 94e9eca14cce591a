"""gzip for long answers, when asked: the standard library's, since all clients know it."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

from api.edge.exchange import vary_by

SHORTEST_BYTES = 1000  # a shorter answer fits into one packet as it is
LEVEL = 1  # of JSON as small as 6 within a few per cent, in a third of the time
_TEXT = ("application/json", "application/problem+json", "text/plain", "text/csv")


def install(app: Flask) -> None:
    """Compress what is long enough."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    size = response.content_length
    if size is None or size < SHORTEST_BYTES or response.mimetype not in _TEXT or response.is_streamed:
        return response
    headers = response.headers
    if "Content-Encoding" in headers:
        return response
    vary_by(response, "Accept-Encoding")
    if "gzip" in request.environ.get("HTTP_ACCEPT_ENCODING", "") and request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
        headers["Content-Encoding"] = "gzip"
    return response
