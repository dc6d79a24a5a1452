"""A page whose body another record holds is a revisit of it; and a record's file may have been removed.

Records made before hold their own bodies.
"""

import sqlalchemy as sa
from alembic import op

from storage import schema

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    reference = "CONSTRAINT fk_record_body_in_record REFERENCES record (id)"
    op.execute(f"ALTER TABLE record ADD COLUMN body_in INTEGER {reference}")  # in place: no row is written anew
    op.add_column("record", sa.Column("removed_at", schema.Utc(timezone=True), nullable=True))
    op.create_index(op.f("ix_record_body_in"), "record", ["body_in"], unique=False)
    op.create_index(op.f("ix_record_digest"), "record", ["digest"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_record_digest", "record")
    op.drop_index("ix_record_body_in", "record")
    with op.batch_alter_table("record") as table:
        table.drop_column("removed_at")
        table.drop_column("body_in")
