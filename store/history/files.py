"""Readings in CSV files: our own export, and what the data portal of Electricity Maps offers for download."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice, pairwise
from math import isfinite

from carbon.errors import CarbonError
from carbon.intensity import Quality, Signal
from store.history.entries import ReadingEntry, Series, milligrams
from store.history.readings import QUALITIES, minute_of

COLUMNS = ("source", "signal", "zone", "starts_at", "minutes", "gco2e_per_kwh", "quality")
PORTAL = "electricity-maps"
# The portal's columns, in lower case; the years' files name the same ones differently.
_TIME, _ZONE, _ESTIMATED = "datetime (utc)", "zone id", "data estimated"
_LIFECYCLE = ("carbon intensity gco₂eq/kwh (life cycle)", "carbon intensity gco₂eq/kwh (lca)")
LONGEST_MINUTES = 1440
_LENGTHS = (5, 15, 30, 60, LONGEST_MINUTES)  # minutes; files of months and years hold no readings
_PROBE = 1000  # rows from which the length is told


class UnreadableFile(CarbonError):
    """A file that is neither of the two forms, or a line of it that cannot be read."""


@dataclass(frozen=True, slots=True)
class Blank:
    """A line without a value above 0."""


def parse(lines: Iterable[str]) -> Iterator[ReadingEntry | Blank]:
    """The readings of a file, in its order. Raises UnreadableFile."""
    rows = csv.reader(lines)
    header = next(rows, None)
    names = [name.strip().lower() for name in header or ()]
    if names == list(COLUMNS):
        yield from _numbered(map(_own, rows), rows)
    elif {_TIME, _ZONE} <= set(names) and (figure := next((name for name in _LIFECYCLE if name in names), None)):
        yield from _portal((dict(zip(names, row, strict=False)) for row in rows), figure, rows)
    else:
        raise UnreadableFile(f"its first line is neither {','.join(COLUMNS)} nor that of a file of Electricity Maps")


def _numbered(entries: Iterator[ReadingEntry | Blank], rows: Iterator[list[str]]) -> Iterator[ReadingEntry | Blank]:
    """The same; an error names the line."""
    while True:
        try:
            yield next(entries)
        except StopIteration:
            return
        except (ValueError, KeyError, csv.Error) as error:
            raise UnreadableFile(f"line {rows.line_num}: {error}") from error  # type: ignore[attr-defined]


def _own(row: list[str]) -> ReadingEntry | Blank:
    source, signal, zone, starts_at, minutes, text, quality = row
    if (value := _value(text)) is None:
        return Blank()
    if int(minutes) not in range(1, LONGEST_MINUTES + 1):
        raise ValueError(f"minutes must be from 1 to {LONGEST_MINUTES}")
    return ReadingEntry(
        Series(source, Signal(signal).value, zone),
        _minute(starts_at),
        int(minutes),
        value,
        QUALITIES.index(Quality(quality)),
    )


def _portal(
    rows: Iterator[Mapping[str, str]], figure: str, reader: Iterator[list[str]]
) -> Iterator[ReadingEntry | Blank]:
    first = list(islice(rows, _PROBE))
    minutes = _length(first)

    def entry(row: Mapping[str, str]) -> ReadingEntry | Blank:
        if (value := _value(row[figure])) is None:
            return Blank()
        is_measured = row.get(_ESTIMATED, "").strip().lower() in ("false", "0")
        return ReadingEntry(
            Series(PORTAL, Signal.AVERAGE_LIFECYCLE.value, row[_ZONE]),
            _minute(row[_TIME]),
            minutes,
            value,
            QUALITIES.index(Quality.MEASURED if is_measured else Quality.ESTIMATED),
        )

    yield from _numbered(map(entry, chain(first, rows)), reader)


def _length(rows: Iterable[Mapping[str, str]]) -> int:
    """The minutes for which a value stands: the least time between two values of a zone; an hour if there is one."""
    times: dict[str, set[int]] = {}
    for row in rows:
        try:
            times.setdefault(row[_ZONE], set()).add(_minute(row[_TIME]))
        except ValueError as error:
            raise UnreadableFile(str(error)) from error
    ordered = [sorted(one) for one in times.values()]
    gaps = [later - earlier for one in ordered for earlier, later in pairwise(one)]
    length = min(gaps, default=60)
    if length not in _LENGTHS:
        raise UnreadableFile(f"its values are {length} minutes apart: only those of a day or less can be read")
    return length


def _value(text: str) -> int | None:
    """Milligrams; None unless the text is a number above 0."""
    value = float(text) if text.strip() else 0.0
    if not isfinite(value):
        raise ValueError(f"{text} is not a number")
    return milligrams(value) if value > 0 else None


def _minute(text: str) -> int:
    moment = datetime.fromisoformat(text.strip())
    return minute_of(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
