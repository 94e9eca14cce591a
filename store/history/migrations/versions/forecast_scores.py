"""How good forecasts were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "forecast_scores",
        sa.Column("series_id", sa.Integer, nullable=False),
        sa.Column("origin_day", sa.Integer, nullable=False),
        sa.Column("sums", sa.LargeBinary, nullable=False),
        sa.Column("waits", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("series_id", "origin_day", name="forecast_scores_key"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Remove the table and what is in it."""
    op.drop_table("forecast_scores")
