"""The archive's index."""

from sqlalchemy import Connection, func, insert, select

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


def add(db: Connection, page: Snapshot, place: Place) -> int:
    """Indexes a record; gives its id."""
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
    }
    return int(db.execute(insert(record).values(values).returning(record.c.id)).scalar_one())


def place(db: Connection, record_id: int) -> Place:
    """Where a record lies."""
    row = db.execute(select(record).where(record.c.id == record_id)).first()
    if row is None:
        raise StoreError(f"there is no archive record {record_id}")
    return Place(file=row.file, offset=row.offset, length=row.length, digest=row.digest)


def end(db: Connection, file: str) -> int:
    """Where a file's last indexed record ends, in bytes; 0: none is indexed."""
    last = select(func.max(record.c.offset + record.c.length)).where(record.c.file == file)
    return db.execute(last).scalar() or 0
