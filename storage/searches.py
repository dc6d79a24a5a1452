"""Saved searches: what a feed beside the topics' tells of. The store keeps them, so that every page is tried on them.

An article that meets a feed's search gets its entry in its own transaction, as one that matches a topic does, whoever
stores it (a crawl, a replay, a re-extraction). What was told stays told: an entry follows its article, also when that
meets the search no more.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, delete, insert, select

from crawler.places import around
from crawler.query import parse
from storage import schema
from storage.engines import ways
from storage.search import Filters, filtered
from storage.texts import Tier

article, feed = schema.article, schema.feed


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """What an article must be: `words` as `crawler.query` reads them, and the filters that know no time.

    Where a word of them is typed with a mark, all are found as typed: nobody looks through a feed for the exact hits.
    Else they are found with and without marks. They need not stand side by side.
    """

    words: str = ""
    filters: Filters = Filters()  # noqa: RUF009 frozen


def saved(db: Connection) -> dict[str, SavedSearch]:
    """The searches of the feeds beside the topics', by the feed's name."""
    return {
        row.name: _search(row.search) for row in db.execute(select(feed.c.name, feed.c.search).order_by(feed.c.name))
    }


def begun(db: Connection, name: str) -> datetime | None:
    """Since when a feed keeps its search; None: it is a topic's, or keeps none any more."""
    return db.execute(select(feed.c.begun_at).where(feed.c.name == name)).scalar()


def keep(db: Connection, name: str, search: SavedSearch, now: datetime) -> None:
    """The feed's search is this one from now on."""
    forget(db, {name})
    db.execute(insert(feed).values(name=name, search=_values(search), begun_at=now))


def forget(db: Connection, names: Collection[str]) -> None:
    """The feeds get no further entries; what they told is kept."""
    db.execute(delete(feed).where(feed.c.name.in_(names)))


def feeds_of(db: Connection, article_id: int, revision_id: int) -> set[str]:
    """The feeds whose search an article meets by one of its revisions, which is the one that is indexed."""
    searches = saved(db)
    found = _found(db, article_id, revision_id) if searches else None
    return {name for name, search in searches.items() if found and _meets(db, search, article_id, found)}


def meets(db: Connection, search: SavedSearch, article_id: int, revision_id: int) -> bool:
    """Whether an article meets a search by one of its revisions, which is the one that is indexed."""
    return _meets(db, search, article_id, _found(db, article_id, revision_id))


def met(db: Connection, search: SavedSearch, query: Select[Any]) -> Select[Any]:
    """A query over articles and their current revisions, narrowed to those that meet a search."""
    if search.words:
        query = query.where(article.c.id.in_(_with_words(db, search.words)))
    return filtered(query, search.filters)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What filters ask of an article; `places`: those that it is about, and all that they are or were part of."""

    source: str
    topics: frozenset[str]
    documents: frozenset[str]
    places: frozenset[str]


def _found(db: Connection, article_id: int, revision_id: int) -> _Found:
    def of(column: Column[str]) -> frozenset[str]:
        return frozenset(db.execute(select(column).where(column.table.c.revision_id == revision_id)).scalars())

    return _Found(
        source=db.execute(select(article.c.source).where(article.c.id == article_id)).scalar_one(),
        topics=of(schema.match.c.topic),
        documents=of(schema.citation.c.key),
        places=frozenset().union(*map(around, of(schema.located.c.place))),
    )


def _meets(db: Connection, search: SavedSearch, article_id: int, found: _Found) -> bool:
    """As `met` asks it of all articles at once; of one, with so many searches, this is ten times as quick."""
    filters = search.filters
    if (
        filters.source not in ("", found.source)
        or not {filters.topic} - {""} <= found.topics
        or not {filters.document} - {""} <= found.documents
        or (filters.places and not found.places & set(filters.places))
    ):
        return False
    if not search.words:
        return True
    return db.execute(_with_words(db, search.words).where(ways(db).FOUND.in_([article_id]))).first() is not None


def _with_words(db: Connection, words: str) -> Select[Any]:
    query = parse(words)
    terms = [term for clause in query.clauses for term in clause.every + clause.none]
    folded = all(term.words == term.folded for term in terms)
    return ways(db).matching(Tier(query=query, folded=folded, titled=False))


def _values(search: SavedSearch) -> dict[str, Any]:
    filters = search.filters
    values = {
        "words": search.words,
        "source": filters.source,
        "topic": filters.topic,
        "document": filters.document,
        "places": list(filters.places),
    }
    return {name: value for name, value in values.items() if value}


def _search(values: Mapping[str, Any]) -> SavedSearch:
    filters = Filters(
        source=values.get("source", ""),
        topic=values.get("topic", ""),
        document=values.get("document", ""),
        places=tuple(values.get("places", ())),
    )
    return SavedSearch(words=values.get("words", ""), filters=filters)
