"""The archive's index."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from crawler.errors import PageRemoved, StoreError
from crawler.types import Snapshot
from storage import schema, warc
from storage.archive import Position
from storage.rows import inserted

record = schema.record
THERE = record.c.removed_at.is_(None)
_holder = record.alias("holder")
_FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A record that holds its own body, for others to refer to."""

    record: int
    place: Position
    origin: warc.Origin


def known(db: Connection, page: Snapshot) -> int | None:
    """The record of this very page (URL, time and body), if it is there."""
    same = (record.c.url == page.url) & (record.c.fetched_at == page.fetched_at) & THERE
    rows = db.execute(select(record.c.id, record.c.digest).where(same).order_by(record.c.id)).all()
    return next((row.id for row in rows if row.digest == warc.digest(page.body)), None)


def body(db: Connection, page: Snapshot, keeping: timedelta | None = None) -> Body | None:
    """The record that holds this body; no revisit, none that was removed, none that was fetched later.

    Nor one that was fetched more than `keeping` earlier: its file would have to stay for the page's sake when its time
    is over.
    """
    if not page.body:
        return None
    same = (record.c.digest == warc.digest(page.body)) & record.c.body_in.is_(None) & THERE
    if keeping is not None and page.fetched_at - _FIRST > keeping:
        same &= record.c.fetched_at >= page.fetched_at - keeping
    earlier = select(record).where(same, record.c.fetched_at <= page.fetched_at)
    row = db.execute(earlier.order_by(record.c.id.desc())).first()  # a second one was written where the first was lost
    if row is None:
        return None
    return Body(record=row.id, place=_place(row), origin=warc.Origin(url=row.url, fetched_at=row.fetched_at))


def are_there(db: Connection, bodies: Collection[Body]) -> bool:
    """Whether none of the records was removed."""
    wanted = {body.record for body in bodies}
    return set(db.execute(select(record.c.id).where(record.c.id.in_(wanted), THERE)).scalars()) == wanted


def keep(
    db: Connection, pages: Sequence[Snapshot], lying: Sequence[Position | int], bodies: Mapping[str, Body]
) -> list[int]:
    """Indexes an article's page and its further pages, each where it lies or by its record; gives the records.

    `bodies`: by digest, the records of which new ones are revisits.
    """
    kept: list[int] = []
    for page, where in zip(pages, lying, strict=True):
        first = kept[0] if kept else None
        if isinstance(where, Position):
            kept.append(_added(db, page, where, first, bodies.get(where.digest)))
            continue
        if first is not None:
            db.execute(update(record).where(record.c.id == where).values(part_of=first))
        kept.append(where)
    return kept


def _added(db: Connection, page: Snapshot, place: Position, part_of: int | None, body: Body | None) -> int:
    values = {
        "source": page.source,
        "requested_url": page.requested_url,
        "url": page.url,
        "status": page.status,
        "waived": page.waived,
        "fetched_at": page.fetched_at,
        "file": place.file,
        "offset": place.offset,
        "length": place.length,
        "digest": place.digest,
        "part_of": part_of,
        "body_in": body.record if body else None,
    }
    return inserted(db, insert(record).values(values))


def place(db: Connection, record_id: int) -> Position:
    """Where a record lies.

    :raises PageRemoved: its file was removed
    :raises StoreError: there is no such record
    """
    row = db.execute(_rows().where(record.c.id == record_id)).first()
    if row is None:
        raise StoreError(f"there is no archive record {record_id}")
    if row.removed_at is not None:
        day = f"{row.removed_at:%d/%m/%Y}"
        raise PageRemoved(f"archive record {record_id}: the page is no longer there, `tindothi gc` removed it on {day}")
    return _place(row)


def context(db: Connection, record_id: int) -> tuple[int | None, Mapping[int, Position]]:
    """The record that begins the article of this further page; and by record, where those lie that follow this one."""
    part_of = db.execute(select(record.c.part_of).where(record.c.id == record_id)).scalar_one_or_none()
    parts = db.execute(_rows().where(record.c.part_of == record_id, THERE).order_by(record.c.id))
    return part_of, {row.id: _place(row) for row in parts}


def has_lost_parts(db: Connection, record_id: int) -> bool:
    """Whether a further page of the article was removed, and not archived again."""
    parts = db.execute(select(record.c.url, record.c.removed_at).where(record.c.part_of == record_id)).all()
    return not {row.url for row in parts} <= {row.url for row in parts if row.removed_at is None}


def lying(db: Connection, url: str, fetched_at: datetime) -> Position | None:
    """Where the page of a URL lies that was fetched then."""
    row = db.execute(_rows().where(record.c.url == url, record.c.fetched_at == fetched_at, THERE)).first()
    return _place(row) if row else None


def lying_with(db: Connection, digest: str) -> Position | None:
    """Where a page with this body lies."""
    row = db.execute(_rows().where(record.c.digest == digest, record.c.body_in.is_(None), THERE)).first()
    return _place(row) if row else None


def _rows() -> Select[Any]:
    """Records, each with where its body lies if another holds it."""
    held = {f"body_{name}": _holder.c[name] for name in ("file", "offset", "length")}
    columns = (column.label(name) for name, column in held.items())
    return select(record, *columns).outerjoin(_holder, _holder.c.id == record.c.body_in)


def _place(row: Row[Any]) -> Position:
    body_in = None
    if row.body_in is not None:
        body_in = Position(file=row.body_file, offset=row.body_offset, length=row.body_length, digest=row.digest)
    return Position(file=row.file, offset=row.offset, length=row.length, digest=row.digest, body_in=body_in)


def end(db: Connection, file: str) -> int:
    """Where a file's last indexed record ends, in bytes; 0: none is indexed."""
    last = select(func.max(record.c.offset + record.c.length)).where(record.c.file == file)
    return db.execute(last).scalar() or 0
