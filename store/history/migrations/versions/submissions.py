"""What a row of usage would have emitted when it was submitted, and which rows name a decision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns. They are empty in rows that are there: no decision was kept when those came."""
    op.add_column("usage_days", sa.Column("at_submission_g", sa.Float))
    op.add_column("usage", sa.Column("decision_id", sa.String(64)))
    op.create_index("usage_decision", "usage", ["tenant", "decision_id"])


def downgrade() -> None:
    """Remove the columns."""
    op.drop_index("usage_decision", "usage")
    op.drop_column("usage", "decision_id")
    op.drop_column("usage_days", "at_submission_g")
