"""A source that is declared under another name goes on with what it had under the old one.

It is known by its listings, which the old name has read. A host is one declared source's: so the articles on its hosts
are its own, and checked again; what they teach holds on; and what was announced is still asked for.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from crawler.types import Source
from crawler.urls import article_key, belongs
from storage import schema
from storage.rows import chunks

pending, listing, article = schema.pending, schema.listing, schema.article


def take_over(db: Connection, known: Source) -> None:
    """What lies on the source's hosts is the source's, where another name has read one of its listings."""
    theirs = listing.c.url.in_([one.url for one in known.listings]) & (listing.c.source != known.name)
    names = db.execute(select(listing.c.source).where(theirs).distinct()).scalars().all()
    if names:
        _articles(db, known, names)
        _announced(db, known, names)


def _articles(db: Connection, known: Source, names: Sequence[str]) -> None:
    stored = db.execute(select(article.c.id, article.c.url).where(article.c.source.in_(names)))
    for ids in chunks([row.id for row in stored if belongs(known, row.url)]):
        db.execute(update(article).where(article.c.id.in_(ids)).values(source=known.name))


def _announced(db: Connection, known: Source, names: Sequence[str]) -> None:
    """Under the keys that their URLs have now, so that the listings announce the same again, and nothing new."""
    for row in db.execute(select(pending.c.id, pending.c.url).where(pending.c.source.in_(names))).all():
        if belongs(known, row.url):
            key = article_key(known, row.url)
            db.execute(delete(pending).where(pending.c.key == key, pending.c.id != row.id))
            db.execute(update(pending).where(pending.c.id == row.id).values(key=key, source=known.name))
