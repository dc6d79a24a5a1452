"""An article is stored with the places that it is about; those stored before get theirs from their text."""

from collections.abc import Iterator
from datetime import timedelta, timezone
from typing import Any

import sqlalchemy as sa
from alembic import op

from crawler.located import locate
from crawler.types import VIETNAM, Article
from storage import schema

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AT_ONCE = 500


def upgrade() -> None:
    op.create_table(
        "located",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("place", schema.NAME, nullable=False),
        sa.Column("now", schema.NAME, nullable=False),
        sa.Column("named", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_located_revision_id_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_located")),
    )
    op.create_index(op.f("ix_located_place"), "located", ["place"], unique=False)
    op.create_index(op.f("ix_located_revision_id"), "located", ["revision_id"], unique=False)
    db = op.get_bind()
    for rows in current(db):
        if found := [values for row in rows for values in places(row)]:
            db.execute(sa.insert(LOCATED), found)


LOCATED = sa.table(
    "located", *(sa.column(name) for name in ("revision_id", "place", "now", "named")), sa.column("evidence", sa.JSON)
)
ARTICLE = sa.table(
    "article", *(sa.column(name) for name in ("id", "source", "revision")), sa.column("first_seen", schema.Utc())
)
TEXT = sa.table(
    "revision",
    *(sa.column(name) for name in ("id", "article_id", "sequence", "title", "lead", "published_offset")),
    sa.column("paragraphs", sa.JSON),
    sa.column("published_at", schema.Utc()),
)
SOURCE = sa.table("source", sa.column("name"), sa.column("place"))


def current(db: sa.Connection) -> Iterator[Any]:
    """The articles with their current texts, some at a time."""
    last = 0
    mine = (TEXT.c.article_id == ARTICLE.c.id) & (TEXT.c.sequence == ARTICLE.c.revision)
    said = [TEXT.c[name] for name in ("title", "lead", "paragraphs", "published_at", "published_offset")]
    query = (
        sa.select(ARTICLE.c.id, ARTICLE.c.first_seen, SOURCE.c.place, TEXT.c.id.label("revision"), *said)
        .select_from(ARTICLE.join(TEXT, mine).join(SOURCE, SOURCE.c.name == ARTICLE.c.source))
        .order_by(ARTICLE.c.id)
        .limit(AT_ONCE)
    )
    while rows := db.execute(query.where(ARTICLE.c.id > last)).all():
        yield rows
        last = rows[-1].id


def places(row: Any) -> Iterator[dict[str, Any]]:
    at, zone = row.first_seen, VIETNAM
    if row.published_at is not None:
        at, zone = row.published_at, timezone(timedelta(minutes=row.published_offset))
    article = Article(key="", url="", source="", title=row.title, lead=row.lead, paragraphs=tuple(row.paragraphs))
    for one in locate(article, row.place, at.astimezone(zone).date()):
        evidence = [[it.printed, it.part, it.paragraph, it.start, it.context] for it in one.evidence]
        found = {"place": one.place, "now": one.now, "named": one.named}
        yield {"revision_id": row.revision, **found, "evidence": evidence}


def downgrade() -> None:
    op.drop_table("located")
