"""What a spider's run counts, and the failures that it takes down."""

import asyncio
import logging
from datetime import UTC, datetime

from scrapy import Request, Spider
from twisted.python.failure import Failure as TwistedFailure

from crawler.errors import TindothiError
from crawler.memory import Memory
from crawler.middlewares import WAITS, kind_of
from crawler.stages import FAILED, FAILURE
from crawler.types import Failure

log = logging.getLogger(__name__)


class Account:
    """The account of one spider's run over a source."""

    def __init__(self, spider: Spider, source: str, memory: Memory) -> None:
        self._spider = spider
        self._source = source
        self._memory = memory

    @property
    def failed(self) -> bool:
        """Whether a failure was taken down."""
        return self._spider.crawler.stats.get_value(FAILURE) is not None

    def count(self, *names: str) -> None:
        """One more of each."""
        for name in names:
            self._spider.crawler.stats.inc_value(name)

    async def lost(self, failure: TwistedFailure, url: str = "") -> None:
        """A request had no answer. `url`: what it was for, if not for itself."""
        url, kind, said = url or failed_request(failure).url, kind_of(failure.value), str(failure.value)
        if kind != WAITS:
            self.count(FAILED)
            await self.fail(url, kind, said or repr(failure.value))
        elif not self.failed:  # it was not asked: that is no attempt, and tells nothing new
            waits = Failure(url=url, kind=kind, message=said, at=datetime.now(UTC))
            self._spider.crawler.stats.set_value(FAILURE, waits)

    async def fail(self, url: str, kind: str, message: str) -> None:
        """Take a failure down as data; the store may be the very thing that fails."""
        failed = Failure(url=url, kind=kind, message=message[:300], at=datetime.now(UTC))
        self._spider.crawler.stats.set_value(FAILURE, failed)
        log.warning("%s: %s: %s", url, kind, failed.message, extra={"spider": self._spider})
        try:
            await asyncio.to_thread(self._memory.fail, self._source, failed)
        except TindothiError as error:
            log.error("the failure could not be stored: %s", error, extra={"spider": self._spider})


def failed_request(failure: TwistedFailure) -> Request:
    """The request that failed: Scrapy sets it on the failure."""
    request: Request = vars(failure)["request"]
    return request
