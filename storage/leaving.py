"""A page that is no article, or no longer: refusals, and articles that the site took back."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from crawler.types import Failure, Snapshot
from storage import ledger, pending, schema
from storage.changes import MAX_RESTLESS
from storage.page import urls_of

GONE = (404, 410)

article, address, rejection = schema.article, schema.address, schema.rejection


def reject(db: Connection, page: Snapshot, reason: str, message: str, *, temporary: bool, now: datetime) -> None:
    """A fetched page is no article: noted, and its URL asked for again, or waits no longer."""
    _note(db, page, reason, message, now)
    urls = urls_of(page)
    failure = Failure(url=page.requested_url, kind=reason, message=message, at=now)
    if temporary:
        pending.attempt(db, urls, failure)
        if page.source:
            pending.blame(db, page.source, failure)
        return
    pending.refuse(db, urls, failure)
    for known in db.execute(select(article).where(article.c.url.in_(urls), article.c.last_read <= page.fetched_at)):
        checked = {"last_checked": max(known.last_checked, page.fetched_at), "attempts": 0}
        db.execute(update(article).where(article.c.id == known.id).values(checked))
        if page.status in GONE and known.gone_at is None:
            _gone(db, known, page, now)


def unchanged(db: Connection, name: str, url: str, at: datetime, now: datetime) -> None:
    """The server said 304: the article is as it was, and there."""
    for known in db.execute(select(article).where(article.c.url == url)):
        values = {"last_checked": max(known.last_checked, at), "attempts": 0, "gone_at": None}
        if not known.gone_at:
            values["restless"] = 0
        db.execute(update(article).where(article.c.id == known.id).values(values))
        if known.gone_at:
            ledger.touch(db, known.id, now, withdrawn=False)
    pending.mend(db, name, (url,))


def _note(db: Connection, page: Snapshot, reason: str, message: str, now: datetime) -> None:
    values = {
        "source": page.source,
        "url": page.url,
        "record_id": page.record,
        "reason": reason,
        "message": message,
        "at": now,
    }
    if page.record is not None:  # judged again by today's rules
        again = update(rejection).where(rejection.c.record_id == page.record)
        if db.execute(again.values(reason=reason, message=message)).rowcount:
            return
    db.execute(insert(rejection).values(values))


def _gone(db: Connection, known: Row[Any], page: Snapshot, now: datetime) -> None:
    """404 or 410: the article moved to another address that we know, or the site took it back."""
    mine = (address.c.article_id == known.id) & (address.c.url == known.url)
    db.execute(update(address).where(mine).values(gone_at=page.fetched_at))
    others = select(address.c.url).where(
        address.c.article_id == known.id,
        address.c.url != known.url,
        address.c.content_hash.is_not(None),
        address.c.gone_at.is_(None),
    )
    other = db.execute(others.order_by(address.c.seen_at.desc(), address.c.key)).scalars().first()
    moved = update(article).where(article.c.id == known.id)
    if other is not None:
        db.execute(moved.values(url=other, announced_modified=now, etag="", last_modified=""))
        return
    db.execute(moved.values(seen_hash="", restless=known.restless + 1))
    if known.restless < MAX_RESTLESS:  # a page that comes and goes is no news for ever
        db.execute(moved.values(gone_at=page.fetched_at))
        ledger.touch(db, known.id, now, withdrawn=True)
