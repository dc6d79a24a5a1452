"""Tries again what failed, after a pause, and leaves a host that is in trouble to a later run (`crawler.backoff`).

It stands in the place of Scrapy's own retries, which come at once and whatever `Retry-After` says.
"""

import asyncio
import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.backoff import PATIENCE, Trouble, answered, left, of_kind, of_status, pause, retry_after, waiting
from crawler.config import Config
from crawler.endings import LOOK, drop_waiting
from crawler.errors import Blocked, Stopped, TindothiError
from crawler.memory import Memory
from crawler.middlewares import WAITS, Refuse, is_ending, kind_of
from crawler.types import Host, Snapshot
from crawler.urls import host_of

ROBOTS = "dont_obey_robotstxt"  # set by Scrapy on the request for robots.txt: that it answers says little of the pages
HOLD = 5.0  # seconds that a host pauses at most until what it asks for is looked at
PAUSES = "HostPauses"  # how a request that waited in the downloader comes back to wait here

log = logging.getLogger(__name__)


class Retry:
    """Knows how each host answers in this run, and what earlier runs left behind.

    What earlier runs left behind keeps a host from being asked only if the spider is `patient`: one that a person asks
    for by name is not.
    """

    def __init__(self, crawler: Crawler) -> None:
        config: Config = crawler.settings["TINDOTHI"]
        self._crawler = crawler
        self._limit = config.fetch.retries
        self._known: dict[str, Host] = {}
        self._left: dict[str, Host] = {}  # in this run
        self._well: set[str] = set()  # hosts that answered well in this run
        self._pauses: dict[str, float] = {}  # until when, by the monotonic clock
        self._row: Counter[tuple[str, bool]] = Counter()  # pages in a row that failed, or were blocked

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        retry = cls(crawler)
        crawler.signals.connect(retry.opened, signal=signals.spider_opened)
        crawler.signals.connect(retry.downloaded, signal=signals.response_downloaded)
        crawler.signals.connect(retry.scraped, signal=signals.item_scraped)
        crawler.signals.connect(retry.dropped, signal=signals.item_dropped)
        return retry

    # --- requests ---

    async def opened(self) -> None:
        """The spider begins: what is remembered of the hosts."""
        known = await self._told(self._memory.hosts) if self._memory else ()
        self._known = {host.name: host for host in known or ()}
        if getattr(self._crawler.spider, "patient", False):
            self._left = waiting(self._known.values(), datetime.now(UTC))

    async def process_request(self, request: Request) -> None:
        """A host that pauses is waited for; one that was left is not asked."""
        host = host_of(request.url)
        while host not in self._left and self._pauses.get(host, 0) > monotonic():
            await self._sleep(LOOK)
        if host in self._left:
            raise _waits(self._left[host])

    def downloaded(self, response: Response, request: Request) -> None:
        """An answer has come, and the host's next request is just to be made: not so where it asks us to wait."""
        if of_status(response.status, _asked(response)) is Trouble.BUSY:
            self._pause(host_of(request.url), HOLD)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """An answer: a host that is well, or a trouble."""
        asked = _asked(response)
        trouble = of_status(response.status, asked)
        if trouble is None:
            if not request.meta.get(ROBOTS):
                await self._is_well(host_of(request.url))
            return response
        return await self._failed(request, trouble, f"HTTP {response.status}", asked) or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """No answer."""
        kind = kind_of(exception)
        if kind == PAUSES:
            return _again(request)
        trouble = None if isinstance(exception, IgnoreRequest) else of_kind(kind)
        return await self._failed(request, trouble, kind) if trouble else None

    async def _failed(
        self, request: Request, trouble: Trouble, kind: str, asked: timedelta | None = None
    ) -> Request | None:
        """The request to make once more; None where the failure stands."""
        host, tried = host_of(request.url), request.meta.get("retry_times", 0)
        seconds = pause(trouble, tried, self._limit, asked) if host not in self._left else None
        if seconds is None:
            closed = bool(request.meta.get(ROBOTS)) and trouble is not Trouble.REFUSED  # RFC 9309, 2.3.1.4
            await self._count(host, trouble, kind, asked, at_once=closed)
            return None
        said = {"spider": self._crawler.spider}
        log.info("%s: %s; tried again in %.3g s", request.url, kind, seconds, extra=said)
        if trouble is Trouble.BUSY:
            self._pause(host, seconds)
        await self._sleep(seconds)
        return _again(request, tried + 1)

    def _pause(self, host: str, seconds: float) -> None:
        self._pauses[host] = monotonic() + seconds
        drop_waiting(self._crawler, Refuse(PAUSES, "the host asks us to wait"), host)

    async def _sleep(self, seconds: float) -> None:
        end = monotonic() + seconds
        while (rest := end - monotonic()) > 0:
            if is_ending(self._crawler):
                raise Refuse(Stopped.__name__, "the run is to end")
            await asyncio.sleep(min(LOOK, rest))

    # --- pages, as they are judged ---

    async def scraped(self, item: Any) -> None:
        """A page was an article."""
        await self._is_well(host_of(getattr(item, "snapshot", item).url), judged=True)

    async def dropped(self, exception: BaseException) -> None:
        """A page was none; something may stand before it."""
        rejected, snapshot = getattr(exception, "rejected", None), getattr(exception, "snapshot", None)
        if isinstance(rejected, Blocked) and isinstance(snapshot, Snapshot):
            await self.blocked(snapshot.url, rejected)

    async def blocked(self, url: str, by: Blocked) -> None:
        """Something stands before a page."""
        await self._count(host_of(url), Trouble.BLOCKED, by.reason)

    # --- hosts ---

    async def _count(
        self, host: str, trouble: Trouble, kind: str, asked: timedelta | None = None, *, at_once: bool = False
    ) -> None:
        """One more page in a row: the host is left where these are too many, or `at_once`."""
        row = host, trouble is Trouble.BLOCKED
        self._row[row] += 1
        if host in self._left or (self._row[row] < PATIENCE[trouble].row and not at_once):
            return
        known = left(self._known.get(host, Host(name=host)), trouble, kind, datetime.now(UTC), asked)
        self._left[host] = self._known[host] = known
        log.warning("%s", _waits(known), extra={"spider": self._crawler.spider})
        drop_waiting(self._crawler, _waits(known), host)
        await self._keep(known)

    async def _is_well(self, host: str, *, judged: bool = False) -> None:
        """The host answered; once a run that is remembered. What stood before its pages is gone when one was read."""
        self._row[host, judged] = 0
        known = self._known.get(host, Host(name=host))
        if host in self._left or host in self._well or (of_kind(known.kind) is Trouble.BLOCKED and not judged):
            return
        self._well.add(host)
        self._known[host] = answered(known, datetime.now(UTC))
        await self._keep(self._known[host])

    async def _keep(self, host: Host) -> None:
        if self._memory:
            await self._told(self._memory.keep_host, host)

    @property
    def _memory(self) -> Memory | None:
        """The spider's; one that only looks has none."""
        return getattr(self._crawler.spider, "memory", None)

    async def _told(self, action: Any, *args: Any) -> Any:
        """Asks or tells the store, off the reactor; one that refuses is told of where it matters."""
        try:
            return await asyncio.to_thread(action, *args)
        except TindothiError as error:
            log.error("%s", error, extra={"spider": self._crawler.spider})


def _asked(response: Response) -> timedelta | None:
    return retry_after((response.headers.get("Retry-After") or b"").decode("latin-1"), datetime.now(UTC))


def _again(request: Request, tried: int | None = None) -> Request:
    again = request.copy()
    again.dont_filter = True
    if tried is not None:
        again.meta["retry_times"] = tried
    return again


def _waits(host: Host) -> Refuse:
    until = host.not_before.isoformat(timespec="seconds") if host.not_before else ""
    return Refuse(WAITS, f"{host.name} is not asked before {until}: {host.kind}")
