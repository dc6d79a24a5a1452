"""Servers on loopback that are told something: an SMTP server, and one that takes any POST."""

import socketserver
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass
class Mails:
    """An SMTP server: what it took, what was said to it; and what it answers to a command instead of the usual."""

    port: int = 0
    taken: list[bytes] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None  # offers STARTTLS
    closed: Event = field(default_factory=Event)

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(one, policy=policy.default) for one in self.taken]


class _Talk(socketserver.BaseRequestHandler):
    """One connection; `HANG` as an answer says nothing, `DROP` ends it."""

    def handle(self) -> None:
        mails: Mails = self.server.mails  # type: ignore[attr-defined]
        self.lines = self.request.makefile("rb")
        try:
            self.say("220 mau.example")
            while (line := self.lines.readline()) and self.answer(mails, line.decode().strip()):
                pass
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            self.lines.close()
            self.request.close()
            mails.closed.set()

    def say(self, answer: str) -> None:
        self.request.sendall(f"{answer}\r\n".encode())

    def answer(self, mails: Mails, line: str) -> bool:
        verb = line.split(" ")[0].split(":")[0].upper()
        mails.said.append(line)
        if given := mails.answers.get(line, mails.answers.get(verb)):
            if given == "HANG":
                mails.closed.wait(20)
            else:
                self.say(given)
            return given not in ("HANG", "DROP")
        if verb == "EHLO":
            offers = "250-STARTTLS\r\n" if mails.tls else ""
            self.say(f"250-mau.example\r\n{offers}250 AUTH PLAIN")
        elif verb == "STARTTLS" and mails.tls:
            self.say("220 go on")
            self.request = mails.tls.wrap_socket(self.request, server_side=True)
            self.lines = self.request.makefile("rb")
        elif verb == "DATA":
            self.say("354 go on")
            read = iter(self.lines.readline, b".\r\n")
            taken = b"".join(one[1:] if one.startswith(b".") else one for one in read)
            mails.taken.append(taken)
            self.say(mails.answers.get("end of data", "250 taken"))
        else:
            self.say({"AUTH": "235 welcome", "QUIT": "221 bye"}.get(verb, "250 well"))
        return verb != "QUIT"


@contextmanager
def mail_server(**how: Any) -> Iterator[Mails]:
    mails = Mails(**how)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk) as server:
        server.daemon_threads = True
        server.mails = mails  # type: ignore[attr-defined]
        mails.port = server.server_address[1]
        with _going(server):
            yield mails
        mails.closed.set()


@dataclass
class Posts:
    """A web server: each POST with its headers and body; and with which status, or where to, it answers."""

    url: str = ""
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    status: int = 204
    location: str = ""
    hangs: Event | None = None  # answers nothing until this is set


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        posts: Posts = self.server.posts  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        posts.taken.append((self.path, dict(self.headers), body))
        if posts.hangs:
            posts.hangs.wait(20)
        self.send_response(posts.status)
        if posts.location:
            self.send_header("Location", posts.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST  # noqa: N815 named by its base

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def web_server(**how: Any) -> Iterator[Posts]:
    posts = Posts(**how)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Taking) as server:
        server.posts = posts  # type: ignore[attr-defined]
        posts.url = f"http://127.0.0.1:{server.server_port}/"
        with _going(server):
            yield posts
        if posts.hangs:
            posts.hangs.set()


@contextmanager
def _going(server: socketserver.BaseServer) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
