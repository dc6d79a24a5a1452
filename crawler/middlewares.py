"""What stands between the spider and the network: own hosts only, conditional requests, whole answers, the proxy.

The deadline of a run is Scrapy's own (`CLOSESPIDER_TIMEOUT`), and so are robots.txt, delays, retries and size limits.
"""

import logging
import os
import zlib
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadFailedError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

from crawler.config import Config
from crawler.errors import Damaged, OffSite, TooLarge
from crawler.types import Validators
from crawler.urls import host_of

REDIRECTS = frozenset((301, 302, 303, 307, 308))
CHUNK = 64 * 1024
FORBIDDEN = "RobotsForbidden"


_UNTRUSTED = ("certificate verify failed", "VerificationError")  # OpenSSL's and service_identity's words

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
            target = urljoin(response.url, location.decode("latin-1"))
            if not self._own(target):
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
        logging.getLogger(RobotsTxtMiddleware.__module__).setLevel(logging.CRITICAL)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        if refuse := self._unknown.get(urlsplit(request.url).netloc):
            raise refuse
        super().process_request_2(rp, request)

    async def _parse_robots(self, resp: Response, netloc: str, request: Request) -> None:
        if resp.status >= 500:
            self._unknown[netloc] = Refuse(f"HTTP {resp.status}", "robots.txt cannot be had")
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
        encoding = (response.headers.get("Content-Encoding") or b"").strip().lower()
        if encoding in (b"gzip", b"x-gzip") and response.body:
            _require_whole(response.body, self._max_size)
        return response


def _require_whole(body: bytes, max_size: int) -> None:
    """Unpack without keeping anything, to see that the end is there and not too far."""
    rest, size = body, 0
    while rest:
        unpacker = zlib.decompressobj(wbits=31)
        while rest and not unpacker.eof:
            try:
                size += len(unpacker.decompress(rest, CHUNK))
            except zlib.error as error:
                raise Refuse(Damaged.__name__, f"the packed body is broken: {error}") from None
            if size > max_size:
                raise Refuse(TooLarge.__name__, f"more than {max_size} bytes, unpacked")
            rest = unpacker.unconsumed_tail
        if not unpacker.eof:
            raise Refuse(Damaged.__name__, "the packed body was cut off")
        rest = unpacker.unused_data if unpacker.unused_data.startswith(b"\x1f\x8b") else b""


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


def kind_of(exception: BaseException | None) -> str:
    """The name under which a failed request is counted: ours where there is one, else the exception's class."""
    if isinstance(exception, Refuse):
        return exception.kind
    if isinstance(exception, DownloadCancelledError):  # Scrapy's for a body longer than DOWNLOAD_MAXSIZE
        return TooLarge.__name__
    if isinstance(exception, ResponseDataLossError):
        return Damaged.__name__
    if isinstance(exception, DownloadFailedError) and any(words in str(exception) for words in _UNTRUSTED):
        return "CertificateRefused"
    if isinstance(exception, IgnoreRequest):
        return next((name for words, name in _IGNORED.items() if words in str(exception)), "IgnoreRequest")
    return type(exception).__name__
