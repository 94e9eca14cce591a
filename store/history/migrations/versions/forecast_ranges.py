"""The ranges of forecasts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "forecast_ranges",
        sa.Column("series_id", sa.Integer, nullable=False),
        sa.Column("issued_hour", sa.Integer, nullable=False),
        sa.Column("low", sa.LargeBinary, nullable=False),
        sa.Column("high", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("series_id", "issued_hour", name="forecast_ranges_key"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Remove the table and what is in it."""
    op.drop_table("forecast_ranges")
