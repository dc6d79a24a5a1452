"""What was let pass of a host's TLS stands with each page that was fetched so."""

import sqlalchemy as sa
from alembic import op

from storage import schema

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("record", sa.Column("waived", schema.Printed(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("record") as table:
        table.drop_column("waived")
