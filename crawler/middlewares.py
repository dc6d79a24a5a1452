"""What stands between the spider and the network: own hosts only, conditional requests, whole answers, the proxy.

Delays and size limits are Scrapy's own; retries are `crawler.retrying`'s, deadlines `crawler.endings`'.
"""

import asyncio
import logging
import os
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import (
    DownloadCancelledError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

from crawler.config import Config
from crawler.errors import Damaged, OffSite, Stopped, TooLarge
from crawler.guards import Guarded
from crawler.packing import GZIP, RAW, ZLIB, unpacked
from crawler.types import Validators
from crawler.urls import host_of

REDIRECTS = frozenset((301, 302, 303, 307, 308))
FORBIDDEN = "RobotsForbidden"
MAX_ROBOTS = 500 * 1024  # bytes of a robots.txt that are read (RFC 9309, 2.5)
LONGEST_DELAY = 60.0  # seconds between two requests that a robots.txt may ask for
LOOK, LAST = 0.5, 4.0  # seconds: how often a fetch looks whether the run is to end, and how long it may go on then
WAITS = "HostWaits"  # the kind of a request that is not made, for its host is left to a later run
ENDING = "tindothi/ending"  # a stat that is set once the spider's time is over

_GZIP, _DEFLATE = (b"gzip", b"x-gzip"), b"deflate"
_UNASKED = (b"br", b"zstd", b"compress", b"x-compress")

# What Scrapy says when it ignores a request: it has one class for all of it.
_IGNORED = {
    "max redirections": "TooManyRedirects",
    "robots.txt": FORBIDDEN,
    "DOWNLOAD_MAXSIZE": TooLarge.__name__,
}


class Refuse(IgnoreRequest):
    """A request or answer that goes no further; `kind` is the name under which it is counted."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class OwnHosts:
    """Only the source's own hosts are asked. A redirect elsewhere is handed on as the page it is, not followed."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        if not self._own(request.url):
            raise Refuse(OffSite.__name__, f"{request.url} is not on the source's own hosts")

    def process_response(self, request: Request, response: Response) -> Response:
        if response.status in REDIRECTS and (location := response.headers.get("Location")):
            try:
                own = self._own(urljoin(response.url, location.decode("latin-1")))
            except ValueError:  # no address at all
                own = False
            if not own:
                request.meta["dont_redirect"] = True
        return response

    def _own(self, url: str) -> bool:
        spider: Any = self._crawler.spider  # one with its `sources` by host
        return host_of(url) in spider.sources


class Robots(RobotsTxtMiddleware):
    """robots.txt is obeyed, also where it cannot be had: then nothing is fetched (RFC 9309, 2.3.1.4).

    Scrapy would fetch everything after a failure or a 5xx, and print a traceback for the former.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._unknown: dict[str, Refuse] = {}
        crawler.signals.connect(self._slow_down, signal=signals.robots_parsed)
        logging.getLogger(RobotsTxtMiddleware.__module__).setLevel(logging.CRITICAL)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        if refuse := self._unknown.get(urlsplit(request.url).netloc):
            raise refuse
        super().process_request_2(rp, request)

    def _slow_down(self, robotparser: RobotParser, request: Request) -> None:
        """A site may ask for a longer delay (`Crawl-delay`), up to a minute; Scrapy reads it and does not use it."""
        settings = self.crawler.settings
        asked = min(robotparser.crawl_delay(settings["ROBOTSTXT_USER_AGENT"]) or 0.0, LONGEST_DELAY)
        throttle = self.crawler.get_extension(AutoThrottle)
        if throttle is not None and asked > throttle.mindelay:
            throttle.mindelay = asked
            for slot in self.crawler.engine.downloader.slots.values():
                slot.delay = max(slot.delay, asked)

    async def _parse_robots(self, resp: Response, netloc: str, request: Request) -> None:
        if resp.status >= 500:
            self._unknown[netloc] = Refuse(f"HTTP {resp.status}", "robots.txt cannot be had")
        if len(resp.body) > MAX_ROBOTS:  # its whole lines
            resp = resp.replace(body=resp.body[:MAX_ROBOTS].rpartition(b"\n")[0])
        await super()._parse_robots(resp, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._unknown[netloc] = Refuse(kind_of(exc), f"robots.txt cannot be had: {exc}")
        super()._robots_error(exc, netloc)


class Conditional:
    """Asks with the validators in `meta["validators"]`, at the URL they were given for and not behind a redirect."""

    def process_request(self, request: Request) -> None:
        validators: Validators | None = request.meta.get("validators")
        if validators is None:
            return
        for name, value in (("If-None-Match", validators.etag), ("If-Modified-Since", validators.last_modified)):
            if value and not request.meta.get("redirect_times"):
                request.headers[name] = value
            else:
                request.headers.pop(name, None)


class Whole:
    """Refuses a packed body that was cut off: Scrapy would hand on what could be unpacked, as if it were all."""

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_response(self, request: Request, response: Response) -> Response:
        said = b",".join(response.headers.getlist("Content-Encoding")).lower()
        packings = [one for one in map(bytes.strip, said.split(b",")) if one in (*_GZIP, _DEFLATE, *_UNASKED)]
        if len(packings) > 1 or (packings and packings[0] in _UNASKED):  # twice: nobody does that but to do harm
            raise Refuse(Damaged.__name__, f"packed as {said[:50].decode('latin-1')}, which was not asked for")
        if packings and response.body:
            try:
                for _ in unpacked(response.body, self._max_size, wbits=_wbits(packings[0], response.body)):
                    pass  # nothing is kept: it is only to see that the end is there, and not too far
            except (Damaged, TooLarge) as rejected:
                raise Refuse(rejected.reason, str(rejected)) from None
        return response


def _wbits(encoding: bytes, body: bytes) -> int:
    if encoding in _GZIP:
        return GZIP
    # Some send it without the zlib header, whose two bytes divide by 31 (RFC 1950, 2.2).
    return ZLIB if body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0 else RAW


class Network:
    """The proxy and the trusted certificates of the settings; without them, those of the system.

    OpenSSL reads `SSL_CERT_FILE` for Scrapy's reactor and for asyncio alike; `SSL_CERT_DIR` is emptied with it, so that
    the file stands *instead* of the system's certificates. Scrapy has no setting for it.
    """

    def __init__(self, config: Config) -> None:
        self._proxy = config.fetch.proxy
        if config.fetch.ca_file:
            os.environ["SSL_CERT_FILE"] = str(config.fetch.ca_file)
            os.environ["SSL_CERT_DIR"] = os.devnull

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.settings["TINDOTHI"])

    def process_request(self, request: Request) -> None:
        if self._proxy:
            request.meta["proxy"] = self._proxy


def is_ending(crawler: Crawler) -> bool:
    """Whether a signal or a deadline ends the run."""
    return not crawler.crawling or bool(crawler.stats.get_value(ENDING))


class Fetching(Guarded):
    """Fetches, but not for long once the run is to end: Scrapy would wait for a silent site up to its timeout."""

    async def download_request(self, request: Request) -> Response:
        """The response.

        :raises Refuse: the run was stopped
        """
        fetch = asyncio.ensure_future(super().download_request(request))
        left = LAST
        while not (await asyncio.wait({fetch}, timeout=LOOK))[0]:
            left -= LOOK if is_ending(self._crawler) else 0
            if left <= 0:
                fetch.cancel()
                raise Refuse(Stopped.__name__, "the run was stopped")
        return fetch.result()


def kind_of(exception: BaseException | None) -> str:
    """The name under which a failed request is counted: ours where there is one, else the exception's class."""
    if isinstance(exception, Refuse):
        return exception.kind
    if isinstance(exception, DownloadCancelledError):  # Scrapy's for a body longer than DOWNLOAD_MAXSIZE
        return TooLarge.__name__
    if isinstance(exception, ResponseDataLossError):
        return Damaged.__name__
    if isinstance(exception, IgnoreRequest):
        return next((name for words, name in _IGNORED.items() if words in str(exception)), "IgnoreRequest")
    return type(exception).__name__
