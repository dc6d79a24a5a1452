"""A small web on loopback for tests of the spider: a proxy that answers for any host, as the test says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings

from crawler.learned import NOTHING, Learned
from crawler.types import Announcement, Due, Failure, Host, Snapshot, Validators
from tests.test_settings import settings_with

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def text(body: str, status: int = 200, **headers: str) -> web.Response:
    """A page; `_` in a header's name stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.Response(text=body, status=status, content_type="text/html", headers=named)


@dataclass
class Web:
    """Answers by `host/path?query` (a response maker, or a page), and what was asked, in order."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: dict[str, Mapping[str, str]] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    proxy: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        key = f"{request.host}{request.path_qs}"
        if request.path == "/robots.txt" and key not in self.answers:
            return text("", status=404)
        self.asked.append(key)
        self.headers[key] = dict(request.headers)
        self.bodies[key] = await request.text()
        answer = self.answers.get(key)
        if answer is None:
            return text("không có", status=404)
        return text(answer) if isinstance(answer, str) else await _called(answer, request)


async def _called(answer: Any, request: web.Request) -> web.StreamResponse:
    made = answer(request)
    response: web.StreamResponse = await made if asyncio.iscoroutine(made) else made
    return response


@asynccontextmanager
async def serving(some: Web) -> AsyncIterator[Web]:
    """The web, reachable as an HTTP proxy at `some.proxy`."""
    server = web.Server(some.handle)  # type: ignore[arg-type]
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    some.proxy = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield some
    finally:
        await runner.cleanup()


class Remembered:
    """A `Memory` in a dictionary: enough of the store's behaviour to see what the spider asks of it."""

    def __init__(self) -> None:
        self.pending: dict[str, Due] = {}
        self.known: dict[str, Due] = {}
        self.stored_validators: dict[str, Validators] = {}
        self.archived: list[Snapshot] = []
        self.failures: list[Failure] = []
        self.rejections: list[tuple[str, str, bool]] = []
        self.not_changed: list[str] = []
        self.announced: list[tuple[str, int]] = []
        self.asked_due = 0
        self.lessons: dict[str, Learned] = {}
        self.asked_lessons: list[str] = []
        self.kept_hosts: dict[str, Host] = {}
        self.hints: dict[str, Any] = {}
        self.doubted: list[str] = []

    def validators(self, url: str) -> Validators:
        return self.stored_validators.get(url, Validators())

    def archive(self, snapshot: Snapshot) -> Snapshot:
        self.archived.append(snapshot)
        return snapshot

    def announce(
        self,
        source: str,
        listing: Snapshot,
        found: tuple[Announcement, ...],
        hint: Any = None,
        *,
        net: bool = False,
    ) -> int:
        self.announced.append((listing.requested_url, len(found)))
        self.hints[listing.requested_url] = hint
        self.doubted += [listing.requested_url] if listing.doubted else []
        self.stored_validators[listing.requested_url] = Validators(
            etag=listing.header("etag"), last_modified=listing.header("last-modified")
        )
        new = [one for one in found if one.key not in self.pending and one.key not in self.known]
        self.pending |= {one.key: Due(url=one.url, key=one.key, known=False) for one in new}
        return len(new)

    def no_articles(self, keys: Collection[str]) -> frozenset[str]:
        return frozenset()

    def due(self, source: str, now: Any, limit: int) -> list[Due]:
        self.asked_due += 1
        return [*self.pending.values(), *self.known.values()][:limit]

    def fail(self, source: str, failure: Failure) -> None:
        self.failures.append(failure)

    def reject(self, snapshot: Snapshot, reason: str, message: str, *, temporary: bool) -> None:
        self.rejections.append((snapshot.requested_url, reason, temporary))

    def unchanged(self, source: str, url: str, at: Any) -> None:
        self.not_changed.append(url)

    def learned(self, source: str) -> Learned:
        self.asked_lessons.append(source)
        return self.lessons.get(source, NOTHING)

    def hosts(self) -> list[Host]:
        return list(self.kept_hosts.values())

    def keep_host(self, host: Host) -> None:
        self.kept_hosts[host.name] = host


class Collect:
    """A pipeline that keeps every item in a list of the settings."""

    def __init__(self, kept: list[Any]) -> None:
        self._kept = kept

    @classmethod
    def from_crawler(cls, crawler: Any) -> "Collect":
        return cls(crawler.settings["KEPT"])

    def process_item(self, item: Any) -> Any:
        self._kept.append(item)
        return item


@dataclass(frozen=True, kw_only=True)
class Crawled:
    """What a crawl left behind."""

    items: list[Any]
    stats: dict[str, Any]
    memory: Remembered

    def count(self, name: str) -> int:
        return int(self.stats.get(f"tindothi/{name}", 0))


class Kept(list[Any]):
    """A list that Scrapy's copies of the settings share."""

    def __deepcopy__(self, memo: Any) -> "Kept":
        return self


def calm_settings(memory: Any, kept: Kept, *, limit: int = 200, **fetch: Any) -> Settings:
    """Settings without reactor, delay, retries and store."""
    settings = settings_with(fetch={"delay": 0, "retries": 0, "timeout": 5} | fetch, crawl={"limit": limit})
    settings.update(
        {
            "TWISTED_REACTOR_ENABLED": False,
            "DOWNLOAD_HANDLERS": {},  # ours needs the reactor
            "TINDOTHI_MEMORY": lambda _: memory,
            "ITEM_PIPELINES": {Collect: 100},
            "EXTENSIONS": {
                "scrapy.extensions.closespider.CloseSpider": None,
                "crawler.endings.Deadline": 0,
            },
            "KEPT": kept,
            "LOG_ENABLED": False,
        },
        priority="cmdline",
    )
    return settings


async def crawl(some: Web, spider: type[Any], memory: Remembered | None = None, **fetch: Any) -> Crawled:
    """One run of the spider over the web."""
    memory, kept = memory or Remembered(), Kept()
    async with serving(some):
        stats = await run_spider(spider, calm_settings(memory, kept, **{"proxy": some.proxy} | fetch))
    return Crawled(items=list(kept), stats=stats, memory=memory)


async def run_spider(spider: type[Any], settings: Settings, **arguments: Any) -> dict[str, Any]:
    """Run a spider in this process; gives its stats."""
    runner = AsyncCrawlerRunner(settings)
    crawler = runner.create_crawler(spider)
    await runner.crawl(crawler, **arguments)
    assert crawler.stats is not None
    return crawler.stats.get_stats()
