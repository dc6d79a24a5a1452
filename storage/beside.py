"""A file that is there whole or not at all: written beside its place, and renamed when all is on the disk."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from crawler.errors import StoreError


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A path beside another, which it replaces when the block ends well; what stood there stays when it does not."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)  # what a killed process left
    try:
        yield new
        with new.open("rb") as written:
            os.fsync(written.fileno())
        new.replace(path)
    finally:
        with suppress(OSError):
            new.unlink()


def replaceable(path: Path) -> Path:
    """Where a path leads, if a new file may take that place: an earlier one may stand there, but no store.

    :raises StoreError: a store is there, or a device
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise StoreError(f"{path}: this is no file; name one")
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            raise StoreError(f"{path}: this is a store; name another file")
    return path
