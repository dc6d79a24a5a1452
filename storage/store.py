"""The store: the one door. Every question and every change in domain words; it speaks `StoreError` and no SQL.

It implements `crawler.memory.Memory`. Each method is one transaction: kill the process anywhere, and the store is as
before or after it.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, insert, select, update

from crawler.document import parse
from crawler.errors import Rejected, StoreError
from crawler.learned import PAGES, Learned, learn
from crawler.parts import further
from crawler.rhythm import Rhythm
from crawler.text import HASH_VERSION
from crawler.types import (
    Announcement,
    Article,
    Change,
    Due,
    Failure,
    Feed,
    Host,
    Judged,
    Run,
    Snapshot,
    Source,
    Validators,
)
from storage import (
    archived,
    beginnings,
    checking,
    datasette,
    entries,
    exporting,
    full,
    hosts,
    importing,
    leaving,
    ledger,
    mentions,
    moving,
    passes,
    pending,
    reading,
    rehash,
    renaming,
    rhythms,
    saving,
    schema,
    search,
    searches,
    setback,
    stories,
    volumes,
    warc,
)
from storage.archive import Archive
from storage.archived import Archived
from storage.database import Database
from storage.importing import Imported
from storage.incidents import Incidents
from storage.mentions import Document, Named
from storage.notices import Notices
from storage.page import Answer, Question, page_of
from storage.pages import Pages
from storage.policy import Policy
from storage.reading import Counts, SourceStatus, StoredArticle
from storage.retention import Collected
from storage.search import Filters, Hit
from storage.searches import SavedSearch

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Store:
    """The database and the archive of pages. Thread-safe; a context manager that closes both."""

    def __init__(self, database: Database, archive: Archive, policy: Policy, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._pages = Pages(database, archive, policy, clock)
        self._policy = policy
        self._clock = clock
        self.notices = Notices(database, clock)
        self.incidents = Incidents(database, clock)

    @classmethod
    def open(
        cls,
        url: str,
        archive_dir: Path,
        *,
        policy: Policy | None = None,
        clock: Callable[[], datetime] = _now,
        timeout: float = 30.0,
    ) -> Self:
        """Opens the store at a SQLAlchemy URL, makes it where there is none, and migrates an older one.

        `timeout`: seconds to wait for another process's lock. `clock` gives the present, aware.

        :raises StoreLocked: another process held the database for longer than that
        :raises StoreError: it cannot be opened, or a newer tindothi made it (then it is left alone)
        """
        policy = policy or Policy()
        database = Database(url, timeout=timeout)
        try:
            database.migrate()
            archive = Archive(archive_dir, max_bytes=policy.archive_bytes, min_free=policy.min_free_bytes, clock=clock)
            store = cls(database, archive, policy, clock)
            store._prepare()
        except BaseException:
            database.close()
            raise
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the archive's file and every connection."""
        try:
            self._pages.close()
        finally:
            self._database.close()

    def require_room(self) -> None:
        """Whether there is room for what a run brings.

        :raises StoreFull: less is free than is to stay free
        """
        self._pages.require_room()

    # --- what the crawl knows and tells: `crawler.memory.Memory` ---

    def validators(self, url: str) -> Validators:
        """What the server last gave for this listing: doubted a day later, and nothing where its 304s have lied."""
        with self._database.reading() as db:
            return pending.validators(db, url, self._clock())

    def archive(self, snapshot: Snapshot) -> Snapshot:
        """Writes the page, and the article's further pages, to the archive and indexes them; gives all with `record`.

        A page that is there already (same URL, time and body: a replay) is not written again, and comes with what the
        archive knows of it: its further pages, or that it is one. A second reading is a record of its own.
        """
        if snapshot.second is not None:
            kept = self.archive(replace(snapshot, second=None))
            return replace(kept, second=self.archive(snapshot.second))
        return self._pages.archive(snapshot)

    def announce(
        self,
        source: str,
        listing: Snapshot,
        found: Iterable[Announcement],
        hint: timedelta | None = None,
        *,
        net: bool = False,
    ) -> int:
        """In one transaction: every announced URL as pending, and the listing's validators. Gives how many were new.

        `hint`: for how long the listing says that it stays as it is. `net`: the safety net found the listing.
        """
        found = tuple(found)
        with self._database.writing() as db:
            new = pending.announce(db, source, listing, found, now := self._clock(), hint)
            if net:
                pending.cast(db, source, now)
            return new

    def no_articles(self, keys: Collection[str]) -> frozenset[str]:
        """Those of the announced articles whose pages were finally judged to be none."""
        with self._database.reading() as db:
            return pending.no_articles(db, keys)

    def due(self, source: str, now: datetime, limit: int) -> Sequence[Due]:
        """Pending URLs, the newest announcements first; then stored articles whose re-check has come."""
        with self._database.writing() as db:
            return pending.due(db, source, now, limit, self._policy)

    def fail(self, source: str, failure: Failure) -> None:
        """A fetch got no page: the attempt is counted, the URL stays pending until it expires."""
        with self._database.writing() as db:
            pending.fail(db, source, failure)

    def reject(self, snapshot: Snapshot, reason: str, message: str, *, temporary: bool) -> None:
        """A page was judged to be no article. Temporary: the URL stays pending until it expires.

        Else it waits no longer; and where it says that a stored article is not there, that is gone: see `withdraw`.
        """
        with self._database.writing() as db:
            leaving.reject(db, snapshot, reason, message, temporary=temporary, now=self._clock())

    def unchanged(self, source: str, url: str, at: datetime) -> None:
        """The server said 304 to a re-check."""
        with self._database.writing() as db:
            leaving.unchanged(db, source, url, at, self._clock())

    def learned(self, source: str) -> Learned:
        """What recurs on the pages of the source's articles last read, and is no article's own."""
        with self._database.reading() as db:
            pages = reading.pages(db, source, PAGES)
        return learn(pages)

    def hosts(self) -> tuple[Host, ...]:
        """The hosts that were ever asked, by name: how they answered, and until when they are left alone."""
        with self._database.reading() as db:
            return hosts.hosts(db)

    def keep_host(self, host: Host) -> None:
        """Remembers how a host answered; what is known of its 304s stays."""
        with self._database.writing() as db:
            hosts.keep(db, host)

    def rhythm(self, source: str) -> Rhythm:
        """When a source's listings were read, and how often it publishes."""
        with self._database.reading() as db:
            return rhythms.rhythm(db, source, self._clock())

    # --- what the flow stores ---

    def meet(self, source: Source) -> None:
        """A run over a source begins: its title and place are those declared today; no page was read after now.

        What it had under another name is its own.
        """
        with self._database.writing() as db:
            setback.redate(db, source.name, self._clock())
            pending.meet(db, source, self._clock())
            renaming.take_over(db, source)

    def save(self, judged: Judged, *, again: Callable[[Snapshot], Article] | None = None) -> Change:
        """Stores a judged page; one transaction holds article, revision, findings, entries, and "seen".

        `again` is today's extraction: where the text differs from the stored one, it is tried on the page of the stored
        revision, for a difference that our rules made is no news.
        """
        page = page_of(judged)
        answer: Answer | None = None
        while True:
            with self._database.writing() as db:
                outcome = saving.save(
                    db, page, asks=again is not None, answer=answer, now=self._clock(), policy=self._policy
                )
            if isinstance(outcome, Change):
                return outcome
            answer = self._answer(outcome, again, judged.snapshot.parts)

    def define(self, wanted: Mapping[str, SavedSearch], *, whole: bool = True) -> None:
        """The feeds beside the topics', by name, are these from now on; a new one begins with the newest few.

        Those that are known and not wanted get no further entries; unless `wanted` is not the `whole` of them. Each
        begins in a transaction of its own, for over a large corpus that takes seconds.
        """
        with self._database.reading() as db:
            begins = beginnings.missing(db, wanted)
            ends = set(searches.saved(db)) - set(wanted) if whole else set()
        if ends:
            with self._database.writing() as db:
                searches.forget(db, ends)
        for name, begun in begins.items():
            with self._database.writing() as db:
                beginnings.begin(db, name, begun, self._clock(), self._policy)

    def settle(self, source: str) -> int:
        """A source's first run has ended: its newest entries are published, the rest is baseline; gives how many."""
        with self._database.writing() as db:
            return ledger.settle(db, source, self._clock(), self._policy)

    def withdraw(self, source: str) -> Failure | None:
        """A run over a source has ended: what it found gone is withdrawn, and its entries are marked.

        Not so, yet, where more is gone at once than can be believed: then gives what is told of the source.
        """
        with self._database.writing() as db:
            return leaving.withdraw(db, source, self._clock())

    def begin(self, source: str, at: datetime) -> None:
        """A run over a source begins; `record` writes down its end."""
        with self._database.writing() as db:
            passes.begin(db, source, at)

    def record(self, run: Run) -> None:
        """Writes down a finished run."""
        with self._database.writing() as db:
            passes.end(db, run)

    def collect(self, keeping: timedelta | None, *, dry_run: bool = False) -> Collected:
        """Removes archive files whose every page was fetched longer ago than that, and that no article needs.

        Needed are the pages of current revisions, and the bodies of pages that stay. Files are forgotten first, then
        deleted: killed in between, the next call deletes them. None: only that. To be called under the run lock.

        :raises StoreError: a file cannot be deleted; the next call tries again
        """
        return self._pages.collect(keeping, dry_run=dry_run)

    # --- what readers ask ---

    def feed(self, name: str, title: str, subtitle: str = "", limit: int = 100) -> Feed:
        """The feed of this name: its published entries, the latest updated first, at most `limit`."""
        with self._database.reading() as db:
            created = datetime.fromisoformat(_meta(db)["created_at"])
            shown = entries.latest(db, name, limit)
        return Feed(name=name, title=title, subtitle=subtitle, created=created, entries=shown)

    def current(self, name: str, title: str, subtitle: str = "", limit: int = 100) -> Feed:
        """The feed of a topic as it is to be published, at most `limit` entries, with the number of its volumes.

        What would not fit and is in no volume yet is sealed into new ones (`storage.volumes`): a change of the store.
        """

        def read(db: Connection) -> Feed:
            created = datetime.fromisoformat(_meta(db)["created_at"])
            shown, count = entries.current(db, name, limit), volumes.count(db, name)
            return Feed(name=name, title=title, subtitle=subtitle, created=created, entries=shown, volumes=count)

        with self._database.reading() as db:
            if len(volumes.loose(db, name)) <= limit:
                return read(db)
        with self._database.writing() as db:
            volumes.seal(db, name, limit, self._clock())
            return read(db)

    def volume(self, feed: Feed, number: int) -> Feed:
        """A volume of the feed: the entries that it still has as they are."""
        with self._database.reading() as db:
            return replace(feed, entries=entries.sealed(db, feed.name, number), volume=number)

    def status(self) -> tuple[SourceStatus, ...]:
        """How each source on record is doing, by name."""
        with self._database.reading() as db:
            return reading.status(db)

    def runs(self, source: str, limit: int = 10) -> tuple[Run, ...]:
        """A source's latest runs, the last one first."""
        with self._database.reading() as db:
            return passes.latest(db, source, limit)

    def article(self, wanted: int | str) -> StoredArticle | None:
        """The article with this id, key or URL, with all its revisions; None where there is none."""
        with self._database.reading() as db:
            return reading.find(db, wanted)

    def search(self, typed: str, limit: int = 20, filters: Filters = Filters()) -> tuple[Hit, ...]:  # noqa: B008 frozen
        """Articles with these words (see `crawler.query`), with or without diacritics; exact hits first."""
        with self._database.reading() as db:
            return search.search(db, typed, limit, filters)

    def export(self, filters: Filters = Filters()) -> Iterator[dict[str, Any]]:  # noqa: B008 frozen
        """Every article with its current text, as `storage.exporting.FIELDS`, of one state of the store."""
        with self._database.reading() as db:
            yield from exporting.rows(db, filters)

    def export_database(self, file: Path, filters: Filters = Filters()) -> int:  # noqa: B008 frozen
        """Writes those articles into a SQLite file for Datasette (see `storage.datasette`); gives how many."""
        with self._database.reading() as db:
            return datasette.write(db, file, filters)

    def lines(self) -> Iterator[bytes]:
        """The whole store, of one state, as `storage.full` tells; `take_in` makes the same store of it."""
        with self._database.reading() as db:
            yield from full.lines(db)

    def take_in(self, found: Iterable[tuple[str, bytes]]) -> Imported:
        """Writes what the lines of a whole export hold and this store does not; all of it is kept, or nothing.

        `found`: each line with its place. The archive's files are not in it.

        :raises StoreError: names the line that is wrong, or differs from what is there
        """
        return importing.take_in(self._database, found)

    def document(self, number: str) -> str:
        """The key of the document that is meant by a number."""
        with self._database.reading() as db:
            return mentions.document(db, number)

    def mentions(self, number: str, limit: int = 20) -> Named:
        """Who names the document that is meant by a number: counts and forms of all, at most `limit` articles."""
        with self._database.reading() as db:
            return mentions.named(db, mentions.document(db, number), limit)

    def documents(self, number: str, limit: int) -> Sequence[Document]:
        """The documents of that number, or all where it is empty, the most named first."""
        with self._database.reading() as db:
            return mentions.documents(db, number, limit)

    def counts(self) -> Counts:
        """How much there is of everything."""
        with self._database.reading() as db:
            return reading.counts(db)

    def archived(self, source: str, since: datetime | None, after: int, limit: int = 200) -> Sequence[Archived]:
        """Pages of stored articles in the archive, by article id, from the one behind `after`; of a source, or all."""
        with self._database.reading() as db:
            return archived.articles(db, source, since, after, limit)

    def refused(self, source: str, since: datetime | None, after: int, limit: int = 200) -> Sequence[Archived]:
        """Refused pages in the archive, by the refusal's id, from the one behind `after`; of a source, or all."""
        with self._database.reading() as db:
            return archived.refusals(db, source, since, after, limit)

    def cursor(self, name: str) -> int:
        """How far a long reading had come, as `keep_cursor` was told; 0: it has not begun, or is done."""
        with self._database.reading() as db:
            return archived.cursor(db, name)

    def keep_cursor(self, name: str, value: int) -> None:
        """Remembers how far a long reading has come; 0: it is done."""
        with self._database.writing() as db:
            archived.keep_cursor(db, name, value)

    def move(self, url: str) -> Mapping[str, int]:
        """Copies every row into an empty database and compares; all is kept, or nothing. Gives how many by table.

        :raises StoreError: there is a store already, or it cannot be written
        """
        target = Database(url)
        try:
            return moving.move(self._database, target)
        finally:
            target.close()

    def problems(self) -> tuple[str, ...]:
        """What is wrong in the database, in words; nothing where it is whole."""
        with self._database.reading() as db:
            return tuple(checking.problems(db))

    def file_problems(self) -> tuple[str, ...]:
        """Archive files that are missing, cut off, or nobody's, in words; what a run is doing meanwhile is none."""
        return self._pages.file_problems()

    def damaged_pages(self) -> Iterator[str]:
        """Archived pages that cannot be read, or are not what was written, in words; lost files are not among them."""
        return self._pages.damaged()

    def original(self, revisit: warc.Record) -> Snapshot | None:
        """The archived page to which a foreign revisit refers; None where there is none, or it cannot be read."""
        return self._pages.original(revisit)

    def snapshot(self, record: int) -> Snapshot:
        """An archived page, with its further pages if the site splits the article.

        :raises PageRemoved: its file, or that of a further page, was removed
        :raises StoreError: no such record, or its file is damaged
        """
        return self._pages.snapshot(record)

    # --- inside ---

    def _answer(
        self, question: Question, again: Callable[[Snapshot], Article] | None, parts: tuple[Snapshot, ...]
    ) -> Answer:
        """`parts`: today's further pages; where only the first page of a split article was taken, they are its rest."""
        article = None
        try:
            if again is not None and question.record_id is not None:
                page = self.snapshot(question.record_id)
                if parts and not page.parts and further(parse(page), page.url):
                    page = replace(page, parts=parts)
                article = again(page)
        except (StoreError, Rejected):
            pass  # nobody can tell whether the difference is ours
        except Exception:  # the new page shall not suffer from what the old one does to the rules
            log.exception("today's rules fail on the page of revision %d", question.revision_id)
        return Answer(revision_id=question.revision_id, article=article)

    def _prepare(self) -> None:
        """A new store's birth date; and keys made by an older recipe, made anew from the stored text."""
        with self._database.reading() as db:
            known = _meta(db)
        if known.get("recipe") != HASH_VERSION:
            with self._database.writing() as db:
                self._hash_anew(db)
        if not stories.is_filled(known.get(stories.REFILLED)):
            while self._refill():  # a portion in each transaction: it takes long, and goes on where it was stopped
                pass

    def _hash_anew(self, db: Connection) -> None:
        known = _meta(db)
        if "created_at" not in known:
            values: list[dict[str, Any]] = [
                {"name": "created_at", "value": self._clock().astimezone(UTC).isoformat()},
                {"name": "recipe", "value": HASH_VERSION},
            ]
            db.execute(insert(schema.meta), values)
        elif known["recipe"] != HASH_VERSION:
            rehash.rehash(db)
            db.execute(update(schema.meta).where(schema.meta.c.name == "recipe").values(value=HASH_VERSION))

    def _refill(self) -> bool:
        with self._database.writing() as db:
            return stories.refill(db)


def _meta(db: Connection) -> dict[str, str]:
    return dict(db.execute(select(schema.meta.c.name, schema.meta.c.value)).all())
