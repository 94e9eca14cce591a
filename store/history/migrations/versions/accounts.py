"""The ledger: names of accounts, and what a provider itself says that they emitted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "accounts",
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("ou", sa.Text),
        sa.Column("tags", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name="accounts_key"),
        sqlite_with_rowid=False,
    )
    grams = ("location_based_g", "market_based_g", "scope_1_g", "scope_2_g", "scope_3_g")
    key = ("tenant", "provider", "month", "account", "region", "service")
    op.create_table(
        "provider_footprints",
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("service", sa.String(200), nullable=False),
        sa.Column("model_version", sa.String(32), nullable=False),
        *(sa.Column(name, sa.Float) for name in grams),
        sa.PrimaryKeyConstraint(*key, name="provider_footprints_key"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Remove the tables and what is in them."""
    op.drop_table("provider_footprints")
    op.drop_table("accounts")
