"""SQLite's own ways: one file, one writer, full text by FTS5.

WAL, so that reading never blocks the crawl; foreign keys; a busy timeout. A writing transaction is IMMEDIATE: it waits
for the lock at its start and never fails half-way.
"""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select, column, create_engine, event, select, table, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from crawler.query import Clause, Term
from storage.schema import FULL_TEXT
from storage.texts import Texts, Tier

# Every sign but blanks belongs to a word: the words are ours (`storage.texts`), and FTS5 only parts them again.
DDL: tuple[str, ...] = (
    f"CREATE VIRTUAL TABLE {FULL_TEXT} USING fts5(title, body, folded_title, folded_body,"
    " tokenize = \"unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co'\")",
)
_INDEX = table(FULL_TEXT, column("rowid"))
ID = _INDEX.c.rowid
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
    for said in db.execute(text("PRAGMA integrity_check(20)")).scalars():
        if said != "ok":
            yield f"the database is damaged: {said}"
    strangers: dict[str, int] = {}
    for row in db.execute(text("PRAGMA foreign_key_check")):
        strangers[row[0]] = strangers.get(row[0], 0) + 1
    for where, count in strangers.items():
        yield f"{count} rows of the table {where} point to rows that are not there"


# --- full text ---


def put(db: Connection, texts: Mapping[int, Texts]) -> None:
    """Makes these texts what searches find of the articles with these ids; expects at least one."""
    db.execute(text(f"DELETE FROM {FULL_TEXT} WHERE rowid = :id"), [{"id": one} for one in texts])  # noqa: S608 our name
    db.execute(
        text(
            f"INSERT INTO {FULL_TEXT} (rowid, title, body, folded_title, folded_body)"  # noqa: S608
            " VALUES (:id, :title, :body, :folded_title, :folded_body)"
        ),
        [{"id": one, **asdict(said)} for one, said in texts.items()],
    )


def matching(tier: Tier) -> Select[Any]:
    """The ids (`ID`) of the articles of a tier, in no order."""
    condition = text(f"{FULL_TEXT} MATCH :expression").bindparams(expression=_match(tier))
    return select(ID).select_from(_INDEX).where(condition)


def _match(tier: Tier) -> str:
    """An FTS5 expression. Words are quoted, so that nothing in a query is syntax."""
    return " OR ".join(f"({_clause(clause, tier)})" for clause in tier.query.clauses)


def _clause(clause: Clause, tier: Tier) -> str:
    title, body = ("folded_title", "folded_body") if tier.folded else ("title", "body")
    everywhere = f"{{{title} {body}}}"
    every = " AND ".join(_quoted(term, folded=tier.folded) for term in clause.every)
    wanted = f"{{{title}}}: ({every})" if tier.titled else f"{everywhere}: ({every})"
    return "".join((wanted, *(f" NOT ({everywhere}: {_quoted(term, folded=tier.folded)})" for term in clause.none)))


def _quoted(term: Term, *, folded: bool) -> str:
    return '"' + " ".join(term.folded if folded else term.words) + '"' + ("*" if term.prefix else "")


# --- connections ---


def _prepare(timeout: float, connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    _to_wal(connection, time.monotonic() + timeout)
    for pragma in ("synchronous = NORMAL", "foreign_keys = ON"):
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
