"""Room on a disk: looked for before anything is written, not found out by a write that fails."""

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

from crawler.errors import StoreError, StoreFull

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MB = 1_000_000
Free = Callable[[Path], int]


def free(folder: Path) -> int:
    """Bytes that are free where the folder is, or will be.

    :raises OSError: nobody can tell
    """
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def require(folder: Path, least: int, free: Free = free) -> None:
    """Does nothing where so many bytes are free, and where none are asked for.

    :raises StoreFull: fewer are
    """
    if least and (left := free(folder)) < least:
        mend = "free some space, or set archive.min_free_mb lower"
        raise StoreFull(f"{folder}: {left // MB} MB are free, and {least // MB} are to stay free; {mend}")


def refusal(path: Path | str, what: str, error: OSError) -> StoreError:
    """What a disk's refusal is told as; `what` was to be done to the path."""
    kind = StoreFull if error.errno in FULL else StoreError
    return kind(f"{path}: the archive cannot be {what}: {error.strerror or error}; mend it and run again")
