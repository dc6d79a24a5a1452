"""What the store knows of an article that may be news in a feed; what that makes of it is `storage.standing`'s."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from storage import schema
from storage.policy import Policy
from storage.standing import Candidate, Standing, standing

article, entry, revision, run, source = schema.article, schema.entry, schema.revision, schema.run, schema.source


def row_of(db: Connection, article_id: int, revision_id: int) -> Row[Any]:
    """An article with one of its revisions, and what is known of its source: all that a standing needs."""
    return db.execute(
        select(
            article,
            source.c.settled_at,
            source.c.net_at,
            revision.c.published_at,
            revision.c.sequence,
            revision.c.id.label("revision_id"),
        )
        .join(source, source.c.name == article.c.source)
        .join(revision, revision.c.article_id == article.c.id)
        .where(article.c.id == article_id, revision.c.id == revision_id)
    ).one()


def standing_of(db: Connection, feed: str, mine: Row[Any], now: datetime, policy: Policy, *, late: bool) -> Standing:
    """The standing of the entry that the article would have in the feed. `late`: only our rules find the topic now."""
    begun = mine.announced_at or mine.first_seen
    told, read_at, caught = 0, None, False
    if mine.settled_at is not None and begun <= mine.settled_at:
        told = _told_between(db, feed, mine, None, mine.settled_at)
    elif mine.settled_at is not None:
        read_at = _read_before(db, mine.source, begun)
        until = _first_cast(db, mine, now)
        caught = until is not None and mine.net_at <= begun <= until
        told = _told_between(db, feed, mine, mine.net_at, until) if caught and until else 0
    candidate = Candidate(
        published=mine.published_at,
        announced_at=mine.announced_at,
        first_seen=mine.first_seen,
        settled_at=mine.settled_at,
        read_at=read_at,
        told=told,
        late=late,
        caught=caught,
    )
    return standing(candidate, now, policy)


def _told_between(db: Connection, feed: str, mine: Row[Any], since: datetime | None, until: datetime) -> int:
    """How many entries the feed has published of what the article's source announced in that time."""
    begun = func.coalesce(article.c.announced_at, article.c.first_seen)
    then = begun <= until if since is None else begun.between(since, until)
    told = (
        select(func.count())
        .select_from(entry.join(article, article.c.id == entry.c.article_id))
        .where(entry.c.feed == feed, entry.c.state == Standing.PUBLISHED, article.c.source == mine.source, then)
    )
    return db.execute(told).scalar_one()


def _first_cast(db: Connection, mine: Row[Any], now: datetime) -> datetime | None:
    """Until when the first run lasted in which the safety net found the source's articles; now, if it still goes on."""
    if mine.net_at is None:
        return None
    ended = select(func.min(run.c.ended)).where(run.c.source == mine.source, run.c.ended >= mine.net_at)
    return db.execute(ended).scalar() or now


def _read_before(db: Connection, name: str, at: datetime) -> datetime | None:
    """When the latest run over the source began that had ended by then and had read all its listings."""
    whole = (run.c.source == name) & (run.c.ended <= at) & (run.c.listings > 0) & (run.c.blind == 0)
    return db.execute(select(run.c.started).where(whole).order_by(run.c.ended.desc()).limit(1)).scalar()
