"""The tables of the ledger, in the database of the history, as the newest migration leaves them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from store.history.tables import Number
from store.history.tables import metadata as metadata

# What rows of usage have in common, so that reports read few rows. machine: provider:type; of one that is described,
# its parts as JSON; empty where only energy is known. is_metered: 1 where the energy was measured. tags: JSON.
# pue: that is in the energy; NULL: that of the region, in rows of an earlier release.
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
    Column("pue", Float),
    UniqueConstraint("tenant", "digest", name="usage_kinds_key"),
)

# A row of usage as it was sent. row: JSON; content: its digest. improves: see usage.Standing.
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
    UniqueConstraint("tenant", "id", name="usage_id"),
    Index("usage_days_of_tenant", "tenant", "first_day"),
    Index("usage_improves", "improves", "number"),
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

# The grid of a zone by UTC day when rows were last settled anew; see grid_days.GridDays.
usage_grid_days = Table(
    "usage_grid_days",
    metadata,
    Column("zone", String(64), primary_key=True),
    Column("facts", String(64), nullable=False),
    Column("first_day", Integer, nullable=False),
    Column("digests", LargeBinary, nullable=False),
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
