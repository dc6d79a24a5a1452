"""A copy of the store that stands for itself, made while a run may be writing; and back from it.

    database ──one state of it──► tindothi.db ──its records──► archive files, up to the last record it knows
                                              └─ it only grows, but for `gc`: what the copy names is there

SQLite copies itself, online; PostgreSQL's rows are moved into a SQLite file, and back (`storage.moving`). A file is
written beside its place and renamed, so that an interrupted copy leaves nothing half. What
retention removed is copied no more, and stays in a backup that has it.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from crawler.errors import StoreError
from storage.beside import beside
from storage.database import Database
from storage.files import opened, plain
from storage.moving import move

DATABASE, ARCHIVE = "tindothi.db", "archive"  # names within a backup
_PIECE = 1 << 20  # bytes copied at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """How many archive files the copy holds, and how many of them had to be copied this time."""

    files: int
    new: int


def back_up(database: str, archive: Path, target: Path) -> Copied:
    """Copies database (a URL) and archive into a folder; what an earlier backup there holds already is left.

    :raises StoreError: the store lives in that folder; something cannot be read or written; what was complete stays
    """
    file = _file(database)
    if file and not file.is_file():
        raise StoreError(f"{file}: there is no store to back up; mend the setting `data_dir` or `database`")
    places = {target.resolve() / DATABASE, target.resolve() / ARCHIVE}
    if archive.resolve() in places or (file and file.resolve() in places):
        raise StoreError(f"{target}: the store itself lives there; name another folder")
    with _told(target):
        (target / ARCHIVE).mkdir(parents=True, exist_ok=True)
        with beside(target / DATABASE) as copy:
            _copy_file(file, copy) if file else _move(database, f"sqlite:///{copy}")
            sizes = _sizes(copy)
            new = sum(_copy_archive(archive / name, target / ARCHIVE / name, size) for name, size in sizes.items())
    return Copied(files=len(sizes), new=new)


def restore(source: Path, database: str, archive: Path) -> Copied:
    """Copies a backup to where a store belongs; the database (a URL) comes last.

    :raises StoreError: there is a store already, no backup, or something cannot be read or written
    """
    file = _file(database)
    if not (source / DATABASE).is_file():
        raise StoreError(f"{source}: no backup: there is no {DATABASE} in it")
    if file and file.exists():
        raise StoreError(f"{file}: there is a store already; move it away, or set another `data_dir`")
    with _told(archive.parent):
        archive.mkdir(parents=True, exist_ok=True)
        sizes = _sizes(source / DATABASE)
        new = sum(_copy_archive(source / ARCHIVE / name, archive / name, size) for name, size in sizes.items())
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            with beside(file) as copy:
                _copy_file(source / DATABASE, copy)
        else:
            _move(f"sqlite:///{source / DATABASE}", database)
    return Copied(files=len(sizes), new=new)


def _file(database: str) -> Path | None:
    """The file of a SQLite database."""
    url = make_url(database)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _move(source: str, target: str) -> None:
    with closing(Database(source)) as old, closing(Database(target)) as new:
        move(old, new)


def _copy_file(database: Path, copy: Path) -> None:
    with closing(_read_only(database)) as read, closing(sqlite3.connect(copy)) as written:
        read.backup(written)


def _sizes(database: Path) -> dict[str, int]:
    """The archive files that a database names, with where the last record of each ends; it may be of an older form."""
    with closing(_read_only(database)) as db:
        columns = {row[1] for row in db.execute("PRAGMA table_info(record)")}
        there = "WHERE removed_at IS NULL" if "removed_at" in columns else ""
        ends = db.execute(f'SELECT file, max("offset" + length) FROM record {there} GROUP BY file')  # noqa: S608
        return {plain(name): end for name, end in ends}


def _read_only(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)


def _copy_archive(path: Path, copy: Path, size: int) -> bool:
    """Copies a file up to its last known record; one that a run is writing still bears another name."""
    if copy.exists() and copy.stat().st_size >= size:
        return False
    with opened(path.parent, path.name) as read, beside(copy) as new:
        with new.open("wb") as written:
            while size and (piece := read.read(min(size, _PIECE))):
                written.write(piece)
                size -= len(piece)
        shutil.copystat(read.name, new)
    return True


@contextmanager
def _told(where: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{error.filename or where}: {error.strerror}; mend it and run again") from error
    except sqlite3.Error as error:
        raise StoreError(f"{where}: {error}") from error
