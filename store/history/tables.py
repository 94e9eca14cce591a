"""The tables of the history, as the newest migration leaves them; those of the ledger: store/ledger/tables.py."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData()
Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up a primary key of this type alone

# A zone as one source reports one signal of it. Every reading holds the short id instead of three texts.
# hourly_until: all complete hours before this minute since 1970 are hourly means.
series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String(64), nullable=False),
    Column("signal", String(32), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("hourly_until", Integer, nullable=False, server_default="0"),
    UniqueConstraint("source", "signal", "zone", name="series_of_a_zone"),
)

# A reading stands for [starts_minute, starts_minute + minutes), in minutes since 1970. quality: an index in QUALITIES.
# Whole minutes and milligrams are exact, and take the fewest bytes in SQLite.
readings = Table(
    "readings",
    metadata,
    Column("series_id", Integer, nullable=False),
    Column("starts_minute", Integer, nullable=False),
    Column("minutes", SmallInteger, nullable=False),
    Column("mgco2e_per_kwh", Integer, nullable=False),
    Column("quality", SmallInteger, nullable=False),
    PrimaryKeyConstraint("series_id", "starts_minute", name="readings_key"),
    sqlite_with_rowid=False,
)

# A forecast as it was issued. gco2e_per_kwh: little-endian float32, NaN where the source gave no value; the n-th stands
# for [starts_minute + n x step_minutes, ... + step_minutes).
forecasts = Table(
    "forecasts",
    metadata,
    Column("series_id", Integer, nullable=False),
    Column("issued_hour", Integer, nullable=False),
    Column("starts_minute", Integer, nullable=False),
    Column("step_minutes", SmallInteger, nullable=False),
    Column("gco2e_per_kwh", LargeBinary, nullable=False),
    PrimaryKeyConstraint("series_id", "issued_hour", name="forecasts_key"),
    sqlite_with_rowid=False,
)

# The range of a forecast as it was issued, where it has one. low, high: 10th and 90th centile of what may come, by
# step of the forecast, in gCO2e per kWh as little-endian float16.
forecast_ranges = Table(
    "forecast_ranges",
    metadata,
    Column("series_id", Integer, nullable=False),
    Column("issued_hour", Integer, nullable=False),
    Column("low", LargeBinary, nullable=False),
    Column("high", LargeBinary, nullable=False),
    PrimaryKeyConstraint("series_id", "issued_hour", name="forecast_ranges_key"),
    sqlite_with_rowid=False,
)

# How good the forecasts of a series were that were issued on a UTC day (days since 1970), in the hours that are over.
# sums, waits: see scores.DayScores; little-endian float32.
forecast_scores = Table(
    "forecast_scores",
    metadata,
    Column("series_id", Integer, nullable=False),
    Column("origin_day", Integer, nullable=False),
    Column("sums", LargeBinary, nullable=False),
    Column("waits", LargeBinary, nullable=False),
    PrimaryKeyConstraint("series_id", "origin_day", name="forecast_scores_key"),
    sqlite_with_rowid=False,
)

# When old rows were last removed, and when forecasts were last scored, by any process.
chores = Table(
    "chores",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("done_minute", Integer, nullable=False),
)
