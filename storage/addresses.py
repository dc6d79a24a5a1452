"""The addresses of articles, and what a page that arrives at one settles.

An article lives at one address and may have others: keys and URLs of the same text, or that redirect to it. Its key
stays for ever; when the text is found at a new URL while the old one is gone, the article has moved there.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from storage import pending, schema
from storage.page import Page

article, address = schema.article, schema.address


def find(db: Connection, page: Page) -> Row[Any] | None:
    """By key; else by URL, for keys change when a source is renamed or learns to read its ids."""
    key, url = page.article.key, page.article.url
    found = db.execute(select(address).where(or_(address.c.key == key, address.c.url == url))).all()
    return min(found, key=lambda row: row.key != key, default=None)


def arrived(db: Connection, page: Page, article_id: int) -> None:
    """The page's addresses, the announcements that it answers, and the source's failure that it mends."""
    _keep(db, page.article.key, article_id, page.article.url, page.content_hash, page.fetched_at)
    for row in pending.take(db, page.article.key, page.urls):
        if row.key != page.article.key:
            _keep(db, row.key, article_id, row.url, None, page.fetched_at)
        first = article.c.announced_at.is_(None) & (article.c.id == article_id)
        db.execute(update(article).where(first).values(announced_at=row.announced_at))
    pending.mend(db, page.article.source, page.urls)
    if page.judged.snapshot.record is not None:  # once refused, now understood
        db.execute(delete(schema.rejection).where(schema.rejection.c.record_id == page.judged.snapshot.record))


def _keep(db: Connection, key: str, article_id: int, url: str, seen: str | None, at: datetime) -> None:
    known = db.execute(select(address).where(address.c.key == key)).first()
    values = {"article_id": article_id, "url": url, "content_hash": seen, "seen_at": at, "gone_at": None}
    if known is None:
        db.execute(insert(address).values(values | {"key": key}))
    elif at >= known.seen_at and (seen is not None or known.content_hash is None):
        db.execute(update(address).where(address.c.key == key).values(values))
