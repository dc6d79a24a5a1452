"""How a site can misbehave: each fault makes the answer to a request, given the one that a well site would give."""

import functools
import gzip
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from crawler.portal.authority import Trust
from crawler.portal.messages import HTML, SILENT, TEXT, Answer, Framing, Request, page, redirect, unchanged

FOREIGN = "https://noi-khac.example/"
HUGE = 50 * 1024 * 1024
DEPTH = 100_000
RETRY_AFTER = 120  # seconds
COOKIE = "cua=mo"
CHARSET = re.compile(rb"""(charset=["']?)utf-8""", re.IGNORECASE)
LAP = re.compile(r"[?&]lan=(\d{1,9})$")


class Fault(StrEnum):
    """What can go wrong. The last five concern a whole host, the others a host or one URL."""

    NOT_FOUND = "404"
    ERROR = "500"
    UNAVAILABLE = "503"
    TOO_MANY = "429"  # with Retry-After
    REDIRECT_LOOP = "redirect-loop"  # to a new address each time, without end
    REDIRECT_SELF = "redirect-self"  # to the very address asked for
    REDIRECT_AWAY = "redirect-away"  # to a foreign host
    COOKIE_WALL = "cookie-wall"  # sets a cookie and redirects to the very address, until the cookie comes back
    LYING_304 = "lying-304"  # says that nothing has changed to whoever asks so
    FORBIDS = "forbids"  # of a robots.txt: nobody may fetch anything
    TRUNCATED_GZIP = "truncated-gzip"  # half of a gzip stream, its length told right
    BOMB_GZIP = "bomb-gzip"  # 50 KB that unpack to 50 MB
    WRONG_CHARSET = "wrong-charset"  # UTF-8 declared as windows-1252, in the header and in the page
    EMPTY = "empty"  # 200 without a body
    HUGE = "huge"  # 50 MB, in chunks, no length told
    NESTED = "nested"  # 100,000 elements deep
    CONTROL_TITLE = "control-title"  # control characters in <title> and <h1>
    CAPTCHA = "captcha"  # 200 with a page that asks whether you are human
    HANG = "hang"  # takes the request and says nothing, until the local web closes
    DRIP = "drip"  # a byte at a time
    DROP = "drop"  # the line is cut in mid-body
    BROKEN_CHUNKS = "broken-chunks"  # the second chunk's length is no number
    WRONG_LENGTH = "wrong-length"  # less is sent than Content-Length tells
    SELF_SIGNED = "self-signed"
    EXPIRED = "expired"
    REFUSE = "refuse"  # CONNECT gets 502
    UNRESOLVED = "unresolved"  # CONNECT gets 503: a proxy's answer (squid's) where a name does not resolve
    CLOSE = "close"  # CONNECT gets nothing: the line is closed


DOORS: dict[Fault, Trust | str] = {
    Fault.SELF_SIGNED: Trust.SELF_SIGNED,
    Fault.EXPIRED: Trust.EXPIRED,
    Fault.REFUSE: "refuse",
    Fault.UNRESOLVED: "unresolved",
    Fault.CLOSE: "close",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A request that meets a fault: what a well site would answer, and the event that ends all waiting."""

    request: Request
    well: Answer
    closing: threading.Event

    @property
    def text(self) -> bytes:
        """The well answer's body, or a small page where there is none."""
        return self.well.body if isinstance(self.well.body, bytes) and self.well.body else b"<html><body></body></html>"


def spoil(fault: Fault, trouble: Trouble) -> Answer:
    """The answer that a site with this fault gives."""
    return FAULTS[fault](trouble)


def _raw(body: Iterator[bytes], *headers: tuple[str, str]) -> Answer:
    return Answer(headers=(("Content-Type", HTML), *headers), body=body, framing=Framing.RAW)


def unlooped(url: str) -> str:
    """The URL at which a redirect loop began."""
    return LAP.sub("", url)


def _loop(trouble: Trouble) -> Answer:
    url, lap = unlooped(trouble.request.url), LAP.search(trouble.request.url)
    return redirect(f"{url}{'&' if '?' in url else '?'}lan={int(lap[1]) + 1 if lap else 1}", 302)


def _cookie_wall(trouble: Trouble) -> Answer:
    if COOKIE in trouble.request.headers.get("cookie", ""):
        return trouble.well
    return redirect(trouble.request.url, 302).with_headers(("Set-Cookie", f"{COOKIE}; Path=/"))


def _lying_304(trouble: Trouble) -> Answer:
    asked = {"if-none-match", "if-modified-since"} & trouble.request.headers.keys()
    return unchanged(trouble.well) if asked else trouble.well


def _truncated_gzip(trouble: Trouble) -> Answer:
    whole = gzip.compress(trouble.text, mtime=0)
    return page(whole[: len(whole) // 2]).with_headers(("Content-Encoding", "gzip"))


@functools.cache
def _bomb() -> bytes:
    return gzip.compress(b"<!DOCTYPE html><title>bom</title>" + b" " * HUGE, mtime=0)


def _wrong_charset(trouble: Trouble) -> Answer:
    body = CHARSET.sub(rb"\1windows-1252", trouble.text)
    return page(body, "text/html; charset=windows-1252")


def _huge(_: Trouble) -> Answer:
    def pieces() -> Iterator[bytes]:
        filler = b"<p>" + b"do thi " * 9361 + b"</p>"
        yield b"<!DOCTYPE html><html><head><title>rat lon</title></head><body>"
        for _ in range(HUGE // len(filler) + 1):
            yield filler
        yield b"</body></html>"

    return Answer(headers=(("Content-Type", HTML),), body=pieces(), framing=Framing.CHUNKED)


def _nested(_: Trouble) -> Answer:
    inside = "<p>Ở tận cùng có một câu về phường bên sông.</p>"
    return page(f"<!DOCTYPE html><title>sâu</title><body>{'<div>' * DEPTH}{inside}{'</div>' * DEPTH}</body>")


def _control_title(trouble: Trouble) -> Answer:
    body = trouble.text
    for tag in (b"<title>", b"<h1"):
        place = body.find(b">", body.find(tag)) + 1
        if place > 0 and tag in body:
            body = body[:place] + b"\x00\x0b\x1b\xef\xbf\xbe" + body[place:]
    return page(body)


CAPTCHA_PAGE = """<!DOCTYPE html><html lang="vi"><head><title>Xác minh</title></head><body>
<h1>Bạn có phải là người?</h1><p>Vui lòng nhập mã xác nhận (captcha) để tiếp tục truy cập trang này.</p>
<form method="post"><img src="/captcha.png" alt="captcha"><input name="captcha"><button>Gửi</button></form>
</body></html>"""


def _hang(trouble: Trouble) -> Answer:
    def nothing() -> Iterator[bytes]:
        trouble.closing.wait()
        yield from ()

    return Answer(status=SILENT, body=nothing(), framing=Framing.RAW)


def _drip(trouble: Trouble) -> Answer:
    def pieces() -> Iterator[bytes]:
        for byte in trouble.text:
            yield bytes((byte,))
            if trouble.closing.wait(0.05):
                return

    return _raw(pieces(), ("Content-Length", str(len(trouble.text))))


def _drop(trouble: Trouble) -> Answer:
    half = trouble.text[: len(trouble.text) // 2]
    return _raw(iter((half,)), ("Content-Length", str(len(trouble.text))))


def _broken_chunks(trouble: Trouble) -> Answer:
    half = trouble.text[: len(trouble.text) // 2]
    first = b"%x\r\n%s\r\n" % (len(half), half)
    return _raw(
        iter(
            (first, b"khong phai so\r\n", b"..."),
        ),
        ("Transfer-Encoding", "chunked"),
    )


def _wrong_length(trouble: Trouble) -> Answer:
    return _raw(iter((trouble.text,)), ("Content-Length", str(len(trouble.text) + 1000)))


def _status(code: int) -> Callable[[Trouble], Answer]:
    return lambda _: page(f"<!DOCTYPE html><html><body><h1>{code}</h1></body></html>", status=code)


FAULTS: dict[Fault, Callable[[Trouble], Answer]] = {
    Fault.NOT_FOUND: _status(404),
    Fault.ERROR: _status(500),
    Fault.UNAVAILABLE: _status(503),
    Fault.TOO_MANY: lambda trouble: _status(429)(trouble).with_headers(("Retry-After", str(RETRY_AFTER))),
    Fault.REDIRECT_LOOP: _loop,
    Fault.REDIRECT_SELF: lambda trouble: redirect(trouble.request.url, 302),
    Fault.REDIRECT_AWAY: lambda _: redirect(FOREIGN, 302),
    Fault.COOKIE_WALL: _cookie_wall,
    Fault.LYING_304: _lying_304,
    Fault.FORBIDS: lambda _: page("User-agent: *\nDisallow: /\n", TEXT),
    Fault.TRUNCATED_GZIP: _truncated_gzip,
    Fault.BOMB_GZIP: lambda _: page(_bomb()).with_headers(("Content-Encoding", "gzip")),
    Fault.WRONG_CHARSET: _wrong_charset,
    Fault.EMPTY: lambda _: page(b""),
    Fault.HUGE: _huge,
    Fault.NESTED: _nested,
    Fault.CONTROL_TITLE: _control_title,
    Fault.CAPTCHA: lambda _: page(CAPTCHA_PAGE),
    Fault.HANG: _hang,
    Fault.DRIP: _drip,
    Fault.DROP: _drop,
    Fault.BROKEN_CHUNKS: _broken_chunks,
    Fault.WRONG_LENGTH: _wrong_length,
}
