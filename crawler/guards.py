"""What a server can do to us, bounded: to which addresses we connect, whom we trust, how long an answer's head may be.

A name is looked up once. The address that is found to be public is the very one that is connected to, and a later
look-up is judged anew: a name that leads to the Internet first and inside later gets nowhere. Where a proxy is set,
only the proxy's own name is looked up here; where the others lead is the proxy's to decide.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadFailedError, ResponseDataLossError
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from scrapy.utils.misc import load_object
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError
from twisted.python.failure import Failure

from crawler.addresses import is_public
from crawler.config import Config
from crawler.errors import TooLarge
from crawler.trust import Trusting
from crawler.types import Source
from crawler.waivers import said

WAIVED = "tls: "  # begins the flag of a response of a host of whose TLS something was let pass
_UNTRUSTED = ("certificate verify failed", "VerificationError")  # OpenSSL's and service_identity's words

MAX_HEAD = 64 * 1024  # bytes of an answer's status and header lines, of those before it (1xx), too

FRAMED = 4  # how often its own size a body may have on the wire


class PrivateAddress(Exception):
    """A name that leads to no public address; nothing was connected to."""


class HeadTooLong(Exception):
    """Header lines without an end, or one that is too long."""


class CertificateRefused(Exception):
    """The server did not prove who it is."""


class PublicResolver(CachingThreadedResolver):
    """Looks up names, and gives public addresses only; any for the `excepted` names (the proxy, intranet portals)."""

    excepted: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        resolver = super().from_crawler(crawler, reactor)
        config: Config = crawler.settings["TINDOTHI"]
        proxies = {urlsplit(url).hostname or "" for url in (config.fetch.proxy, *getproxies().values())}
        resolver.excepted = load_object(crawler.settings["TINDOTHI_PRIVATE_HOSTS"])(config) | proxies
        return resolver

    def __init__(self, reactor: Any, cache_size: int, timeout: float) -> None:
        super().__init__(reactor, cache_size, timeout)
        self.refused: dict[str, str] = {}  # names, each with where it led: Twisted tells only that there is no address

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:  # noqa: N802 (Twisted's name)
        """The public address of a name."""
        return super().getHostByName(name, timeout).addCallback(self._public, name)

    def _public(self, address: str, name: str) -> str:
        if is_public(address) or not self.excepted.isdisjoint((name, name.removeprefix("www."))):
            self.refused.pop(name, None)
            return address
        self.refused[name] = address
        raise DNSLookupError(f"{name} leads to {address}")


class _Parser(_LenientHTTPClientParser):
    """Takes so much of header lines and no more."""

    _head = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 (Twisted's name)
        self._head += len(line) + 1
        if self._head > MAX_HEAD:
            raise HeadTooLong(f"more than {MAX_HEAD} bytes of header lines")
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802 (Twisted's name)
        raise HeadTooLong(f"a header line of more than {self.MAX_LENGTH} bytes")


class _Protocol(_LenientHTTP11ClientProtocol):
    """Takes so many bytes of an answer and no more: what frames a body's chunks may be longer than the body."""

    limit = 0
    _received = 0

    def request(self, request: Any) -> Any:
        self._received = 0
        answered = super().request(request)
        self._parser.__class__ = _Parser  # as Scrapy itself does, for want of a hook
        return answered

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        self._received += len(data)
        if self._received > self.limit:
            whole = TooLarge(f"more than {self.limit} bytes with all that frames them")
            self._giveUp(Failure(whole))  # type: ignore[no-untyped-call]
        else:
            super().dataReceived(data)  # type: ignore[no-untyped-call]


class _Factory(_LenientHTTP11ClientFactory):
    limit = 0

    def buildProtocol(self, address: Any) -> _Protocol:  # noqa: N802 (Twisted's name)
        protocol = _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
        protocol.limit = self.limit
        return protocol


class Guarded(HTTP11DownloadHandler):
    """Fetches within these bounds."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        limit = MAX_HEAD + FRAMED * self._default_maxsize
        pool: Any = self._pool
        pool._factory = type("_Limited", (_Factory,), {"limit": limit})
        sources: Mapping[str, Source] = getattr(crawler.spider, "sources", {})
        waivers = {waiver.host: waiver for source in sources.values() for waiver in source.tls}
        self._trust = Trusting(self._contextFactory, waivers.values(), datetime.now(UTC).date())
        self._contextFactory: Any = self._trust

    async def download_request(self, request: Request) -> Response:
        """The response; flagged where something was let pass of the host's TLS.

        :raises PrivateAddress: the host leads to no public address
        :raises CertificateRefused: the server did not prove who it is
        :raises HeadTooLong: the answer's header lines do not end
        :raises TooLarge: what frames the body is far longer than the body may be
        """
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        try:
            response = await super().download_request(request)
        except CannotResolveHostError:
            if private := _refused(host):
                raise private from None
            raise
        except (DownloadFailedError, ResponseDataLossError) as error:
            if ours := _within(error) or self._untrusted(error, host):
                raise ours from None
            raise
        waiver = self._trust.waiver(host) if parts.scheme == "https" else None
        return response.replace(flags=[*response.flags, WAIVED + said(waiver)]) if waiver else response

    def _untrusted(self, error: BaseException, host: str) -> CertificateRefused | None:
        if not any(words in str(error) for words in _UNTRUSTED):
            return None
        waiver = self._trust.declared.get(host)
        if waiver is None:
            return CertificateRefused(f"{host}: the certificate cannot be verified: {error}")
        if self._trust.waiver(host) is None:
            return CertificateRefused(
                f"{host}: the certificate cannot be verified, and {waiver.declared} until is over"
            )
        key = "pin: the certificate is another one" if waiver.pin else f"lets pass only {said(waiver)}"
        return CertificateRefused(f"{host}: the certificate cannot be verified; {waiver.declared} {key}: {error}")


def _refused(host: str) -> PrivateAddress | None:
    """What the resolver has against a host."""
    from twisted.internet import reactor  # not before it is installed

    address = getattr(vars(reactor).get("resolver"), "refused", {}).get(host)
    if address is None:
        return None
    mend = 'if this is a portal of your own network, write private = "why" into its source file'
    return PrivateAddress(f"{host} leads to {address}, which is no public address; {mend}")


def _within(error: BaseException) -> HeadTooLong | TooLarge | None:
    """Of Twisted's failure, which may hold several reasons, the one that is ours."""
    reasons = [reason.value for reason in getattr(error.__cause__, "reasons", ())]
    return next((reason for reason in reasons if isinstance(reason, (HeadTooLong, TooLarge))), None)
