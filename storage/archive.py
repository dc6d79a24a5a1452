"""The archive of fetched pages: WARC/1.1, one file per run, one gzip member per record.

A file is called `….warc.gz.open` until it is closed, and locked by its writer meanwhile. Every record is handed to the
operating system before its index row is committed, so a killed process loses nothing that the index knows; the disk is
asked to keep it (fsync) when the file is closed, so a power cut may cost the bodies, never the index or the articles.
What a killed run left behind is cut to its last indexed record and closed by the next run.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO

from crawler.errors import StoreError
from crawler.types import Snapshot
from storage import warc
from storage.saved import iterate
from storage.warc import ArchiveDamaged

__all__ = ["Archive", "ArchiveDamaged", "Place", "iterate"]

OPEN = ".open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a record lies: file name in the archive's folder, offset and length in bytes; its payload's digest."""

    file: str
    offset: int
    length: int
    digest: str


class Archive:
    """A folder of WARC files; makes nothing until the first page is written. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None
        self._name = ""

    def write(self, page: Snapshot, *, known_end: Callable[[str], int] = lambda _: 0) -> Place:
        """Appends the page. The first call mends what killed runs left, see `recover`.

        :raises StoreError: the disk is full or refuses; nothing is left of the page
        """
        return self.write_all((page,), known_end=known_end)[0]

    def write_all(self, pages: Sequence[Snapshot], *, known_end: Callable[[str], int] = lambda _: 0) -> list[Place]:
        """Appends pages that belong together, one behind the other whoever else writes; see `write`."""
        packed = [warc.pack(page) for page in pages]  # the slow part, outside the lock
        places: list[Place] = []
        with self._lock:
            try:
                if self._file is None:
                    self._recover(known_end)
                    self._file = self._create()
                for page, data in zip(pages, packed, strict=True):
                    offset = self._file.tell()
                    self._append(self._file, data)
                    digest = warc.digest(page.body)
                    places.append(Place(file=self._name, offset=offset, length=len(data), digest=digest))
            except OSError as error:
                raise StoreError(f"{self._folder}: the archive cannot be written: {error}") from error
        return places

    def read(self, place: Place) -> Snapshot:
        """The page of a record.

        :raises StoreError: it is not there, not whole, or not what was written
        """
        path = self._folder / place.file
        try:
            with (path if path.exists() else path.with_name(place.file + OPEN)).open("rb") as stream:
                stream.seek(place.offset)
                data = stream.read(place.length)
        except OSError as error:
            raise StoreError(f"{path}: the archive cannot be read: {error}") from error
        with suppress(ArchiveDamaged):
            for page in warc.unpack(BytesIO(data)):
                if warc.digest(page.body) == place.digest:
                    return page
        raise StoreError(f"{path}: the record at offset {place.offset} is damaged")

    def recover(self, known_end: Callable[[str], int]) -> None:
        """Cuts what killed runs left to the end of its last indexed record (`known_end(file)`, in bytes), closes it.

        A file that another process still writes is left alone; one without any record is deleted.
        """
        with self._lock:
            self._recover(known_end)

    def close(self) -> None:
        """Closes the run's file: it has its final name then, and is on the disk."""
        with self._lock:
            if self._file is not None:
                file, self._file = self._file, None
                self._finish(file, self._folder / (self._name + OPEN))

    def _create(self) -> IO[bytes]:
        stem = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}"
        self._folder.mkdir(parents=True, exist_ok=True)
        for number in range(1000):
            self._name = f"{stem}{f'-{number}' if number else ''}.warc.gz"
            if (self._folder / self._name).exists():
                continue
            with suppress(FileExistsError):
                file = (self._folder / (self._name + OPEN)).open("xb", buffering=0)
                fcntl.flock(file, fcntl.LOCK_EX)
                self._append(file, warc.start(self._name))
                return file
        raise FileExistsError(stem)

    @staticmethod
    def _append(file: IO[bytes], data: bytes) -> None:
        start = file.tell()
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
        except OSError:
            file.truncate(start)
            file.seek(start)
            raise

    def _recover(self, known_end: Callable[[str], int]) -> None:
        for path in sorted(self._folder.glob("*" + OPEN)):
            with path.open("r+b") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    continue
                end = known_end(path.name.removesuffix(OPEN))
                if end == 0:
                    path.unlink()
                    continue
                if file.seek(0, os.SEEK_END) > end:
                    file.truncate(end)
                self._finish(file, path)

    @staticmethod
    def _finish(file: IO[bytes], path: Path) -> None:
        file.flush()
        os.fsync(file.fileno())
        path.rename(path.with_name(path.name.removesuffix(OPEN)))
        file.close()
