"""Series, readings, forecasts and chores."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "series",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("signal", sa.String(32), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("hourly_until", sa.Integer, nullable=False, server_default="0"),
        sa.UniqueConstraint("source", "signal", "zone", name="series_of_a_zone"),
    )
    op.create_table(
        "readings",
        sa.Column("series_id", sa.Integer, nullable=False),
        sa.Column("starts_minute", sa.Integer, nullable=False),
        sa.Column("minutes", sa.SmallInteger, nullable=False),
        sa.Column("mgco2e_per_kwh", sa.Integer, nullable=False),
        sa.Column("quality", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("series_id", "starts_minute", name="readings_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "forecasts",
        sa.Column("series_id", sa.Integer, nullable=False),
        sa.Column("issued_hour", sa.Integer, nullable=False),
        sa.Column("starts_minute", sa.Integer, nullable=False),
        sa.Column("step_minutes", sa.SmallInteger, nullable=False),
        sa.Column("gco2e_per_kwh", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("series_id", "issued_hour", name="forecasts_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "chores",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("done_minute", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Remove the tables and what is in them."""
    for name in ("chores", "forecasts", "readings", "series"):
        op.drop_table(name)
