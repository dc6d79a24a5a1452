"""A spider that only looks: a procedure asks for pages one by one, with the manners of a crawl. It stores nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings

from crawler.discover import address
from crawler.middlewares import kind_of
from crawler.types import Listing, Snapshot, Source
from spiders.reading import listing_request
from spiders.received import received
from spiders.robots import RobotsSaid
from spiders.spider import slow_down
from spiders.survey import Unread


class Probe(Spider):
    """Runs `look` with itself, to fetch with; what that gives is `result`.

    `robots` is what robots.txt said so far; `certificate_until` when the certificate of the last https answer ends.
    """

    name = "probe"
    source: ClassVar[Source]

    def __init__(self, *, look: "Callable[[Probe], Awaitable[Any]]", kept: list[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sources: Mapping[str, Source] = dict.fromkeys(self.source.hosts, self.source)
        self.robots: RobotsSaid
        self.certificate_until: datetime | None = None
        self._look = look
        self._kept = kept

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        slow_down(settings, cls.source)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.robots = RobotsSaid(crawler)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Takes the look; yields nothing, for what is asked for goes straight to the downloader."""
        try:
            self._kept.append(await self._look(self))
        except Exception as error:  # Scrapy would only log it
            self._kept.append(error)
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    async def get(self, url: str) -> Snapshot:
        """The answer.

        :raises Unread: there is none
        """
        return await self._answer(Request(url, dont_filter=True), url)

    async def listing(self, listing: Listing) -> Snapshot:
        """The answer of a listing's first page.

        :raises Unread: there is none
        """
        return await self._answer(listing_request(listing), address(listing)[0])

    async def _answer(self, request: Request, url: str) -> Snapshot:
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:
            raise Unread(kind_of(error), str(error) or repr(error)) from error
        self.certificate_until = _until(response) or self.certificate_until
        return received(response, url, self.source.name)


def probe_class(source: Source) -> type[Probe]:
    """The spider that looks at one source."""
    return type("SourceProbe", (Probe,), {"source": source})


def _until(response: Response) -> datetime | None:
    """When the certificate that the server showed ends."""
    shown = getattr(response.certificate, "original", None)  # pyOpenSSL's
    printed = shown.get_notAfter() if shown else None
    return datetime.strptime(printed.decode("ascii"), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC) if printed else None
