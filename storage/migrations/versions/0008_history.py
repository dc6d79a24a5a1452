"""How an article went is kept, and that it came back; which pages change at each reading; dates as printed."""

import sqlalchemy as sa
from alembic import op

from storage import schema

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Of what is gone, the latest refusal of its page tells how.
HOW = """
    UPDATE article SET gone_how = (
        SELECT CASE rejection.message WHEN 'HTTP 410' THEN '410' ELSE '404' END FROM rejection
        WHERE rejection.source = article.source AND rejection.url = article.url AND rejection.reason = 'NotFound'
        ORDER BY rejection.at DESC LIMIT 1
    ) WHERE gone_at IS NOT NULL
"""


def upgrade() -> None:
    op.add_column("article", sa.Column("gone_how", schema.NAME, nullable=True))
    op.execute(HOW)
    op.add_column("article", sa.Column("noisy", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("citation", sa.Column("signed_raw", schema.Printed(), nullable=False, server_default=""))
    op.create_index(op.f("ix_citation_signed"), "citation", ["signed"], unique=False)
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("gone_at", schema.Utc(timezone=True), nullable=False),
        sa.Column("gone_how", schema.NAME, nullable=True),
        sa.Column("withdrawn_at", schema.Utc(timezone=True), nullable=False),
        sa.Column("back_at", schema.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_absence_article_id_article")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_article_id"), "absence", ["article_id"], unique=False)


def downgrade() -> None:
    op.drop_table("absence")
    op.drop_index("ix_citation_signed", "citation")
    op.drop_column("citation", "signed_raw")
    op.drop_column("article", "noisy")
    op.drop_column("article", "gone_how")
