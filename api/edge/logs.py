"""One JSON object a log line, on stderr, with the request's id."""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime

import orjson
from pythonjsonlogger.json import JsonFormatter

from api.edge.exchange import request_id
from api.edge.request_log import ACCESS
from store.keys.table import PREFIX

_API_KEY = re.compile(PREFIX + r"[A-Za-z0-9_-]{16,}")
_NOT_PRINTABLE = re.compile(r"[^ -~]")
FIELDS = "{asctime}{levelname}{name}{request_id}{message}"


def time_of(record: logging.LogRecord) -> str:
    """When a record was made: UTC, to the millisecond."""
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def _escaped(character: re.Match[str]) -> str:
    """As JSON escapes it: one unit of UTF-16 or two."""
    units = character[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


def plain_line(line: str) -> str:
    """A line of JSON in printable ASCII and without API keys.

    Other characters may end a line (U+0085, U+2028), turn its direction (U+202E) or command a terminal. A caller may
    put a key into a path.
    """
    if PREFIX in line:
        line = _API_KEY.sub(f"{PREFIX}[hidden]", line)
    return _NOT_PRINTABLE.sub(_escaped, line)


class UtcFormatter(JsonFormatter):
    """JSON with times in UTC, to the millisecond."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        return plain_line(super().format(record))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # its name
        """When a record was made."""
        return time_of(record)


class AccessFormatter(logging.Formatter):
    """One line a request, of record.fields: a third of what the general formatter takes."""

    def format(self, record: logging.LogRecord) -> str:
        """The same first members as every line has, then those of the request."""
        first = {"time": time_of(record), "level": record.levelname, "logger": record.name}
        line = {**first, "request_id": vars(record)["request_id"], **vars(record)["fields"]}
        return plain_line(orjson.dumps(line).decode())


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


def _is_no_request(record: logging.LogRecord) -> bool:
    """Whether a line of the development server is not about a request, which it logs with its query."""
    return " - - [" not in record.getMessage()


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
    ACCESS.handlers[:] = [requests]  # at a reload gunicorn takes away the handler of the root logger, but not this one
    ACCESS.propagate = False
    logging.getLogger("werkzeug").addFilter(_is_no_request)
