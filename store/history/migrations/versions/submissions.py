"""What a row of usage would have emitted when it was submitted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column. It is empty in rows that are there, which count as they ran."""
    op.add_column("usage_days", sa.Column("at_submission_g", sa.Float))


def downgrade() -> None:
    """Remove the column."""
    op.drop_column("usage_days", "at_submission_g")
