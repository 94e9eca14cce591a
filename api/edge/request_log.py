"""The access log: one line of JSON for each request."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from time import time

import orjson

from api.edge.exchange import Exchange
from api.edge.lines import plain_line, utc_text

ACCESS = logging.getLogger("access")  # decides by its level whether lines are written
_LONGEST_PATH = 256
_LONGEST_METHOD = 16


def write(exchange: Exchange, status: int, size_bytes: int | None, seconds: float) -> None:
    """Write the line of one request to stderr; it is lost if that cannot be written.

    Without query string, headers and body: they may hold keys.
    """
    if not ACCESS.isEnabledFor(logging.INFO):
        return
    line = {
        "time": utc_text(time()),
        "level": "INFO",
        "logger": ACCESS.name,
        "request_id": exchange.request_id,
        "method": exchange.method[:_LONGEST_METHOD],
        "path": exchange.path[:_LONGEST_PATH],
        "route": exchange.route,
        "status": status,
        "milliseconds": round(seconds * 1000, 3),
        "bytes": size_bytes,
        "client": exchange.environ.get("REMOTE_ADDR"),
        "caller": exchange.judgement.caller if exchange.judgement else None,
    }
    with suppress(OSError, ValueError):  # a full disk, or a stream that is closed
        sys.stderr.write(plain_line(orjson.dumps(line).decode()) + "\n")
