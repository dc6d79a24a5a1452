"""Which archive files have had their time: pure, decided from what each holds and what still needs it.

    aged: every page in it is older than wanted ─┬─ needed: holds the page of a current text, or one of its further
                                                 │  pages, or the body of a page that stays      ► stays whole
                                                 └─ free ──► marked as removed ──► deleted

A file is forgotten first and deleted then, so that the index never names what is not there.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from storage import schema
from storage.rows import chunks

article, revision, record = schema.article, schema.revision, schema.record
THERE = record.c.removed_at.is_(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What retention took away, or would take: file names with their sizes in bytes, and how many pages were in them.

    `needed`: how many files are as old, and stay.
    """

    files: Mapping[str, int]
    pages: int
    needed: int


def aged(db: Connection, before: datetime) -> set[str]:
    """Files whose every page was fetched before then."""
    old = select(record.c.file).where(THERE).group_by(record.c.file)
    return set(db.execute(old.having(func.max(record.c.fetched_at) < before)).scalars())


def free(db: Connection, files: Collection[str]) -> set[str]:
    """Those of the files that nobody needs."""
    if not files:
        return set()
    first = record.alias()
    pages = select(record.c.file).join(revision, revision.c.record_id == record.c.id).join(article, schema.CURRENT)
    parts = (
        select(record.c.file)
        .join(first, first.c.id == record.c.part_of)
        .join(revision, revision.c.record_id == first.c.id)
        .join(article, schema.CURRENT)
    )
    holder = record.alias()
    leaning = (
        select(record.c.file, holder.c.file)
        .join(holder, holder.c.id == record.c.body_in)
        .where(THERE, record.c.file != holder.c.file)
    )
    needed = {*db.execute(pages.distinct()).scalars(), *db.execute(parts.distinct()).scalars()}
    return unneeded(set(files) - needed, {(row[0], row[1]) for row in db.execute(leaning.distinct())})


def unneeded(files: set[str], leaning: Collection[tuple[str, str]]) -> set[str]:
    """The files without those that one which stays leans on: has a body there (`leaning`: who, on whom)."""
    left = set(files)
    while held := {on for file, on in leaning if on in left and file not in left}:
        left -= held
    return left


def mark(db: Connection, files: Collection[str], now: datetime) -> None:
    """Forgets that the files are there."""
    for some in chunks(sorted(files)):
        db.execute(update(record).where(record.c.file.in_(some), THERE).values(removed_at=now))


def removed(db: Connection) -> dict[str, int]:
    """The files that were forgotten, with how many pages were in each."""
    gone = select(record.c.file, func.count()).group_by(record.c.file)
    return dict(db.execute(gone.having(func.count(record.c.removed_at) == func.count())).all())


def pages(db: Connection, file: str) -> int:
    """How many pages are in a file."""
    return db.execute(select(func.count()).where(record.c.file == file)).scalar_one()
