"""Feeds beside the topics': the search that each one keeps."""

import sqlalchemy as sa
from alembic import op

from storage import schema

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("name", schema.NAME, nullable=False),
        sa.Column("search", sa.JSON(), nullable=False),
        sa.Column("begun_at", schema.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_feed")),
    )


def downgrade() -> None:
    op.drop_table("feed")
