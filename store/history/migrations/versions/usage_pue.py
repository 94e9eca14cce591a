"""The PUE that is in the energy of rows of usage."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column. It is empty in rows that are there: reports take the PUE of their region."""
    op.add_column("usage_kinds", sa.Column("pue", sa.Float))


def downgrade() -> None:
    """Remove the column."""
    op.drop_column("usage_kinds", "pue")
