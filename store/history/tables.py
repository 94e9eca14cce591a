"""The tables of the history, as the newest migration leaves them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
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

# What rows of usage have in common, so that reports read few rows. machine: provider:type; of one that is described,
# its parts as JSON; empty where only energy is known. is_metered: 1 where the energy was measured. tags: JSON.
usage_kinds = Table(
    "usage_kinds",
    metadata,
    Column("id", Number, primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("digest", String(32), nullable=False),
    Column("region", String(64), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("machine", Text, nullable=False),
    Column("is_metered", SmallInteger, nullable=False),
    Column("tags", Text, nullable=False),
    UniqueConstraint("tenant", "digest", name="usage_kinds_key"),
)

# A row of usage as it was sent. row: JSON; content: its digest. improves: 1 while better readings may still come.
usage = Table(
    "usage",
    metadata,
    Column("number", Number, primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("id", String(200), nullable=False),
    Column("origin", String(16), nullable=False),
    Column("kind_id", Number, nullable=False),
    Column("first_day", Integer, nullable=False),
    Column("last_day", Integer, nullable=False),
    Column("row", Text, nullable=False),
    Column("content", String(32), nullable=False),
    Column("unknown", Text),
    Column("price_as_of", String(32)),
    Column("improves", SmallInteger, nullable=False),
    Column("decision_id", String(64)),
    UniqueConstraint("tenant", "id", name="usage_id"),
    Index("usage_days_of_tenant", "tenant", "first_day"),
    Index("usage_improves", "improves", "number"),
    Index("usage_decision", "tenant", "decision_id"),
)

# The figures of a row on one UTC day (days since 1970).
usage_days = Table(
    "usage_days",
    metadata,
    Column("day", Integer, nullable=False),
    Column("number", Number, nullable=False),
    Column("kind_id", Number, nullable=False),
    Column("hours", Float, nullable=False),
    Column("energy_kwh", Float),
    Column("measured_g", Float),
    Column("estimated_g", Float),
    Column("usual_g", Float),
    Column("embodied_g", Float),
    Column("cost_usd", Float),
    Column("at_submission_g", Float),
    PrimaryKeyConstraint("day", "number", name="usage_days_key"),
    sqlite_with_rowid=False,
)

# The figures that a row had before it was settled anew or replaced. figures: JSON.
usage_changes = Table(
    "usage_changes",
    metadata,
    Column("number", Number, nullable=False),
    Column("changed_second", BigInteger, nullable=False),
    Column("reason", String(16), nullable=False),
    Column("figures", Text, nullable=False),
    PrimaryKeyConstraint("number", "changed_second", name="usage_changes_key"),
    sqlite_with_rowid=False,
)

# Answers that are kept; their large columns come last. decision: what was promised; facts: the version of the tables
# that were used; question, answer, evidence: as they were sent and read. The last four are compressed.
decisions = Table(
    "decisions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("made_second", BigInteger, nullable=False),
    Column("facts", String(64), nullable=False),
    Column("decision", LargeBinary, nullable=False),
    Column("question", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("evidence", LargeBinary, nullable=False),
    Index("decisions_of_tenant", "tenant", "made_second", "id"),
    Index("decisions_facts", "facts"),
)

# Which files the tables of a version were read from.
decision_facts = Table(
    "decision_facts",
    metadata,
    Column("version", String(64), nullable=False),
    Column("path", String(200), nullable=False),
    Column("digest", String(32), nullable=False),
    PrimaryKeyConstraint("version", "path", name="decision_facts_key"),
)

# The contents of these files, compressed, each once.
decision_files = Table(
    "decision_files",
    metadata,
    Column("digest", String(32), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# Accounts at providers. ou: names of organizational units with slashes; NULL: not known. tags: JSON.
accounts = Table(
    "accounts",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("status", String(32), nullable=False),
    Column("ou", Text),
    Column("tags", Text, nullable=False),
    PrimaryKeyConstraint("tenant", "id", name="accounts_key"),
    sqlite_with_rowid=False,
)

# What a provider itself says that an account emitted in a month (months since year 0) with one of its services.
provider_footprints = Table(
    "provider_footprints",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("provider", String(32), nullable=False),
    Column("month", Integer, nullable=False),
    Column("account", String(64), nullable=False),
    Column("region", String(64), nullable=False),
    Column("service", String(200), nullable=False),
    Column("model_version", String(32), nullable=False),
    Column("location_based_g", Float),
    Column("market_based_g", Float),
    Column("scope_1_g", Float),
    Column("scope_2_g", Float),
    Column("scope_3_g", Float),
    PrimaryKeyConstraint("tenant", "provider", "month", "account", "region", "service", name="provider_footprints_key"),
    sqlite_with_rowid=False,
)

# How often the usage of a tenant on a UTC day has changed: sums that rest on an older version are made anew.
usage_versions = Table(
    "usage_versions",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("day", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant", "day", name="usage_versions_key"),
    sqlite_with_rowid=False,
)

# Which rows of usage name a decision. number: of the row.
usage_decisions = Table(
    "usage_decisions",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("tenant", String(64), nullable=False),
    Column("decision_id", String(64), nullable=False),
    Column("kind_id", Number, nullable=False),
    Column("machine_hours", Float, nullable=False),
    Index("usage_of_decision", "tenant", "decision_id"),
)

budgets = Table(
    "budgets",
    metadata,
    Column("number", Number, primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("name", String(100), nullable=False),
    Column("content", Text, nullable=False),
    UniqueConstraint("tenant", "name", name="budgets_name"),
)

# The sums of a budget's usage on the part of a UTC day that lies in a period, as of a version. sums: JSON.
budget_days = Table(
    "budget_days",
    metadata,
    Column("budget_number", Number, nullable=False),
    Column("period_second", BigInteger, nullable=False),
    Column("day", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("sums", Text, nullable=False),
    PrimaryKeyConstraint("budget_number", "period_second", "day", name="budget_days_key"),
    sqlite_with_rowid=False,
)

# What a window of a decision reserves. NULL: the amount is not known.
budget_reservations = Table(
    "budget_reservations",
    metadata,
    Column("number", Number, primary_key=True),
    Column("budget_number", Number, nullable=False),
    Column("decision_id", String(64), nullable=False),
    Column("starts_second", BigInteger, nullable=False),
    Column("ends_second", BigInteger, nullable=False),
    Column("machine_hours", Float, nullable=False),
    Column("operational_ug", BigInteger),
    Column("embodied_ug", BigInteger),
    Column("cost_microusd", BigInteger),
    Index("budget_reservations_open", "budget_number", "ends_second"),
    Index("budget_reservations_decision", "decision_id"),
)
