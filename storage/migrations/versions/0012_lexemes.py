"""SQLite's full text knows pairs of words: common words side by side are found quickly in a large corpus."""

from alembic import op

from storage import search
from storage.engines import ways

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for statement in ways(op.get_bind()).DDL:
        op.execute(statement)
    search.rebuild(op.get_bind())


def downgrade() -> None:
    """What is there is the same text."""
