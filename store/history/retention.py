"""Removes old rows, and replaces the readings of complete hours by their mean once they are a month old."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from itertools import groupby
from typing import Any, Protocol

from sqlalchemy import Connection, Row, and_, delete, select, update

from store.history.entries import MINUTES_AN_HOUR
from store.history.tables import forecast_ranges, forecast_scores, forecasts, readings, series

FINE_DAYS = 30  # readings are stored as they came for so long
MINUTES_A_DAY = 1440
MINUTES_IN_A_TRANSACTION = 31 * MINUTES_A_DAY  # of one series: other processes can write in between
EVERY_MINUTES = 60
NAME = "retention"


class Writable(Protocol):
    """Where the rows are."""

    def writing(self) -> AbstractContextManager[Connection]: ...


def tidy(database: Writable, now_minute: int, *, days: int) -> None:
    """Remove rows older than `days`, and make hourly means of readings older than FINE_DAYS.

    An hour of which a minute is missing keeps its readings, so that its gaps stay where they were.
    """
    with database.writing() as connection:
        marks = connection.execute(select(series.c.id, series.c.hourly_until).order_by(series.c.id)).all()
    oldest = now_minute - days * MINUTES_A_DAY
    until = (now_minute - FINE_DAYS * MINUTES_A_DAY) // MINUTES_AN_HOUR * MINUTES_AN_HOUR
    for series_id, hourly_until in marks:
        with database.writing() as connection:
            _remove(connection, series_id, oldest)
            start = _first_fine_minute(connection, series_id, hourly_until)
        while start is not None and start < until:
            end = min(start + MINUTES_IN_A_TRANSACTION, until)
            with database.writing() as connection:
                _make_hourly(connection, series_id, start, end)
            start = end


def _remove(connection: Connection, series_id: int, oldest: int) -> None:
    connection.execute(delete(readings).where(readings.c.series_id == series_id, readings.c.starts_minute < oldest))
    hour = oldest // MINUTES_AN_HOUR
    for table in (forecasts, forecast_ranges):
        connection.execute(delete(table).where(table.c.series_id == series_id, table.c.issued_hour < hour))
    day = oldest // MINUTES_A_DAY
    is_old = forecast_scores.c.series_id == series_id, forecast_scores.c.origin_day < day
    connection.execute(delete(forecast_scores).where(*is_old))


def _first_fine_minute(connection: Connection, series_id: int, hourly_until: int) -> int | None:
    """The start of the hour from which readings may be finer than hourly; None if there are none."""
    first = connection.execute(
        select(readings.c.starts_minute)
        .where(readings.c.series_id == series_id, readings.c.starts_minute >= hourly_until)
        .order_by(readings.c.starts_minute)
        .limit(1)
    ).scalar()
    return None if first is None else int(first) // MINUTES_AN_HOUR * MINUTES_AN_HOUR


def _make_hourly(connection: Connection, series_id: int, start: int, end: int) -> None:
    fine = and_(
        readings.c.series_id == series_id,
        readings.c.starts_minute >= start,
        readings.c.starts_minute < end,
        readings.c.minutes < MINUTES_AN_HOUR,
    )
    rows = connection.execute(select(readings).where(fine).order_by(readings.c.starts_minute)).all()
    hours = [_mean(hour, list(group)) for hour, group in groupby(rows, lambda row: row.starts_minute // 60)]
    means = [mean for mean in hours if mean is not None]
    if means:
        in_hour = readings.c.starts_minute // MINUTES_AN_HOUR
        complete = [mean["starts_minute"] // MINUTES_AN_HOUR for mean in means]
        connection.execute(delete(readings).where(fine, in_hour.in_(complete)))
        connection.execute(readings.insert(), means)
    connection.execute(update(series).where(series.c.id == series_id).values(hourly_until=end))


def _mean(hour: int, rows: Iterable[Row[Any]]) -> dict[str, int] | None:
    """The row of an hour; None unless its readings cover every minute of it and nothing else."""
    rows = list(rows)
    ends = [row.starts_minute for row in rows[1:]] + [(hour + 1) * MINUTES_AN_HOUR]
    follows = all(row.starts_minute + row.minutes == end for row, end in zip(rows, ends, strict=True))
    if not follows or rows[0].starts_minute != hour * MINUTES_AN_HOUR:
        return None
    return {
        "series_id": rows[0].series_id,
        "starts_minute": hour * MINUTES_AN_HOUR,
        "minutes": MINUTES_AN_HOUR,
        "mgco2e_per_kwh": round(sum(row.mgco2e_per_kwh * row.minutes for row in rows) / MINUTES_AN_HOUR),
        "quality": max(row.quality for row in rows),
    }
