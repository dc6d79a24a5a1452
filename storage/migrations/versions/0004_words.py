"""The full text is made anew: both engines part words as we do."""

from alembic import op

from storage import search
from storage.engines import ways

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in ways(op.get_bind()).DDL:
        op.execute(statement)
    search.rebuild(op.get_bind())


def downgrade() -> None:
    """Words are parted a little differently; what stands there is found all the same."""
