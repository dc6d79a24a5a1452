"""The first and the last stage of the flow: archive before judging, store after it. And the process's one store."""

import asyncio
import threading
from dataclasses import dataclass
from typing import Self, cast

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from crawler.config import Config
from crawler.stages import KnowsSources, article_of
from crawler.types import Article, Change, Judged, Snapshot
from storage.opening import open_store
from storage.store import Store

_stores: dict[str, tuple[Store, int]] = {}
_guard = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What leaves the flow: the page, and what it did to the store."""

    judged: Judged
    change: Change

    @property
    def snapshot(self) -> Snapshot:
        """The page."""
        return self.judged.snapshot


def opened(settings: BaseSettings) -> Store:
    """The process's one store of the settings, opened with the first call; `hold` and `let_go` say how long."""
    config: Config = settings["TINDOTHI"]
    with _guard:
        if config.database_url not in _stores:
            _stores[config.database_url] = open_store(config), 0
        return _stores[config.database_url][0]


def hold(settings: BaseSettings) -> Store:
    """The process's store, kept open until `let_go` was called as often."""
    store = opened(settings)
    with _guard:
        url = settings["TINDOTHI"].database_url
        _stores[url] = store, _stores[url][1] + 1
    return store


def let_go(settings: BaseSettings) -> None:
    """One spider less needs the store; after the last one it is closed."""
    url = settings["TINDOTHI"].database_url
    with _guard:
        store, holders = _stores[url]
        if holders > 1:
            _stores[url] = store, holders - 1
            return
        del _stores[url]
    store.close()


class ArchiveStage:
    """Snapshot → Snapshot with its archive record."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(opened(crawler.settings))

    async def process_item(self, item: Snapshot) -> Snapshot:
        return await asyncio.to_thread(self._store.archive, item)


class StoreStage:
    """Judged → Stored. A text that changed is told from a rule that changed by today's extraction."""

    def __init__(self, store: Store, crawler: Crawler) -> None:
        self._store = store
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(opened(crawler.settings), crawler)

    async def process_item(self, item: Judged) -> Stored:
        return Stored(judged=item, change=await asyncio.to_thread(self._store.save, item, again=self._again))

    def _again(self, snapshot: Snapshot) -> Article:
        spider = cast(KnowsSources, self._crawler.spider)
        config: Config = self._crawler.settings["TINDOTHI"]
        source = spider.owner(snapshot.url)
        return article_of(snapshot, source, config.fetch.max_size, spider.learned(source.name))
