"""The one spider: listings → requests → Snapshot. It parses nothing itself.

listings ─200→ archive → discover → announce (pending, with the listing's validators) ─┐
    └─304, or failed: nothing announced                                               │
when every listing has spoken: what is due? ← pending of earlier runs, re-checks ─────┘
    └→ requests of articles (`spiders.articles`) ─→ Snapshot into the pipeline
when all is done: did the listings find anything? else the safety net is cast (`spiders.net`)
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.utils.misc import load_object
from twisted.python.failure import Failure as TwistedFailure

from crawler.config import Config
from crawler.discover import address, discover
from crawler.errors import Blocked, Rejected, Stopped, StoreFull, TindothiError
from crawler.hints import hint
from crawler.learned import NOTHING, Learned
from crawler.memory import Memory
from crawler.middlewares import kind_of
from crawler.retrying import Retry
from crawler.stages import BLIND, FETCHED, LISTINGS, REASON, REJECTED
from crawler.types import Announcement, ListingKind, Snapshot, Source, Validators
from crawler.urls import owner
from spiders.account import Account, failed_request
from spiders.articles import Articles
from spiders.net import SafetyNet
from spiders.reading import ListingError, Reading, listing_request, with_page
from spiders.received import received

log = logging.getLogger(__name__)


class SourceSpider(Spider):
    """Crawls one source. A subclass (a source's `spider`) may say what data cannot."""

    source: ClassVar[Source]
    account: Account
    articles: Articles
    net: SafetyNet

    def __init__(self, *, memory: Memory, patient: bool = False, **kwargs: Any) -> None:
        """`patient`: hosts that earlier runs left are not asked before their time."""
        super().__init__(**kwargs)
        self.memory = memory
        self.patient = patient
        self.sources: Mapping[str, Source] = dict.fromkeys(self.source.hosts, self.source)
        self._listings_open = len(self.source.listings)
        self._heard = False  # whether any listing had something to say
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
        config: Config = crawler.settings["TINDOTHI"]
        spider.account = Account(spider, cls.source.name, spider.memory)
        spider.articles = Articles(
            cls.source, spider.memory, spider.account, max_size=config.fetch.max_size, heard=lambda: spider._heard
        )
        spider.net = SafetyNet(cls.source, spider.memory, crawler, spider.account, spider.articles)
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
            self.account.count(*([BLIND] if reading.first is None else []))
            if not isinstance(error, (TindothiError, ListingError)):
                log.exception("listing failed: %s", response.url, extra={"spider": self})
            kind = str(error) if isinstance(error, ListingError) else type(error).__name__
            await self.account.fail(response.url, kind, str(error))
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
        reading: Reading = failed_request(failure).cb_kwargs["reading"]
        if kind_of(failure.value) == Stopped.__name__:
            await self._announce_part(reading)
            return
        self.account.count(*([BLIND] if reading.first is None else []))
        await self.account.lost(failure)
        self.net.unread(address(reading.listing)[0], kind_of(failure.value))
        await self._announce_part(reading)
        async for request in self._after_listing():
            yield request

    async def _listing_request(self, reading: Reading) -> Request:
        listing = reading.listing
        conditional = listing.method == "GET" and reading.first is None and not reading.doubted
        return listing_request(
            listing,
            meta={"validators": await self._validators(address(listing)[0]) if conditional else Validators()},
            callback=self.listed,
            errback=self.unlisted,
            cb_kwargs={"reading": reading},
        )

    async def _validators(self, url: str) -> Validators:
        try:
            return await asyncio.to_thread(self.memory.validators, url)
        except TindothiError as error:
            await self.account.fail(url, type(error).__name__, str(error))
            return Validators()

    async def _read(self, response: Response, reading: Reading) -> tuple[Reading, ...]:
        """Archive and discover; announce, or give what is still to be read."""
        listing = reading.listing
        snapshot = replace(received(response, address(listing)[0], self.source.name), doubted=reading.doubted)
        if snapshot.status == 304 and reading.first is None and not reading.doubted:
            self.account.count(FETCHED, LISTINGS)
            self._heard = True
            asked: Validators = response.meta["validators"]
            if asked.doubted:
                return (replace(reading, doubted=True),)
            self.net.as_before(snapshot.requested_url)
            return ()
        refusal = f"HTTP {snapshot.status}" if snapshot.status != 200 else ""
        self.account.count(FETCHED, *([REJECTED, REASON + refusal] if refusal else [LISTINGS]))
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
            await self.net.empty(snapshot)
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
            await self.account.fail(reading.first.url if reading.first else "", type(error).__name__, str(error))

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

    # --- after the last of them ---

    async def _after_listing(self) -> AsyncIterator[Request]:
        self._listings_open -= 1
        if self._listings_open == 0:
            if not self._heard and not self.account.failed:
                self.account.count(BLIND)
                await self.account.fail(
                    self.source.listings[0].url, "NothingAnnounced", "look at `items` and `articles`"
                )
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
            await self.account.fail(self.source.host, type(error).__name__, str(error))
            return
        for one in due:
            yield self.articles.request(one)


def slow_down(settings: BaseSettings, source: Source) -> None:
    """The source's own delay, where it is longer than the settings'."""
    delay = max(settings.getfloat("DOWNLOAD_DELAY"), source.delay or 0.0)
    settings.set("DOWNLOAD_DELAY", delay, priority="spider")
    settings.set("AUTOTHROTTLE_START_DELAY", delay, priority="spider")
