"""The ledger: rows of usage, their figures by day, and the figures that they had before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _create_rows()
    _create_figures()


def _create_rows() -> None:
    op.create_table(
        "usage_kinds",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("machine", sa.Text, nullable=False),
        sa.Column("is_metered", sa.SmallInteger, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.UniqueConstraint("tenant", "digest", name="usage_kinds_key"),
    )
    op.create_table(
        "usage",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("kind_id", NUMBER, nullable=False),
        sa.Column("first_day", sa.Integer, nullable=False),
        sa.Column("last_day", sa.Integer, nullable=False),
        sa.Column("row", sa.Text, nullable=False),
        sa.Column("content", sa.String(32), nullable=False),
        sa.Column("unknown", sa.Text),
        sa.Column("price_as_of", sa.String(32)),
        sa.Column("improves", sa.SmallInteger, nullable=False),
        sa.UniqueConstraint("tenant", "id", name="usage_id"),
    )
    op.create_index("usage_days_of_tenant", "usage", ["tenant", "first_day"])
    op.create_index("usage_improves", "usage", ["improves", "number"])


def _create_figures() -> None:
    op.create_table(
        "usage_days",
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("kind_id", NUMBER, nullable=False),
        sa.Column("hours", sa.Float, nullable=False),
        *(sa.Column(name, sa.Float) for name in ("energy_kwh", "measured_g", "estimated_g", "usual_g")),
        *(sa.Column(name, sa.Float) for name in ("embodied_g", "cost_usd")),
        sa.PrimaryKeyConstraint("day", "number", name="usage_days_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "usage_changes",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("changed_second", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("figures", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", "changed_second", name="usage_changes_key"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Remove the tables and what is in them."""
    for name in ("usage_changes", "usage_days", "usage", "usage_kinds"):
        op.drop_table(name)
