"""The archived pages: the archive's files and their index, which say the same.

A page is written first and indexed then; a file is forgotten first and deleted then: what the index names is there.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.errors import PageRemoved, StoreError
from crawler.types import Snapshot
from storage import checking, filing, records, retention, warc
from storage.archive import Archive
from storage.database import Database
from storage.policy import Policy
from storage.retention import Collected


class Pages:
    """Behind the store's door: what it says of pages is said there. `close` closes the archive, not the database."""

    def __init__(self, database: Database, archive: Archive, policy: Policy, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._archive = archive
        self._policy = policy
        self._clock = clock

    def close(self) -> None:
        """Closes the files that hold nothing but what is indexed; the others are left to the next run."""
        self._archive.close(self._known_end)

    def require_room(self) -> None:
        """`Store.require_room`."""
        self._archive.require_room()

    def archive(self, snapshot: Snapshot) -> Snapshot:
        """`Store.archive`."""
        pages = (snapshot, *snapshot.parts)
        with self._database.reading() as db:
            known = [records.known(db, page) for page in pages]
        if known[0] is not None:
            part_of, parts = self._context(known[0])
            if len(parts) >= len(snapshot.parts):
                return replace(snapshot, record=known[0], part_of=part_of, parts=parts)
        while (kept := self._kept(pages, known)) is None:
            pass  # a body that the page was to refer to was removed just now
        first, *rest = kept
        return replace(
            snapshot,
            record=first,
            parts=tuple(
                replace(part, record=record, part_of=first) for part, record in zip(snapshot.parts, rest, strict=True)
            ),
        )

    def snapshot(self, record: int) -> Snapshot:
        """`Store.snapshot`."""
        with self._database.reading() as db:
            place = records.place(db, record)
            if records.has_lost_parts(db, record):
                raise PageRemoved(f"archive record {record}: a further page of it is no longer there, it was removed")
        part_of, parts = self._context(record)
        return replace(self._archive.read(place), record=record, part_of=part_of, parts=parts)

    def original(self, revisit: warc.Record) -> Snapshot | None:
        """`Store.original`."""
        with self._database.reading() as db:
            place = records.lying_with(db, revisit.digest)
            if place is None and revisit.origin is not None:
                place = records.lying(db, revisit.origin.url, revisit.origin.fetched_at)
        try:
            return self._archive.read(place) if place else None
        except StoreError:
            return None

    def collect(self, keeping: timedelta | None, *, dry_run: bool) -> Collected:
        """`Store.collect`."""
        now = self._clock()
        if not dry_run:
            self._archive.recover(self._known_end)
        with self._database.reading() if dry_run else self._database.writing() as db:
            still_open = {name for name, is_open in self._archive.names().items() if is_open}
            aged = retention.aged(db, now - keeping) - still_open if keeping else set()
            free = retention.free(db, aged)
            if not dry_run:
                retention.mark(db, free, now)
            pages = retention.removed(db) | {name: retention.pages(db, name) for name in free}
        files = {name: self._archive.size(name) for name in self._archive.names() if name in pages}
        if not dry_run:
            for name in files:
                self._archive.remove(name)
        return Collected(files=files, pages=sum(pages[name] for name in {*files, *free}), needed=len(aged) - len(free))

    def file_problems(self) -> tuple[str, ...]:
        """`Store.file_problems`."""
        found = self._file_problems()
        again = self._file_problems() if found else ()
        return tuple(problem for problem in found if problem in again)

    def _file_problems(self) -> tuple[str, ...]:
        names = self._archive.names()  # first: what is written after that is no orphan
        with self._database.reading() as db:
            return tuple(filing.problems(db, names, self._archive.size))

    def damaged(self) -> Iterator[str]:
        """`Store.damaged_pages`."""
        last = 0
        while True:
            with self._database.reading() as db:
                ids = checking.records(db, last)
                places = {one: records.place(db, one) for one in ids}
            for one, place in places.items():
                try:
                    if self._archive.holds(place):
                        self._archive.read(place)
                except StoreError as error:
                    if self._is_there(one):
                        yield f"archived page {one}: {error}; restore the file from a backup"
                last = one
            if not ids:
                return

    def _kept(self, pages: Sequence[Snapshot], known: Sequence[int | None]) -> list[int] | None:
        """Archives the pages that are not known, and gives all records; None where an earlier body went meanwhile."""
        unknown = [page for page, record in zip(pages, known, strict=True) if record is None]
        with self._database.reading() as db:
            found = [records.body(db, page, self._policy.keeping) for page in unknown]
        bodies = {body.place.digest: body for body in found if body and self._archive.holds(body.place)}
        origins = {digest: body.origin for digest, body in bodies.items()}
        written = iter(self._archive.write_all(unknown, origins=origins, known_end=self._known_end) if unknown else ())
        lying = [next(written) if record is None else record for record in known]
        with self._database.writing() as db:
            return records.keep(db, pages, lying, bodies) if records.are_there(db, bodies.values()) else None

    def _is_there(self, record: int) -> bool:
        with suppress(PageRemoved), self._database.reading() as db:
            return bool(records.place(db, record))
        return False

    def _context(self, record: int) -> tuple[int | None, tuple[Snapshot, ...]]:
        """Of a further page the record of the article's first one; of a first page the further ones."""
        with self._database.reading() as db:
            part_of, places = records.context(db, record)
        return part_of, tuple(
            replace(self._archive.read(place), record=part, part_of=record) for part, place in places.items()
        )

    def _known_end(self, file: str) -> int:
        with self._database.reading() as db:
            return records.end(db, file)
