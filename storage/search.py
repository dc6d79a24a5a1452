"""Full text, with and without diacritics: "do thi" finds "đô thị", and "đô thị" finds it first.

SQLite's FTS5 does not fold đ, so the words are ours (`crawler.text`): a column as printed, and one folded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, column, exists, func, select, table, text

from crawler.places import inside
from crawler.query import Clause, Query, Snippet, Term, parse, snippet
from crawler.text import canonical_tone, folded_words, nfc, words
from crawler.types import Article
from storage import schema

DDL = (
    f"CREATE VIRTUAL TABLE {schema.FULL_TEXT} USING fts5"
    '(title, body, folded_title, folded_body, tokenize = "unicode61 remove_diacritics 0")'
)
article, revision, match, citation = schema.article, schema.revision, schema.match, schema.citation
located = schema.located
_INDEX = table(schema.FULL_TEXT, column("rowid"))


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


def index(db: Connection, article_id: int, said: Article) -> None:
    """Makes an article's current text what searches find."""
    db.execute(text(f"DELETE FROM {schema.FULL_TEXT} WHERE rowid = :id"), {"id": article_id})  # noqa: S608 our name
    body = "\n".join(filter(None, (said.lead, *said.paragraphs)))
    values = {
        "id": article_id,
        "title": _exact(said.title or ""),
        "body": _exact(body),
        "folded_title": _folded(said.title or ""),
        "folded_body": _folded(body),
    }
    db.execute(
        text(
            f"INSERT INTO {schema.FULL_TEXT} (rowid, title, body, folded_title, folded_body)"  # noqa: S608
            " VALUES (:id, :title, :body, :folded_title, :folded_body)"
        ),
        values,
    )


def search(db: Connection, typed: str, limit: int, filters: Filters) -> tuple[Hit, ...]:
    """Articles that the query finds and the filters let through; words as typed before folded; best first."""
    query = parse(typed)
    found: dict[int, bool] = {}
    for expression, exact in _expressions(query):
        if len(found) < limit:
            for article_id in _ids(db, expression, limit, filters):
                found.setdefault(article_id, exact)
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


def _ids(db: Connection, expression: str, limit: int, filters: Filters) -> Iterator[int]:
    # A word in the title weighs four in the text; the newer of two equals first.
    matches = text(f"{schema.FULL_TEXT} MATCH :expression").bindparams(expression=expression)
    order = text(f"bm25({schema.FULL_TEXT}, 4, 1, 4, 1), {schema.FULL_TEXT}.rowid DESC")
    query = select(_INDEX.c.rowid).where(matches)
    if filters != Filters():
        joined = _INDEX.join(article, article.c.id == _INDEX.c.rowid).join(revision, schema.CURRENT)
        query = filtered(query.select_from(joined), filters)
    return iter(db.execute(query.order_by(order).limit(limit)).scalars().all())


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


def _expressions(query: Query) -> Iterator[tuple[str, bool]]:
    """FTS5 expressions, the strictest first. Words are quoted, so that nothing in a query is syntax."""
    side_by_side = Query(clauses=(Clause(every=(Term(words=query.plain),)),)) if query.plain else None
    for one in filter(None, (side_by_side, query)):
        if one.clauses:
            yield "{title body}: " + _expression(one, folded=False), True
            yield "{folded_title folded_body}: " + _expression(one, folded=True), False


def _expression(query: Query, *, folded: bool) -> str:
    return "(" + " OR ".join(_clause(clause, folded=folded) for clause in query.clauses) + ")"


def _clause(clause: Clause, *, folded: bool) -> str:
    every = " AND ".join(_quoted(term, folded=folded) for term in clause.every)
    return "".join((f"({every})", *(f" NOT {_quoted(term, folded=folded)}" for term in clause.none)))


def _quoted(term: Term, *, folded: bool) -> str:
    return '"' + " ".join(term.folded if folded else term.words) + '"' + ("*" if term.prefix else "")


def _exact(printed: str) -> str:
    return " ".join(words(canonical_tone(nfc(printed)).lower()))


def _folded(printed: str) -> str:
    return folded_words(printed)
