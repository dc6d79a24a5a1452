"""An archive file's life: made, `.open` and locked while one process writes it, closed under its final name.

A name is taken once, whoever else makes files in the folder: the file is made where none of that name is, then locked,
and only then looked at again: another process may have closed one of that name meanwhile, or cleared this one away.
"""

import errno
import fcntl
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Self

from storage import warc

OPEN = ".open"
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")
_NAMES = 1000  # tried within one second and process


class ArchiveFile:
    """A file that this process writes. Whoever opens it ends with `finish`, `leave` or `discard`."""

    def __init__(self, path: Path, stream: IO[bytes], made: datetime) -> None:
        """`path`: the final one."""
        self.name = path.name
        self._path = path
        self._stream = stream
        self._made = made
        self._start = 0
        self.end = 0  # of the last whole record

    @classmethod
    def create(cls, folder: Path, now: datetime) -> Self:
        """A new file with its `warcinfo` record.

        :raises OSError: it cannot be made; nothing is left of it
        """
        folder.mkdir(parents=True, exist_ok=True)
        stem = f"{now.astimezone(UTC):%Y%m%dT%H%M%S}-{os.getpid()}"
        for number in range(_NAMES):  # by name, the files of a process stand in the order in which they were written
            path = folder / f"{stem}-{number:03}.warc.gz"
            stream = _made(path)
            if stream is None:
                continue
            file = cls(path, stream, now)
            try:
                file.append([warc.start(path.name)])
            except OSError:
                file.discard()
                raise
            file._start = file.end
            return file
        raise FileExistsError(f"{folder / stem}: {_NAMES} files of this name")

    @property
    def is_empty(self) -> bool:
        """Whether there is no page in it."""
        return self.end == self._start

    def takes(self, length: int, now: datetime, limit: int) -> bool:
        """Whether so many more bytes belong into it: it is of today (UTC), and stays within the limit, or was empty."""
        today = now.astimezone(UTC).date() == self._made.astimezone(UTC).date()
        return today and (self.is_empty or self.end + length <= limit)

    def append(self, pieces: Sequence[bytes]) -> list[int]:
        """Writes the pieces one behind the other; gives where each begins.

        :raises OSError: the disk refuses; nothing is left of any
        """
        places, end = [], self.end
        try:
            self._stream.seek(end)
            for piece in pieces:
                places.append(end)
                rest = memoryview(piece)
                while rest:
                    rest = rest[self._stream.write(rest) :]
                end += len(piece)
        except OSError:
            with suppress(OSError):  # what is left there is written over, or cut off at last
                self._stream.truncate(self.end)
            raise
        self.end = end
        return places

    def finish(self) -> None:
        """It is on the disk and has its final name."""
        _finish(self._stream, self._open_path, self.end)

    def leave(self) -> None:
        """Closes it as it is; the next one who writes in the folder mends it."""
        self._stream.close()

    def discard(self) -> None:
        """Deletes it."""
        with suppress(OSError):
            self._open_path.unlink()
        self._stream.close()

    @property
    def _open_path(self) -> Path:
        return self._path.with_name(self.name + OPEN)


def plain(name: str) -> str:
    """The name, if it is that of a file in the archive's folder: a store from elsewhere may say anything.

    :raises OSError: it leads elsewhere
    """
    if not _PLAIN.fullmatch(name):
        raise OSError(errno.EINVAL, "is no plain file name", name[:200])
    return name


def opened(folder: Path, name: str) -> IO[bytes]:
    """A file for reading, closed or still being written.

    :raises OSError: it is not there, cannot be read, or would be somewhere else
    """
    for path in (folder / plain(name), folder / (name + OPEN)):
        with suppress(FileNotFoundError):
            return path.open("rb")
    return (folder / name).open("rb")  # it may have been closed in between


def mend(folder: Path, known_end: Callable[[str], int]) -> None:
    """Cuts what killed processes left to the end of its last indexed record (`known_end(file)`, in bytes), closes it.

    A file that another process still writes is left alone; one without any record is deleted.
    """
    for path in sorted(folder.glob("*" + OPEN)):
        with suppress(FileNotFoundError), path.open("r+b") as stream:
            if not _locked(stream, path, wait=False):
                continue
            end = known_end(path.name.removesuffix(OPEN))
            if end == 0:
                path.unlink()
            else:
                _finish(stream, path, end)


def _made(path: Path) -> IO[bytes] | None:
    """The open and locked file of a name, or None where the name is taken."""
    try:
        stream = path.with_name(path.name + OPEN).open("xb", buffering=0)
    except FileExistsError:
        return None
    if not _locked(stream, path.with_name(path.name + OPEN), wait=True):
        stream.close()
        return None
    if path.exists():
        path.with_name(path.name + OPEN).unlink()
        stream.close()
        return None
    return stream


def _locked(stream: IO[bytes], path: Path, *, wait: bool) -> bool:
    """Whether we now hold the lock on the file of that name, which another process may have closed or deleted."""
    try:
        fcntl.flock(stream, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def _finish(stream: IO[bytes], path: Path, end: int) -> None:
    if stream.seek(0, os.SEEK_END) > end:
        stream.truncate(end)
    os.fsync(stream.fileno())
    path.rename(path.with_name(path.name.removesuffix(OPEN)))
    stream.close()
