"""The safety net under a source's own listings: watches what they say, and is cast where they find nothing.

    own listings, their articles ─idle→ trouble? ─→ survey of the site ─→ announced (as the net's) ─→ articles
                                          └─ none: the run ends                    └─→ Mend, in the run's record

It is cast once in a run, and in each run anew. What it decides by: `crawler.safetynet`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawler.discover import address
from crawler.errors import Stopped, TindothiError
from crawler.memory import Memory
from crawler.middlewares import kind_of
from crawler.proposal import Proposal, as_mend, untold
from crawler.safetynet import Heard, Yield, counted, trouble, unread, without
from crawler.stages import BLIND, FAILED, FETCHED, LISTINGS, MEND, REASON, REJECTED
from crawler.types import Change, Due, Snapshot, Source
from spiders.account import Account, failed_request
from spiders.articles import Articles, reachable
from spiders.received import received
from spiders.robots import RobotsSaid
from spiders.survey import Step, Surveyor, Unread

NO_ARTICLES = "NoArticles"  # the failure of listings that announce only what is none


class SafetyNet:
    """The net of one spider in one run."""

    def __init__(self, source: Source, memory: Memory, crawler: Crawler, account: Account, articles: Articles) -> None:
        self._source = source
        self._memory = memory
        self._crawler = crawler
        self._account = account
        self._articles = articles
        self._own = [address(listing)[0] for listing in source.listings]
        self._home = reachable(source, f"https://{source.host}/")
        self._heard: dict[str, Heard] = {}
        self._pages: list[Snapshot] = []  # of own listings, without bodies
        self._announced: set[str] = set()  # keys
        self._refused: frozenset[str] = frozenset()
        self._asked: dict[str, None] = {}  # keys of what the run asked for as new
        self._left = 0  # how many articles the run may still ask for
        self._cast = False
        self._robots = RobotsSaid(crawler)
        crawler.signals.connect(self.idle, signal=signals.spider_idle)

    # --- what the spider tells it ---

    async def announced(self, page: Snapshot, keys: Iterable[str]) -> None:
        """A listing announced these articles; a sitemap perhaps none: nothing new, or nothing that a pattern tells."""
        new = set(keys)
        self._announced |= new
        self._pages.append(replace(page, body=b""))
        if new:
            self._say(page.requested_url, Heard.ANNOUNCED)
        else:
            others = await asyncio.to_thread(untold, self._source, page)
            self._say(page.requested_url, Heard.EMPTY if others else Heard.QUIET)

    def as_before(self, url: str) -> None:
        """A listing says what it said when it was last read."""
        self._say(url, Heard.ANNOUNCED)

    async def empty(self, page: Snapshot, kind: str = "") -> None:
        """A listing's page announces nothing, or is no listing: `kind` of the failure."""
        self._say(page.requested_url, await asyncio.to_thread(without, page, kind))

    def unread(self, url: str, kind: str) -> None:
        """A listing did not answer with a page."""
        self._say(url, unread(kind))

    async def due(self, due: Sequence[Due], limit: int) -> None:
        """The articles that the run asks for, of so many that it may."""
        self._asked = dict.fromkeys(one.key for one in due if not one.known)
        self._left = limit - len(due)
        if self._announced:
            self._refused = await asyncio.to_thread(self._memory.no_articles, self._announced) & self._announced

    def _say(self, url: str, what: Heard) -> None:
        """Of a sitemap's children only those count that hold something."""
        if url in self._own or what in (Heard.ANNOUNCED, Heard.EMPTY):
            self._heard[url] = Heard.ANNOUNCED if self._heard.get(url) is Heard.ANNOUNCED else what

    # --- what it does ---

    def idle(self) -> None:
        """Everything was asked for and judged.

        :raises DontCloseSpider: the net is cast, and the run goes on
        """
        if self._cast or not (because := trouble(tuple(self._heard.items()), self._yield())):
            return
        self._cast = True
        request = Request(
            self._home,
            callback=self.cast,
            errback=self.missed,
            cb_kwargs={"because": because},
            dont_filter=True,
        )
        self._crawler.engine.crawl(request)
        raise DontCloseSpider

    async def cast(self, response: Response, because: str) -> AsyncIterator[Request]:
        """The home page answered: look where articles are announced now, and ask for them."""
        first = await self._kept(response, self._home)
        async for request in self._look(first, because):
            yield request

    async def missed(self, failure: TwistedFailure) -> AsyncIterator[Request]:
        """The home page did not answer either."""
        kind = kind_of(failure.value)
        if kind != Stopped.__name__:
            self._account.count(FAILED)
            async for one in self._look(Unread(kind, str(failure.value)), failed_request(failure).cb_kwargs["because"]):
                yield one

    async def _look(self, first: Snapshot | Unread, because: str) -> AsyncIterator[Request]:
        source, home, barren = self._source, self._home, Heard.ANNOUNCED in self._heard.values()

        async def get(url: str) -> Snapshot:
            if url != home:
                return await self._got(url)
            if isinstance(first, Unread):
                raise first
            return first

        distrusted = replace(source, articles=()) if barren else source
        try:
            surveyor = Surveyor(distrusted, get, lambda: self._robots.sitemaps)
            survey = await surveyor.look(home, new=False, thorough=False)
            keys = await self._announce(survey.found, barren=barren)
            self._crawler.stats.set_value(MEND, as_mend(_in_full(because, survey.found, survey.steps), survey.found))
            if barren:
                self._account.count(BLIND)
                await self._account.fail(self._own[0], NO_ARTICLES, because)
            for one in await self._due(keys):
                yield self._articles.request(one)
        except Stopped:
            return
        except TindothiError as error:  # the store's
            await self._account.fail(home, type(error).__name__, str(error))

    async def _announce(self, found: Proposal, *, barren: bool) -> frozenset[str]:
        """Takes down what was found, gives its keys. Validators are not kept: each run looks anew."""
        source, memory = self._source.name, self._memory
        for page in self._pages if barren else ():
            await asyncio.to_thread(memory.announce, source, replace(page, headers=()), ())
        for reading in found.readings:
            page = replace(reading.page, requested_url=reading.listing.url, headers=(), body=b"")
            await asyncio.to_thread(memory.announce, source, page, reading.found, net=True)
        return frozenset(one.key for reading in found.readings for one in reading.found)

    async def _due(self, keys: frozenset[str]) -> list[Due]:
        """What the net found and this run has not asked for yet."""
        if not keys or self._left <= 0:
            return []
        name, limit = self._source.name, self._left + len(self._asked)
        due = await asyncio.to_thread(self._memory.due, name, datetime.now(UTC), limit)
        return [one for one in due if one.key in keys and not one.known and one.key not in self._asked][: self._left]

    async def _got(self, url: str) -> Snapshot:
        try:
            response = await self._crawler.engine.download_async(Request(url, dont_filter=True))
        except Exception as error:
            if (kind := kind_of(error)) == Stopped.__name__:
                raise Stopped(str(error)) from error
            self._account.count(FAILED)
            raise Unread(kind, str(error)) from error
        return await self._kept(response, url)

    async def _kept(self, response: Response, url: str) -> Snapshot:
        """The page, counted and archived."""
        page = received(response, url, self._source.name)
        refusal = f"HTTP {page.status}"
        self._account.count(FETCHED, *([LISTINGS] if page.status == 200 else [REJECTED, REASON + refusal]))
        return await asyncio.to_thread(self._memory.archive, page)

    def _yield(self) -> Yield:
        stats: Mapping[str, Any] = self._crawler.stats.get_stats()
        refusals = {name.removeprefix(REASON): count for name, count in stats.items() if name.startswith(REASON)}
        return Yield(
            announced=len(self._announced),
            refused=len(self._refused),
            asked=len(self._asked.keys() & (self._announced - self._refused)),
            taken=sum(stats.get(f"tindothi/{change}", 0) for change in (Change.NEW, Change.DUPLICATE)),
            none=counted(refusals),
        )


def _in_full(because: str, found: Proposal, steps: Sequence[Step]) -> str:
    """What is wrong, and why the net found nothing, if it did not."""
    if found.readings:
        return because
    tried = "; ".join(f"{step.what} {step.url}: {step.said}" for step in steps if not step.well)
    return f"{because}, and nothing else announces articles" + (f" ({tried})" if tried else "")
