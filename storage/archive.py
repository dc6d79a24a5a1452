"""The archive of fetched pages: WARC/1.1 files, one gzip member per record; each run writes its own, each day new ones.

A file is called `….warc.gz.open` until it is closed, and locked by its writer meanwhile. Every record is handed to the
operating system before its index row is committed, so a killed process loses nothing that the index knows; the disk is
asked to keep it (fsync) when the file is closed, so a power cut may cost the bodies, never the index or the articles.
A file that is full is closed once the index knows all that is in it. What a killed run left behind, or one that could
not index what it wrote, is cut to its last indexed record and closed by the next run.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from crawler.errors import StoreError
from crawler.types import Snapshot
from storage import files, room, warc
from storage.files import OPEN, ArchiveFile
from storage.revisits import Originals
from storage.saved import iterate
from storage.warc import ArchiveDamaged, Origin

__all__ = ["OPEN", "Archive", "ArchiveDamaged", "Originals", "Position", "iterate"]

MAX_BYTES = 1_000_000_000
Ends = Callable[[str], int]  # where a file's last indexed record ends, in bytes; 0: none is indexed
NOTHING: Mapping[str, Origin] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a record lies: file name in the archive's folder, offset and length in bytes; its payload's digest.

    `body_in`: of a revisit, where the record lies that holds the body.
    """

    file: str
    offset: int
    length: int
    digest: str
    body_in: "Position | None" = None


def _now() -> datetime:
    return datetime.now(UTC)


def _none_known(_: str) -> int:
    return 0


class Archive:
    """A folder of WARC files; makes nothing until the first page is written. Thread-safe.

    `max_bytes`: how large a file may become, if it holds more than one page. `min_free`: bytes that stay free on the
    disk, as `free` measures it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        max_bytes: int = MAX_BYTES,
        min_free: int = 0,
        free: room.Free = room.free,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._min_free = min_free
        self._free = free
        self._clock = clock
        self._lock = threading.Lock()
        self._file: ArchiveFile | None = None
        self._full: list[ArchiveFile] = []  # they take no more, and wait until all in them is indexed

    def require_room(self) -> None:
        """Whether there is room for more.

        :raises StoreFull: less is free than is to stay free
        """
        try:
            room.require(self._folder, self._min_free, self._free)
        except OSError as error:
            raise room.refusal(self._folder, "written", error) from error

    def write(self, page: Snapshot, *, known_end: Ends = _none_known) -> Position:
        """Appends the page. The first call mends what killed runs left, see `recover`.

        :raises StoreFull: the disk is full; nothing is left of the page
        :raises StoreError: it refuses; nothing is left of the page
        """
        return self.write_all((page,), known_end=known_end)[0]

    def write_all(
        self, pages: Sequence[Snapshot], *, origins: Mapping[str, Origin] = NOTHING, known_end: Ends = _none_known
    ) -> list[Position]:
        """Appends pages that belong together, one behind the other whoever else writes; see `write`.

        A page whose body's digest is among the `origins` is written as a revisit.
        """
        digests = [warc.digest(page.body) for page in pages]
        # the slow part, outside the lock
        packed = [warc.pack(page, origins.get(digest)) for page, digest in zip(pages, digests, strict=True)]
        with self._lock:
            try:
                room.require(self._folder, self._min_free, self._free)
                file = self._current(sum(map(len, packed)), known_end)
                offsets = file.append(packed)
            except OSError as error:
                where = self._folder / self._file.name if self._file else self._folder
                raise room.refusal(error.filename or where, "written", error) from error
        return [
            Position(file=file.name, offset=offset, length=len(data), digest=digest)
            for offset, data, digest in zip(offsets, packed, digests, strict=True)
        ]

    def read(self, place: Position) -> Snapshot:
        """The page of a record; that of a revisit with its body.

        :raises StoreError: it is not there, not whole, or not what was written
        """
        path = self._folder / place.file
        try:
            with files.opened(self._folder, place.file) as stream:
                stream.seek(place.offset)
                data = stream.read(place.length)
        except OSError as error:
            raise StoreError(f"{path}: the archive cannot be read: {error}") from error
        with suppress(ArchiveDamaged):
            for record in tuple(warc.records(BytesIO(data))):  # to the end, where the sum of all bytes stands
                if record.revisit and place.body_in is not None and record.digest == place.digest:
                    return replace(record.page, body=self.read(place.body_in).body)
                if not record.revisit and warc.digest(record.page.body) == place.digest:
                    return record.page
        raise StoreError(f"{path}: the record at offset {place.offset} is damaged")

    def holds(self, place: Position) -> bool:
        """Whether the record's file is there, and long enough."""
        return self.size(place.file) >= place.offset + place.length

    def size(self, file: str) -> int:
        """Of a file, in bytes; 0: it is not there."""
        try:
            with files.opened(self._folder, file) as stream:
                return stream.seek(0, 2)
        except OSError:
            return 0

    def names(self) -> dict[str, bool]:
        """The files in the folder, by their final names; and whether each is still open. Hidden ones are nobody's."""
        found = sorted(path.name for path in self._folder.glob("[!.]*") if not path.is_dir())
        return {name.removesuffix(OPEN): name.endswith(OPEN) for name in found}

    def remove(self, file: str) -> None:
        """Deletes a closed file.

        :raises StoreError: it cannot be deleted
        """
        try:
            (self._folder / files.plain(file)).unlink(missing_ok=True)
        except OSError as error:
            raise room.refusal(self._folder / file, "removed", error) from error

    def recover(self, known_end: Ends) -> None:
        """Cuts what killed runs left to the end of its last indexed record, closes it; see `storage.files.mend`.

        :raises StoreError: the disk refuses
        """
        try:
            files.mend(self._folder, known_end)
        except OSError as error:
            raise room.refusal(error.filename or self._folder, "mended", error) from error

    def close(self, known_end: Ends | None = None) -> None:
        """Closes the run's files: they have their final names then, and are on the disk.

        One without a page is deleted; one that holds what is not indexed is left to the next run.

        :raises StoreError: the disk refuses
        """
        with self._lock:
            self._retire()
            refusals = self._close_full(known_end)
            for file in self._full:
                file.leave()
            self._full = []
        if refusals:
            raise refusals[0]

    def _current(self, length: int, known_end: Ends) -> ArchiveFile:
        """The file that takes so many bytes more."""
        now = self._clock()
        if self._file is not None and not self._file.takes(length, now, self._max_bytes):
            self._retire()
            self._close_full(known_end)  # what cannot be closed is tried again, and told at last
        if self._file is None:
            files.mend(self._folder, known_end)
            self._file = ArchiveFile.create(self._folder, now)
        return self._file

    def _retire(self) -> None:
        if self._file is not None:
            self._full.append(self._file)
            self._file = None

    def _close_full(self, known_end: Ends | None) -> list[StoreError]:
        """Closes what is indexed to its end, keeps the others; gives what the disk refused."""
        left, refusals = [], []
        for file in self._full:
            if file.is_empty:
                file.discard()
            elif known_end is not None and not _is_indexed(file, known_end):
                left.append(file)
            else:
                try:
                    file.finish()
                except OSError as error:
                    left.append(file)
                    refusals.append(room.refusal(self._folder / file.name, "closed", error))
        self._full = left
        return refusals


def _is_indexed(file: ArchiveFile, known_end: Ends) -> bool:
    try:
        return known_end(file.name) >= file.end
    except StoreError:  # it was told when something was to be stored
        return False
