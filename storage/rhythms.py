"""What the store knows of a source's rhythm, for `crawler.rhythm` to decide on."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from crawler.rhythm import Rhythm
from storage import schema
from storage.pending import State
from storage.policy import TRUST, may_retry

LATEST = 200  # articles that tell how often a source publishes

article, listing, pending, revision, run, source = (
    schema.article,
    schema.listing,
    schema.pending,
    schema.revision,
    schema.run,
    schema.source,
)


def rhythm(db: Connection, name: str, now: datetime) -> Rhythm:
    """A source's rhythm; one that was never crawled has none."""
    known = db.execute(select(source).where(source.c.name == name)).first()
    if known is None:
        return Rhythm()
    hint, shown = _hints(db, name)
    return Rhythm(
        met=known.first_run_at,
        read_at=_read_at(db, name),
        published=_published(db, known),
        waiting=_waiting(db, name, now),
        hint=hint,
        shown=shown,
    )


def _read_at(db: Connection, name: str) -> datetime | None:
    """The start of the latest run that read a listing of the source."""
    read = select(run.c.started).where(run.c.source == name, run.c.listings > 0)
    return db.execute(read.order_by(run.c.started.desc()).limit(1)).scalar()


def _published(db: Connection, known: Row[Any]) -> tuple[datetime, ...]:
    """Of the articles found last: as printed, else when they were found; what a first run found may be of any age."""
    latest = (
        select(revision.c.published_at, article.c.first_seen)
        .join(article, schema.CURRENT)
        .where(article.c.source == known.name)
        .order_by(article.c.id.desc())
        .limit(LATEST)
    )
    settled: datetime | None = known.settled_at
    return tuple(
        printed or found
        for printed, found in db.execute(latest)
        if printed or (settled is not None and found > settled)
    )


def _waiting(db: Connection, name: str, now: datetime) -> int:
    waits = (pending.c.source == name) & (pending.c.state == State.PENDING)
    tried = db.execute(select(pending.c.attempts, pending.c.tried_at).where(waits))
    return sum(may_retry(row.attempts, row.tried_at, now) for row in tried)


def _hints(db: Connection, name: str) -> tuple[timedelta | None, int]:
    """The shortest of its listings' hints, if all have one, and of their lengths; of those that are still read."""
    rows = db.execute(select(listing.c.hint, listing.c.shown, listing.c.read_at).where(listing.c.source == name)).all()
    latest = max((row.read_at for row in rows), default=None)
    read = [row for row in rows if latest and row.read_at >= latest - 2 * TRUST]
    hints = [row.hint for row in read]
    hint = timedelta(seconds=min(hints)) if hints and None not in hints else None
    return hint, min((row.shown for row in read if row.shown), default=0)
