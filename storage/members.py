"""A story as people see it: every article that carries the text, and which of them is the first, which the official."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from crawler.types import Precision
from crawler.urls import is_official
from storage import schema
from storage.rows import instant_of

article, revision, source = schema.article, schema.revision, schema.source
MOST = 100  # that are read


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An article of a story. `at`: when it was published, else first seen, aware.

    `first`: the earliest of the story. `official`: the earliest at an address of a state body, if there is one.
    """

    key: str
    url: str
    source: str
    source_title: str
    title: str | None
    at: datetime
    withdrawn: bool
    first: bool = False
    official: bool = False


def members(db: Connection, text_id: int) -> tuple[Member, ...]:
    """The articles that carry a text today, in the order they were stored."""
    rows = db.execute(
        select(
            article.c.id,
            article.c.key,
            article.c.url,
            article.c.source,
            article.c.first_seen,
            article.c.withdrawn_at,
            source.c.title.label("source_title"),
            *(revision.c[name] for name in _REVISION),
        )
        .join(source, source.c.name == article.c.source)
        .join(revision, schema.CURRENT)
        .where(article.c.text_id == text_id)
        .order_by(article.c.id)
        .limit(MOST)
    )
    found = rows.mappings().all()
    moments = {row["id"]: _moment(row) for row in found}
    order = sorted(found, key=lambda row: (moments[row["id"]], row["id"]))
    official = next((row["id"] for row in order if is_official(row["url"])), None)
    return tuple(
        Member(
            key=row["key"],
            url=row["url"],
            source=row["source"],
            source_title=row["source_title"],
            title=row["title"],
            at=moments[row["id"]],
            withdrawn=row["withdrawn_at"] is not None,
            first=row["id"] == order[0]["id"],
            official=row["id"] == official,
        )
        for row in found
    )


_REVISION: Sequence[str] = ("title", *(column.name for column in revision.c if column.name.startswith("published_")))


def _moment(row: Any) -> datetime:
    """When an article came. A mere day that was printed is taken for the moment of it when we saw the page."""
    seen: datetime = row["first_seen"]
    printed = instant_of(row, "published")
    if printed is None or printed.precision is not Precision.DAY:
        return printed.at if printed else seen
    return max(printed.at, min(seen, printed.at + timedelta(days=1, microseconds=-1)))
