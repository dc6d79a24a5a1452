"""Full text, with and without diacritics: "do thi" finds "đô thị", and "đô thị" finds it first.

Hits come by tiers (`storage.texts`), and within one the article stored last first: the same on every engine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, exists, func, select

from crawler.places import inside
from crawler.query import Snippet, parse, snippet
from crawler.types import Article
from storage import schema
from storage.engines import ways
from storage.texts import Tier, texts_of, tiers

_AT_ONCE = 500
article, revision, match, citation = schema.article, schema.revision, schema.match, schema.citation
located = schema.located


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that a search found. `exact`: the words stand there as they were typed, marks included."""

    id: int
    key: str
    url: str
    source: str
    title: str | None
    published: datetime | None
    exact: bool
    snippet: Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What an article must be beside the words; nothing: any. Instants are aware; `until` is no longer in it."""

    source: str = ""
    topic: str = ""
    document: str = ""  # the key of a legal document that it names
    places: tuple[str, ...] = ()  # ids of units: it names one of them or of what is or was in them, or is its source's
    since: datetime | None = None  # published, else first seen
    until: datetime | None = None
    withdrawn: bool | None = None


def index(db: Connection, said: Mapping[int, Article]) -> None:
    """Makes the current texts of these articles, by id, what searches find; expects at least one."""
    ways(db).put(db, {one: texts_of(text.title, text.lead, text.paragraphs) for one, text in said.items()})


def rebuild(db: Connection) -> None:
    """Indexes the current text of every article that is not indexed yet."""
    last, indexed = 0, select(ways(db).ID).where(article.c.id == ways(db).ID)
    columns = article.c.id, revision.c.title, revision.c.lead, revision.c.paragraphs
    while rows := db.execute(
        select(*columns)
        .join(revision, schema.CURRENT)
        .where(article.c.id > last, ~exists(indexed))
        .order_by(article.c.id)
        .limit(_AT_ONCE)
    ).all():
        ways(db).put(db, {row.id: texts_of(row.title, row.lead, row.paragraphs) for row in rows})
        last = rows[-1].id


def search(db: Connection, typed: str, limit: int, filters: Filters) -> tuple[Hit, ...]:
    """Articles that the query finds and the filters let through; words as typed before folded; best first."""
    query = parse(typed)
    found: dict[int, bool] = {}
    for tier in tiers(query):
        if len(found) < limit:
            for article_id in _ids(db, tier, limit, filters):
                found.setdefault(article_id, not tier.folded)
    ids = list(found)[:limit]
    rows = db.execute(
        select(article, revision.c.title, revision.c.lead, revision.c.paragraphs, revision.c.published_at)
        .join(revision, schema.CURRENT)
        .where(article.c.id.in_(ids))
    )
    hits = {
        row.id: Hit(
            id=row.id,
            key=row.key,
            url=row.url,
            source=row.source,
            title=row.title,
            published=row.published_at,
            exact=found[row.id],
            snippet=snippet(filter(None, (row.lead, *row.paragraphs)), query),
        )
        for row in rows
    }
    return tuple(hits[article_id] for article_id in ids)


def _ids(db: Connection, tier: Tier, limit: int, filters: Filters) -> Sequence[int]:
    query = ways(db).matching(tier)
    if filters != Filters():
        joined = query.join(article, article.c.id == ways(db).FOUND).join(revision, schema.CURRENT)
        query = filtered(joined, filters)
    return db.execute(query.order_by(ways(db).FOUND.desc()).limit(limit)).scalars().all()


def filtered(query: Select[Any], filters: Filters) -> Select[Any]:
    """A query over articles and their current revisions, with the filters' conditions."""
    at = func.coalesce(revision.c.published_at, article.c.first_seen)
    if filters.source:
        query = query.where(article.c.source == filters.source)
    if filters.topic:
        query = query.where(exists().where(match.c.revision_id == revision.c.id, match.c.topic == filters.topic))
    if filters.document:
        query = query.where(exists().where(citation.c.revision_id == revision.c.id, citation.c.key == filters.document))
    if filters.places:
        ids = sorted(frozenset().union(*map(inside, filters.places)))
        query = query.where(exists().where(located.c.revision_id == revision.c.id, located.c.place.in_(ids)))
    if filters.since:
        query = query.where(at >= filters.since)
    if filters.until:
        query = query.where(at < filters.until)
    if filters.withdrawn is not None:
        query = query.where(article.c.withdrawn_at.is_not(None) == filters.withdrawn)
    return query
