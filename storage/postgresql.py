"""PostgreSQL's own ways: a server, many writers, full text by words and pairs of words in a GIN index.

A writing transaction takes one lock of the database first: what it reads then is what it changes, as with SQLite, and
two processes that write at once wait for each other instead of failing half-way.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from crawler.errors import StoreError
from crawler.query import Clause, Term
from storage.proof import fenced, proof
from storage.schema import FULL_TEXT
from storage.texts import Texts, Tier

DDL: tuple[str, ...] = (
    f"DROP TABLE IF EXISTS {FULL_TEXT}",
    f"CREATE TABLE {FULL_TEXT} (article_id INTEGER PRIMARY KEY REFERENCES article (id), title TEXT NOT NULL,"
    " body TEXT NOT NULL, folded_title TEXT NOT NULL, folded_body TEXT NOT NULL, lexemes TSVECTOR NOT NULL)",
    f"CREATE INDEX ix_search_lexemes ON {FULL_TEXT} USING gin (lexemes)",
)
_INDEX = Table(
    FULL_TEXT,
    MetaData(),
    Column("article_id", Integer, primary_key=True),
    Column("title", Text),
    Column("body", Text),
    Column("folded_title", Text),
    Column("folded_body", Text),
    Column("lexemes", TSVECTOR),
)
ID = FOUND = _INDEX.c.article_id
_WRITERS = 0x74696E64  # the number of the lock, one in each database
_LOCK_NOT_AVAILABLE = "55P03"
_DISK_FULL = "53100"
_MOST_BYTES = 900_000  # of all lexemes of an article; a tsvector holds less than 1 MiB
_FOLDED = "~"  # before a lexeme without marks; no word begins so


def engine(url: URL, timeout: float, **options: Any) -> Engine:
    """The connections to a database that is there; `timeout`: seconds to wait for the server."""
    made = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={"connect_timeout": max(2, min(round(timeout), 30)), "options": "-c timezone=UTC"},
        pool_pre_ping=True,
        **options,
    )
    event.listen(made, "connect", _prepare)
    return made


def name(url: URL) -> str:
    """What messages call it: the URL without its password."""
    return url.render_as_string(hide_password=True)


def read_only(connection: Connection) -> Connection:
    """A connection that will see one state of the store."""
    return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def write(db: Connection, timeout: float) -> None:
    """Makes the transaction that has begun the only one that writes; `timeout`: seconds to wait for another one."""
    db.execute(select(func.set_config("lock_timeout", f"{max(1, round(timeout * 1000))}ms", True)))
    db.execute(select(func.pg_advisory_xact_lock(_WRITERS)))


def is_locked(error: DBAPIError) -> bool:
    """Whether another process held the database for too long."""
    return getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE


def is_full(error: DBAPIError) -> bool:
    """Whether there is no room on the server's disk."""
    return getattr(error.orig, "sqlstate", None) == _DISK_FULL


def damage(db: Connection) -> Iterator[str]:
    """What is wrong in the database, in words: nothing that a client can see; the server checks its own pages."""
    yield from ()


# --- full text ---


def put(db: Connection, texts: Mapping[int, Texts]) -> None:
    """Makes these texts what searches find of the articles with these ids; expects at least one."""
    db.execute(delete(_INDEX).where(_INDEX.c.article_id.in_(list(texts))))
    lexemes = func.array_to_tsvector(bindparam("found", type_=ARRAY(Text)))
    rows = [
        {"article_id": article_id, "found": _lexemes(said)}
        | {field: fenced(words) for field, words in asdict(said).items()}
        for article_id, said in texts.items()
    ]
    db.execute(insert(_INDEX).values(lexemes=lexemes), rows)


def _lexemes(texts: Texts) -> list[str]:
    """Words as printed; words without marks; and pairs of the latter, which make phrases quick to find."""
    exact = f"{texts.title} {texts.body}".split()
    fields = texts.folded_title.split(), texts.folded_body.split()
    found = dict.fromkeys(exact)
    found |= dict.fromkeys(_FOLDED + word for words in fields for word in words)
    found |= dict.fromkeys(f"{_FOLDED}{one} {two}" for words in fields for one, two in pairwise(words))
    return list(_bounded(found))


def _bounded(lexemes: Iterable[str]) -> Iterator[str]:
    left = _MOST_BYTES
    for lexeme in lexemes:
        left -= len(lexeme.encode()) + 2
        if left < 0:
            return
        yield lexeme


def matching(tier: Tier) -> Select[Any]:
    """The ids (`FOUND`) of the articles of a tier, in no order."""
    candidates = " | ".join(f"({_candidates(clause, tier)})" for clause in tier.query.clauses)
    return (
        select(ID)
        .where(_INDEX.c.lexemes.bool_op("@@")(cast(candidates, TSQUERY)))
        .where(proof(tier, _INDEX.c, func.strpos))
    )


def _candidates(clause: Clause, tier: Tier) -> str:
    """A tsquery that every article of the clause fulfils. Lexemes are quoted, and no word holds a quote."""
    return " & ".join(lexeme for term in clause.every for lexeme in _of_term(term, tier))


def _of_term(term: Term, tier: Tier) -> Iterator[str]:
    words = [_FOLDED + word for word in term.folded] if tier.folded else list(term.words)
    pairs = [f"{_FOLDED}{one} {two}" for one, two in pairwise(term.folded)]
    if term.prefix:
        yield f"'{words.pop()}':*"
        pairs = pairs[:-1]
    yield from (f"'{lexeme}'" for lexeme in (*words, *pairs))


def _prepare(connection: Any, _: object) -> None:
    encoding = connection.execute("SHOW server_encoding").fetchone()[0]
    connection.rollback()
    if encoding != "UTF8":
        raise StoreError(f"the database is kept in {encoding}; make one with ENCODING 'UTF8' TEMPLATE template0")
