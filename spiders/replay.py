"""Saved pages through the very same way: they enter at Snapshot, where a fetched page does.

An article that its site splits is whole where its pages follow each other in the archive, as in ours, or where our own
archive knows what belongs together. A further page that comes alone is refused; a first one alone is taken as it is.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings
from scrapy.utils.misc import load_object

from crawler.config import Config
from crawler.errors import TindothiError
from crawler.learned import NOTHING, Learned
from crawler.memory import Memory
from crawler.stages import FAILURE, FETCHED
from crawler.types import Failure, Snapshot, Source
from crawler.urls import owner
from spiders.declared import FamilyFile
from spiders.fingerprints import with_families
from spiders.gathering import gathered

LOOK = 0.2  # seconds between two looks whether the run was stopped
UNDER_WAY = 4  # pages in the pipeline at once, so that an archive of any size needs the memory of a few pages

log = logging.getLogger(__name__)


class ReplaySpider(Spider):
    """Yields `snapshots` into the pipeline.

    `sources` by host: a page of any other host gets an implicit source, with the templates of the `families`.
    """

    name = "replay"

    def __init__(
        self,
        *,
        memory: Memory,
        snapshots: Iterable[Snapshot],
        sources: Mapping[str, Source],
        families: Mapping[str, FamilyFile],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.memory = memory
        self.sources = sources
        self._families = families
        self._snapshots = snapshots
        self._free = asyncio.Semaphore(UNDER_WAY)
        self._learned: dict[str, Learned] = {}

    def owner(self, url: str) -> Source:
        """The source that a page is of: a declared one, or one made for its host."""
        return with_families(owner(self.sources, url), self._families)

    def learned(self, source: str) -> Learned:
        """What the pages stored before this replay teach of a source."""
        return self._learned.get(source, NOTHING)

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        settings.set("CLOSESPIDER_TIMEOUT", 0, priority="spider")  # nobody's server waits

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        opened = load_object(crawler.settings["TINDOTHI_MEMORY"])
        spider = super().from_crawler(crawler, *args, memory=opened(crawler.settings), **kwargs)
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider._done, signal=signal)
        return spider

    async def start(self) -> AsyncIterator[Snapshot]:
        """Every snapshot, no faster than the pipeline takes them; what cannot be read is the run's failure."""
        config: Config = self.settings["TINDOTHI"]
        snapshots = gathered(self._snapshots, config.fetch.max_size)
        watch = asyncio.ensure_future(_let_close(self.crawler))
        try:
            await self._free.acquire()
            while (snapshot := await asyncio.to_thread(next, snapshots, None)) is not None:
                self.crawler.stats.inc_value(FETCHED)
                name = self.owner(snapshot.url).name
                if name not in self._learned:
                    self._learned[name] = await asyncio.to_thread(self.memory.learned, name)
                parts = tuple(replace(part, source=name) for part in snapshot.parts)
                yield replace(snapshot, source=name, parts=parts)
                await self._free.acquire()
        except TindothiError as error:
            log.error("%s", error)
            failure = Failure(url="", kind=type(error).__name__, message=str(error)[:300], at=datetime.now(UTC))
            self.crawler.stats.set_value(FAILURE, failure)
        for _ in range(UNDER_WAY - 1):  # until the last page is done; Scrapy would look for it only every five seconds
            await self._free.acquire()
        await asyncio.sleep(0)
        watch.cancel()

    def _done(self) -> None:
        self._free.release()


async def _let_close(crawler: Any) -> None:
    """Scrapy 2.19 looks whether a stopped spider may close when a response is done, never when such an item is."""
    while crawler.crawling:
        await asyncio.sleep(LOOK)
    slot = crawler.engine.scraper.slot
    while not (slot.closing and slot.closing.called):
        if slot.closing and slot.is_idle():
            slot.closing.callback(crawler.spider)
        await asyncio.sleep(LOOK)
