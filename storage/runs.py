"""The Run record: what one pass over a source did, counted from Scrapy's signals and stats, and written down.

Stats that the spider and the stages count (`crawler.stages` names most of them): `tindothi/fetched`, `/listings`,
`/unchanged` (304s), `/rejected`, `/rejected/<class name>`, `/failed` (requests without any answer), `/blind` (listings
that could not be read), `/failure` (the last `crawler.types.Failure`, as a value) and `/mend` (a `Mend`). This
extension counts the rest: `tindothi/new`, `/revised`, `/unchanged`, `/duplicate` of what `StoreStage` gives, for each
rule the new texts of which it stripped something (`/rule/<name>`), for each field those that had it (`/field/<name>`),
and a page that our own stages failed on as rejected, by the exception's class. A run is noted when it begins, too:
killed, it has no end.

The finished `Run` is in the stats as `tindothi/run`; `runs(crawlers)` collects them. A source's first run is settled,
and what it found gone is withdrawn, when its spider ended by itself or by its deadline, and had read something.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawler.config import Config
from crawler.endings import drop_waiting
from crawler.errors import Rejected, Stopped, StoreError, StoreFull, TindothiError
from crawler.judgement import fields_of
from crawler.middlewares import ENDING, Refuse
from crawler.stages import FAILED, FAILURE, FETCHED, LISTINGS, MEND, REASON, REJECTED, RULE
from crawler.types import Change, Failure, Run, Snapshot, Source
from storage.lock import RunLock
from storage.stage import Stored, hold, let_go

RUN = "tindothi/run"
BLIND = "tindothi/blind"
OUTCOME = "tindothi/"  # + a Change
FULL = StoreFull.__name__
FIELD = "tindothi/field/"  # + a field: new, revised and duplicate articles that had it
ENDED = ("finished", "closespider_timeout")  # reasons that are no interruption

log = logging.getLogger(__name__)


def runs(crawlers: Iterable[Crawler]) -> tuple[Run, ...]:
    """The runs of crawlers that have ended, in their order."""
    found = (crawler.stats.get_value(RUN) for crawler in crawlers if crawler.stats)
    return tuple(run for run in found if isinstance(run, Run))


class RunRecorder:
    """Holds the run lock and the store while the spider is open; records rejections; writes the Run at the end."""

    def __init__(self, crawler: Crawler) -> None:
        """Takes the lock.

        :raises RunLocked: another process runs in this data directory
        """
        config: Config = crawler.settings["TINDOTHI"]
        self._crawler = crawler
        self._lock = RunLock(config.data_dir)
        self._lock.acquire()
        try:
            self._store = hold(crawler.settings)
        except BaseException:
            self._lock.release()
            raise
        self._started = datetime.now(UTC)
        self._touched: set[str] = set()
        self._ending: asyncio.Future[None] | None = None  # while the spider is closed for want of room
        self._expires: dict[str, datetime] = {}  # the certificate of each host
        self._refusal: Failure | None = None  # the store's own, which no lesser failure may hide

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        recorder = cls(crawler)
        for handler, signal in (
            (recorder.opened, signals.spider_opened),
            (recorder.saw, signals.response_received),
            (recorder.scraped, signals.item_scraped),
            (recorder.dropped, signals.item_dropped),
            (recorder.failed, signals.item_error),
            (recorder.broken, signals.spider_error),
            (recorder.closed, signals.spider_closed),
        ):
            crawler.signals.connect(handler, signal=signal)
        return recorder

    async def opened(self, spider: Spider) -> None:
        """A source's own spider begins."""
        self._started = datetime.now(UTC)
        if source := _source(spider):
            self._touched.add(source.name)
            await self._told(self._store.meet, source)
            await self._told(self._store.begin, source.name, self._started)

    def saw(self, response: Response) -> None:
        """An answer came; over TLS, by a certificate."""
        host = urlsplit(response.url).hostname or ""
        if host not in self._expires and (expires := expiry(getattr(response, "certificate", None))):
            self._expires[host] = expires

    def scraped(self, item: Stored) -> None:
        """A page was stored."""
        self._touched.add(item.judged.article.source)
        self._stats.inc_value(OUTCOME + item.change)
        if item.change is not Change.UNCHANGED:
            for rule in {block.rule for block in item.judged.article.blocks if block.rule}:
                self._stats.inc_value(RULE + rule)
            for name in fields_of(item.judged.article):
                self._stats.inc_value(FIELD + name)

    async def dropped(self, item: Any, exception: BaseException) -> None:
        """A page was judged to be no article; the stage has counted it."""
        rejected, snapshot = getattr(exception, "rejected", None), getattr(exception, "snapshot", None)
        if isinstance(rejected, Rejected) and isinstance(snapshot, Snapshot):
            await self._told(self._store.reject, snapshot, rejected.reason, str(rejected), temporary=rejected.temporary)

    async def failed(self, item: Any, failure: TwistedFailure) -> None:
        """A stage failed on a page: it counts as rejected by the exception's name, and stays pending."""
        self._stats.inc_value(REJECTED)
        self._stats.inc_value(REASON + type(failure.value).__name__)
        await self._blame(_url(item), failure.value)

    async def broken(self, failure: TwistedFailure, response: Any) -> None:
        """The spider failed on a response."""
        await self._blame(response.url, failure.value)

    async def closed(self, spider: Spider, reason: str) -> None:
        """The run is written down, the first run settled, and store and lock are let go."""
        try:
            if reason == "shutdown":
                self._stats.set_value(FAILURE, _failure("", Stopped.__name__, "by a signal; the next run goes on"))
            run = self._run(spider)
            if reason in ENDED and run.fetched > 0 and (run.listings > 0 or _source(spider) is None):
                for name in sorted(self._touched):
                    run = await self._withdrawn(run, name)
                    await self._told(self._store.settle, name)
            await self._told(self._introduce, spider)
            await self._told(self._store.record, run)
            if self._expires:
                await self._told(self._store.incidents.saw, run.source, self._expires)
            self._stats.set_value(RUN, replace(run, failure=self._refusal or run.failure))
        finally:
            await asyncio.to_thread(let_go, self._crawler.settings)
            self._lock.release()

    async def _withdrawn(self, run: Run, name: str) -> Run:
        """What the run found gone is believed, or told as its failure."""
        return replace(run, failure=await self._told(self._store.withdraw, name) or run.failure)

    @property
    def _stats(self) -> Any:
        return self._crawler.stats

    def _introduce(self, spider: Spider) -> None:
        """A replay has met declared sources: their titles and places are known."""
        sources: Mapping[str, Source] = getattr(spider, "sources", {})
        for name, source in {one.name: one for one in sources.values()}.items():
            if name in self._touched and _source(spider) is None:
                self._store.meet(source)

    def _run(self, spider: Spider) -> Run:
        return Run(
            source=(_source(spider) or spider).name,
            started=self._started,
            ended=datetime.now(UTC),
            fetched=self._count(FETCHED),
            listings=self._count(LISTINGS),
            new=self._count(OUTCOME + Change.NEW),
            revised=self._count(OUTCOME + Change.REVISED),
            unchanged=self._count(OUTCOME + Change.UNCHANGED),
            duplicate=self._count(OUTCOME + Change.DUPLICATE),
            rejected=self._count(REJECTED),
            failed=self._count(FAILED),
            reasons=self._counts(REASON),
            rules=self._counts(RULE),
            fields=self._counts(FIELD),
            failure=self._refusal or self._stats.get_value(FAILURE),
            blind=self._count(BLIND),
            mend=self._stats.get_value(MEND),
        )

    def _counts(self, prefix: str) -> dict[str, int]:
        """The counts whose names begin so, by what follows."""
        stats = sorted(self._stats.get_stats().items())
        return {name.removeprefix(prefix): count for name, count in stats if name.startswith(prefix)}

    def _count(self, name: str) -> int:
        return int(self._stats.get_value(name, 0))

    async def _told(self, action: Any, *args: Any, **kwargs: Any) -> Any:
        """Does something off the reactor; a refusal of the store is the run's failure, never the end of the run."""
        try:
            return await asyncio.to_thread(action, *args, **kwargs)
        except TindothiError as error:
            if self._ending is None:
                log.error("%s", error)
            self._refusal = _failure("", type(error).__name__, str(error))
            self._end_if_full(error)

    async def _blame(self, url: str, error: BaseException | None) -> None:
        failure = _failure(url, type(error).__name__, str(error))
        self._stats.set_value(FAILURE, failure)
        if isinstance(error, StoreError):
            if self._ending is None:  # what was under way then fares as the first did
                log.error("%s: %s", url, error)
            self._refusal = failure
            self._end_if_full(error)
        if source := _source(self._crawler.spider):
            await self._told(self._store.fail, source.name, failure)

    def _end_if_full(self, error: BaseException) -> None:
        """Nothing more is asked for that could not be kept; what waits stays pending."""
        engine = self._crawler.engine
        if isinstance(error, StoreFull) and self._ending is None and engine is not None and engine.running:
            self._stats.set_value(ENDING, True)
            drop_waiting(self._crawler, Refuse(Stopped.__name__, str(error)))
            self._ending = asyncio.ensure_future(engine.close_spider_async(reason=FULL))


def _source(spider: Any) -> Source | None:
    """The one source that a spider crawls; none for a replay, which meets many."""
    source: Source | None = getattr(spider, "source", None)
    return source


def _failure(url: str, kind: str, message: str) -> Failure:
    return Failure(url=url, kind=kind, message=message[:300], at=datetime.now(UTC))


def expiry(certificate: Any) -> datetime | None:
    """Until when a certificate (Twisted's, of a response) holds, UTC; None where there is none, or it does not say."""
    printed = certificate.original.get_notAfter() if certificate is not None else None
    try:
        return datetime.strptime(printed.decode(), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC) if printed else None
    except ValueError:
        return None


def _url(item: Any) -> str:
    snapshot = item if isinstance(item, Snapshot) else getattr(item, "snapshot", None)
    return snapshot.requested_url if isinstance(snapshot, Snapshot) else ""
