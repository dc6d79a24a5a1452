"""The local web's wires: TLS, the proxy, faults and pages put up by tests."""

import gzip
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.portal import SITES, Answer, Fault, Framing, LocalWeb, Request
from tests.browser import ask, fetch, open_line

NOW = datetime.fromisoformat("2026-11-22T12:00:00+07:00")


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWeb]:
    """A web that no test changes."""
    with LocalWeb(tmp_path_factory.mktemp("quiet"), now=NOW) as web:
        yield web


@pytest.fixture
def web(tmp_path: Path) -> Iterator[LocalWeb]:
    """A web of the test's own."""
    with LocalWeb(tmp_path, articles_per_site=4, now=NOW) as web:
        yield web


def first(web: LocalWeb, site: str) -> str:
    return next(url for url, post in web.posts(site).items() if not (post.hidden or post.same_as or post.legacy))


class TestTrust:
    def test_only_who_knows_the_authority_gets_in(self, quiet: LocalWeb) -> None:
        assert fetch(quiet, "https://anninhthudo.vn/").status == 200
        proxy = urlsplit(quiet.proxy_url)
        line = http.client.HTTPSConnection(
            proxy.hostname or "", proxy.port, context=ssl.create_default_context(), timeout=10
        )
        line.set_tunnel("anninhthudo.vn")
        with pytest.raises(ssl.SSLCertVerificationError, match="certificate verify failed"):
            line.request("GET", "/")
        line.close()

    def test_a_certificate_is_for_one_host(self, quiet: LocalWeb) -> None:
        proxy = urlsplit(quiet.proxy_url)
        raw = socket.create_connection((proxy.hostname or "", proxy.port or 0), timeout=10)
        with raw:
            raw.sendall(b"CONNECT tcnnld.vn:443 HTTP/1.1\r\nHost: tcnnld.vn:443\r\n\r\n")
            assert b" 200 " in raw.recv(1024)
            trust = ssl.create_default_context(cafile=quiet.ca_file)
            with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
                trust.wrap_socket(raw, server_hostname="anninhthudo.vn")

    @pytest.mark.parametrize(
        ("fault", "message"),
        [(Fault.SELF_SIGNED, "self.signed certificate"), (Fault.EXPIRED, "certificate has expired")],
    )
    def test_bad_certificates_are_bad(self, web: LocalWeb, fault: Fault, message: str) -> None:
        web.fault("tcnnld.vn", fault)
        with pytest.raises(ssl.SSLCertVerificationError, match=message):
            fetch(web, "https://tcnnld.vn/")
        assert fetch(web, "https://anninhthudo.vn/").status == 200
        web.heal("tcnnld.vn")
        assert fetch(web, "https://tcnnld.vn/").status == 200


class TestProxy:
    def test_a_line_is_kept(self, quiet: LocalWeb) -> None:
        line = open_line(quiet, "https://anninhthudo.vn/")
        replies = [
            ask(line, url, method, {}, None)
            for url, method in (("/", "GET"), ("/khong-co.html", "GET"), ("/", "HEAD"), ("/robots.txt", "GET"))
        ]
        port = line.sock.getsockname()[1]
        replies.append(ask(line, "/", "GET", {}, None))
        assert line.sock.getsockname()[1] == port
        assert [reply.status for reply in replies] == [200, 404, 200, 200, 200]
        assert replies[2].body == b""
        assert int(replies[2].headers["Content-Length"]) > 1000
        line.close()

    def test_plain_http(self, web: LocalWeb) -> None:
        reply = fetch(web, "http://anninhthudo.vn/rss/home.rss?x=1")
        assert (reply.status, reply.headers["Location"]) == (301, "https://anninhthudo.vn/rss/home.rss?x=1")
        web.serve("cu.example", "/a", lambda request: request.scheme)
        assert [fetch(web, f"{scheme}://cu.example/a").text for scheme in ("http", "https")] == ["http", "https"]

    def test_what_is_no_proxy_request(self, quiet: LocalWeb) -> None:
        proxy = urlsplit(quiet.proxy_url)
        line = http.client.HTTPConnection(proxy.hostname or "", proxy.port, timeout=10)
        line.request("GET", "/rss/home.rss")
        assert line.getresponse().status == 400
        line.close()

    @pytest.mark.parametrize("scheme", ["http", "https"])
    def test_unreachable_hosts(self, web: LocalWeb, scheme: str) -> None:
        if scheme == "http":
            assert fetch(web, "http://khong-co.example/").status == 502
        else:
            with pytest.raises(OSError, match="502"):
                fetch(web, "https://khong-co.example/")
        web.fault("anninhthudo.vn", "close")
        with pytest.raises((OSError, http.client.RemoteDisconnected)):
            fetch(web, f"{scheme}://anninhthudo.vn/")
        assert [(seen.method, seen.host, seen.status) for seen in web.requests] == [
            ("CONNECT", "khong-co.example", 502),
            ("CONNECT", "anninhthudo.vn", 0),
        ]

    def test_many_at_once(self, web: LocalWeb) -> None:
        urls = [url for site in SITES for url in web.posts(site)] * 4
        with ThreadPoolExecutor(16) as pool:
            replies = list(pool.map(lambda url: fetch(web, url), urls))
        assert {reply.status for reply in replies} == {200}
        assert len(web.requests) == len(urls)
        assert all(web.asked(url) == 4 for url in urls)

    def test_nothing_is_left_behind(self, tmp_path: Path) -> None:
        before = set(threading.enumerate())
        with LocalWeb(tmp_path, articles_per_site=1, now=NOW) as web:
            web.fault("https://tcnnld.vn/", "hang")
            web.fault("https://anninhthudo.vn/", "drip")
            idle = open_line(web, "https://dbndhanoi.gov.vn/")
            ask(idle, "/", "GET", {}, None)
            hung, slow = open_line(web, "https://tcnnld.vn/"), open_line(web, "https://anninhthudo.vn/")
            for line in (hung, slow):
                line.request("GET", "/")
            assert slow.getresponse().read(3) == b"<!D"
            assert set(threading.enumerate()) - before
        assert set(threading.enumerate()) - before == set()
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError, ssl.SSLError)):
            hung.getresponse()
        with pytest.raises(ConnectionRefusedError):
            fetch(web, "https://tcnnld.vn/")
        for line in (idle, hung, slow):
            line.close()

    def test_an_error_of_ours_is_told(self, tmp_path: Path) -> None:
        def broken(request: Request) -> str:
            raise ZeroDivisionError(request.url)

        with (
            pytest.raises(ZeroDivisionError, match=r"https://loi\.example/"),
            LocalWeb(tmp_path, articles_per_site=1, now=NOW) as web,
        ):
            web.serve("loi.example", "/", broken)
            with pytest.raises((OSError, http.client.HTTPException)):
                fetch(web, "https://loi.example/")

    def test_gzip_for_who_takes_it(self, quiet: LocalWeb) -> None:
        url = first(quiet, "anninhthudo")
        plain, packed = fetch(quiet, url), fetch(quiet, url, headers={"Accept-Encoding": "gzip, deflate"})
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.body) == plain.body
        assert len(packed.body) < len(plain.body) / 2


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold within ten seconds: for what another thread is about to do."""
    deadline, pause = time.monotonic() + 10, threading.Event()
    while not holds() and time.monotonic() < deadline:
        pause.wait(0.005)
    return holds()


class TestFaults:
    URL = "https://hong.example/bai"
    WELL = '<!DOCTYPE html><meta charset="utf-8"><title>Bài</title><body><h1>Bài</h1>đô thị</body>'

    @pytest.fixture
    def sick(self, web: LocalWeb) -> LocalWeb:
        web.serve("hong.example", "/bai", self.WELL)
        web.serve("hong.example", "/khac", "khác")
        return web

    @pytest.mark.parametrize("kind", ["404", "500", "503"])
    def test_status(self, sick: LocalWeb, kind: str) -> None:
        sick.fault(self.URL, kind, times=2)
        assert [fetch(sick, self.URL).status for _ in range(3)] == [int(kind), int(kind), 200]
        sick.fault("hong.example", kind)
        sick.fault(self.URL, "empty")
        assert fetch(sick, "https://hong.example/khac").status == int(kind)
        assert fetch(sick, self.URL).body == b""
        sick.heal()
        assert fetch(sick, self.URL).text == self.WELL
        assert [seen.status for seen in sick.requests][:3] == [int(kind), int(kind), 200]

    def test_redirects(self, sick: LocalWeb) -> None:
        sick.fault(self.URL, Fault.REDIRECT_LOOP)
        url, seen = self.URL, []
        for _ in range(5):
            reply = fetch(sick, url)
            assert reply.status == 302
            url = reply.headers["Location"]
            seen.append(url)
        assert len(set(seen)) == 5
        sick.fault(self.URL, Fault.REDIRECT_SELF)
        assert fetch(sick, self.URL).headers["Location"] == self.URL
        sick.fault(self.URL, Fault.REDIRECT_AWAY)
        assert urlsplit(fetch(sick, self.URL).headers["Location"]).hostname == "noi-khac.example"

    def test_truncated_gzip(self, sick: LocalWeb) -> None:
        sick.fault(self.URL, Fault.TRUNCATED_GZIP)
        reply = fetch(sick, self.URL)
        assert reply.headers["Content-Encoding"] == "gzip"
        with pytest.raises(EOFError):
            gzip.decompress(reply.body)

    def test_a_storm_tells_when_to_come_again(self, sick: LocalWeb) -> None:
        sick.fault("hong.example", Fault.TOO_MANY, times=2)
        replies = [fetch(sick, self.URL) for _ in range(3)]
        assert [reply.status for reply in replies] == [429, 429, 200]
        assert replies[0].headers["Retry-After"] == "120"

    def test_a_cookie_wall_opens_to_its_cookie(self, sick: LocalWeb) -> None:
        sick.fault(self.URL, Fault.COOKIE_WALL)
        for headers in ({}, {"Cookie": "khac=1"}):
            reply = fetch(sick, self.URL, headers=headers)
            assert (reply.status, reply.headers["Location"]) == (302, self.URL)
        cookie = reply.headers["Set-Cookie"].partition(";")[0]
        assert fetch(sick, self.URL, headers={"Cookie": cookie}).text == self.WELL

    def test_a_lying_304(self, sick: LocalWeb) -> None:
        url = sick.serve("hong.example", "/moi", "mới", headers=[("ETag", '"2"')])
        sick.fault("hong.example", Fault.LYING_304)
        for headers in ({"If-None-Match": '"1"'}, {"If-Modified-Since": "Mon, 02 Nov 2026 00:00:00 GMT"}):
            reply = fetch(sick, url, headers=headers)
            assert (reply.status, reply.headers["ETag"], reply.body) == (304, '"2"', b"")
        assert fetch(sick, url).text == "mới"

    def test_a_robots_txt_that_forbids_all(self, sick: LocalWeb) -> None:
        sick.fault("https://hong.example/robots.txt", Fault.FORBIDS)
        reply = fetch(sick, "https://hong.example/robots.txt")
        assert reply.headers["Content-Type"].startswith("text/plain")
        assert reply.text == "User-agent: *\nDisallow: /\n"
        assert fetch(sick, self.URL).text == self.WELL

    def test_a_bomb(self, sick: LocalWeb) -> None:
        sick.fault(self.URL, Fault.BOMB_GZIP)
        reply = fetch(sick, self.URL)
        assert reply.headers["Content-Encoding"] == "gzip"
        assert len(reply.body) < 100_000
        assert len(gzip.decompress(reply.body)) > 50 * 1024 * 1024

    def test_a_name_that_does_not_resolve(self, sick: LocalWeb) -> None:
        sick.fault("hong.example", Fault.UNRESOLVED, times=1)
        with pytest.raises(OSError, match="503"):
            fetch(sick, self.URL)
        assert fetch(sick, self.URL).text == self.WELL

    def test_wrong_charset(self, sick: LocalWeb) -> None:
        sick.fault(self.URL, Fault.WRONG_CHARSET)
        reply = fetch(sick, self.URL)
        assert reply.headers["Content-Type"] == "text/html; charset=windows-1252"
        assert "đô thị" in reply.text
        assert 'charset="windows-1252"' in reply.text

    def test_huge(self, sick: LocalWeb) -> None:
        sick.fault(self.URL, Fault.HUGE)
        reply = fetch(sick, self.URL)
        assert len(reply.body) > 50 * 1024 * 1024
        assert "Content-Length" not in reply.headers

    def test_nested(self, sick: LocalWeb) -> None:
        sick.fault(self.URL, Fault.NESTED)
        assert fetch(sick, self.URL).body.count(b"<div>") == 100_000

    def test_control_characters(self, sick: LocalWeb) -> None:
        sick.fault(self.URL, Fault.CONTROL_TITLE)
        assert "<title>\x00\x0b\x1b\ufffeBài</title>" in fetch(sick, self.URL).text

    def test_captcha(self, sick: LocalWeb) -> None:
        sick.fault("hong.example", Fault.CAPTCHA)
        reply = fetch(sick, self.URL)
        assert reply.status == 200
        assert "captcha" in reply.text
        assert "đô thị" not in reply.text

    @pytest.mark.parametrize("kind", [Fault.DROP, Fault.WRONG_LENGTH, Fault.BROKEN_CHUNKS])
    def test_bodies_that_break_off(self, sick: LocalWeb, kind: Fault) -> None:
        sick.fault(self.URL, kind, times=1)
        with pytest.raises(http.client.IncompleteRead):
            fetch(sick, self.URL)
        assert fetch(sick, self.URL).text == self.WELL

    def test_hang_and_silence_are_in_the_log(self, sick: LocalWeb) -> None:
        sick.fault(self.URL, Fault.HANG)
        line = open_line(sick, self.URL)
        line.request("GET", "/bai")
        assert eventually(lambda: [seen.status for seen in sick.requests] == [0])
        line.sock.settimeout(0.05)
        with pytest.raises(TimeoutError):
            line.getresponse()
        line.close()

    def test_a_whole_host_or_nothing(self, sick: LocalWeb) -> None:
        with pytest.raises(ValueError, match="whole host"):
            sick.fault(self.URL, Fault.EXPIRED)
        with pytest.raises(ValueError, match="khong-biet"):
            sick.fault("hong.example", "khong-biet")


class TestServe:
    def test_a_path_with_its_query_goes_first(self, web: LocalWeb) -> None:
        web.serve("thu.example", "/a", "mọi")
        url = web.serve("thu.example", "/a?b=1", b"\xff\xfe", headers=[("Content-Type", "image/gif")], status=203)
        reply = fetch(web, url)
        assert (reply.status, reply.headers["Content-Type"], reply.body) == (203, "image/gif", b"\xff\xfe")
        assert fetch(web, "https://thu.example/a?b=2").text == "mọi"
        assert fetch(web, "https://thu.example/").status == 404

    def test_over_a_portal(self, web: LocalWeb) -> None:
        web.serve(
            "anninhthudo.vn", "/robots.txt", "User-agent: *\nDisallow: /", headers=[("Content-Type", "text/plain")]
        )
        assert "Disallow: /\n" not in fetch(web, "https://tcnnld.vn/robots.txt").text
        assert fetch(web, "https://anninhthudo.vn/robots.txt").text.endswith("Disallow: /")

    def test_validators_and_what_was_sent(self, web: LocalWeb) -> None:
        url = web.serve("thu.example", "/", "x", headers=[("ETag", '"1"')])
        headers = {"If-None-Match": '"0", W/"1"', "User-Agent": "tindothi (thử)".encode().decode("latin-1")}
        assert fetch(web, url, headers=headers).status == 304
        (seen,) = web.requests
        assert (seen.method, seen.url, seen.if_none_match) == ("GET", url, '"0", W/"1"')
        assert seen.user_agent.startswith("tindothi")
        web.forget()
        assert web.requests == ()

    def test_a_callable_sees_the_request(self, web: LocalWeb) -> None:
        def echo(request: Request) -> Answer:
            pieces = iter([request.method.encode(), b"", request.form["a"].encode(), request.query["q"].encode()])
            return Answer(status=201, headers=(("X-Path", request.path),), body=pieces, framing=Framing.CHUNKED)

        web.serve("thu.example", "/x", echo)
        reply = fetch(web, "https://thu.example/x?q=2", "POST", {}, "a=đ".encode())
        assert (reply.status, reply.headers["X-Path"], reply.text) == (201, "/x", "POSTđ2")
