"""What is gone and what is withdrawn are two things: the site may be in trouble, or have taken an article back.

And what is news is measured by the runs of its source, which are looked up by their times.
"""

import sqlalchemy as sa
from alembic import op

from storage import schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("withdrawn_at", schema.Utc(timezone=True), nullable=True))
    op.execute("UPDATE article SET withdrawn_at = gone_at")  # until now, both were one
    op.drop_index("ix_run_source", "run")
    op.create_index(op.f("ix_run_source_started"), "run", ["source", "started"], unique=False)
    op.create_index(op.f("ix_run_source_ended"), "run", ["source", "ended"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_run_source_ended", "run")
    op.drop_index("ix_run_source_started", "run")
    op.create_index(op.f("ix_run_source"), "run", ["source"], unique=False)
    op.drop_column("article", "withdrawn_at")
