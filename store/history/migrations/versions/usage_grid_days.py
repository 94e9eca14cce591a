"""The grid by which rows of usage were settled, so that only those are settled anew whose hours have changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the table. Every row that may improve is settled once more."""
    op.create_table(
        "usage_grid_days",
        sa.Column("zone", sa.String(64), primary_key=True),
        sa.Column("facts", sa.String(64), nullable=False),
        sa.Column("first_day", sa.Integer, nullable=False),
        sa.Column("digests", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Remove the table. Rows that may improve are all alike."""
    op.drop_table("usage_grid_days")
    op.execute(sa.text("UPDATE usage SET improves = 1 WHERE improves > 0"))
