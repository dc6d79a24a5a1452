"""Who names which legal document: the index of citations, over the current revisions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from crawler.citations import citation_key
from crawler.text import fold
from storage import schema

article, revision, citation = schema.article, schema.revision, schema.citation
_NEAR = 200  # documents of one number that are compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One article that names a document: `printed` and `signed` as it prints them, `context` the words around."""

    id: int
    url: str
    source: str
    title: str | None
    at: datetime  # published, else first seen; UTC
    printed: str
    context: str
    signed: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document by its number, with how many articles name it."""

    key: str
    articles: int


def mentions(db: Connection, key: str) -> tuple[Mention, ...]:
    """The articles that name the document with this key, the latest first."""
    at = func.coalesce(revision.c.published_at, article.c.first_seen)
    rows = db.execute(
        select(article, revision.c.title, at.label("at"), citation.c.printed, citation.c.context, citation.c.signed)
        .join(revision, schema.CURRENT)
        .join(citation, citation.c.revision_id == revision.c.id)
        .where(citation.c.key == key)
        .order_by(at.desc(), article.c.id.desc())
    )
    return tuple(
        Mention(
            id=row.id,
            url=row.url,
            source=row.source,
            title=row.title,
            at=row.at,
            printed=row.printed,
            context=row.context,
            signed=row.signed,
        )
        for row in rows
    )


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
