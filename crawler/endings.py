"""How a spider ends before it is done: by a deadline, or by a signal (`crawler.commands.process`)."""

import asyncio
from datetime import UTC, datetime

from scrapy.crawler import Crawler
from scrapy.extensions.closespider import CloseSpider

from crawler.errors import Stopped
from crawler.middlewares import ENDING, Refuse
from crawler.stages import FAILURE
from crawler.types import Failure
from crawler.urls import host_of

DEADLINE = "Deadline"  # the failure of a run that took too long
LOOK = 0.2  # seconds


def drop_waiting(crawler: Crawler, refusal: Refuse, host: str = "") -> None:
    """What waits in the downloader for its turn, of one host or of all, is refused unasked."""
    if crawler.engine is None:
        return
    for slot in crawler.engine.downloader.slots.values():
        waiting = tuple(slot.queue)
        slot.queue.clear()
        for request, answer in waiting:
            if host and host_of(request.url) != host:
                slot.queue.append((request, answer))
            else:
                answer.errback(refusal)


class Deadline(CloseSpider):
    """Ends a spider soon after its time (`CLOSESPIDER_TIMEOUT`) is over, and says so.

    Scrapy would first fetch what its downloader has taken, with the host's delay in between, and wait for a silent site
    up to its timeout.
    """

    def _close_spider(self, reason: str) -> None:
        minutes = self.close_on["timeout"] / 60
        said = f"{minutes:.4g} min are over; what is left waits for the next run"
        failure = Failure(url="", kind=DEADLINE, message=said, at=datetime.now(UTC))
        self.crawler.stats.set_value(FAILURE, failure)
        self.crawler.stats.set_value(ENDING, True)
        super()._close_spider(reason)
        self._dropping = asyncio.ensure_future(self._drop())

    async def _drop(self) -> None:
        while self.crawler.engine.spider is not None and self.crawler.crawling:
            drop_waiting(self.crawler, Refuse(Stopped.__name__, "the deadline is over"))
            await asyncio.sleep(LOOK)
