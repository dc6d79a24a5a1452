"""What was announced and is not stored yet, what is to be checked again, and what failed."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, func, insert, literal, or_, select, update

from crawler.types import VIETNAM, Announcement, Due, Failure, Instant, Precision, Snapshot, Source, Validators
from crawler.urls import host_of
from storage import hosts, schema
from storage.policy import DOUBT, TRUST, Policy, may_retry, recheck_due
from storage.rows import LISTED, chunks

pending, listing, article, address, source, run = (
    schema.pending,
    schema.listing,
    schema.article,
    schema.address,
    schema.source,
    schema.run,
)
_NO_FAILURE = {"failure_url": None, "failure_kind": None, "failure_message": None, "failure_at": None}


class State(StrEnum):
    """Of an announced URL; one that is stored has an address instead of a row here."""

    PENDING = "pending"
    REJECTED = "rejected"  # judged to be no article
    EXPIRED = "expired"  # could not be had in time


def meet(db: Connection, known: Source, now: datetime) -> None:
    """A run over a source begins: its title and place as declared today."""
    introduce(db, known.name, now)
    values = {"title": known.title, "place": known.place, "run_at": now}
    db.execute(update(source).where(source.c.name == known.name).values(values))


def introduce(db: Connection, name: str, now: datetime) -> None:
    """Makes sure that a source is on record; one that nobody declared is called by its name."""
    if db.execute(select(source.c.name).where(source.c.name == name)).first() is None:
        db.execute(insert(source).values(name=name, title=name, first_run_at=now, run_at=now))


def validators(db: Connection, url: str, now: datetime) -> Validators:
    """A listing's, unless its host lies; doubted where its last full answer is too long ago."""
    row = db.execute(select(listing).where(listing.c.url == url)).first()
    if row is None or not (row.etag or row.last_modified) or host_of(url) in hosts.liars(db, now):
        return Validators()
    return Validators(etag=row.etag, last_modified=row.last_modified, doubted=now - row.read_at >= TRUST)


def announce(
    db: Connection,
    name: str,
    page: Snapshot,
    found: Iterable[Announcement],
    now: datetime,
    hint: timedelta | None = None,
) -> int:
    """Takes down what a listing announces, with the listing's validators; gives how many URLs were new."""
    introduce(db, name, now)
    if db.execute(select(listing.c.url).where(listing.c.source == name)).first() is None:
        # So far only replays spoke of it: what its listings hold now is a first run's, not news.
        db.execute(update(source).where(source.c.name == name).values(first_run_at=now, settled_at=None))
    run_at = db.execute(select(source.c.run_at).where(source.c.name == name)).scalar_one()
    announcements: dict[str, Announcement] = {}
    for one in found:
        announcements.setdefault(one.key, one)
    new = 0
    for some in chunks(tuple(announcements)):
        stored = dict(db.execute(select(address.c.key, address.c.article_id).where(address.c.key.in_(some))).all())
        waiting = {row.key: row for row in db.execute(select(pending).where(pending.c.key.in_(some)))}
        for key in some:
            one = announcements[key]
            if key in stored:
                _hint(db, stored[key], one, now)
                _lead(db, stored[key], one, now)
            elif key in waiting:
                _announced_again(db, waiting[key], one, now)
            else:
                values = {"key": key, "source": name, "announced_at": now, "run_at": run_at, "state": State.PENDING}
                db.execute(insert(pending).values(values | _said(one)))
                new += 1
    if new and page.doubted:
        hosts.lied(db, host_of(page.requested_url), now)
    _keep_validators(db, name, page, hint, len(announcements))
    mend(db, name, (page.requested_url, page.url))
    return new


def cast(db: Connection, name: str, now: datetime) -> None:
    """The safety net announces: since now, unless it did so before and the source was not read in full since."""
    whole = (run.c.source == name) & (run.c.started > source.c.net_at) & (run.c.listings > 0) & (run.c.blind == 0)
    begins = source.c.net_at.is_(None) | select(run.c.id).where(whole).exists()
    db.execute(update(source).where(source.c.name == name, begins).values(net_at=now))


def no_articles(db: Connection, keys: Collection[str]) -> frozenset[str]:
    """Those of the announced articles that are given up because their pages are none."""
    found: set[str] = set()
    for some in chunks(tuple(keys)):
        judged = select(pending.c.key).where(pending.c.key.in_(some), pending.c.state == State.REJECTED)
        found.update(db.execute(judged).scalars())
    return frozenset(found)


def due(db: Connection, name: str, now: datetime, limit: int, policy: Policy) -> Sequence[Due]:
    """URLs to fetch now: what is news first, newest first, then re-checks; gives up what waited too long."""
    overdue = (pending.c.state == State.PENDING) & (pending.c.announced_at < now - policy.patience)
    db.execute(update(pending).where(overdue, pending.c.source == name).values(state=State.EXPIRED))
    # Without a printed date the run that found it tells the age; within a run the listing's order does.
    newest = (func.coalesce(pending.c.published_at, pending.c.run_at).desc(), pending.c.id)
    waiting = db.execute(
        select(pending).where(pending.c.source == name, pending.c.state == State.PENDING).order_by(*newest)
    )
    news = [
        Due(url=row.url, key=row.key, known=False) for row in waiting if may_retry(row.attempts, row.tried_at, now)
    ][:limit]
    return news if len(news) == limit else news + _rechecks(db, name, now, limit - len(news), policy)


def _rechecks(db: Connection, name: str, now: datetime, limit: int, policy: Policy) -> list[Due]:
    young = article.c.first_seen > now - timedelta(days=policy.recheck_days)
    told = article.c.announced_modified > article.c.last_checked
    doubted = article.c.gone_at.is_not(None) & article.c.withdrawn_at.is_(None)
    stored = db.execute(
        select(article)
        .where(article.c.source == name, young | told | doubted)
        .order_by(article.c.first_seen.desc(), article.c.id)
    )
    liars = hosts.liars(db, now)
    return [
        Due(
            url=row.url,
            key=row.key,
            known=True,
            validators=_trusted(row, now) if host_of(row.url) not in liars else Validators(),
            twice=row.noisy or row.restless > 0 or row.last_read == row.first_seen,
        )
        for row in stored
        if may_retry(row.attempts, row.tried_at, now)
        and recheck_due(
            first_seen=row.first_seen,
            last_changed=row.last_changed,
            last_checked=row.last_checked,
            announced_modified=row.announced_modified,
            now=now,
            policy=policy,
            doubted=row.gone_at is not None and row.withdrawn_at is None,
        )
    ][:limit]


def fail(db: Connection, name: str, failure: Failure) -> None:
    """A fetch got no page: counted at the URL, and the source's last failure."""
    attempt(db, (failure.url,), failure)
    blame(db, name, failure)


def blame(db: Connection, name: str, failure: Failure) -> None:
    """The source's last failure."""
    introduce(db, name, failure.at)
    db.execute(update(source).where(source.c.name == name).values(_failure(failure)))


def attempt(db: Connection, urls: Sequence[str], failure: Failure) -> None:
    """One more attempt in vain, at a pending URL or at a stored article's."""
    tried = {"tried_at": failure.at, "failure_kind": failure.kind, "failure_message": failure.message}
    waits = (pending.c.state == State.PENDING) & pending.c.url.in_(urls)
    db.execute(update(pending).where(waits).values(tried | {"attempts": pending.c.attempts + 1}))
    stored = update(article).where(article.c.url.in_(urls))
    db.execute(stored.values(attempts=article.c.attempts + 1, tried_at=failure.at))


def refuse(db: Connection, urls: Sequence[str], failure: Failure, *, doubted: bool = False) -> None:
    """A page was finally judged to be no article: its URL waits no longer.

    `doubted`: it says that there is none; of what was announced just now that is not believed yet. A site may tell of
    an article before all its servers have it.
    """
    values = {"tried_at": failure.at, "failure_kind": failure.kind, "failure_message": failure.message}
    waits = (pending.c.state == State.PENDING) & pending.c.url.in_(urls)
    if doubted:
        young = pending.c.announced_at > failure.at - DOUBT
        tried = values | {"attempts": pending.c.attempts + 1}
        db.execute(update(pending).where(waits, young).values(tried))
        waits &= ~young
    db.execute(update(pending).where(waits).values(values | {"state": State.REJECTED}))


def listed_at(db: Connection, key: str, urls: Sequence[str]) -> Instant | None:
    """When a page was published, as the listing says that announced it."""
    said = select(pending.c.published_at).where(_answered(key, urls), pending.c.published_at.is_not(None))
    at = db.execute(said.order_by(pending.c.announced_at)).scalars().first()
    if at is None:
        return None
    local = at.astimezone(VIETNAM)
    precision = Precision.MINUTE if local.time() != time() else Precision.DAY
    return Instant(at=local, precision=precision, raw=local.isoformat(), origin=LISTED)


def take(db: Connection, key: str, urls: Sequence[str]) -> Sequence[Row[Any]]:
    """Removes and gives the announcements that a stored page answers: by its key, or by where it was fetched."""
    rows = db.execute(select(pending).where(_answered(key, urls)).order_by(pending.c.announced_at)).all()
    db.execute(pending.delete().where(pending.c.id.in_([row.id for row in rows])))
    return rows


def _answered(key: str, urls: Sequence[str]) -> ColumnElement[bool]:
    return or_(pending.c.key == key, pending.c.url.in_(urls))


def mend(db: Connection, name: str, urls: Sequence[str]) -> None:
    """What failed last has answered now."""
    healed = (source.c.name == name) & source.c.failure_url.in_(urls)
    db.execute(update(source).where(healed).values(_NO_FAILURE))


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "failure_url": failure.url,
        "failure_kind": failure.kind,
        "failure_message": failure.message,
        "failure_at": failure.at,
    }


def _said(one: Announcement) -> dict[str, Any]:
    return {"url": one.url, "title": one.title, "published_at": one.published and one.published.at}


def _announced_again(db: Connection, row: Row[Any], one: Announcement, now: datetime) -> None:
    """What was given up comes back only if the listing says that it changed since."""
    values = _said(one)
    said = _latest(one, now)
    if row.state != State.PENDING and said and said > (row.tried_at or row.announced_at):
        values |= {"state": State.PENDING, "announced_at": now, "attempts": 0}
    db.execute(update(pending).where(pending.c.id == row.id).values(values))


def _hint(db: Connection, article_id: int, one: Announcement, now: datetime) -> None:
    said = _latest(one, now)
    if said is not None:
        given = literal(said, schema.Utc())
        latest = case((article.c.announced_modified > given, article.c.announced_modified), else_=given)
        db.execute(update(article).where(article.c.id == article_id).values(announced_modified=latest))


def _lead(db: Connection, article_id: int, one: Announcement, now: datetime) -> None:
    """The article's address does not answer, or has nothing any more, and the listing leads to another: ask there.

    So a site that moves to another host is followed, also where the old one is dead.
    """
    lost = (article.c.attempts > 0) | article.c.gone_at.is_not(None)
    there = {"url": one.url, "etag": "", "last_modified": "", "announced_modified": now, "attempts": 0}
    db.execute(update(article).where(article.c.id == article_id, article.c.url != one.url, lost).values(there))


def _latest(one: Announcement, now: datetime) -> datetime | None:
    """When the listing says that it last changed; a date in the future says no more than today's."""
    said = [one.modified] if one.modified else []
    said += [one.published.at] if one.published else []
    return min(max(said), now) if said else None


def _trusted(row: Row[Any], now: datetime) -> Validators:
    """An article's, unless its last full answer is too long ago."""
    known = Validators(etag=row.etag, last_modified=row.last_modified)
    return known if now - row.last_read < TRUST else Validators()


def _keep_validators(db: Connection, name: str, page: Snapshot, hint: timedelta | None, shown: int) -> None:
    values = {
        "source": name,
        "etag": page.header("etag"),
        "last_modified": page.header("last-modified"),
        "hint": int(hint.total_seconds()) if hint else None,
        "read_at": page.fetched_at,
        "shown": shown,
    }
    if not db.execute(update(listing).where(listing.c.url == page.requested_url).values(values)).rowcount:
        db.execute(insert(listing).values(values | {"url": page.requested_url}))
