"""One JSON object for each log line, on stderr, with the request's id."""

from __future__ import annotations

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

from api.edge.exchange import request_id
from api.edge.lines import plain_line, utc_text

FIELDS = "{asctime}{levelname}{name}{request_id}{message}"


class UtcFormatter(JsonFormatter):
    """JSON with times in UTC, to the millisecond."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        return plain_line(super().format(record))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # its name
        """The time of a record."""
        return utc_text(record.created)


class RequestIdFilter(logging.Filter):
    """Adds request_id to every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id"):
            record.request_id = request_id()
        return True


def formatter() -> logging.Formatter:
    """For all lines except those of the access log."""
    names = {"asctime": "time", "levelname": "level", "name": "logger"}
    return UtcFormatter(FIELDS, style="{", rename_fields=names)


def is_about_no_request(record: logging.LogRecord) -> bool:
    """Drops the lines that the development server writes about requests, because they contain the query."""
    return " - - [" not in record.getMessage()


def configure(level: str) -> None:
    """Send every logger's lines of at least this level through one handler; calling it again changes nothing."""
    root = logging.getLogger()
    root.setLevel(level)
    if any(isinstance(handler.formatter, JsonFormatter) for handler in root.handlers):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(RequestIdFilter())
    handler.setFormatter(formatter())
    root.addHandler(handler)
    logging.getLogger("werkzeug").addFilter(is_about_no_request)
