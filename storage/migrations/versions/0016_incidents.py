"""What is wrong with a source since when; the certificates of hosts; which fields the articles of a run had."""

import sqlalchemy as sa
from alembic import op

from storage import schema

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("fields", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", schema.Printed(), nullable=False, server_default=""),
        sa.Column("about", schema.NAME, nullable=False),
        sa.Column("kind", schema.NAME, nullable=False),
        sa.Column("detail", schema.Printed(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("opened", schema.Utc(timezone=True), nullable=False),
        sa.Column("seen", schema.Utc(timezone=True), nullable=False),
        sa.Column("closed", schema.Utc(timezone=True), nullable=True),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("worst", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(op.f("ix_incident_closed"), "incident", ["closed"], unique=False)
    op.create_table(
        "certificate",
        sa.Column("host", schema.Printed(), nullable=False),
        sa.Column("expires", schema.Utc(timezone=True), nullable=False),
        sa.Column("source", schema.Printed(), nullable=False, server_default=""),
        sa.Column("seen", schema.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_certificate")),
    )


def downgrade() -> None:
    op.drop_table("certificate")
    op.drop_table("incident")
    op.drop_column("run", "fields")
