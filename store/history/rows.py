"""Reads and writes the rows of the history. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from store.history.entries import Entry, ForecastEntry, ReadingEntry, Series
from store.history.readings import Readings
from store.history.tables import forecasts, readings, series

LONGEST_READING_MINUTES = 1440  # a reading that began earlier is over
_COLUMNS = np.dtype([("start", "i8"), ("minutes", "i8"), ("mg", "i8"), ("quality", "i8")])


def write(connection: Connection, entries: Sequence[Entry]) -> None:
    """Store entries. A newer reading of a time replaces the older one; of an hour's forecasts the first one stays."""
    ids = series_ids(connection, {entry.series for entry in entries})
    new_readings = {
        (ids[entry.series], entry.starts_minute): entry for entry in entries if isinstance(entry, ReadingEntry)
    }
    new_forecasts = {
        (ids[entry.series], entry.issued_hour): entry for entry in reversed(entries) if isinstance(entry, ForecastEntry)
    }
    # In the order of the keys: two processes that write the same rows then never wait for each other in a circle.
    if rows := [_reading_row(key, entry) for key, entry in sorted(new_readings.items(), key=_key)]:
        connection.execute(_replacing(connection), rows)
    if rows := [_forecast_row(key, entry) for key, entry in sorted(new_forecasts.items(), key=_key)]:
        connection.execute(_insert(connection, forecasts).on_conflict_do_nothing(), rows)


def series_ids(connection: Connection, wanted: Collection[Series]) -> dict[Series, int]:
    """The id of each series; creates missing ones. Ids are not kept, as the file may be another one next time."""
    ids = _ids(connection)
    if missing := sorted(set(wanted) - ids.keys()):
        rows = [{"source": one.source, "signal": one.signal, "zone": one.zone} for one in missing]
        connection.execute(_insert(connection, series).on_conflict_do_nothing(), rows)
        ids = _ids(connection)
    return ids


def read(connection: Connection, signal: str, zone: str, start: int, end: int) -> list[Readings]:
    """The readings of each source that has any in [start, end), minutes since 1970, by name of the source."""
    sources = connection.execute(
        select(series.c.id, series.c.source)
        .where(series.c.signal == signal, series.c.zone == zone)
        .order_by(series.c.source)
    ).all()
    found = (of_series(connection, series_id, source, start, end) for series_id, source in sources)
    return [one for one in found if len(one.starts)]


def of_series(connection: Connection, series_id: int, source: str, start: int, end: int) -> Readings:
    """The readings of one series in [start, end), the one that is in progress at the start included."""
    raw = _raw(connection, _between(series_id, start - LONGEST_READING_MINUTES, end))
    ends = raw["start"] + raw["minutes"]
    ends[:-1] = np.minimum(ends[:-1], raw["start"][1:])  # where readings overlap, the later one counts
    inside = ends > start
    return Readings(
        source=source,
        starts=raw["start"][inside],
        ends=ends[inside],
        gco2e_per_kwh=raw["mg"][inside] / 1000.0,
        quality=raw["quality"][inside],
    )


def _between(series_id: int, start: int, end: int) -> Select[Any]:
    return (
        select(readings.c.starts_minute, readings.c.minutes, readings.c.mgco2e_per_kwh, readings.c.quality)
        .where(readings.c.series_id == series_id, readings.c.starts_minute >= start, readings.c.starts_minute < end)
        .order_by(readings.c.starts_minute)
    )


def _raw(connection: Connection, query: Select[Any]) -> np.ndarray[Any, Any]:
    """The rows as columns. They are taken from the driver's cursor: a Row object for each would double the time."""
    cursor = connection.execute(query).cursor
    rows: Iterable[tuple[int, ...]] = [] if cursor is None else cursor.fetchall()
    return np.fromiter(rows, dtype=_COLUMNS)


def _ids(connection: Connection) -> dict[Series, int]:
    rows = connection.execute(select(series.c.id, series.c.source, series.c.signal, series.c.zone))
    return {Series(source, signal, zone): series_id for series_id, source, signal, zone in rows}


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return (sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert)(table)


def _replacing(connection: Connection) -> sqlite.Insert | postgresql.Insert:
    insert = _insert(connection, readings)
    new = insert.excluded
    values = {name: new[name] for name in ("minutes", "mgco2e_per_kwh", "quality")}
    return insert.on_conflict_do_update(index_elements=["series_id", "starts_minute"], set_=values)


def _key(item: tuple[tuple[int, int], Entry]) -> tuple[int, int]:
    return item[0]


def _reading_row(key: tuple[int, int], entry: ReadingEntry) -> Mapping[str, object]:
    return {
        "series_id": key[0],
        "starts_minute": entry.starts_minute,
        "minutes": entry.minutes,
        "mgco2e_per_kwh": entry.mgco2e_per_kwh,
        "quality": entry.quality,
    }


def _forecast_row(key: tuple[int, int], entry: ForecastEntry) -> Mapping[str, object]:
    return {
        "series_id": key[0],
        "issued_hour": entry.issued_hour,
        "starts_minute": entry.starts_minute,
        "step_minutes": entry.step_minutes,
        "gco2e_per_kwh": entry.gco2e_per_kwh,
    }
