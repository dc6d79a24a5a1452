"""Is the store whole? Every promise of the tables that no constraint keeps, each told in words with the mend."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, or_, select

from crawler.text import content_hash
from storage import schema
from storage.engines import ways

article, revision, entry, record, volume = (
    schema.article,
    schema.revision,
    schema.entry,
    schema.record,
    schema.volume,
)
_AT_ONCE = 500
_SHOWN = 5  # ids that are named
MEND = "restore a backup"


def problems(db: Connection) -> Iterator[str]:
    """What is wrong in the database; nothing where it is whole."""
    yield from (f"{said}; {MEND}" for said in ways(db).damage(db))
    yield from _articles(db)
    yield from _hashes(db)
    yield from _entries(db)
    yield from _pages(db)


def records(db: Connection, after: int, limit: int = _AT_ONCE) -> list[int]:
    """Ids of archive records behind one, of those that were not removed."""
    ids = select(record.c.id).where(record.c.id > after, record.c.removed_at.is_(None)).order_by(record.c.id)
    return list(db.execute(ids.limit(limit)).scalars())


def _articles(db: Connection) -> Iterator[str]:
    bare = (
        select(article.c.id).outerjoin(revision, schema.CURRENT).where(revision.c.id.is_(None)).order_by(article.c.id)
    )
    if ids := list(db.execute(bare).scalars()):
        yield f"{len(ids)} articles have no current text ({_named(ids)}); {MEND}"
    loose = select(article.c.id).outerjoin(revision, revision.c.id == article.c.text_id).where(revision.c.id.is_(None))
    if ids := list(db.execute(loose.order_by(article.c.id)).scalars()):
        yield f"{len(ids)} articles carry a text that is not there ({_named(ids)}); {MEND}"
    unknown = select(article.c.id).where(article.c.id.not_in(select(ways(db).ID))).order_by(article.c.id)
    if lost := list(db.execute(unknown).scalars()):
        yield f"searches miss {len(lost)} articles ({_named(lost)}); {MEND}"


def _hashes(db: Connection) -> Iterator[str]:
    wrong, last = [], 0
    while rows := db.execute(
        select(revision).where(revision.c.id > last).order_by(revision.c.id).limit(_AT_ONCE)
    ).all():
        wrong += [row.id for row in rows if content_hash(row.title, row.lead, row.paragraphs) != row.content_hash]
        last = rows[-1].id
    if wrong:
        yield f"{len(wrong)} revisions are not what their hash says ({_named(wrong)}); {MEND}"


def _entries(db: Connection) -> Iterator[str]:
    foreign = (
        select(entry.c.id)
        .join(revision, revision.c.id == entry.c.revision_id)
        .where(revision.c.article_id != entry.c.article_id)
    )
    if ids := list(db.execute(foreign).scalars()):
        yield f"{len(ids)} feed entries show a text of another article ({_named(ids)}); {MEND}"
    twice = select(entry.c.uuid).group_by(entry.c.feed, entry.c.uuid).having(func.count() > 1)
    if uuids := list(db.execute(twice).scalars()):
        yield f"{len(uuids)} feed ids stand twice in a feed ({_named(uuids)}); {MEND}"
    known = (volume.c.feed == entry.c.feed) & (volume.c.number == entry.c.volume)
    lost = select(entry.c.id).outerjoin(volume, known).where(entry.c.volume.is_not(None), volume.c.number.is_(None))
    if ids := list(db.execute(lost.order_by(entry.c.id)).scalars()):
        yield f"{len(ids)} feed entries are in a volume that is not there ({_named(ids)}); {MEND}"


def _pages(db: Connection) -> Iterator[str]:
    holder = record.alias()
    lacking = or_(holder.c.removed_at.is_not(None), holder.c.body_in.is_not(None))
    bodiless = (
        select(record.c.id)
        .join(holder, holder.c.id == record.c.body_in)
        .where(record.c.removed_at.is_(None), lacking)
        .order_by(record.c.id)
    )
    if ids := list(db.execute(bodiless).scalars()):
        yield f"{len(ids)} archived pages refer to a body that is no longer there ({_named(ids)}); {MEND}"
    lost = (
        select(article.c.id)
        .join(revision, schema.CURRENT)
        .join(record, record.c.id == revision.c.record_id)
        .where(record.c.removed_at.is_not(None))
        .order_by(article.c.id)
    )
    if ids := list(db.execute(lost).scalars()):
        yield f"the pages of {len(ids)} articles were removed from the archive ({_named(ids)}); {MEND}"


def _named(ids: list[int] | list[str]) -> str:
    shown = ", ".join(map(str, ids[:_SHOWN]))
    return shown + (", …" if len(ids) > _SHOWN else "")
