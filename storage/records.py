"""The archive's index."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from crawler.errors import StoreError
from crawler.types import Snapshot
from storage import schema, warc
from storage.archive import Place

record = schema.record


def known(db: Connection, page: Snapshot) -> int | None:
    """The record of this very page (URL, time and body), if there is one."""
    same = (record.c.url == page.url) & (record.c.fetched_at == page.fetched_at)
    rows = db.execute(select(record.c.id, record.c.digest).where(same).order_by(record.c.id)).all()
    return next((row.id for row in rows if row.digest == warc.digest(page.body)), None)


def keep(db: Connection, pages: Sequence[Snapshot], lying: Sequence[Place | int]) -> list[int]:
    """Indexes an article's page and its further pages, each where it lies or by its record; gives the records."""
    kept: list[int] = []
    for page, where in zip(pages, lying, strict=True):
        first = kept[0] if kept else None
        if isinstance(where, Place):
            kept.append(_added(db, page, where, first))
            continue
        if first is not None:
            db.execute(update(record).where(record.c.id == where).values(part_of=first))
        kept.append(where)
    return kept


def _added(db: Connection, page: Snapshot, place: Place, part_of: int | None) -> int:
    values = {
        "source": page.source,
        "requested_url": page.requested_url,
        "url": page.url,
        "status": page.status,
        "fetched_at": page.fetched_at,
        "file": place.file,
        "offset": place.offset,
        "length": place.length,
        "digest": place.digest,
        "part_of": part_of,
    }
    return int(db.execute(insert(record).values(values).returning(record.c.id)).scalar_one())


def place(db: Connection, record_id: int) -> Place:
    """Where a record lies."""
    row = db.execute(select(record).where(record.c.id == record_id)).first()
    if row is None:
        raise StoreError(f"there is no archive record {record_id}")
    return _place(row)


def context(db: Connection, record_id: int) -> tuple[int | None, Mapping[int, Place]]:
    """The record that begins the article of this further page; and by record, where those lie that follow this one."""
    part_of = db.execute(select(record.c.part_of).where(record.c.id == record_id)).scalar_one_or_none()
    parts = db.execute(select(record).where(record.c.part_of == record_id).order_by(record.c.id))
    return part_of, {row.id: _place(row) for row in parts}


def _place(row: Row[Any]) -> Place:
    return Place(file=row.file, offset=row.offset, length=row.length, digest=row.digest)


def end(db: Connection, file: str) -> int:
    """Where a file's last indexed record ends, in bytes; 0: none is indexed."""
    last = select(func.max(record.c.offset + record.c.length)).where(record.c.file == file)
    return db.execute(last).scalar() or 0
