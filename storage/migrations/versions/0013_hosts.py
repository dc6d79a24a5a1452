"""What is remembered of each host, and how long a listing says that it stays as it is."""

import sqlalchemy as sa
from alembic import op

from storage import schema

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("listing", sa.Column("hint", sa.Integer(), nullable=True))
    op.add_column("listing", sa.Column("shown", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "host",
        sa.Column("name", schema.Printed(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("kind", schema.Printed(), nullable=False, server_default=""),
        *(
            sa.Column(name, schema.Utc(timezone=True), nullable=True)
            for name in ("first_failure", "last_failure", "not_before", "last_success", "lying_since")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_host")),
    )


def downgrade() -> None:
    op.drop_table("host")
    op.drop_column("listing", "shown")
    op.drop_column("listing", "hint")
