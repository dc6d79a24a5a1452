"""The one spider: listings → requests → Snapshot. It parses nothing itself.

listings ─200→ archive → discover → announce (pending, with the listing's validators) ─┐
    └─304, or failed: nothing announced                                               │
when every listing has spoken: what is due? ← pending of earlier runs, re-checks ─────┘
    └→ requests of articles (and of their further pages; of some twice, to know noise) ─→ Snapshot into the pipeline
                               │ 304: unchanged │ no answer: failed, stays pending
when all is done: did the listings find anything? else the safety net is cast (`spiders.net`)
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self
from urllib.parse import urlencode, urlsplit, urlunsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.utils.misc import load_object
from twisted.python.failure import Failure as TwistedFailure

from crawler.config import Config
from crawler.discover import address, discover
from crawler.errors import Blocked, OffSite, Rejected, Stopped, StoreFull, TindothiError, TooLarge
from crawler.hints import hint
from crawler.learned import NOTHING, Learned
from crawler.memory import Memory
from crawler.middlewares import FORBIDDEN, WAITS, kind_of
from crawler.retrying import Retry
from crawler.stages import BLIND, FAILED, FAILURE, FETCHED, LISTINGS, REASON, REJECTED, UNCHANGED
from crawler.types import Announcement, Due, Failure, ListingKind, Snapshot, Source, Validators
from crawler.urls import host_of, owner
from spiders.gathering import Gathering, begun, is_read_again, read_again, with_part, without_part
from spiders.net import Hands, SafetyNet
from spiders.reading import ListingError, Reading, stands_before, with_page
from spiders.received import received

# Articles that will never be had, and how they count: one that is too large did answer, a forbidden one is not asked.
FINAL = {
    TooLarge.__name__: (FETCHED, REJECTED, REASON + TooLarge.__name__),
    OffSite.__name__: (FAILED,),
    FORBIDDEN: (FAILED,),
}

log = logging.getLogger(__name__)


class SourceSpider(Spider):
    """Crawls one source. A subclass (a source's `spider`) may say what data cannot."""

    source: ClassVar[Source]
    net: SafetyNet

    def __init__(self, *, memory: Memory, patient: bool = False, **kwargs: Any) -> None:
        """`patient`: hosts that earlier runs left are not asked before their time."""
        super().__init__(**kwargs)
        self.memory = memory
        self.patient = patient
        self.sources: Mapping[str, Source] = dict.fromkeys(self.source.hosts, self.source)
        self._listings_open = len(self.source.listings)
        self._heard = False  # whether any listing had something to say
        self._block = ""  # what kind of block one of them was
        self._learned = NOTHING

    def owner(self, url: str) -> Source:
        """The source that a page is of: its own, for it asks no other host."""
        return owner(self.sources, url)

    def learned(self, source: str) -> Learned:
        """What earlier runs' pages teach of the source."""
        return self._learned if source == self.source.name else NOTHING

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """A source may ask for a longer delay than the settings, never for a shorter one."""
        super().update_settings(settings)
        slow_down(settings, cls.source)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        opened = load_object(crawler.settings["TINDOTHI_MEMORY"])
        spider = super().from_crawler(crawler, *args, memory=opened(crawler.settings), **kwargs)
        hands = Hands(reachable=spider._reachable, article=spider._article, count=spider._count, fail=spider._fail)
        spider.net = SafetyNet(cls.source, spider.memory, crawler, hands)
        return spider

    # --- listings ---

    async def start(self) -> AsyncIterator[Request]:
        """The first page of every listing; what is due, if there is none."""
        for listing in self.source.listings:
            yield await self._listing_request(Reading(listing=listing))
        if not self.source.listings:
            async for request in self._due():
                yield request

    async def listed(self, response: Response, reading: Reading) -> AsyncIterator[Request]:
        """A listing answered: further pages, and after the last of all listings the articles that are due."""
        further: tuple[Reading, ...] = ()
        try:
            further = await self._read(response, reading)
        except Exception as error:
            self._count(*([BLIND] if reading.first is None else []))
            if not isinstance(error, (TindothiError, ListingError)):
                log.exception("listing failed: %s", response.url, extra={"spider": self})
            kind = str(error) if isinstance(error, ListingError) else type(error).__name__
            await self._fail(response.url, kind, str(error))
            if isinstance(error, Blocked) and (retry := self.crawler.get_downloader_middleware(Retry)):
                await retry.blocked(response.url, error)
            if isinstance(error, StoreFull):  # what could be fetched could not be kept
                raise CloseSpider(kind) from None
            await self._unheard(response, reading, error)
            await self._announce_part(reading)
        self._listings_open += len(further)
        for more in further:
            yield await self._listing_request(more)
        async for request in self._after_listing():
            yield request

    async def unlisted(self, failure: TwistedFailure) -> AsyncIterator[Request]:
        """A listing did not answer; the other ones and the pending articles go on."""
        reading: Reading = _request(failure).cb_kwargs["reading"]
        if kind_of(failure.value) == Stopped.__name__:
            await self._announce_part(reading)
            return
        self._count(*([BLIND] if reading.first is None else []))
        await self._lost(failure)
        self.net.unread(address(reading.listing)[0], kind_of(failure.value))
        await self._announce_part(reading)
        async for request in self._after_listing():
            yield request

    async def _listing_request(self, reading: Reading) -> Request:
        listing = reading.listing
        url, form = address(listing)
        typed = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"} if form else {}
        conditional = listing.method == "GET" and reading.first is None and not reading.doubted
        return Request(
            url,
            method=listing.method,
            headers={**typed, **listing.headers},
            body=urlencode(form),
            meta={"validators": await self._validators(url) if conditional else Validators()},
            callback=self.listed,
            errback=self.unlisted,
            cb_kwargs={"reading": reading},
            dont_filter=True,
        )

    async def _validators(self, url: str) -> Validators:
        try:
            return await asyncio.to_thread(self.memory.validators, url)
        except TindothiError as error:
            await self._fail(url, type(error).__name__, str(error))
            return Validators()

    async def _read(self, response: Response, reading: Reading) -> tuple[Reading, ...]:
        """Archive and discover; announce, or give what is still to be read."""
        listing = reading.listing
        snapshot = replace(received(response, address(listing)[0], self.source.name), doubted=reading.doubted)
        if snapshot.status == 304 and reading.first is None and not reading.doubted:
            self._count(FETCHED, LISTINGS)
            self._heard = True
            asked: Validators = response.meta["validators"]
            if asked.doubted:
                return (replace(reading, doubted=True),)
            self.net.as_before(snapshot.requested_url)
            return ()
        refusal = f"HTTP {snapshot.status}" if snapshot.status != 200 else ""
        self._count(FETCHED, *([REJECTED, REASON + refusal] if refusal else [LISTINGS]))
        snapshot = await asyncio.to_thread(self.memory.archive, snapshot)
        if refusal:
            raise ListingError(refusal)
        found = await asyncio.to_thread(discover, self.source, listing, snapshot, snapshot.fetched_at)
        if listing.kind is ListingKind.SITEMAP:
            await self._announce(snapshot, found.announcements, whole=not found.further, stays=hint(snapshot))
            return tuple(Reading(listing=child) for child in found.further)
        more = with_page(reading, snapshot, found.announcements)
        if found.further and len(more.found) > len(reading.found):
            return (replace(more, listing=found.further[0]),)
        if more.first and more.found:
            await self._announce(more.first, tuple(more.found.values()), whole=True, stays=more.hint)
        else:  # its validators are not kept: a 304 would hide for ever what could not be read
            log.warning("%s announces nothing", snapshot.url, extra={"spider": self})
            block = await asyncio.to_thread(stands_before, snapshot, self.source)
            self._block = self._block or block
            await self.net.empty(snapshot, block)
        return ()

    async def _unheard(self, response: Response, reading: Reading, error: Exception) -> None:
        """The net is told what a listing that could not be read is instead."""
        page = received(response, address(reading.listing)[0], self.source.name)
        if isinstance(error, ListingError):
            self.net.unread(page.requested_url, str(error))
        elif isinstance(error, Rejected):
            await self.net.empty(page, error.reason)

    async def _announce_part(self, reading: Reading) -> None:
        """A later page failed: what the pages before it announced is taken down all the same."""
        try:
            if reading.first:
                await self._announce(reading.first, tuple(reading.found.values()), whole=False, stays=reading.hint)
        except TindothiError as error:
            await self._fail(reading.first.url if reading.first else "", type(error).__name__, str(error))

    async def _announce(
        self, page: Snapshot, found: tuple[Announcement, ...], *, whole: bool, stays: timedelta | None
    ) -> None:
        """One transaction. The validators are kept only if all that the listing leads to was read."""
        self._heard = True
        await self.net.announced(page, (one.key for one in found))
        if not whole:
            page = replace(page, headers=())
        new = await asyncio.to_thread(self.memory.announce, self.source.name, page, found, stays)
        log.info("%s announces %d articles, %d new", page.url, len(found), new, extra={"spider": self})

    # --- articles ---

    async def _after_listing(self) -> AsyncIterator[Request]:
        self._listings_open -= 1
        if self._listings_open == 0:
            if not self._heard and self.crawler.stats.get_value(FAILURE) is None:
                self._count(BLIND)
                kind = self._block or "NothingAnnounced"
                why = "stands before the listing" if self._block else "look at `items` and `articles`"
                await self._fail(self.source.listings[0].url, kind, why)
            async for request in self._due():
                yield request

    async def _due(self) -> AsyncIterator[Request]:
        """Asked once in a run, so no article is fetched twice and the newest come first."""
        config: Config = self.settings["TINDOTHI"]
        try:
            self._learned = await asyncio.to_thread(self.memory.learned, self.source.name)
            due = await asyncio.to_thread(self.memory.due, self.source.name, datetime.now(UTC), config.crawl.limit)
            await self.net.due(due, config.crawl.limit)
        except TindothiError as error:
            await self._fail(self.source.host, type(error).__name__, str(error))
            return
        for one in due:
            yield self._article(one)

    def _article(self, due: Due) -> Request:
        return Request(
            self._reachable(due.url),
            meta={"validators": due.validators},
            callback=self.fetched,
            errback=self.unfetched,
            cb_kwargs={"due": due},
            dont_filter=True,
        )

    async def fetched(self, response: Response, due: Due) -> AsyncIterator[Request | Snapshot]:
        """An article's page, whatever its status, goes down the pipeline, with its further pages if it is split."""
        if response.status == 304 and due.known:
            await asyncio.to_thread(self.memory.unchanged, self.source.name, due.url, datetime.now(UTC))
            self._count(FETCHED, UNCHANGED)
            return
        first = received(response, due.url, self.source.name)
        yield self._next(await asyncio.to_thread(begun, due, first, self._max_size))

    async def continued(self, response: Response, gathering: Gathering) -> AsyncIterator[Request | Snapshot]:
        """A further page of an article, whatever its status."""
        part = received(response, gathering.left[0], self.source.name)
        yield self._next(await asyncio.to_thread(with_part, gathering, part, self._max_size))

    async def interrupted(self, failure: TwistedFailure) -> AsyncIterator[Request | Snapshot]:
        """A further page did not answer: the article stays pending. What will never be had is left out."""
        gathering: Gathering = _request(failure).cb_kwargs["gathering"]
        kind = kind_of(failure.value)
        if kind in FINAL:
            log.warning("%s: %s: the article is taken without it", gathering.left[0], kind)
            yield self._next(without_part(gathering))
        elif kind != Stopped.__name__:
            await self._lost(failure, gathering.due.url)

    async def again(self, response: Response, gathering: Gathering) -> AsyncIterator[Request | Snapshot]:
        """A restless page answered a second time: with it the first one goes down the pipeline."""
        self._count(FETCHED)
        yield read_again(gathering, received(response, gathering.due.url, self.source.name))

    async def not_again(self, failure: TwistedFailure) -> AsyncIterator[Request | Snapshot]:
        """It did not: the first answer stands alone."""
        if kind_of(failure.value) != Stopped.__name__:
            self._count(FETCHED)
            yield _request(failure).cb_kwargs["gathering"].whole

    def _next(self, gathering: Gathering) -> Request | Snapshot:
        """The article, fetched as one page; or the request for its next page, or for the same once more."""
        if not gathering.left and is_read_again(gathering):
            return Request(
                self._reachable(gathering.due.url),
                headers={"Cache-Control": "no-cache"},
                callback=self.again,
                errback=self.not_again,
                cb_kwargs={"gathering": gathering},
                dont_filter=True,
            )
        if not gathering.left:
            self._count(FETCHED)
            return gathering.whole
        return Request(
            self._reachable(gathering.left[0]),
            callback=self.continued,
            errback=self.interrupted,
            cb_kwargs={"gathering": gathering},
            dont_filter=True,
        )

    @property
    def _max_size(self) -> int:
        config: Config = self.settings["TINDOTHI"]
        return config.fetch.max_size

    async def unfetched(self, failure: TwistedFailure) -> None:
        """An article did not answer: it stays pending. What will never be had is given up."""
        due: Due = _request(failure).cb_kwargs["due"]
        kind = kind_of(failure.value)
        if kind == Stopped.__name__:
            return  # no fault of the site's: it counts neither as asked nor as an attempt in vain
        if kind not in FINAL or (kind == FORBIDDEN and not self._heard):
            await self._lost(failure, due.url)  # forbidden as the listings are: that may be taken back for both
            return
        now = datetime.now(UTC)
        unread = Snapshot(requested_url=due.url, url=due.url, fetched_at=now, status=0, source=self.source.name)
        self._count(*FINAL[kind])
        try:
            await asyncio.to_thread(self.memory.reject, unread, kind, str(failure.value)[:200], temporary=False)
        except TindothiError as error:
            await self._fail(due.url, type(error).__name__, str(error))

    # --- what both need ---

    def _reachable(self, url: str) -> str:
        """The canonical URL as the source is reached: with the scheme and `www.` of its listing on that host."""
        canonical = urlsplit(url)
        for listing in self.source.listings:
            if host_of(listing.url) == canonical.netloc:
                own = urlsplit(listing.url)
                return urlunsplit(canonical._replace(scheme=own.scheme, netloc=own.netloc))
        return url

    async def _lost(self, failure: TwistedFailure, url: str = "") -> None:
        url, kind, said = url or _request(failure).url, kind_of(failure.value), str(failure.value)
        if kind != WAITS:
            self._count(FAILED)
            await self._fail(url, kind, said or repr(failure.value))
        elif (
            self.crawler.stats.get_value(FAILURE) is None
        ):  # it was not asked: that is no attempt, and tells nothing new
            self.crawler.stats.set_value(FAILURE, Failure(url=url, kind=kind, message=said, at=datetime.now(UTC)))

    async def _fail(self, url: str, kind: str, message: str) -> None:
        """Take a failure down as data; the store may be the very thing that fails."""
        failed = Failure(url=url, kind=kind, message=message[:300], at=datetime.now(UTC))
        self.crawler.stats.set_value(FAILURE, failed)
        log.warning("%s: %s: %s", url, kind, failed.message, extra={"spider": self})
        try:
            await asyncio.to_thread(self.memory.fail, self.source.name, failed)
        except TindothiError as error:
            log.error("the failure could not be stored: %s", error, extra={"spider": self})

    def _count(self, *names: str) -> None:
        for name in names:
            self.crawler.stats.inc_value(name)


def slow_down(settings: BaseSettings, source: Source) -> None:
    """The source's own delay, where it is longer than the settings'."""
    delay = max(settings.getfloat("DOWNLOAD_DELAY"), source.delay or 0.0)
    settings.set("DOWNLOAD_DELAY", delay, priority="spider")
    settings.set("AUTOTHROTTLE_START_DELAY", delay, priority="spider")


def _request(failure: TwistedFailure) -> Request:
    """The request that failed: Scrapy sets it on the failure."""
    request: Request = vars(failure)["request"]
    return request
