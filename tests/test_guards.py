"""Hostile names and servers: nothing inside is connected to, and nothing of an answer is without end."""

import gzip
import socket
import sqlite3
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from scrapy.settings import Settings
from twisted.internet import defer
from twisted.internet._resolver import SimpleResolverComplexifier
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.error import DNSLookupError
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.testing import MemoryReactorClock

from crawler import guards
from crawler.config import Config
from crawler.errors import TooLarge
from crawler.middlewares import OwnHosts, Refuse
from crawler.settings import scrapy_settings
from crawler.types import Source
from spiders.loader import private_hosts
from tests.running import Going, Ran, tindothi
from tests.storing import new_store

LOCAL = {"TINDOTHI_FETCH__DELAY": "0", "TINDOTHI_FETCH__RETRIES": "0", "TINDOTHI_FETCH__TIMEOUT": "20"}
MAX_SIZE = 1_000_000


# --- names -----------------------------------------------------------------------------------------------------------


def misled(arguments: Sequence[str]) -> None:
    """`tindothi`, in a process whose look-ups all lead inside."""
    socket.gethostbyname = {"noi-bo.example.vn": "10.1.2.3", "may.example.vn": "169.254.169.254"}.__getitem__
    tindothi(arguments)


def crawl(folder: Path, main: Callable[[Sequence[str]], None], *names: str, **settings: str) -> Ran:
    new_store(folder / "data", "sqlite", made=True)
    environment = {"TINDOTHI_DATA_DIR": str(folder / "data"), "TINDOTHI_SOURCES__DIRECTORIES": str(folder / "sources")}
    return Going(main, ("crawl", "--json", *names), {**environment, **LOCAL, "HOME": str(folder), **settings}).ended()


def declare(folder: Path, name: str, host: str, more: str = "") -> None:
    (folder / "sources").mkdir(exist_ok=True)
    text = f'name = "{name}"\ntitle = "{name}"\nhosts = ["{host}"]\n{more}\n'
    text += f'[[listing]]\nkind = "page"\nurl = "http://{host}/tin"\n'
    (folder / "sources" / f"{name}.toml").write_text(text, encoding="utf-8")


def test_a_name_that_leads_inside_is_not_connected_to(tmp_path: Path) -> None:
    declare(tmp_path, "noibo", "noi-bo.example.vn")
    declare(tmp_path, "may", "may.example.vn")
    ran = crawl(tmp_path, misled, "noibo", "may")
    assert ran.code == 5, ran.err
    assert "Traceback" not in ran.err
    for name, host, address in (
        ("noibo", "noi-bo.example.vn", "10.1.2.3"),
        ("may", "may.example.vn", "169.254.169.254"),
    ):
        failure = ran.json["sources"][name]["failure"]
        assert failure["kind"] == "PrivateAddress"
        assert f"{host} leads to {address}" in failure["message"] and "private =" in failure["message"]


class Led(guards.PublicResolver):
    """Names lead where a list says, one address after the other."""

    def __init__(self, addresses: list[str], excepted: frozenset[str] = frozenset()) -> None:
        super().__init__(MemoryReactorClock(), 0, 1.0)  # type: ignore[no-untyped-call]
        self._addresses = addresses
        self.excepted = excepted

    def looked_up(self, name: str) -> defer.Deferred[str]:
        return defer.succeed(self._addresses.pop(0))


@pytest.fixture(autouse=True)
def by_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scrapy's resolver, under ours, asks the list; and no real reactor is installed, which other tests do without."""
    reactor = MemoryReactorClock()  # type: ignore[no-untyped-call]
    monkeypatch.setitem(sys.modules, "twisted.internet.reactor", cast(Any, reactor))
    monkeypatch.setattr(CachingThreadedResolver, "getHostByName", lambda self, name, timeout=(): self.looked_up(name))


def connected(resolver: Any, host: str) -> tuple[list[str], Any]:
    """To which addresses a client that wants the host connects, and what it is told."""
    reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
    reactor.installNameResolver(SimpleResolverComplexifier(resolver))
    told: list[Any] = []
    factory: Any = Factory.forProtocol(Protocol)
    HostnameEndpoint(reactor, host, 443).connect(factory).addErrback(told.append)
    return [client[0] for client in reactor.tcpClients], told[0] if told else None


def test_the_address_that_was_judged_is_the_one_connected_to() -> None:
    """A name that leads to the Internet first and inside at the next look-up gets nowhere by it."""
    resolver = Led(["1.1.1.1", "127.0.0.1", "1.1.1.1"])
    assert connected(resolver, "cong.example.vn") == (["1.1.1.1"], None)
    assert resolver._addresses == ["127.0.0.1", "1.1.1.1"], "looked up once"
    addresses, told = connected(resolver, "cong.example.vn")
    assert addresses == []
    assert told.check(DNSLookupError)
    assert resolver.refused == {"cong.example.vn": "127.0.0.1"}
    assert connected(resolver, "cong.example.vn") == (["1.1.1.1"], None)
    assert resolver.refused == {}


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "10.0.0.1", "100.64.0.1", "192.168.1.1", "224.0.0.1"])
def test_only_excepted_names_lead_inside(address: str) -> None:
    excepted = frozenset(("noi-bo.example.vn", "www.cua.example.vn"))
    assert connected(Led([address], excepted), "khac.example.vn")[0] == []
    assert connected(Led([address], excepted), "noi-bo.example.vn.khac.vn")[0] == []
    assert connected(Led([address], excepted), "cua.example.vn")[0] == []
    for name in excepted | {"www.noi-bo.example.vn"}:
        assert connected(Led([address], excepted), name)[0] == [address]


def test_intranet_portals_and_the_proxy_are_excepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://cua.example.vn:3128")
    declare(tmp_path, "noibo", "noi-bo.example.vn", 'private = "the ward\'s own network"')
    declare(tmp_path, "khac", "khac.example.vn")
    config = Config(sources={"directories": [tmp_path / "sources"]}, fetch={"proxy": "http://127.0.0.1:8080"})
    assert private_hosts(config) == {"noi-bo.example.vn"}
    process: Any = type("Process", (), {"settings": _settings(config)})
    resolver = guards.PublicResolver.from_crawler(process, MemoryReactorClock())  # type: ignore[no-untyped-call]
    assert resolver.excepted == {"noi-bo.example.vn", "127.0.0.1", "cua.example.vn"}


def _settings(config: Config) -> Any:
    return Settings(scrapy_settings(config))


ELSEWHERE = (
    "http://127.0.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://localhost/",
    "//10.0.0.1/",
    "http://cong.example.vn@127.0.0.1/",
    "http://127.0.0.1#cong.example.vn",
    "https://cong.example.vn.khac.vn/",
    "https://a.cong.example.vn/",
    "file:///etc/passwd",
    "gopher://cong.example.vn/",
    "ftp://cong.example.vn/",
    "data:text/html,x",
    "https://cong.example.vn/" + "a" * 5000,
    "http://[",
)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_no_redirect_and_no_request_leaves_the_sources_own_hosts(url: str) -> None:
    source = Source(name="cong", title="Cổng", hosts=("cong.example.vn",))
    crawler: Any = SimpleNamespace(spider=SimpleNamespace(sources={"cong.example.vn": source}))
    own, request = OwnHosts(crawler), Request("https://cong.example.vn/tin")
    own.process_request(request)
    own.process_response(request, Response(request.url, status=302, headers={"Location": url}))
    assert request.meta == {"dont_redirect": True}
    if "://" in url and url != "http://[":
        with pytest.raises(Refuse) as refused:
            own.process_request(Request(url))
        assert refused.value.kind == "OffSite"


# --- servers ---------------------------------------------------------------------------------------------------------

ROOM = 64 * 1024
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def endless(start: bytes, piece: bytes) -> Iterator[bytes]:
    yield start
    while True:
        yield piece * (ROOM // len(piece) + 1)


def whole(*headers: bytes, body: bytes) -> Iterator[bytes]:
    yield OK + b"".join(header + b"\r\n" for header in headers) + b"Content-Length: %d\r\n\r\n" % len(body) + body


def packed(body: bytes, wbits: int) -> bytes:
    packer = zlib.compressobj(9, wbits=wbits)
    return packer.compress(body) + packer.flush()


BOMB = bytes(10 * MAX_SIZE)
# What an article's server sends, and the kind under which that is counted: as failed, or as rejected.
SENT: dict[str, tuple[Callable[[], Iterator[bytes]], str]] = {
    "lines": (lambda: endless(OK, b"X-Dai: mot dong nua\r\n"), "HeadTooLong"),
    "folded": (lambda: endless(OK + b"X-Dai: a\r\n", b" mot dong nua\r\n"), "HeadTooLong"),
    "line": (lambda: endless(OK + b"X-Dai: ", b"a"), "HeadTooLong"),
    "status": (lambda: endless(b"HTTP/1.1 200 ", b"a"), "HeadTooLong"),
    "early": (lambda: endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"), "HeadTooLong"),
    "chunk-names": (lambda: endless(CHUNKED, b"1;ten=" + b"a" * 500 + b"\r\nx\r\n"), "TooLarge"),
    "chunk-name": (lambda: endless(CHUNKED + b"1;ten=", b"a"), "Damaged"),
    "trailers": (lambda: endless(CHUNKED + b"1\r\nx\r\n0\r\n", b"X-Duoi: dong nua\r\n"), "Damaged"),
    "gzip": (lambda: whole(b"Content-Encoding: gzip", body=packed(BOMB, 31)), "TooLarge"),
    "members": (lambda: whole(b"Content-Encoding: gzip", body=packed(BOMB[:MAX_SIZE], 31) * 10), "TooLarge"),
    "zlib": (lambda: whole(b"Content-Encoding: deflate", body=packed(BOMB, 15)), "TooLarge"),
    "deflate": (lambda: whole(b"Content-Encoding: deflate", body=packed(BOMB, -15)), "TooLarge"),
    "twice": (
        lambda: whole(b"Content-Encoding: gzip, gzip", body=gzip.compress(packed(BOMB, 31))),
        "Damaged",
    ),
    "twice-said": (
        lambda: whole(b"Content-Encoding: gzip", b"Content-Encoding: gzip", body=gzip.compress(packed(BOMB, 31))),
        "Damaged",
    ),
}


class Hostile:
    """A proxy on loopback that answers for every host, a line for each thread, until it is closed."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.sent: dict[str, int] = {}
        self._lines: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._take)]
        self._threads[0].start()

    def close(self) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._threads[0].join()
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._door.accept()
                self._lines.append(line)
                self._threads.append(threading.Thread(target=self._serve, args=(line,)))
                self._threads[-1].start()

    def _serve(self, line: socket.socket) -> None:
        with suppress(OSError), line:
            asked = b""
            while b"\r\n\r\n" not in asked and (more := line.recv(ROOM)):
                asked += more
            path = asked.split(b" ")[1].decode().partition("example.vn")[2] if asked else ""
            for piece in self._answer(path):
                line.sendall(piece)
                self.sent[path] = self.sent.get(path, 0) + len(piece)

    def _answer(self, path: str) -> Iterator[bytes]:
        name = path.removeprefix("/bai-").removesuffix("-1.html")
        if path == "/tin":
            links = "".join(f'<a href="/bai-{name}-1.html">Bài {name}</a>' for name in SENT)
            return whole(b"Connection: close", body=f"<html><body>{links}</body></html>".encode())
        if name in SENT:
            return SENT[name][0]()
        return iter((b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",))


@dataclass(frozen=True, kw_only=True)
class Siege:
    """A server that attacks, the crawl that met it, and what was rejected for good, by URL."""

    hostile: Hostile
    ran: Ran
    rejected: dict[str, str]


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    """One crawl of a source whose every article is an attack."""
    folder = tmp_path_factory.mktemp("hostile")
    declare(folder, "ke", "ke.example.vn", "articles = ['-1[.]html$']")
    hostile = Hostile()
    more = {"TINDOTHI_FETCH__MAX_SIZE": str(MAX_SIZE), "TINDOTHI_FETCH__CONCURRENCY": "8"}
    try:
        ran = crawl(folder, tindothi, "ke", TINDOTHI_FETCH__PROXY=hostile.url, **more)
        with closing(sqlite3.connect(folder / "data" / "tindothi.db")) as db:
            rejected = dict(db.execute("SELECT url, reason FROM rejection").fetchall())
        yield Siege(hostile=hostile, ran=ran, rejected=rejected)
    finally:
        hostile.close()


def test_no_attack_ends_the_run(siege: Siege) -> None:
    assert "Traceback" not in siege.ran.err
    counts = siege.ran.json["sources"]["ke"]
    assert (counts["listings"], counts["new"]) == (1, 0)
    assert counts["failed"] + counts["rejected"] == len(SENT)


@pytest.mark.parametrize("name", SENT)
def test_an_attack_ends_early_under_its_name(siege: Siege, name: str) -> None:
    url, kind = f"https://ke.example.vn/bai-{name}-1.html", SENT[name][1]
    if kind == TooLarge.__name__:  # will never be had
        assert siege.rejected[url] == kind
    else:
        assert f"{url}: {kind}: " in siege.ran.err
    assert siege.hostile.sent[f"/bai-{name}-1.html"] < 20 * MAX_SIZE
