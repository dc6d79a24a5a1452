"""A revision keeps its structure, its date of change and what was not believed; a run counts its rules.

And a page may be a further part of an article that another page begins.
"""

import sqlalchemy as sa
from alembic import op

from storage import schema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = ("offset", "precision", "raw", "origin", "confidence")
PRINTED = ("raw", "origin")


def upgrade() -> None:
    op.add_column("revision", sa.Column("html", schema.Printed(), nullable=False, server_default=""))
    for name in ("images", "attachments", "also"):
        op.add_column("revision", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("revision", sa.Column("published_confidence", schema.NAME, nullable=True))
    op.execute("UPDATE revision SET published_confidence = 'stated' WHERE published_at IS NOT NULL")
    op.add_column("revision", sa.Column("updated_at", schema.Utc(timezone=True), nullable=True))
    for name in INSTANT:
        kind = sa.Integer() if name == "offset" else schema.Printed() if name in PRINTED else schema.NAME
        op.add_column("revision", sa.Column(f"updated_{name}", kind, nullable=True))
    reference = "CONSTRAINT fk_record_part_of_record REFERENCES record (id)"
    op.execute(f"ALTER TABLE record ADD COLUMN part_of INTEGER {reference}")  # in place: no row is written anew
    op.create_index(op.f("ix_record_part_of"), "record", ["part_of"], unique=False)
    op.add_column("run", sa.Column("rules", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("run", "rules")
    op.drop_index("ix_record_part_of", "record")
    with op.batch_alter_table("record") as table:
        table.drop_column("part_of")
    for name in INSTANT:
        op.drop_column("revision", f"updated_{name}")
    for name in ("updated_at", "published_confidence", "also", "attachments", "images", "html"):
        op.drop_column("revision", name)
