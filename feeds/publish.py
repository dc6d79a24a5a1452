"""Feeds to files: whole or not at all, and only where something changed.

    lock the directory, then for each feed: says what it said when its file was made? leave that alone
                                            → document → the same bytes as before? leave the file alone
                                                       → else temporary file → fsync → rename → fsync of the directory

A volume is written once, before the document that leads to it, and then left alone. Whatever fails, the last good feed
stays, the other feeds are written, and no temporary file is left. What a killed process left is overwritten by the next
one, for the name is always the same and the directory is locked.
"""

import errno
import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from crawler.errors import PublishError
from crawler.types import Feed
from feeds import made
from feeds.atom import render
from feeds.definitions import file_name

PATIENCE = 10.0  # seconds to wait for another process that publishes to the same directory

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
class Published:
    """A feed's file as it is now. `written`: False where it held these very bytes before."""

    path: Path
    entries: int
    written: bool


def publish(feeds: Iterable[Feed], directory: Path, *, base_url: str = "") -> tuple[Published, ...]:
    """Writes each feed to its file in the directory, which is made where there is none.

    `feeds` is read while the directory is locked: given as a generator over the store, no older state of it can
    overwrite a newer one. `base_url`: where the directory is served, for the self links.

    :raises PublishError: names each file that could not be written and how to mend it (the others are written); or
        `base_url` is no address
    """
    done: list[Published] = []
    failed: list[str] = []
    broken: set[str] = set()
    with _locked(directory) as folder:
        known = made.read(directory)
        for feed in feeds:
            path = directory / file_name(feed.name, feed.volume)
            if feed.name in broken:  # it would lead to a volume that is not there
                continue
            of = made.source(feed, base_url)
            if made.holds(known, path, of):
                done.append(Published(path=path, entries=len(feed.entries), written=False))
                continue
            document = render(feed, base_url=base_url)
            try:
                written = _write(path, document, folder)
            except OSError as error:
                failed.append(_complaint(path, error))
                broken.add(feed.name)
            else:
                done.append(Published(path=path, entries=len(feed.entries), written=written))
                if not feed.volume:
                    known[path.name] = [of, made.digest(document)]
        known = {name: one for name, one in known.items() if (directory / name).is_file()}
        with suppress(OSError):  # then all is rendered again
            _write(directory / made.FILE, made.line(known), folder)
    if failed:
        raise PublishError("\n".join(failed))
    return tuple(done)


def missing(feed: Feed, directory: Path) -> tuple[int, ...]:
    """The volumes of a feed that have no file yet; the others are never written again."""
    with os.scandir(directory) as found:
        there = {one.name for one in found if one.is_file()}
    return tuple(number for number in range(1, feed.volumes + 1) if file_name(feed.name, number) not in there)


def _write(path: Path, document: bytes, folder: int) -> bool:
    """Gives whether the file had to be written."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        if path.is_file() and path.read_bytes() == document:
            return False
        with temporary.open("wb") as file:
            file.write(document)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        os.fsync(folder)
        return True
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _locked(directory: Path) -> Iterator[int]:
    """The directory, made if need be, as an open descriptor that no other publisher holds."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        folder = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise PublishError(_complaint(directory, error)) from error
    try:
        _lock(folder, directory)
        yield folder
    finally:
        os.close(folder)  # and with it the lock


def _lock(folder: int, directory: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
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
