"""Reads and writes the rows of forecasts as issued and of their scores. Imports SQLAlchemy: imported on first use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection, and_, select

from store.history.entries import Series
from store.history.rows import series_ids
from store.history.scores import WAIT_COLUMNS, DayScores, Floats, IssuedForecast
from store.history.tables import forecast_ranges, forecast_scores, forecasts, series
from store.history.upsert import insert_into


def issued(
    connection: Connection, signal: str, zone: str, first_hour: int, end_hour: int
) -> dict[str, list[IssuedForecast]]:
    """The forecasts issued in [first_hour, end_hour), hours since 1970, by source, in the order of time."""
    has_range = and_(
        forecast_ranges.c.series_id == forecasts.c.series_id, forecast_ranges.c.issued_hour == forecasts.c.issued_hour
    )
    query = (
        select(series.c.source, forecasts, forecast_ranges.c.low, forecast_ranges.c.high)
        .join(series, series.c.id == forecasts.c.series_id)
        .outerjoin(forecast_ranges, has_range)
        .where(
            series.c.signal == signal,
            series.c.zone == zone,
            forecasts.c.issued_hour >= first_hour,
            forecasts.c.issued_hour < end_hour,
        )
        .order_by(series.c.source, forecasts.c.issued_hour)
    )
    result: dict[str, list[IssuedForecast]] = {}
    for row in connection.execute(query):
        one = IssuedForecast(
            issued_hour=row.issued_hour,
            starts_minute=row.starts_minute,
            step_minutes=row.step_minutes,
            values=_floats(row.gco2e_per_kwh, "<f4"),
            low=_floats(row.low, "<f2"),
            high=_floats(row.high, "<f2"),
        )
        result.setdefault(row.source, []).append(one)
    return result


def keep(connection: Connection, scores: Sequence[DayScores]) -> None:
    """Store scores; they replace those of the same series and day."""
    if not scores:
        return
    ids = series_ids(connection, {one.series for one in scores})
    rows = [
        {
            "series_id": ids[one.series],
            "origin_day": one.day,
            "sums": one.sums.astype("<f4").tobytes(),
            "waits": one.waits.astype("<f4").tobytes(),
        }
        for one in scores
    ]
    insert = insert_into(connection, forecast_scores)
    newer = {name: insert.excluded[name] for name in ("sums", "waits")}
    connection.execute(insert.on_conflict_do_update(index_elements=["series_id", "origin_day"], set_=newer), rows)


def between(
    connection: Connection, signal: str, first_day: int, end_day: int, zone: str | None, source: str | None
) -> list[DayScores]:
    """Those of the days in [first_day, end_day), by zone, source and day. zone, source: None means all."""
    columns = (("zone", zone), ("source", source))
    query = (
        select(series.c.source, series.c.zone, forecast_scores.c.origin_day, forecast_scores.c.sums)
        .add_columns(forecast_scores.c.waits)
        .join(series, series.c.id == forecast_scores.c.series_id)
        .where(
            series.c.signal == signal,
            forecast_scores.c.origin_day >= first_day,
            forecast_scores.c.origin_day < end_day,
            *(series.c[name] == value for name, value in columns if value is not None),
        )
        .order_by(series.c.zone, series.c.source, forecast_scores.c.origin_day)
    )
    return [
        DayScores(
            series=Series(row.source, signal, row.zone),
            day=row.origin_day,
            sums=_floats(row.sums, "<f4"),
            waits=_floats(row.waits, "<f4").reshape(-1, WAIT_COLUMNS),
        )
        for row in connection.execute(query)
    ]


def _floats(packed: bytes | None, kind: str) -> Floats:
    return np.frombuffer(packed or b"", dtype=kind).astype(np.float64)
