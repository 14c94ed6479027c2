"""pools"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pools",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("strategy", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "pool_members",
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("pool", "provider"),
    )
    op.create_table(
        "pool_seeds",
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("pool", "provider"),
    )
    _create_rotation_history()
    op.create_table(
        "breaker_counts",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "slot"),
    )
    op.add_column("rotations", sa.Column("total", sa.Integer(), nullable=False, server_default="0"))


def _create_rotation_history() -> None:
    op.create_table(
        "rotation_history",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("from_provider", sa.String(), nullable=True),
        sa.Column("to_provider", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("rotation_history_by_pool", "rotation_history", ["pool", "id"])
