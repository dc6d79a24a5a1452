"""The requests of articles, and what becomes of the answers.

due → request ─200…→ further pages, or the same once more (`spiders.gathering`) ─→ Snapshot into the pipeline
                │ 304: unchanged │ no answer: failed, stays pending │ will never be had: rejected
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit, urlunsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawler.errors import OffSite, Stopped, TindothiError, TooLarge
from crawler.memory import Memory
from crawler.middlewares import FORBIDDEN, kind_of
from crawler.stages import FAILED, FETCHED, REASON, REJECTED, UNCHANGED
from crawler.types import Due, Snapshot, Source
from crawler.urls import host_of
from spiders.account import Account, failed_request
from spiders.gathering import Gathering, begun, is_read_again, read_again, with_part, without_part
from spiders.received import received

# Articles that will never be had, and how they count: one that is too large did answer, a forbidden one is not asked.
FINAL = {
    TooLarge.__name__: (FETCHED, REJECTED, REASON + TooLarge.__name__),
    OffSite.__name__: (FAILED,),
    FORBIDDEN: (FAILED,),
}

log = logging.getLogger(__name__)


class Articles:
    """A source's articles in one run. `heard`: whether any listing had something to say."""

    def __init__(
        self, source: Source, memory: Memory, account: Account, *, max_size: int, heard: Callable[[], bool]
    ) -> None:
        self._source = source
        self._memory = memory
        self._account = account
        self._max_size = max_size
        self._heard = heard

    def request(self, due: Due) -> Request:
        """For the article, or its first page."""
        return Request(
            reachable(self._source, due.url),
            meta={"validators": due.validators},
            callback=self.fetched,
            errback=self.unfetched,
            cb_kwargs={"due": due},
            dont_filter=True,
        )

    async def fetched(self, response: Response, due: Due) -> AsyncIterator[Request | Snapshot]:
        """An article's page, whatever its status, goes down the pipeline, with its further pages if it is split."""
        if response.status == 304 and due.known:
            await asyncio.to_thread(self._memory.unchanged, self._source.name, due.url, datetime.now(UTC))
            self._account.count(FETCHED, UNCHANGED)
            return
        first = received(response, due.url, self._source.name)
        yield self._next(await asyncio.to_thread(begun, due, first, self._max_size))

    async def continued(self, response: Response, gathering: Gathering) -> AsyncIterator[Request | Snapshot]:
        """A further page of an article, whatever its status."""
        part = received(response, gathering.left[0], self._source.name)
        yield self._next(await asyncio.to_thread(with_part, gathering, part, self._max_size))

    async def interrupted(self, failure: TwistedFailure) -> AsyncIterator[Request | Snapshot]:
        """A further page did not answer: the article stays pending. What will never be had is left out."""
        gathering: Gathering = failed_request(failure).cb_kwargs["gathering"]
        kind = kind_of(failure.value)
        if kind in FINAL:
            log.warning("%s: %s: the article is taken without it", gathering.left[0], kind)
            yield self._next(without_part(gathering))
        elif kind != Stopped.__name__:
            await self._account.lost(failure, gathering.due.url)

    async def again(self, response: Response, gathering: Gathering) -> AsyncIterator[Request | Snapshot]:
        """A restless page answered a second time: with it the first one goes down the pipeline."""
        self._account.count(FETCHED)
        yield read_again(gathering, received(response, gathering.due.url, self._source.name))

    async def not_again(self, failure: TwistedFailure) -> AsyncIterator[Request | Snapshot]:
        """It did not: the first answer stands alone."""
        if kind_of(failure.value) != Stopped.__name__:
            self._account.count(FETCHED)
            yield failed_request(failure).cb_kwargs["gathering"].whole

    async def unfetched(self, failure: TwistedFailure) -> None:
        """An article did not answer: it stays pending. What will never be had is given up."""
        due: Due = failed_request(failure).cb_kwargs["due"]
        kind = kind_of(failure.value)
        if kind == Stopped.__name__:
            return  # no fault of the site's: it counts neither as asked nor as an attempt in vain
        if kind not in FINAL or (kind == FORBIDDEN and not self._heard()):
            await self._account.lost(failure, due.url)  # forbidden as the listings are: that may be taken back for both
            return
        now = datetime.now(UTC)
        unread = Snapshot(requested_url=due.url, url=due.url, fetched_at=now, status=0, source=self._source.name)
        self._account.count(*FINAL[kind])
        try:
            await asyncio.to_thread(self._memory.reject, unread, kind, str(failure.value)[:200], temporary=False)
        except TindothiError as error:
            await self._account.fail(due.url, type(error).__name__, str(error))

    def _next(self, gathering: Gathering) -> Request | Snapshot:
        """The article, fetched as one page; or the request for its next page, or for the same once more."""
        if not gathering.left and is_read_again(gathering):
            return Request(
                reachable(self._source, gathering.due.url),
                headers={"Cache-Control": "no-cache"},
                callback=self.again,
                errback=self.not_again,
                cb_kwargs={"gathering": gathering},
                dont_filter=True,
            )
        if not gathering.left:
            self._account.count(FETCHED)
            return gathering.whole
        return Request(
            reachable(self._source, gathering.left[0]),
            callback=self.continued,
            errback=self.interrupted,
            cb_kwargs={"gathering": gathering},
            dont_filter=True,
        )


def reachable(source: Source, url: str) -> str:
    """The canonical URL as the source is reached: with the scheme and `www.` of its listing on that host."""
    canonical = urlsplit(url)
    for listing in source.listings:
        if host_of(listing.url) == canonical.netloc:
            own = urlsplit(listing.url)
            return urlunsplit(canonical._replace(scheme=own.scheme, netloc=own.netloc))
    return url
