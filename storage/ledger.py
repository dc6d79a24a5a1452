"""The ledger of entries: what each feed has told, under which id, and when.

An id is minted once, from the key of the first article that told the story, and never again: `urn:uuid`, version 5. The
same article in two feeds has one id in both, which is how a reader that takes both knows it again (RFC 4287, 4.2.6).
A row is never removed. `updated` moves only when the site's text does, or when the site takes the article back or
brings it again.

First run: entries of a source are `held` until its first run has ended. Then, per feed, the newest few of the last days
are published and the rest is `baseline`: known, never announced. What a first run announced and a later one brings
counts as the first run's.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, func, insert, select, update

from crawler.types import Cause, Entry, Match
from storage import schema
from storage.policy import Policy
from storage.rows import article_of, citations_of, matches_of

NAMESPACE = uuid.UUID("6f2f6dd3-32c8-5f0b-9c5d-0d7b54d1a7f1")  # ours, fixed for ever: every entry's id depends on it
SPACING = timedelta(seconds=1)  # between entries that are published at one stroke, so that readers can order them

article, entry, revision, source = schema.article, schema.entry, schema.revision, schema.source


class Standing(StrEnum):
    """Of an entry."""

    HELD = "held"  # until the source's first run has ended
    PUBLISHED = "published"
    BASELINE = "baseline"  # was there before us: never announced


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What decides on a new entry. `told`: how many entries of the source's first run its feed has published.

    `late`: the text was stored earlier, and only our rules find the topic in it now.
    """

    published: datetime | None
    announced_at: datetime | None
    first_seen: datetime
    settled_at: datetime | None
    told: int = 0
    late: bool = False


def standing(one: Candidate, now: datetime, policy: Policy) -> Standing:
    """Whether a new entry is news; pure."""
    if one.settled_at is None:
        return Standing.HELD
    of_first_run = (one.announced_at or one.first_seen) <= one.settled_at
    if one.published is None:
        news = not of_first_run and not (one.late and one.first_seen < now - policy.baseline)
    elif one.late:
        news = one.published >= now - policy.baseline
    else:
        news = one.published >= one.settled_at - policy.baseline
    if news and of_first_run and not one.late:
        news = one.told < policy.baseline_items
    return Standing.PUBLISHED if news else Standing.BASELINE


def entry_id(key: str) -> str:
    """The Atom id of the entry that the article with this key opens."""
    return uuid.uuid5(NAMESPACE, key).urn


def show(
    db: Connection,
    article_id: int,
    revision_id: int,
    matches: Sequence[Match],
    *,
    cause: Cause | None,
    now: datetime,
    policy: Policy,
) -> None:
    """A page was stored: its entries show the revision, and each feed that newly matches gets one.

    `cause` of the revision; None: the text is as it was, and only what was found in it may be new.
    """
    mine = db.execute(select(article).where(article.c.id == article_id)).one()
    if cause is not None:
        db.execute(update(entry).where(entry.c.article_id == article_id).values(revision_id=revision_id))
    if cause is Cause.SITE:
        touch(db, article_id, now)
    told = select(entry.c.feed).where((entry.c.story_id == mine.story_id) | (entry.c.article_id == article_id))
    known = set(db.execute(told).scalars())
    for feed in sorted({one.topic for one in matches} - known):
        late = cause is not Cause.SITE
        values = {
            "feed": feed,
            "uuid": entry_id(mine.key),
            "story_id": mine.story_id,
            "article_id": article_id,
            "revision_id": revision_id,
            "state": _standing(db, feed, article_id, now, policy, late=late),
            "announced": now,
            "updated": now,
            "withdrawn": False,
        }
        db.execute(insert(entry).values(values))


def _standing(db: Connection, feed: str, article_id: int, now: datetime, policy: Policy, *, late: bool) -> Standing:
    one = db.execute(
        select(article, source.c.settled_at, revision.c.published_at)
        .join(source, source.c.name == article.c.source)
        .join(revision, (revision.c.article_id == article.c.id) & (revision.c.sequence == article.c.revision))
        .where(article.c.id == article_id)
    ).one()
    told = 0
    if one.settled_at is not None:
        told = db.execute(
            select(func.count())
            .select_from(entry.join(article, article.c.id == entry.c.article_id))
            .where(
                entry.c.feed == feed,
                entry.c.state == Standing.PUBLISHED,
                article.c.source == one.source,
                func.coalesce(article.c.announced_at, article.c.first_seen) <= one.settled_at,
            )
        ).scalar_one()
    candidate = Candidate(
        published=one.published_at,
        announced_at=one.announced_at,
        first_seen=one.first_seen,
        settled_at=one.settled_at,
        told=told,
        late=late,
    )
    return standing(candidate, now, policy)


def touch(db: Connection, article_id: int, now: datetime, *, withdrawn: bool | None = None) -> None:
    """The article's entries changed: `updated` moves, never backwards even if the clock does."""
    for row in db.execute(select(entry.c.id, entry.c.updated).where(entry.c.article_id == article_id)).all():
        values = {"updated": max(now, row.updated)} | ({} if withdrawn is None else {"withdrawn": withdrawn})
        db.execute(update(entry).where(entry.c.id == row.id).values(values))


def settle(db: Connection, name: str, now: datetime, policy: Policy) -> int:
    """Ends a source's first run; gives how many entries it published. Does nothing where that was done before."""
    first = update(source).where(source.c.name == name, source.c.settled_at.is_(None))
    if not db.execute(first.values(settled_at=now)).rowcount:
        return 0
    held = db.execute(
        select(entry.c.id, entry.c.feed, entry.c.withdrawn, revision.c.published_at)
        .join(article, article.c.id == entry.c.article_id)
        .join(revision, revision.c.id == entry.c.revision_id)
        .where(article.c.source == name, entry.c.state == Standing.HELD)
        .order_by(revision.c.published_at.desc(), article.c.announced_at.desc(), article.c.id)
    ).all()
    told: dict[str, int] = {}
    for row in held:
        rank = told.get(row.feed, 0)
        news = row.published_at is not None and row.published_at >= now - policy.baseline and not row.withdrawn
        if news and rank < policy.baseline_items:
            told[row.feed] = rank + 1
            at = now - rank * SPACING
            values = {"state": Standing.PUBLISHED, "announced": at, "updated": at}
        else:
            values = {"state": Standing.BASELINE}
        db.execute(update(entry).where(entry.c.id == row.id).values(values))
    return sum(told.values())


def entries(db: Connection, feed: str, limit: int) -> tuple[Entry, ...]:
    """The published entries of a feed, the latest updated first, and by id where that is equal."""
    rows = (
        db.execute(
            select(
                revision,
                entry.c.uuid,
                entry.c.announced,
                entry.c.updated,
                entry.c.withdrawn,
                article.c.key,
                article.c.url,
                article.c.source,
                source.c.title.label("source_title"),
                source.c.place,
            )
            .select_from(entry)
            .join(revision, revision.c.id == entry.c.revision_id)
            .join(article, article.c.id == entry.c.article_id)
            .join(source, source.c.name == article.c.source)
            .where(entry.c.feed == feed, entry.c.state == Standing.PUBLISHED)
            .order_by(entry.c.updated.desc(), entry.c.uuid)
            .limit(limit)
        )
        .mappings()
        .all()
    )
    shown = [row["id"] for row in rows]
    matches, citations = matches_of(db, shown), citations_of(db, shown)
    return tuple(
        Entry(
            feed=feed,
            id=row["uuid"],
            announced=row["announced"],
            updated=row["updated"],
            article=article_of(row, key=row["key"], url=row["url"], source=row["source"]),
            source_title=row["source_title"],
            place=row["place"],
            matches=matches.get(row["id"], ()),
            citations=citations.get(row["id"], ()),
            withdrawn=row["withdrawn"],
        )
        for row in rows
    )
