"""The corpus as a SQLite file for Datasette and its like, with the meanings of its tables and columns beside it.

    corpus.db ── articles ◄── revisions, matches, citations; articles ──► sources; full text over title, lead and text
    corpus.metadata.json ── what each of them means:  datasette corpus.db -m corpus.metadata.json

Full text is FTS5 without diacritics. It does not fold đ: where a text has one, the same text with d follows it in the
index, so that "do thi" finds "đô thị".
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from crawler.errors import StoreError
from crawler.text import fold, nfc
from storage import schema
from storage.beside import beside
from storage.exporting import FIELDS, rows
from storage.search import Filters

article, revision = schema.article, schema.revision
_AT_ONCE = 200
_LONG = ("text", "html")  # they come last: a query that asks for others does not read them

# Tables and columns, with their meanings; those of an article are `storage.exporting.FIELDS`.
TABLES: Mapping[str, str] = {
    "sources": "Portals and newspapers",
    "articles": "Articles, each with its current text",
    "revisions": "Every text that an article has had: a new one where the site, or our reading of it, changed",
    "matches": "Topics found in current texts, with the words that prove it",
    "citations": "Legal documents that current texts name",
}
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "sources": {"name": "short name", "title": "name in words", "place": "what it is responsible for"},
    "articles": {
        **{name: said for name, said in FIELDS.items() if name not in _LONG},
        "day": "of publication, as printed",
        "text": "the paragraphs, one a line",
        "html": FIELDS["html"],
    },
    "revisions": {
        "id": "number in this store",
        "article": "the article",
        "sequence": "counts the article's texts",
        "cause": "site: the page changed; rules: our reading of it did",
        "stored": "when it was stored, UTC",
        "title": "as printed, or nothing",
        "lead": "the sapo, or nothing",
        "text": "the paragraphs, one a line",
        "content_hash": "of title, lead and text",
    },
    "matches": {
        "id": "number in this store",
        "article": "the article",
        "topic": "name of the topic",
        "score": "the higher, the more the article is about it",
        "evidence": "name of the phrase, as printed, where, and the words around; of each",
    },
    "citations": {
        "id": "number in this store",
        "article": "the article",
        "document": "number of the legal document, in one way of writing",
        "printed": "the number as printed",
        "family": "kind of document",
        "context": "the words around it",
        "signed": "when it was signed, as printed",
    },
}
_DESCRIPTION = "What Vietnam's municipal portals and news sites wrote, collected by tindothi."
_LICENCE = "The texts belong to those who published them: each article names its source and address."
_KINDS = {
    "id": "INTEGER PRIMARY KEY",
    "name": "TEXT PRIMARY KEY",
    "key": "TEXT NOT NULL UNIQUE",
    "article": "INTEGER NOT NULL REFERENCES articles (id)",
    "source": "TEXT NOT NULL REFERENCES sources (name)",
    "sequence": "INTEGER NOT NULL",
    "revision": "INTEGER NOT NULL",
    "score": "REAL NOT NULL",
}  # of columns, whichever table they stand in; others are TEXT
_INDEXES = ("articles (source)", "articles (published)", "articles (day)", "revisions (article, sequence)",
            "matches (article)", "matches (topic)", "citations (article)", "citations (document)")  # fmt: skip
_FULL_TEXT = (
    "CREATE VIRTUAL TABLE articles_fts USING fts5(title, lead, text,"
    ' content="articles", content_rowid="id", tokenize="unicode61 remove_diacritics 2")'
)


def write(db: Connection, file: Path, filters: Filters) -> int:
    """Writes the articles that the filters let through, with all that belongs to them; gives how many.

    The file and its `.metadata.json` appear when they are whole, in place of earlier ones.

    :raises StoreError: they cannot be written
    """
    try:
        with beside(file) as new, closing(sqlite3.connect(new, isolation_level=None)) as made:
            for pragma in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = ON"):  # all of it, or thrown away
                made.execute(f"PRAGMA {pragma}")
            count = _fill(made, db, filters)
            with beside(file.with_suffix(".metadata.json")) as said:
                said.write_text(json.dumps(metadata(file.stem), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except sqlite3.Error as error:
        raise StoreError(f"{file}: {error}; mend it and run again") from error
    return count


def metadata(name: str) -> dict[str, Any]:
    """What Datasette shows of the database of that name: titles, meanings, and where the texts come from."""
    tables: dict[str, Any] = {
        table: {"description": said, "columns": dict(COLUMNS[table])} for table, said in TABLES.items()
    }
    tables["articles"] |= {"label_column": "title", "sort_desc": "published", "size": 20}  # texts are long
    tables["sources"] |= {"label_column": "title"}
    about = {"title": "tin đô thị", "description": _DESCRIPTION, "license": _LICENCE}
    return {**about, "databases": {name: {"tables": tables}}}


def _fill(made: sqlite3.Connection, db: Connection, filters: Filters) -> int:
    made.execute("BEGIN")
    for table, columns in COLUMNS.items():
        said = ", ".join(f'"{name}" {_KINDS.get(name, "TEXT")}' for name in columns)
        made.execute(f'CREATE TABLE "{table}" ({said})')
    made.execute(_FULL_TEXT)
    _put(made, "sources", db.execute(select(*(schema.source.c[name] for name in COLUMNS["sources"]))))
    count, articles = 0, rows(db, filters)
    while some := list(islice(articles, _AT_ONCE)):
        count += len(some)
        _put(made, "articles", map(_article, some))
        indexed = ((row["id"], *map(_indexed, (row["title"], row["lead"], "\n".join(row["text"])))) for row in some)
        made.executemany("INSERT INTO articles_fts (rowid, title, lead, text) VALUES (?, ?, ?, ?)", indexed)
        for table, found in _belonging(db, [row["id"] for row in some]):
            _put(made, table, found)
    for index, on in enumerate(_INDEXES):
        made.execute(f"CREATE INDEX ix_{index} ON {on}")
    made.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
    made.execute("COMMIT")
    made.execute("ANALYZE")
    return count


def _put(made: sqlite3.Connection, table: str, found: Iterable[Iterable[Any]]) -> None:
    names = list(COLUMNS[table])
    marks = ", ".join("?" * len(names))
    values = (tuple(map(_cell, names, row)) for row in found)
    made.executemany(f'INSERT INTO "{table}" VALUES ({marks})', values)  # noqa: S608 our names


def _article(row: dict[str, Any]) -> Iterator[Any]:
    more = {"day": row["published"] and row["published"][:10]}
    return ((row | more)[name] for name in COLUMNS["articles"])


def _cell(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return "\n".join(value) if name == "text" else json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, date) else value


def _indexed(printed: str | None) -> str:
    text = nfc(printed or "")
    return f"{text}\n{fold(text)}" if "đ" in text.lower() else text


def _belonging(db: Connection, ids: list[int]) -> Iterator[tuple[str, Iterable[Row[Any]]]]:
    """What belongs to some articles, by table, in the order of `COLUMNS`."""
    r, m, c = revision.c, schema.match.c, schema.citation.c
    texts = select(r.id, r.article_id, r.sequence, r.cause, r.stored_at, r.title, r.lead, r.paragraphs, r.content_hash)
    yield "revisions", db.execute(texts.where(r.article_id.in_(ids)).order_by(r.id))
    current = select(r.id).join(article, schema.CURRENT).where(article.c.id.in_(ids))
    found = select(m.id, r.article_id, m.topic, m.score, m.evidence).join_from(schema.match, revision)
    yield "matches", db.execute(found.where(r.id.in_(current)).order_by(m.id))
    named = select(c.id, r.article_id, c.key, c.printed, c.family, c.context, c.signed)
    yield "citations", db.execute(named.join_from(schema.citation, revision).where(r.id.in_(current)).order_by(c.id))
