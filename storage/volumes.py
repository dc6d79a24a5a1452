"""A feed's volumes: older entries, sealed in portions, so that whoever was away finds them all (RFC 5005, section 4).

The current document has room for so many entries. Those that no volume has as they are now are loose; where there are
more of these than fit, the oldest are sealed into the next volume, as many as fit into one. A volume is never filled
again. An entry that moves is loose again: it re-appears in the current document, and later in another volume, while the
old one stays as it was written. So each published entry is loose or in a volume at any time, whatever `updated` says,
even when the clock was set back; and the current document and the volumes are all that the feed has told.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from storage import schema
from storage.rows import chunks
from storage.standing import Standing

entry, volume = schema.entry, schema.volume


def count(db: Connection, feed: str) -> int:
    """How many volumes a feed has: they are numbered from 1."""
    return db.execute(select(func.max(volume.c.number)).where(volume.c.feed == feed)).scalar() or 0


def loose(db: Connection, feed: str) -> Sequence[int]:
    """The published entries that are in no volume as they are now, by id; the oldest first."""
    mine = (entry.c.feed == feed) & (entry.c.state == Standing.PUBLISHED) & entry.c.volume.is_(None)
    return db.execute(select(entry.c.id).where(mine).order_by(entry.c.updated, entry.c.uuid.desc())).scalars().all()


def seal(db: Connection, feed: str, limit: int, now: datetime) -> None:
    """Seals the oldest loose entries, `limit` into each volume, until no more than `limit` are left."""
    found = loose(db, feed)
    number = count(db, feed)
    while len(found) > limit:
        number += 1
        db.execute(insert(volume).values(feed=feed, number=number, sealed_at=now))
        for ids in chunks(found[:limit]):
            db.execute(update(entry).where(entry.c.id.in_(ids)).values(volume=number))
        found = found[limit:]
