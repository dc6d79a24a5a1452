"""What each channel (hub, mail, webhook) was told, and what it is still to be told."""

import sqlalchemy as sa
from alembic import op

from storage import schema

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel",
        sa.Column("name", schema.NAME, nullable=False),
        sa.Column("began", schema.Utc(timezone=True), nullable=False),
        sa.Column("up_to", sa.Integer(), nullable=False),
        sa.Column("since", schema.Utc(timezone=True), nullable=False),
        sa.Column("told_at", schema.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_channel")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", schema.NAME, nullable=False),
        sa.Column("subject", schema.NAME, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("digest", schema.NAME, nullable=True),
        sa.Column("state", schema.NAME, nullable=False),
        sa.Column("since", schema.Utc(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("tried_at", schema.Utc(timezone=True), nullable=True),
        sa.Column("next_at", schema.Utc(timezone=True), nullable=True),
        sa.Column("failure", schema.Printed(), nullable=True),
        sa.ForeignKeyConstraint(["channel"], ["channel.name"], name=op.f("fk_notice_channel_channel")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_notice_entry_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("channel", "subject", name=op.f("uq_notice_channel_subject")),
    )
    op.create_index(op.f("ix_notice_entry_id"), "notice", ["entry_id"], unique=False)
    op.create_index(op.f("ix_notice_channel_state"), "notice", ["channel", "state"], unique=False)


def downgrade() -> None:
    op.drop_table("notice")
    op.drop_table("channel")
