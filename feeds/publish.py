"""Feeds to files: whole or not at all, and only where something changed.

    lock the directory, then for each feed and format:
        document → the same bytes as before? leave the file alone
                 → else temporary file → fsync → rename → fsync of the directory

Whatever fails, the last good feed stays, the other feeds are written, and no temporary file is left. What a killed
process left is overwritten by the next one, for the name is always the same and the directory is locked.
"""

import errno
import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from crawler.errors import PublishError
from crawler.types import Feed
from feeds import atom, jsonfeed, opml, rss
from feeds.definitions import ATOM, JSON, RSS, file_name

RENDERERS = {ATOM: atom.render, RSS: rss.render, JSON: jsonfeed.render}
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
    """A file as it is now: one format of a feed, or the list of all feeds, whose `entries` are the feeds.

    `written`: False where it held these very bytes before.
    """

    path: Path
    entries: int
    written: bool


def publish(feeds: Iterable[Feed], directory: Path, *, base_url: str = "", whole: bool = True) -> tuple[Published, ...]:
    """Writes each feed to its files in the directory, one a format; and, where it is known where that is served, OPML.

    The directory is made where there is none.

    `feeds` is read while the directory is locked: given as a generator over the store, no older state of it can
    overwrite a newer one. `base_url`: where the directory is served, for the self links. `whole`: these are all feeds
    that there are; else the list of them stays as it is, for what a broken file does not tell of is no less there.

    :raises PublishError: names each file that could not be written and how to mend it (the others are written); or
        `base_url` is no address
    """
    done: list[Published] = []
    failed: list[str] = []
    with _locked(directory) as folder:
        for name, document, entries in _documents(feeds, base_url, listing=whole):
            path = directory / name
            try:
                written = _write(path, document, folder)
            except OSError as error:
                failed.append(_complaint(path, error))
            else:
                done.append(Published(path=path, entries=entries, written=written))
    if failed:
        raise PublishError("\n".join(failed))
    return tuple(done)


def _documents(feeds: Iterable[Feed], base_url: str, *, listing: bool) -> Iterator[tuple[str, bytes, int]]:
    """Each file's name, what stands in it, and how many entries (of the list of all feeds: feeds)."""
    listed = []
    for feed in feeds:
        for kind, render in RENDERERS.items():
            yield file_name(feed.name, kind), render(feed, base_url=base_url), len(feed.entries)
        listed.append(replace(feed, entries=()))
    if base_url and listing:
        yield opml.FILE_NAME, opml.render(listed, base_url), len(listed)


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
