"""The feed directory over HTTP: `feeds.serving`, and `tindothi serve`."""

import asyncio
import gzip
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest
from aiohttp import web
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from crawler.commands.serve import command
from feeds import serving
from feeds.publish import publish
from feeds.serving import TYPES, find, server, takes_gzip
from tests.browser import Reply
from tests.conftest import ROOT
from tests.test_atom import feed
from tests.test_entries import entry

NAME = "chinh-quyen-do-thi.atom"
ATOM = f"/{NAME}"
SECRET = "không phải để đọc"


class Served(NamedTuple):
    port: int
    runner: web.ServerRunner
    loop: asyncio.AbstractEventLoop

    def wait_until_alone(self) -> None:
        """Returns when nobody is connected any longer."""

        async def wait() -> None:
            while self.runner.server is not None and self.runner.server.connections:
                await asyncio.sleep(0.01)

        asyncio.run_coroutine_threadsafe(wait(), self.loop).result(10)


@contextmanager
def serving_at(directory: Path) -> Iterator[Served]:
    """A server of the directory, in a thread."""
    loop = asyncio.new_event_loop()

    async def start() -> Served:
        runner = server(directory)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return Served(int(runner.addresses[0][1]), runner, loop)

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        served = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        yield served
        asyncio.run_coroutine_threadsafe(served.runner.cleanup(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of feeds, and what else may lie in and around one."""
    outside = tmp_path_factory.mktemp("site")
    (outside / "secret.atom").write_text(SECRET)
    folder = outside / "feeds"
    publish([feed(entry())], folder)
    for name in (f".{NAME}.tmp", ".hidden.atom", "notes.txt", "store.db", f"{NAME}.tmp", "no-suffix"):
        (folder / name).write_text(SECRET)
    (folder / "link.atom").symlink_to(outside / "secret.atom")
    (folder / "up").symlink_to(outside)
    (folder / "empty.atom").mkdir()
    os.mkfifo(folder / "pipe.atom")
    (folder / "kho").mkdir()
    for kind in TYPES:
        (folder / "kho" / f"kênh một{kind}").write_text("<một>")
    return folder


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    with serving_at(folder) as served:
        yield served.port


def ask(port: int, path: str, method: str = "GET", **headers: str) -> Reply:
    """One request, its target as given; a header's `_` stands for `-`."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            line.putheader(name.replace("_", "-"), value)
        line.endheaders()
        response = line.getresponse()
        return Reply(response.status, dict(response.getheaders()), response.read())
    finally:
        line.close()


# --- what is served --------------------------------------------------------------------------------------------------


def test_a_feed_as_it_lies_there(folder: Path, port: int) -> None:
    reply = ask(port, ATOM)
    assert reply.status == 200
    assert reply.body == (folder / NAME).read_bytes()
    told = reply.headers
    assert told["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert told["Content-Length"] == str(len(reply.body))
    assert re.fullmatch(r'"[0-9a-f]{32}"', told["ETag"]), "a strong one"
    assert parsedate_to_datetime(told["Last-Modified"]).timestamp() == int((folder / NAME).stat().st_mtime)
    assert told["Cache-Control"] == "public, max-age=300"
    assert told["Vary"] == "Accept-Encoding"
    assert told["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in told["Content-Security-Policy"]
    assert "Content-Encoding" not in told
    assert "Python" not in told["Server"]


def test_a_volume_never_changes_and_is_kept_for_long(folder: Path, port: int) -> None:
    for name, kept in ((f"{NAME[:-5]}.0012.atom", "public, max-age=31536000, immutable"), ("0012.atom", None)):
        (folder / name).write_text("<một>")
        told = ask(port, f"/{name}").headers["Cache-Control"]
        assert told == (kept or "public, max-age=300"), name


def test_packed_for_who_takes_it_with_an_etag_of_its_own(folder: Path, port: int) -> None:
    plain, packed = ask(port, ATOM), ask(port, ATOM, Accept_Encoding="br, gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.body == (folder / f"{NAME}.gz").read_bytes()
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["ETag"] != plain.headers["ETag"]
    for name in ("Content-Type", "Last-Modified", "Vary", "Cache-Control"):
        assert packed.headers[name] == plain.headers[name]


def test_plain_where_there_is_no_packed_one(port: int) -> None:
    reply = ask(port, quote("/kho/kênh một.rss"), Accept_Encoding="gzip")
    assert (reply.status, reply.body) == (200, "<một>".encode())
    assert "Content-Encoding" not in reply.headers


@pytest.mark.parametrize(("kind", "media_type"), TYPES.items())
def test_every_kind_has_its_media_type(port: int, kind: str, media_type: str) -> None:
    assert ask(port, quote(f"/kho/kênh một{kind}")).headers["Content-Type"] == media_type


@pytest.mark.parametrize("path", ["/", "/index.html", "/?from=reader", f"http://127.0.0.1/{quote('index.html')}"])
def test_the_page_of_all(port: int, path: str) -> None:
    reply = ask(port, path)
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Tin đô thị" in reply.text


@pytest.mark.parametrize("accepted", ["", "gzip"])
@pytest.mark.parametrize("path", [ATOM, "/", "/missing.atom"])
def test_head_is_get_without_a_body(port: int, path: str, accepted: str) -> None:
    head, get = (ask(port, path, method, Accept_Encoding=accepted) for method in ("HEAD", "GET"))
    assert head.body == b""
    assert get.body
    assert (head.status, without_date(head.headers)) == (get.status, without_date(get.headers))


def without_date(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "Date"}


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("", False),
        ("gzip", True),
        ("GZip", True),
        ("x-gzip", True),
        ("deflate, gzip;q=0.5, br", True),
        ("gzip; q=0", False),
        ("gzip;q=0.000, *", False),
        ("*", True),
        ("*;q=0", False),
        ("identity", False),
        ("br;q=1.0", False),
        ("notgzip", False),
        ("gzip;q=viel", False),
        (";;,=,gzip;", True),
    ],
)
def test_who_takes_gzip(accepted: str, taken: bool) -> None:
    assert takes_gzip(accepted) is taken


# --- what a reader knows already -------------------------------------------------------------------------------------

LONG_AGO, NEVER = "Thu, 01 Jan 2015 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_None_Match": "{etag}"}, 304),
        ({"If_None_Match": "W/{etag}"}, 304),  # a proxy weakened it (RFC 9110, 13.1.2: weak comparison)
        ({"If_None_Match": '"something", {etag}'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"something"'}, 200),
        ({"If_None_Match": "{packed}"}, 200),
        ({"If_None_Match": "{packed}", "Accept_Encoding": "gzip"}, 304),
        ({"If_None_Match": "{etag}", "Accept_Encoding": "gzip"}, 200),
        ({"If_None_Match": "no etag"}, 200),
        ({"If_Modified_Since": "{modified}"}, 304),
        ({"If_Modified_Since": NEVER}, 304),
        ({"If_Modified_Since": LONG_AGO}, 200),
        ({"If_Modified_Since": "hôm qua".encode().decode("latin-1")}, 200),
        ({"If_None_Match": '"something"', "If_Modified_Since": NEVER}, 200),  # the tag goes before the time
        ({"If_None_Match": "no etag", "If_Modified_Since": NEVER}, 200),
        ({"If_None_Match": "{etag}", "If_Modified_Since": LONG_AGO}, 304),
        ({"Range": "bytes=0-9"}, 200),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_known_is_not_sent_again(port: int, method: str, headers: dict[str, str], status: int) -> None:
    plain, packed = ask(port, ATOM), ask(port, ATOM, Accept_Encoding="gzip")
    values = {
        "etag": plain.headers["ETag"],
        "packed": packed.headers["ETag"],
        "modified": plain.headers["Last-Modified"],
    }
    reply = ask(port, ATOM, method, **{name: value.format(**values) for name, value in headers.items()})
    assert reply.status == status
    same = packed if "Accept_Encoding" in headers else plain
    for name in ("ETag", "Last-Modified", "Cache-Control", "Vary", "X-Content-Type-Options"):
        assert reply.headers[name] == same.headers[name]
    assert reply.body == (same.body if (status, method) == (200, "GET") else b"")


def test_a_feed_that_changes_has_another_etag_and_one_that_comes_back_the_same(tmp_path: Path) -> None:
    etags = []
    for said in ("Một", "Hai", "Một"):
        publish([feed(entry(), title=said)], tmp_path)
        document = find(tmp_path, ATOM, packed=False)
        assert document is not None
        etags.append(document.etag)
    assert etags[0] == etags[2] != etags[1]


# --- what is not -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/missing.atom",
        f"{ATOM}.gz",
        f"{ATOM}.tmp",
        f"{ATOM}/",
        f"/{ATOM}",
        f"{ATOM}%00",
        f"{ATOM}%20",
        "/kho",
        "/kho/",
        "/empty.atom",
        "/pipe.atom",
        "/notes.txt",
        "/store.db",
        "/no-suffix",
        "/.hidden.atom",
        f"/.{NAME}.tmp",
        "/link.atom",
        "/up/secret.atom",
        "/up/feeds/" + NAME,
        "/../secret.atom",
        "/..%2fsecret.atom",
        "/%2e%2e/secret.atom",
        "/kho/../../secret.atom",
        "/kho/%2e%2e%2f%2e%2e%2fsecret.atom",
        "/..%5csecret.atom",
        "/..%255csecret.atom",
        "/%c0%ae%c0%ae/secret.atom",
        "/%ed%a0%80.atom",
        "/" + "a" * 300 + ".atom",
        "/" + "a/" * 1500 + "b.atom",
    ],
)
def test_nothing_else_is_served(port: int, path: str) -> None:
    reply = ask(port, path)
    assert (reply.status, len(reply.body) < 100) == (404, True)
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_it_only_reads(port: int, method: str) -> None:
    reply = ask(port, ATOM, method)
    assert (reply.status, reply.headers["Allow"], len(reply.body) < 100) == (405, "GET, HEAD", True)


PIECES = st.sampled_from(
    ["..", ".", "", "up", "kho", "feeds", "secret.atom", "link.atom", NAME, f".{NAME}.tmp", ".hidden.atom", "store.db",
     "notes.txt", "\\", "\0", "kênh một.rss", "~", "C:", "/etc/passwd", "index.html"]
)  # fmt: skip


@given(pieces=st.lists(PIECES | st.text(max_size=5), max_size=6), packed=st.booleans(), slash=st.booleans())
def test_whatever_is_asked_only_files_of_ours_are_found(
    folder: Path, pieces: list[str], packed: bool, slash: bool
) -> None:
    document = find(folder, "/" * slash + "/".join(pieces), packed=packed)
    if document is None:
        return
    body = gzip.decompress(document.body) if document.packed else document.body
    ours = [path for path in (folder, *folder.glob("kho")) for path in path.iterdir() if path.suffix in TYPES]
    served = [path for path in ours if path.is_file() and not path.is_symlink() and path.name[0] != "."]
    assert body in [path.read_bytes() for path in served]
    assert SECRET.encode() not in body


def test_an_empty_or_missing_folder_has_nothing(tmp_path: Path) -> None:
    assert find(tmp_path, "/", packed=True) is None
    assert find(tmp_path / "missing", "/", packed=True) is None


# --- who does not behave ---------------------------------------------------------------------------------------------


def exchange(port: int, *sent: bytes) -> bytes:
    """What a connection brings until the server ends it."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        for data in sent:
            line.sendall(data)
        received = b""
        while piece := line.recv(65536):
            received += piece
        return received


LONG = b"x" * (serving.MAX_LINE + 1)


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /" + LONG + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + LONG + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-Many: 1\r\n" * (serving.MAX_HEADERS + 1) + b"\r\n",
        b"\x16\x03\x01 hello in TLS \r\n\r\n",
    ],
    ids=["long line", "long header", "many headers", "TLS"],
)
def test_a_request_out_of_bounds_is_refused(port: int, request_: bytes) -> None:
    received = exchange(port, request_)
    assert received.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400")), received[:100]
    assert b"Traceback" not in received and len(received) < 2 * serving.MAX_LINE


def test_a_body_is_not_listened_to(port: int) -> None:
    head = b"GET /index.html HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n"
    received = exchange(port, head, b"x" * 1000)
    assert received.startswith(b"HTTP/1.1 200") and received.count(b"HTTP/1.1") == 1
    assert b"Connection: close" in received


def test_who_says_nothing_or_too_slowly_is_let_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "IDLE", 0.1)
    with serving_at(folder) as served:
        assert exchange(served.port) == b""
        assert exchange(served.port, b"GET / HTTP/1.1\r\nHo") == b""
        kept = exchange(served.port, f"HEAD {ATOM} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        assert kept.startswith(b"HTTP/1.1 200")


def test_who_does_not_read_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lớn.atom").write_bytes(b"x" * 30_000_000)
    monkeypatch.setattr(serving, "SENDING", 0.2)
    with serving_at(tmp_path) as served, socket.create_connection(("127.0.0.1", served.port), timeout=10) as line:
        line.sendall(f"GET {quote('/lớn.atom')} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        assert line.recv(12) == b"HTTP/1.1 200"
        served.wait_until_alone()


# --- the command -----------------------------------------------------------------------------------------------------


def serve(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    own = {name: value for name, value in os.environ.items() if not name.startswith("TINDOTHI_")}
    settings = {"TINDOTHI_DATA_DIR": str(folder.parent), "TINDOTHI_CONFIG": ""}
    return subprocess.Popen(
        [sys.executable, "-m", "crawler", "serve", *arguments],
        cwd=ROOT,
        env={**own, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_it_is_told_to_end(folder: Path, number: signal.Signals) -> None:
    with serve(folder, "--port", "0") as process:
        assert process.stdout is not None and process.stderr is not None
        said = process.stdout.readline()
        found = re.fullmatch(rf"http://127\.0\.0\.1:(\d+)/ serves {re.escape(str(folder))}\n", said)
        assert found, said + process.stderr.read()
        with socket.create_connection(("127.0.0.1", int(found[1])), timeout=10):  # and says nothing
            assert ask(int(found[1]), ATOM).status == 200
            process.send_signal(number)
            assert process.wait(10) == 0
        assert process.stderr.read() == ""


def test_a_busy_port_is_told_in_one_line_with_the_mend(port: int) -> None:
    run = CliRunner().invoke(command, ["--port", str(port)])
    assert (run.exit_code, run.stdout) == (2, "")
    told = run.stderr.splitlines()[-1]
    assert told == f"Error: --port {port}: another program listens there; name another port, or end that program"


def test_a_host_that_is_none_of_this_machine() -> None:
    run = CliRunner().invoke(command, ["--host", "203.0.113.7", "--port", "0"])
    assert run.exit_code == 2
    told = run.stderr.splitlines()[-1]
    assert told == "Error: --host 203.0.113.7: no address of this machine; name one, as 127.0.0.1"
