"""Who names which legal document, how it is printed, and when: the index of citations, over the current revisions."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from crawler.citations import citation_key
from crawler.text import fold
from crawler.types import VIETNAM
from storage import schema

article, revision, citation = schema.article, schema.revision, schema.citation
_NEAR = 200  # documents of one number that are compared
_DAYS, _MOST = 20, 5000  # days of signing, and mentions of documents signed then, that are looked at
_AT = func.coalesce(revision.c.published_at, article.c.first_seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One article that names a document: `printed` and `signed_raw` as it prints them, `context` the words around."""

    id: int
    url: str
    source: str
    title: str | None
    at: datetime  # published, else first seen; UTC
    printed: str
    context: str
    signed: date | None
    signed_raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How sources print a number or a date: `printed` in so many ways, and how many articles of each source do."""

    printed: tuple[str, ...]
    sources: Mapping[str, int]
    day: date | None = None  # of a date


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A document by its number, and who names it: `articles` in all, by `sources`, and by month (`2026-09`, +07:00).

    `numbers` and `days` are the forms of its number and of its date of signing: more than one day is a disagreement.
    `others`: numbers of the same kind and day that no article names beside this one; perhaps it is they that err, or
    this one. `latest` are the articles that name it last. Nothing is decided here: all stands as it is printed.
    """

    key: str
    articles: int
    sources: Mapping[str, int]
    months: Mapping[str, int]
    numbers: tuple[Form, ...]
    days: tuple[Form, ...]
    others: tuple[Form, ...]
    latest: tuple[Mention, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document by its number, with how many articles name it."""

    key: str
    articles: int


def named(db: Connection, key: str, limit: int) -> Named:
    """Who names the document with this key; at most so many articles in full."""
    what = (article.c.source, _AT.label("at"), citation.c.printed, citation.c.signed, citation.c.signed_raw)
    rows = db.execute(_naming(*what).where(citation.c.key == key).order_by(citation.c.id)).all()
    months = Counter(f"{row.at.astimezone(VIETNAM):%Y-%m}" for row in rows)
    days = sorted({row.signed for row in rows if row.signed})
    return Named(
        key=key,
        articles=len(rows),
        sources=_counted(rows),
        months=dict(sorted(months.items())),
        numbers=tuple(
            Form(printed=(one,), sources=_counted(some))
            for one, some in _grouped(rows, lambda row: row.printed).items()
        ),
        days=tuple(
            Form(
                day=day,
                printed=tuple(dict.fromkeys(row.signed_raw or f"{day:%d/%m/%Y}" for row in some)),
                sources=_counted(some),
            )
            for day, some in sorted(_grouped((row for row in rows if row.signed), lambda row: row.signed).items())
        ),
        others=_others(db, key, days),
        latest=_latest(db, key, limit),
    )


def _latest(db: Connection, key: str, limit: int) -> tuple[Mention, ...]:
    what = (article.c.id, article.c.url, article.c.source, revision.c.title, _AT.label("at"), citation.c.printed,
            citation.c.context, citation.c.signed, citation.c.signed_raw)  # fmt: skip
    latest = _naming(*what).where(citation.c.key == key).order_by(_AT.desc(), article.c.id.desc()).limit(limit)
    return tuple(Mention(**row) for row in db.execute(latest).mappings())


def _others(db: Connection, key: str, days: Sequence[date]) -> tuple[Form, ...]:
    """Numbers that differ from this one in nothing but the number, of a document signed on the same day."""
    some = _naming(citation.c.key, citation.c.signed, article.c.source).where(citation.c.signed.in_(days[:_DAYS]))
    rows = db.execute(some.where(citation.c.key != key).order_by(citation.c.id).limit(_MOST)).all()
    alike = [row for row in rows if _kind(row.key) == _kind(key)]
    naming = select(citation.c.revision_id).where(citation.c.key == key)
    beside = select(citation.c.key).where(
        citation.c.revision_id.in_(naming), citation.c.key.in_({row.key for row in alike})
    )
    named_too = set(db.execute(beside).scalars())
    others = _grouped((row for row in alike if row.key not in named_too), lambda row: (row.key, row.signed))
    return tuple(Form(printed=(one,), day=day, sources=_counted(some)) for (one, day), some in others.items())


def _naming(*columns: Any) -> Select[Any]:
    """Of the current texts, not of earlier ones."""
    return (
        select(*columns)
        .select_from(article)
        .join(revision, schema.CURRENT)
        .join(citation, citation.c.revision_id == revision.c.id)
    )


def _grouped(rows: Iterable[Row[Any]], key: Callable[[Row[Any]], Any]) -> dict[Any, list[Row[Any]]]:
    found: dict[Any, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _counted(rows: Iterable[Row[Any]]) -> dict[str, int]:
    return dict(Counter(row.source for row in rows).most_common())


def _kind(key: str) -> str:
    """What stands behind the number: `/2019/QH14`."""
    number = re.match(r"\w*", key)
    return key[number.end() :] if number else key


def document(db: Connection, printed: str) -> str:
    """The key of the document that somebody means: "131/2020/nq-hdnd" finds 131/2020/NQ-HĐND; else as given."""
    key = citation_key(printed)
    if db.execute(select(citation.c.id).where(citation.c.key == key).limit(1)).first():
        return key
    same = [known for known in _near(db, key) if fold(known) == fold(key)]
    return same[0] if len(same) == 1 else key


def documents(db: Connection, printed: str, limit: int) -> Sequence[Document]:
    """The documents of the same number, or, where none is given, all: those that most articles name first."""
    query = (
        select(citation.c.key, func.count())
        .join(revision, revision.c.id == citation.c.revision_id)
        .join(article, schema.CURRENT)
        .group_by(citation.c.key)
        .order_by(func.count().desc(), citation.c.key)
        .limit(limit)
    )
    if printed:
        query = query.where(citation.c.key.in_(_near(db, citation_key(printed))))
    return [Document(key=key, articles=count) for key, count in db.execute(query)]


def _near(db: Connection, key: str) -> list[str]:
    number = re.split(r"[/-]", key, maxsplit=1)[0]
    begins = citation.c.key.startswith(number, autoescape=True)
    known = db.execute(select(citation.c.key).where(begins).distinct().limit(_NEAR)).scalars()
    return [one for one in known if re.split(r"[/-]", one, maxsplit=1)[0] == number]
