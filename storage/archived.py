"""What the archive holds for a second reading: the page of every current revision, and of every refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select

from storage import schema

article, revision, rejection, meta = schema.article, schema.revision, schema.rejection, schema.meta


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """A page in the archive. `row`: the article's id, or the refusal's; `article`: the article's id, if it is one."""

    row: int
    record: int
    source: str
    article: int | None = None


def articles(db: Connection, source: str, since: datetime | None, after: int, limit: int) -> Sequence[Archived]:
    """The pages of current revisions, by article id; empty `source`: of all; `since`: first seen then or later."""
    pages = (
        select(article.c.id, revision.c.record_id, article.c.source)
        .join(revision, schema.CURRENT)
        .where(revision.c.record_id.is_not(None), article.c.id > after)
        .order_by(article.c.id)
    )
    rows = db.execute(_of(pages, article.c.source, source, article.c.first_seen, since).limit(limit))
    return [Archived(row=row.id, record=row.record_id, source=row.source, article=row.id) for row in rows]


def refusals(db: Connection, source: str, since: datetime | None, after: int, limit: int) -> Sequence[Archived]:
    """The pages that were refused, by the refusal's id."""
    pages = (
        select(rejection.c.id, rejection.c.record_id, rejection.c.source)
        .where(rejection.c.record_id.is_not(None), rejection.c.id > after)
        .order_by(rejection.c.id)
    )
    rows = db.execute(_of(pages, rejection.c.source, source, rejection.c.at, since).limit(limit))
    return [Archived(row=row.id, record=row.record_id, source=row.source) for row in rows]


def cursor(db: Connection, name: str) -> int:
    """How far a reading under this name had come; 0: it has not begun, or is done."""
    row = db.execute(select(meta.c.value).where(meta.c.name == name)).first()
    return int(row.value) if row else 0


def keep_cursor(db: Connection, name: str, value: int) -> None:
    """Remembers how far a reading has come; 0 forgets it."""
    db.execute(delete(meta).where(meta.c.name == name))
    if value:
        db.execute(insert(meta).values(name=name, value=str(value)))


def _of(pages: Select[Any], name: Any, source: str, at: Any, since: datetime | None) -> Select[Any]:
    pages = pages.where(name == source) if source else pages
    return pages.where(at >= since) if since else pages
