"""When articles were withdrawn and came back: the past is a row each, the present stands with the article."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from crawler.types import Departure
from storage import schema
from storage.rows import chunks

absence = schema.absence

THERE: Mapping[str, Any] = {"gone_at": None, "gone_how": None, "withdrawn_at": None}  # of an article that is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """An article was not there since `gone_at`, which we believed at `withdrawn_at`. None: not believed, not back yet.

    `how` it went is not known of what went before that was written down.
    """

    gone_at: datetime
    how: Departure | None
    withdrawn_at: datetime | None
    back_at: datetime | None = None


def end(db: Connection, known: Row[Any], now: datetime) -> None:
    """The article is there again: a believed absence is history; one that was only feared never was."""
    if known.withdrawn_at is not None:
        values = {name: known._mapping[name] for name in ("gone_at", "gone_how", "withdrawn_at")}
        db.execute(insert(absence).values(values | {"article_id": known.id, "back_at": now}))


def current(known: Row[Any]) -> Absence | None:
    """The absence that lasts, or None."""
    return None if known.gone_at is None else _absence(known)


def past(db: Connection, article_ids: Sequence[int]) -> dict[int, tuple[Absence, ...]]:
    """The absences of some articles that are back, by article id, the first one first."""
    found: dict[int, tuple[Absence, ...]] = {}
    for ids in chunks(article_ids):
        for row in db.execute(select(absence).where(absence.c.article_id.in_(ids)).order_by(absence.c.id)):
            found[row.article_id] = (*found.get(row.article_id, ()), _absence(row))
    return found


def _absence(row: Row[Any]) -> Absence:
    how = Departure(row.gone_how) if row.gone_how else None
    back_at = row._mapping.get("back_at")
    return Absence(gone_at=row.gone_at, how=how, withdrawn_at=row.withdrawn_at, back_at=back_at)
