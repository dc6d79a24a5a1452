"""A page that is no article, or no longer: refusals, and articles that the site took back.

gone (404, 410, sent home, "not found") → the run ends: believed → withdrawn: the entries show another place of the
                                     text, or are marked
                                   not yet → asked for again soon; a site in trouble answers so everywhere
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from crawler.errors import HomeServed, SoftNotFound
from crawler.health import MANY_GONE
from crawler.types import Departure, Failure, Snapshot
from crawler.urls import canonical, is_home
from storage import absences, ledger, pending, schema
from storage.changes import MAX_RESTLESS
from storage.page import urls_of
from storage.policy import are_many, is_believed

article, address, rejection, source = schema.article, schema.address, schema.rejection, schema.source


def reject(db: Connection, page: Snapshot, reason: str, message: str, *, temporary: bool, now: datetime) -> None:
    """A fetched page is no article: noted, and its URL asked for again, or waits no longer."""
    _note(db, page, reason, message, now)
    how = departure(page, reason)
    urls = urls_of(page) if how is not Departure.HOME else (page.requested_url, canonical(page.requested_url))
    failure = Failure(url=page.requested_url, kind=reason, message=message, at=now)
    if temporary:
        pending.attempt(db, urls, failure)
    else:
        pending.refuse(db, urls, failure, doubted=how is not None)
    stored = select(article).where(article.c.url.in_(urls), article.c.last_checked <= page.fetched_at)
    mine = db.execute(stored).all() if how or not temporary else ()
    for known in mine:
        checked = {"last_checked": max(known.last_checked, page.fetched_at), "attempts": 0}
        db.execute(update(article).where(article.c.id == known.id).values(checked))
        if how is not None and known.gone_at is None:
            _gone(db, known, page, how, now)
    if temporary and page.source and not mine:
        pending.blame(db, page.source, failure)


def departure(page: Snapshot, reason: str) -> Departure | None:
    """How an article went whose page was refused so; None: that does not say that it is gone.

    What only looks like the home page, at the article's own address, may be an article that we fail to see.
    """
    if page.status in (404, 410):
        return Departure(str(page.status))
    if reason == SoftNotFound.__name__:
        return Departure.SAID
    asked, came = canonical(page.requested_url), canonical(page.url)
    sent = reason == HomeServed.__name__ and is_home(came) and not is_home(asked)
    return Departure.HOME if sent else None


def unchanged(db: Connection, name: str, url: str, at: datetime, now: datetime) -> None:
    """The server said 304: the article is as it was, and there."""
    for known in db.execute(select(article).where(article.c.url == url)):
        values = {"last_checked": max(known.last_checked, at), "attempts": 0, **absences.THERE}
        if not known.gone_at:
            values["restless"] = 0
        absences.end(db, known, now)
        db.execute(update(article).where(article.c.id == known.id).values(values))
        if known.withdrawn_at:
            ledger.follow(db, known.story_id, now)
    pending.mend(db, name, (url,))


def withdraw(db: Connection, name: str, now: datetime) -> Failure | None:
    """A run over a source has ended: what it found gone is withdrawn where that can be believed.

    Gives what is told of the source where too much is gone at once to believe it at the first sight.
    """
    mine = article.c.source == name
    gone = db.execute(
        select(article)
        .where(mine, article.c.gone_at.is_not(None), article.c.withdrawn_at.is_(None))
        .order_by(article.c.id)
    ).all()
    if not gone:
        return None
    run_at = db.execute(select(source.c.run_at).where(source.c.name == name)).scalar_one()
    alive = select(func.count()).where(mine, article.c.gone_at.is_(None), article.c.last_checked >= run_at)
    there = db.execute(alive).scalar_one()
    many = are_many(len(gone), there)
    doubted = []
    for known in gone:
        if is_believed(gone_at=known.gone_at, last_checked=known.last_checked, run_at=run_at, many=many):
            db.execute(update(article).where(article.c.id == known.id).values(withdrawn_at=now))
            ledger.follow(db, known.story_id, now)
            pending.mend(db, name, (known.url,))
        else:
            doubted.append(known.url)
    if not are_many(len(doubted), there):
        return None
    told = f"{len(doubted)} articles are gone at once and {there} are there; marked only if they still are in a day"
    failure = Failure(url=doubted[0], kind=MANY_GONE, message=told, at=now)
    pending.blame(db, name, failure)
    return failure


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


def _gone(db: Connection, known: Row[Any], page: Snapshot, how: Departure, now: datetime) -> None:
    """Not there: the article moved to another address that we know, or is gone, as it seems."""
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
        db.execute(moved.values(gone_at=page.fetched_at, gone_how=how.value))
