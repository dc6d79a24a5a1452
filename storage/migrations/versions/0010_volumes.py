"""A feed's older entries are sealed into volumes, and each entry knows the one that has it as it is."""

import sqlalchemy as sa
from alembic import op

from storage import schema

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry", sa.Column("volume", sa.Integer(), nullable=True))
    columns = ["feed", "state", "volume", "updated"]
    op.create_index(op.f("ix_entry_feed_state_volume_updated"), "entry", columns, unique=False)
    op.create_table(
        "volume",
        sa.Column("feed", schema.NAME, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("sealed_at", schema.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("feed", "number", name=op.f("pk_volume")),
    )


def downgrade() -> None:
    op.drop_table("volume")
    op.drop_index("ix_entry_feed_state_volume_updated", "entry")
    op.drop_column("entry", "volume")
