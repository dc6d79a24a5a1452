"""What is asked of each source's articles stays quick where there are very many."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_article_source", "article")
    op.create_index(op.f("ix_article_source_first_seen"), "article", ["source", "first_seen"], unique=False)
    op.create_index(
        "ix_article_restless",
        "article",
        ["source"],
        sqlite_where=sa.text("noisy = 1 OR restless >= 24"),
        postgresql_where=sa.text("noisy OR restless >= 24"),
    )


def downgrade() -> None:
    op.drop_index("ix_article_restless", "article")
    op.drop_index("ix_article_source_first_seen", "article")
    op.create_index(op.f("ix_article_source"), "article", ["source"], unique=False)
