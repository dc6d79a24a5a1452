"""Files that a web server serves while they are written: whole or not at all, and only where their bytes changed.

    lock the folder → the same bytes as before? leave the file alone
                      else temporary files → fsync → old .gz away → rename → rename of the .gz → fsync of the folder

Beside each file stands `NAME.gz`, the same packed, for servers that can send it (nginx: `gzip_static`, Caddy:
`precompressed`). The old one goes before the file changes: a .gz that is there holds what its file holds, at any
moment and after any crash; where it is missing, servers send the file. What a killed process left is overwritten by
the next one, for a temporary name is always the same and the folder is locked.
"""

import errno
import fcntl
import gzip
import os
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler.errors import PublishError

PATIENCE = 10.0  # seconds to wait for another process that publishes to the same folder
PACKED = ".gz"
LEVEL = 6  # the highest, 9, takes three times as long for a hundredth less
_TRAILER = 8  # bytes: checksum and length of what is packed (RFC 1952, 2.3.1)

_MENDS = {
    errno.EACCES: "let this user write there, or set feed.directory elsewhere",
    errno.EEXIST: "move away what stands in its place, or set feed.directory elsewhere",
    errno.EISDIR: "move away what stands in its place",
    errno.ENOSPC: "free some space",
    errno.ENOTDIR: "move away what stands in its place, or set feed.directory elsewhere",
}
_LIKE = {
    errno.EDQUOT: errno.ENOSPC,
    errno.EFBIG: errno.ENOSPC,
    errno.EPERM: errno.EACCES,
    errno.EROFS: errno.EACCES,
    errno.ENOTEMPTY: errno.EISDIR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder that no other process writes to for now; `descriptor` is open and holds the lock."""

    path: Path
    descriptor: int


@contextmanager
def locked(directory: Path) -> Iterator[Folder]:
    """The directory, made if need be, for this process alone.

    :raises PublishError: it cannot be made or opened, or another process has had it for `PATIENCE` seconds
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise PublishError(_complaint(directory, error)) from error
    try:
        _lock(descriptor, directory)
        yield Folder(path=directory, descriptor=descriptor)
    finally:
        os.close(descriptor)  # and with it the lock


def write(folder: Folder, name: str, document: bytes) -> bool:
    """Makes the file of that name hold the document, and the .gz beside it the same; gives whether the file changed.

    :raises PublishError: names the file and the mend; both are as they were before, or the .gz is missing
    """
    path = folder.path / name
    packed = path.with_name(name + PACKED)
    try:
        changed = not _holds(path, document)
        if changed or not _packs(packed, document):
            _replace(folder, path, packed, document, changed)
    except OSError as error:
        raise PublishError(_complaint(packed if packed.is_dir() else path, error)) from error
    return changed


def remove(folder: Folder, name: str) -> bool:
    """Takes the file of that name away, the .gz first; gives whether there was one.

    :raises PublishError: names the file and the mend
    """
    path = folder.path / name
    try:
        path.with_name(name + PACKED).unlink(missing_ok=True)
        path.unlink()
        os.fsync(folder.descriptor)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise PublishError(_complaint(path, error)) from error
    return True


def _holds(path: Path, document: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(document) and path.read_bytes() == document


def _packs(packed: Path, document: bytes) -> bool:
    """Whether its trailer tells of this document; it was written whole, so that is enough."""
    if not packed.is_file() or packed.stat().st_size < _TRAILER:
        return False
    with packed.open("rb") as file:
        file.seek(-_TRAILER, os.SEEK_END)
        told = file.read()
    length = len(document) & 0xFFFF_FFFF
    return told == zlib.crc32(document).to_bytes(4, "little") + length.to_bytes(4, "little")


def _replace(folder: Folder, path: Path, packed: Path, document: bytes, changed: bool) -> None:
    temporary, temporary_packed = (one.with_name(f".{one.name}.tmp") for one in (path, packed))
    try:
        if changed:
            _fill(temporary, document)
        _fill(temporary_packed, gzip.compress(document, compresslevel=LEVEL, mtime=0))
        at = (temporary if changed else path).stat().st_mtime_ns
        os.utime(temporary_packed, ns=(at, at))  # packed or not, it is one document with one Last-Modified
        packed.unlink(missing_ok=True)
        if changed:
            temporary.replace(path)
        temporary_packed.replace(packed)
        os.fsync(folder.descriptor)
    finally:
        temporary.unlink(missing_ok=True)
        temporary_packed.unlink(missing_ok=True)


def _fill(path: Path, document: bytes) -> None:
    with path.open("wb") as file:
        file.write(document)
        file.flush()
        os.fsync(file.fileno())


def _lock(descriptor: int, directory: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= until:
                raise PublishError(
                    f"{directory}: another process is publishing there; let it end, then publish"
                ) from error
            time.sleep(0.05)
        except OSError:
            return None  # a network file system without locks: the rename is whole there, too


def _complaint(path: Path, error: OSError) -> str:
    number = error.errno or 0
    mend = _MENDS.get(_LIKE.get(number, number), "see to the disk")
    return f"{path}: {error.strerror or error}; the last good feed stays; {mend}, then run `tindothi publish`"
