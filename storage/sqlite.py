"""SQLite's own ways: one file, one writer, full text by FTS5.

WAL, so that reading never blocks the crawl; foreign keys; a busy timeout. A writing transaction is IMMEDIATE: it waits
for the lock at its start and never fails half-way.
"""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    RowMapping,
    Select,
    column,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
    table,
    text,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from crawler.query import Clause, Term
from storage.proof import fenced, proof, said
from storage.schema import FULL_TEXT
from storage.texts import Texts, Tier

LEXEMES = f"{FULL_TEXT}_lexemes"

# FTS5 keeps neither the lexemes nor where they stand, only which article has them: lists are read several times as
# fast, and the file is smaller. It parts lexemes where we do: at blanks, for no word holds another sign of ASCII.
DDL: tuple[str, ...] = (
    f"DROP TABLE IF EXISTS {LEXEMES}",
    f"DROP TABLE IF EXISTS {FULL_TEXT}",
    f"CREATE TABLE {FULL_TEXT} (article_id INTEGER PRIMARY KEY REFERENCES article (id), title TEXT NOT NULL,"
    " body TEXT NOT NULL, folded_title TEXT NOT NULL, folded_body TEXT NOT NULL)",
    f"CREATE VIRTUAL TABLE {LEXEMES} USING fts5(lexemes, content = '', columnsize = 0, detail = none,"
    " tokenize = \"ascii tokenchars '~^_'\")",
)
_TEXTS = table(FULL_TEXT, *map(column, ("article_id", "title", "body", "folded_title", "folded_body")))
_LEXEMES = table(LEXEMES, column("rowid"))
ID = _TEXTS.c.article_id
FOUND = _LEXEMES.c.rowid
_FOLDED, _TITLE, _PAIR = "~", "^", "_"  # marks of lexemes, which no word holds
CACHE = 65_536  # kilobytes of pages that a connection keeps, at most: keys fall anywhere in a large index
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def engine(url: URL, timeout: float, **options: Any) -> Engine:
    """The connections to a file, whose folder is made; `timeout`: seconds to wait for another process's lock."""
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(url, connect_args={"timeout": timeout}, **options)
    event.listen(made, "connect", partial(_prepare, timeout))
    event.listen(made, "begin", _begin)
    return made


def name(url: URL) -> str:
    """What messages call it."""
    return url.database or "the database in memory"


def read_only(connection: Connection) -> Connection:
    """A connection that will see one state of the store; every transaction does, here."""
    return connection


def write(db: Connection, timeout: float) -> None:
    """Makes the transaction that has begun the only one that writes: it is, since BEGIN."""


def is_locked(error: DBAPIError) -> bool:
    """Whether another process held the database for too long."""
    return (getattr(error.orig, "sqlite_errorcode", 0) or 0) & 0xFF in _BUSY


def is_full(error: DBAPIError) -> bool:
    """Whether there is no room on the disk."""
    return (getattr(error.orig, "sqlite_errorcode", 0) or 0) & 0xFF == sqlite3.SQLITE_FULL


def damage(db: Connection) -> Iterator[str]:
    """What is wrong in the file, in words."""
    for found in db.execute(text("PRAGMA integrity_check(20)")).scalars():
        if found != "ok":
            yield f"the database is damaged: {found}"
    strangers: dict[str, int] = {}
    for row in db.execute(text("PRAGMA foreign_key_check")):
        strangers[row[0]] = strangers.get(row[0], 0) + 1
    for where, count in strangers.items():
        yield f"{count} rows of the table {where} point to rows that are not there"


# --- full text ---


def put(db: Connection, texts: Mapping[int, Texts]) -> None:
    """Makes these texts what searches find of the articles with these ids; expects at least one."""
    before = db.execute(select(_TEXTS).where(ID.in_(list(texts)))).mappings().all()
    if before:
        gone = [{"id": row["article_id"], "lexemes": _lexemes(_texts(row))} for row in before]
        # FTS5 does not know what an article's lexemes were, and takes out those that it is told.
        db.execute(
            text(f"INSERT INTO {LEXEMES} ({LEXEMES}, rowid, lexemes) VALUES ('delete', :id, :lexemes)"),  # noqa: S608
            gone,
        )
        db.execute(delete(_TEXTS).where(ID.in_([row["id"] for row in gone])))
    stored = {one: {name: fenced(words) for name, words in asdict(its).items()} for one, its in texts.items()}
    db.execute(insert(_TEXTS), [{"article_id": one, **columns} for one, columns in stored.items()])
    db.execute(
        text(f"INSERT INTO {LEXEMES} (rowid, lexemes) VALUES (:id, :lexemes)"),  # noqa: S608 our name
        [{"id": one, "lexemes": _lexemes(its)} for one, its in texts.items()],
    )


def _texts(row: RowMapping) -> Texts:
    return Texts(**{field.name: row[field.name].strip() for field in fields(Texts)})


def _lexemes(texts: Texts) -> str:
    """Words as printed; words without marks, and pairs of them; and those of the title once more, as such."""
    found: dict[str, None] = {}
    for where, exact, folded in (
        ("", texts.body, texts.folded_body),
        ("", texts.title, texts.folded_title),
        (_TITLE, texts.title, texts.folded_title),
    ):
        words = folded.split()
        found |= dict.fromkeys([where + word for word in exact.split()])
        found |= dict.fromkeys([f"{where}{_FOLDED}{one}" for one in (*words, *map(_PAIR.join, pairwise(words)))])
    return " ".join(found)


def matching(tier: Tier) -> Select[Any]:
    """The ids (`FOUND`) of the articles of a tier, in no order."""
    condition = text(f"{LEXEMES} MATCH :expression").bindparams(expression=_match(tier))
    return (
        select(FOUND)
        .select_from(_LEXEMES.join(_TEXTS, ID == FOUND))
        .where(condition)
        .where(proof(tier, _TEXTS.c, func.instr))
    )


def _match(tier: Tier) -> str:
    """An FTS5 expression that every article of the tier fulfils. Lexemes are quoted: nothing in a query is syntax."""
    return " OR ".join(f"({_clause(clause, tier)})" for clause in tier.query.clauses)


def _clause(clause: Clause, tier: Tier) -> str:
    where = _TITLE if tier.titled else ""
    every = (lexeme for term in clause.every for lexeme in _of_term(term, tier, where))
    none = (_of_term(term, tier, "") for term in clause.none if len(term.words) == 1)  # the others are to be proved
    return " AND ".join(every) + "".join(f" NOT {lexeme}" for lexemes in none for lexeme in lexemes)


def _of_term(term: Term, tier: Tier, where: str) -> Iterator[str]:
    """What every article has in which the term stands."""
    words = [] if tier.folded and len(term.words) > 1 else list(said(term, tier))
    mark = _FOLDED if tier.folded else ""
    found = [f'"{where}{mark}{word}"' for word in words]
    pairs = [f'"{where}{_FOLDED}{_PAIR.join(pair)}"' for pair in pairwise(term.folded)]
    if term.prefix:
        for some in filter(None, (found, pairs)):
            some[-1] += "*"
    yield from (*found, *pairs)


# --- connections ---


def _prepare(timeout: float, connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    _to_wal(connection, time.monotonic() + timeout)
    for pragma in ("synchronous = NORMAL", "foreign_keys = ON", f"cache_size = -{CACHE}"):
        connection.execute(f"PRAGMA {pragma}").close()


def _to_wal(connection: sqlite3.Connection, until: float) -> None:
    """The file's mode, for good. Of two that change it at once SQLite refuses one without a wait, so we wait."""
    while True:
        try:
            return connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _BUSY or time.monotonic() >= until:
                raise
            time.sleep(0.02)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
