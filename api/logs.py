"""One JSON object a log line, on stderr, with the request's id."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

import orjson
from pythonjsonlogger.json import JsonFormatter

from api.exchange import request_id
from api.record import ACCESS

FIELDS = "{asctime}{levelname}{name}{request_id}{message}"


def time_of(record: logging.LogRecord) -> str:
    """When a record was made: UTC, to the millisecond."""
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:23] + "Z"


class UtcFormatter(JsonFormatter):
    """JSON with times in UTC, to the millisecond."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # its name
        """When a record was made."""
        return time_of(record)


class AccessFormatter(logging.Formatter):
    """One line a request, of record.fields: a third of what the general formatter takes."""

    def format(self, record: logging.LogRecord) -> str:
        """The same first members as every line has, then those of the request."""
        first = {"time": time_of(record), "level": record.levelname, "logger": record.name}
        return orjson.dumps({**first, "request_id": vars(record)["request_id"], **vars(record)["fields"]}).decode()


class RequestIdFilter(logging.Filter):
    """Adds request_id to every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id"):
            record.request_id = request_id()
        return True


def formatter() -> logging.Formatter:
    """Of all lines but those of the access log."""
    names = {"asctime": "time", "levelname": "level", "name": "logger"}
    return UtcFormatter(FIELDS, style="{", rename_fields=names)


def configure(level: str) -> None:
    """Send every logger's lines of at least this level through one handler; calling it again changes nothing."""
    root = logging.getLogger()
    root.setLevel(level)
    if any(isinstance(handler.formatter, JsonFormatter) for handler in root.handlers):
        return
    # No line tells of these, and finding them out takes a third of the time of a line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # as the HOWTO of logging advises
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(RequestIdFilter())
    handler.setFormatter(formatter())
    root.addHandler(handler)
    requests = logging.StreamHandler(sys.stderr)
    requests.setFormatter(AccessFormatter())
    ACCESS.addHandler(requests)
    ACCESS.propagate = False
