"""Full text, with and without diacritics: "do thi" finds "đô thị", and "đô thị" finds it first.

SQLite's FTS5 does not fold đ, so the words are ours (`crawler.text`): a column as printed, and one folded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, text

from crawler.text import canonical_tone, fold, nfc, words
from crawler.types import Article
from storage import schema

DDL = (
    f"CREATE VIRTUAL TABLE {schema.FULL_TEXT} USING fts5"
    '(title, body, folded_title, folded_body, tokenize = "unicode61 remove_diacritics 0")'
)
_MAX_WORDS = 32


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


def index(db: Connection, article_id: int, article: Article) -> None:
    """Makes an article's current text what searches find."""
    db.execute(text(f"DELETE FROM {schema.FULL_TEXT} WHERE rowid = :id"), {"id": article_id})  # noqa: S608 our name
    body = "\n".join(filter(None, (article.lead, *article.paragraphs)))
    values = {
        "id": article_id,
        "title": _exact(article.title or ""),
        "body": _exact(body),
        "folded_title": _folded(article.title or ""),
        "folded_body": _folded(body),
    }
    db.execute(
        text(
            f"INSERT INTO {schema.FULL_TEXT} (rowid, title, body, folded_title, folded_body)"  # noqa: S608
            " VALUES (:id, :title, :body, :folded_title, :folded_body)"
        ),
        values,
    )


def search(db: Connection, query: str, limit: int) -> tuple[Hit, ...]:
    """Articles with the words side by side, then with all of them anywhere; as typed before folded; best first."""
    found: dict[int, bool] = {}
    for expression, exact in _expressions(query):
        if len(found) < limit:
            for article_id in _ids(db, expression, limit):
                found.setdefault(article_id, exact)
    ids = list(found)[:limit]
    article, revision = schema.article, schema.revision
    rows = db.execute(
        select(article, revision.c.title, revision.c.published_at)
        .join(revision, (revision.c.article_id == article.c.id) & (revision.c.sequence == article.c.revision))
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
        )
        for row in rows
    }
    return tuple(hits[article_id] for article_id in ids)


def _ids(db: Connection, expression: str, limit: int) -> Iterator[int]:
    # A word in the title weighs four in the text; the newer of two equals first.
    query = text(
        f"SELECT rowid FROM {schema.FULL_TEXT} WHERE {schema.FULL_TEXT} MATCH :expression"  # noqa: S608
        f" ORDER BY bm25({schema.FULL_TEXT}, 4, 1, 4, 1), rowid DESC LIMIT :limit"
    )
    return iter(db.execute(query, {"expression": expression, "limit": limit}).scalars().all())


def _expressions(query: str) -> Iterator[tuple[str, bool]]:
    """FTS5 expressions, the strictest first. Words are quoted, so that nothing in a query is syntax."""
    exact, folded = _exact(query).split()[:_MAX_WORDS], _folded(query).split()[:_MAX_WORDS]
    if not folded:
        return
    for every in (False, True):
        yield "{title body}: " + _quoted(exact, every=every), True
        yield "{folded_title folded_body}: " + _quoted(folded, every=every), False


def _quoted(tokens: list[str], *, every: bool) -> str:
    inner = " AND ".join(f'"{token}"' for token in tokens) if every else '"' + " ".join(tokens) + '"'
    return f"({inner})"


def _exact(printed: str) -> str:
    return " ".join(words(canonical_tone(nfc(printed)).lower()))


def _folded(printed: str) -> str:
    return " ".join(words(fold(printed)))
