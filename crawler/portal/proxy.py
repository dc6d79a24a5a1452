"""A proxy on loopback that answers for every host itself: `CONNECT` with TLS inside, and plain `http://` requests.

    client ─CONNECT host:443→ 200 ─TLS (leaf certificate for host)→ GET /path ─Request→ answer() ─Answer→ client
    client ─GET http://host/path──────────────────────────────────────────────Request→ answer() ─Answer→ client

Every line has a thread of its own; `stop` cuts the lines and waits for the threads.
"""

import contextlib
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, cast
from urllib.parse import urlsplit

from crawler.portal.authority import Authority, Trust
from crawler.portal.messages import SILENT, Answer, Framing, Request, page

POLL = 0.01  # seconds until the accepting thread sees that it is to end
# What CONNECT to a host gets that is not there: a status, or nothing at all.
DOOR = {"refuse": 502, "unresolved": 503, "close": 0}


PHRASES = {status.value: status.phrase for status in HTTPStatus}


class Proxy(ThreadingMixIn, TCPServer):
    """Serves from `start` to `stop`. `answer` and `admit` are called from many threads.

    `admit(host)` says how the host presents itself: a `Trust`, or a key of `DOOR` for one that cannot be reached.
    `errors` holds what went wrong on our side (never a client's broken line).
    """

    request_queue_size = 256
    allow_reuse_address = True
    daemon_threads = False

    def __init__(
        self, authority: Authority, answer: Callable[[Request], Answer], admit: Callable[[str], Trust | str]
    ) -> None:
        self.authority, self.answer, self.admit = authority, answer, admit
        self.errors: list[BaseException] = []
        self.closing = threading.Event()
        self._lines: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Line)
        self._thread = threading.Thread(target=self.serve_forever, args=(POLL,), name="local web")

    @property
    def url(self) -> str:
        """The proxy's address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        """Take connections."""
        self._thread.start()

    def stop(self) -> None:
        """Cut all lines, end all threads and give the port back."""
        self.closing.set()
        self.shutdown()
        with self._lock:
            for line in self._lines:
                _cut(line)
        self.server_close()
        self._thread.join()

    def hold(self, line: socket.socket) -> None:
        """Remember an open line, so that `stop` can cut it."""
        with self._lock:
            self._lines.add(line)
            if self.closing.is_set():
                _cut(line)

    def release(self, line: socket.socket) -> None:
        """Forget a line that ended."""
        with self._lock:
            self._lines.discard(line)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of ours; anything else is kept for the test to see."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.errors.append(error)


class _Line(BaseHTTPRequestHandler):
    """One connection: perhaps a tunnel, then requests one after another."""

    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    disable_nagle_algorithm = True
    tunnel = ""  # the host inside of CONNECT

    @property
    def proxy(self) -> Proxy:
        return cast(Proxy, self.server)

    def setup(self) -> None:
        super().setup()
        self.proxy.hold(self.connection)

    def finish(self) -> None:
        self.proxy.release(self.connection)
        with contextlib.suppress(OSError, ValueError):
            super().finish()
        if self.tunnel:
            _cut(self.connection)
            self.connection.close()

    def do_CONNECT(self) -> None:
        host = self.path.rpartition(":")[0].strip("[]").lower()
        state = self.proxy.admit(host)
        if not isinstance(state, Trust):
            self.close_connection = True
            if DOOR[state]:
                self._send(page("cannot reach this host", "text/plain", DOOR[state]))
            return
        self.send_response_only(200, "Connection established")
        self.end_headers()
        line = self.proxy.authority.context(host, state).wrap_socket(
            self.connection, server_side=True, do_handshake_on_connect=False
        )
        self.proxy.release(self.connection)
        self.proxy.hold(line)
        self.connection, self.tunnel, self.close_connection = line, host, False
        line.do_handshake()
        self.rfile, self.wfile = line.makefile("rb"), line.makefile("wb")

    def _answer(self) -> None:
        address = urlsplit(self.path if not self.tunnel else "")
        host = self.tunnel or (address.hostname or "")
        target = self.path if self.tunnel else (address._replace(scheme="", netloc="").geturl() or "/")
        if not host:
            self.close_connection = True
            self._send(page("this is a proxy: ask for an absolute URL", "text/plain", 400))
            return
        if not self.tunnel and not isinstance(state := self.proxy.admit(host), Trust):
            self.close_connection = True
            if DOOR[state]:
                self._send(page("cannot reach this host", "text/plain", DOOR[state]))
            return
        request = Request(
            method=self.command,
            scheme="https" if self.tunnel else "http",
            host=host,
            target=target,
            headers={key.lower(): value for key, value in self.headers.items()},
            body=self.rfile.read(self._length()),
        )
        self._send(self.proxy.answer(request))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = _answer  # noqa: N815 — the base class names them

    def _length(self) -> int:
        told = self.headers.get("Content-Length", "")
        return int(told) if told.isdecimal() else 0

    def _send(self, answer: Answer) -> None:
        frame = self._frame(answer)
        if answer.status != SILENT:
            self.send_response_only(answer.status, PHRASES.get(answer.status, ""))
            for name, value in (*answer.headers, *frame):
                self.send_header(name, value)
            self.end_headers()
        if self.command == "HEAD" or answer.status in (204, 304):
            return
        pieces: Iterable[bytes] = (answer.body,) if isinstance(answer.body, bytes) else answer.body
        for piece in pieces:
            if answer.framing is Framing.CHUNKED:
                piece = b"%x\r\n%s\r\n" % (len(piece), piece) if piece else b""
            self.wfile.write(piece)
            self.wfile.flush()
        if answer.framing is Framing.CHUNKED:
            self.wfile.write(b"0\r\n\r\n")

    def _frame(self, answer: Answer) -> tuple[tuple[str, str], ...]:
        if answer.framing is Framing.RAW:
            self.close_connection = True
            return ()
        date = ("Date", self.date_time_string())
        if answer.framing is Framing.CHUNKED:
            return (date, ("Transfer-Encoding", "chunked"))
        if answer.status in (204, 304):
            return (date,)
        body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
        return (date, ("Content-Length", str(len(body))))

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the local web keeps its own log."""


def _cut(line: socket.socket) -> None:
    # not line.shutdown(): an SSLSocket would first drop its TLS state under the feet of the thread that reads it
    with contextlib.suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)
