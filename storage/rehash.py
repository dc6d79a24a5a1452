"""A new recipe of `content_hash` or `text_key`: stored ones are made anew from stored text, so nothing becomes new."""

from sqlalchemy import Connection, select, update

from crawler.text import content_hash, text_key
from storage import schema

article, address, revision = schema.article, schema.address, schema.revision
_AT_ONCE = 500


def rehash(db: Connection) -> None:
    """Recomputes every key."""
    last = 0
    while rows := db.execute(
        select(revision).where(revision.c.id > last).order_by(revision.c.id).limit(_AT_ONCE)
    ).all():
        for row in rows:
            new = content_hash(row.title, row.lead, row.paragraphs)
            db.execute(update(revision).where(revision.c.id == row.id).values(content_hash=new))
            mine = (article.c.id == row.article_id) & (article.c.revision == row.sequence)
            keys = {"text_key": text_key(row.paragraphs), "seen_hash": new}
            db.execute(update(article).where(mine).values(keys))
        last = rows[-1].id
    # What stood at a further address is not stored; its text decides when it is next seen.
    db.execute(update(address).where(address.c.content_hash.is_not(None)).values(content_hash=""))
