"""Reads and writes the rows of the history. Imports SQLAlchemy, so it is imported on first use."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, Connection, Select, and_, cast, select, update

from store.history.entries import MOST_MILLIGRAMS, MOST_MINUTES, Entry, ForecastEntry, ReadingEntry, Series
from store.history.readings import Minutes, Readings
from store.history.tables import forecast_ranges, forecasts, readings, series
from store.history.upsert import insert_into

if TYPE_CHECKING:
    from store.history.upsert import Upsert

READ_AT_ONCE = 10_000
LONGEST_READING_MINUTES = 1440  # a reading that began earlier is over


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
        connection.execute(insert_into(connection, forecasts).on_conflict_do_nothing(), rows)
    if rows := [_range_row(key, entry) for key, entry in sorted(new_forecasts.items(), key=_key) if entry.low]:
        connection.execute(insert_into(connection, forecast_ranges).on_conflict_do_nothing(), rows)


def series_ids(connection: Connection, all_series: Collection[Series]) -> dict[Series, int]:
    """The id of each series; creates missing ones. Ids are not kept, as the file may be another one next time."""
    ids = _ids(connection)
    if missing := sorted(set(all_series) - ids.keys()):
        rows = [{"source": one.source, "signal": one.signal, "zone": one.zone} for one in missing]
        connection.execute(insert_into(connection, series).on_conflict_do_nothing(), rows)
        ids = _ids(connection)
    return ids


def zones(connection: Connection, signal: str) -> list[str]:
    """The zones with a series of the signal, by name."""
    query = select(series.c.zone).where(series.c.signal == signal).distinct().order_by(series.c.zone)
    return list(connection.execute(query).scalars())


def read(connection: Connection, signal: str, zone: str, start: int, end: int) -> list[Readings]:
    """The readings of each source that has any in [start, end), minutes since 1970, by name of the source."""
    sources = connection.execute(
        select(series.c.id, series.c.source)
        .where(series.c.signal == signal, series.c.zone == zone)
        .order_by(series.c.source)
    ).all()
    columns = (of_series(connection, series_id, source, start, end) for series_id, source in sources)
    return [one for one in columns if len(one.starts)]


def of_series(connection: Connection, series_id: int, source: str, start: int, end: int) -> Readings:
    """The readings of one series in [start, end), the one that is in progress at the start included."""
    starts, minutes, milligrams, quality = _columns(
        connection, _between(series_id, start - LONGEST_READING_MINUTES, end)
    )
    ends = starts + minutes
    ends[:-1] = np.minimum(ends[:-1], starts[1:])  # where readings overlap, the later one counts
    inside = ends > start
    return Readings(
        source=source,
        starts=starts[inside],
        ends=ends[inside],
        gco2e_per_kwh=milligrams[inside] / 1000.0,
        quality=quality[inside],
    )


def reopen(connection: Connection, entries: Collection[ReadingEntry]) -> None:
    """Have hourly means made again from the first of these readings on: they were not there when the others were."""
    ids = _ids(connection)
    for one, first in _first_minutes(entries).items():
        is_later = and_(series.c.id == ids[one], series.c.hourly_until > first)
        connection.execute(update(series).where(is_later).values(hourly_until=first // 60 * 60))


def _first_minutes(entries: Collection[ReadingEntry]) -> dict[Series, int]:
    first: dict[Series, int] = {}
    for entry in entries:
        first[entry.series] = min(entry.starts_minute, first.get(entry.series, entry.starts_minute))
    return first


def reading_entries(connection: Connection, zones: Collection[str], start: int, end: int) -> Iterator[ReadingEntry]:
    """All readings that begin in [start, end), by series and time. zones: none means all."""
    for one, series_id in sorted(_ids(connection).items()):
        if zones and one.zone not in zones:
            continue
        in_range = and_(readings.c.starts_minute >= start, readings.c.starts_minute < end)
        query = select(readings).where(readings.c.series_id == series_id, in_range).order_by(readings.c.starts_minute)
        for row in connection.execution_options(yield_per=READ_AT_ONCE).execute(query):
            yield ReadingEntry(one, row.starts_minute, row.minutes, row.mgco2e_per_kwh, row.quality)


def _between(series_id: int, start: int, end: int) -> Select[tuple[int]]:
    """Each reading as one whole number, since a row with one column is read in half the time of one with four."""
    columns = (readings.c.minutes, MOST_MINUTES), (readings.c.mgco2e_per_kwh, MOST_MILLIGRAMS), (readings.c.quality, 4)
    packed: ColumnElement[int] = cast(readings.c.starts_minute, BigInteger)
    for column, most in columns:
        packed = packed * most + column
    in_range = readings.c.starts_minute >= start, readings.c.starts_minute < end
    return select(packed).where(readings.c.series_id == series_id, *in_range).order_by(readings.c.starts_minute)


def _columns(connection: Connection, query: Select[tuple[int]]) -> tuple[Minutes, Minutes, Minutes, Minutes]:
    """Start, minutes, milligrams and quality of the rows, which are taken from the driver without SQLAlchemy's Row."""
    cursor = connection.execute(query).cursor
    rows = [] if cursor is None else cursor.fetchall()
    packed = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=len(rows))
    packed, quality = np.divmod(packed, 4)
    packed, milligrams = np.divmod(packed, MOST_MILLIGRAMS)
    starts, minutes = np.divmod(packed, MOST_MINUTES)
    return starts, minutes, milligrams, quality


def _ids(connection: Connection) -> dict[Series, int]:
    rows = connection.execute(select(series.c.id, series.c.source, series.c.signal, series.c.zone))
    return {Series(source, signal, zone): series_id for series_id, source, signal, zone in rows}


def _replacing(connection: Connection) -> Upsert:
    insert = insert_into(connection, readings)
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


def _range_row(key: tuple[int, int], entry: ForecastEntry) -> Mapping[str, object]:
    return {"series_id": key[0], "issued_hour": entry.issued_hour, "low": entry.low, "high": entry.high}
