"""Decisions that are kept, and the tables that they were made from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("made_second", sa.BigInteger, nullable=False),
        sa.Column("facts", sa.String(64), nullable=False),
        *(sa.Column(name, sa.LargeBinary, nullable=False) for name in ("decision", "question", "answer", "evidence")),
    )
    op.create_index("decisions_of_tenant", "decisions", ["tenant", "made_second", "id"])
    op.create_index("decisions_facts", "decisions", ["facts"])
    op.create_table(
        "decision_facts",
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("version", "path", name="decision_facts_key"),
    )
    op.create_table(
        "decision_files",
        sa.Column("digest", sa.String(32), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Remove the tables and what is in them."""
    for name in ("decision_files", "decision_facts", "decisions"):
        op.drop_table(name)
