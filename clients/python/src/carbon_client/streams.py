"""Server-sent events (HTML standard, 9.2.6): from lines to events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event. id: from which the stream can go on, None without. data: its JSON object."""

    id: str | None
    data: dict[str, Any]


def events(lines: Iterable[bytes]) -> Iterator[Event | None]:
    """The events of a stream; None for a comment, which shows that the stream is alive.

    An event whose data is no JSON object is left out, and so is one that breaks off at the end.
    """
    data, name = list[bytes](), None
    for line in lines:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if not line:
            body, data = _object(b"\n".join(data)), []
            if body is not None:
                yield Event(id=name, data=body)
            name = None
        elif not field:
            yield None
        elif field == b"data":
            data.append(value)
        elif field == b"id" and b"\0" not in value:
            name = value.decode("utf-8", "replace")


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
