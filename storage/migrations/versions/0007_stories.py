"""An article knows the text that it carries, and the keys under which copies of it find it.

Both are filled in when the store is opened (`storage.stories.refill`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("text_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_article_text_id"), "article", ["text_id"], unique=False)
    op.create_table(
        "band",
        sa.Column("key", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("article_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_band_article_id_article")),
        sa.PrimaryKeyConstraint("key", "article_id", name=op.f("pk_band")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.execute("DELETE FROM meta WHERE name = 'likeness'")
    op.drop_table("band")
    op.drop_index("ix_article_text_id", "article")
    op.drop_column("article", "text_id")
