"""Budgets, what is reserved in them, and what is needed to find quickly what was spent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0008"
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _create_marks_of_usage()
    _create_budgets()


def _create_marks_of_usage() -> None:
    op.create_table(
        "usage_versions",
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "day", name="usage_versions_key"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO usage_versions (tenant, day, version) SELECT DISTINCT usage_kinds.tenant, usage_days.day, 1 "
        "FROM usage_days JOIN usage_kinds ON usage_kinds.id = usage_days.kind_id"
    )
    op.create_table(
        "usage_decisions",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("decision_id", sa.String(64), nullable=False),
        sa.Column("kind_id", NUMBER, nullable=False),
        sa.Column("machine_hours", sa.Float, nullable=False),
    )
    op.create_index("usage_of_decision", "usage_decisions", ["tenant", "decision_id"])


def _create_budgets() -> None:
    op.create_table(
        "budgets",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.UniqueConstraint("tenant", "name", name="budgets_name"),
    )
    op.create_table(
        "budget_days",
        sa.Column("budget_number", NUMBER, nullable=False),
        sa.Column("period_second", sa.BigInteger, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("sums", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("budget_number", "period_second", "day", name="budget_days_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "budget_reservations",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("budget_number", NUMBER, nullable=False),
        sa.Column("decision_id", sa.String(64), nullable=False),
        sa.Column("starts_second", sa.BigInteger, nullable=False),
        sa.Column("ends_second", sa.BigInteger, nullable=False),
        sa.Column("machine_hours", sa.Float, nullable=False),
        *(sa.Column(name, sa.BigInteger) for name in ("operational_ug", "embodied_ug", "cost_microusd")),
    )
    op.create_index("budget_reservations_open", "budget_reservations", ["budget_number", "ends_second"])
    op.create_index("budget_reservations_decision", "budget_reservations", ["decision_id"])


def downgrade() -> None:
    """Remove the tables and what is in them."""
    for name in ("budget_reservations", "budget_days", "budgets", "usage_decisions", "usage_versions"):
        op.drop_table(name)
