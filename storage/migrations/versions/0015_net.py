"""When the safety net began to find a source's articles, and what a run proposes for its file."""

import sqlalchemy as sa
from alembic import op

from storage import schema

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("net_at", schema.Utc(timezone=True), nullable=True))
    op.add_column("run", sa.Column("mend", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("run", "mend")
    op.drop_column("source", "net_at")
