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


def refuse_a_store(path: Path) -> None:
    """What is about to be replaced is no store: an earlier export may be, a store never.

    :raises StoreError: it is one
    """
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            raise StoreError(f"{path}: this is a store; name another file")
