"""What README.md gives to nginx and Caddy, run by them: media types, packed variants, validators, caching."""

import gzip
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from feeds.publish import publish
from tests.browser import Reply
from tests.conftest import ROOT
from tests.test_atom import feed
from tests.test_entries import entry
from tests.test_serving import ask

NAME = "chinh-quyen-do-thi"
NGINX = """daemon off; master_process off; pid {home}/pid; error_log {home}/error.log; events {{}}
http {{ access_log off; client_body_temp_path {home}/1; proxy_temp_path {home}/2; fastcgi_temp_path {home}/3;
uwsgi_temp_path {home}/4; scgi_temp_path {home}/5; server {{ listen 127.0.0.1:{port};
{told} }} }}
"""
CADDY = """{{
	admin off
	auto_https off
	storage file_system {home}
}}
http://127.0.0.1:{port} {{
{told}}}
"""
TYPES = {
    "": "text/html; charset=utf-8",
    f"{NAME}.html": "text/html; charset=utf-8",
    f"{NAME}.atom": "application/atom+xml",
    f"{NAME}.0001.atom": "application/atom+xml",
    f"{NAME}.rss": "application/rss+xml",
    f"{NAME}.json": "application/feed+json",
    "feeds.opml": "text/x-opml",
}


@contextmanager
def running(program: str, home: Path, folder: Path) -> Iterator[int]:
    """The port of a server that does what README.md says, with the folder in the place of its own."""
    found = shutil.which(program) or pytest.skip(f"SKIPPED FOR WANT OF {program.upper()}: install the package")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    block = re.search(rf"```{program}\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert block is not None
    told = block[1].replace("/srv/tindothi/data/feeds", str(folder))
    config = home / program
    config.write_text((NGINX if program == "nginx" else CADDY).format(home=home, port=port, told=told))
    run: list[str | Path] = ["-c", config]
    if program == "caddy":
        run = ["run", "--adapter", "caddyfile", "--config", config]
    with subprocess.Popen([found, *run], env={"HOME": str(home)}, stderr=subprocess.DEVNULL) as server:
        try:
            until = time.monotonic() + 20
            while not is_open(port):
                assert server.poll() is None and time.monotonic() < until, "it does not take what README.md says"
                time.sleep(0.02)
            yield port
        finally:
            server.terminate()


def is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("program", ["nginx", "caddy"])
def test_a_web_server_that_does_what_the_readme_says(tmp_path: Path, program: str) -> None:
    folder = tmp_path / "feeds"
    one = feed(entry(), volumes=1)
    publish([feed(entry(), volume=1, volumes=1), one], folder, base_url="https://phuongmau.vn/feeds")

    def get(name: str, **headers: str) -> Reply:
        return ask(port, f"/feeds/{name}", **headers)

    with running(program, tmp_path, folder) as port:
        for name, media_type in TYPES.items():
            plain, packed = get(name), get(name, Accept_Encoding="gzip")
            told = {key.lower(): value for key, value in packed.headers.items()}
            assert (plain.status, packed.status, told["content-encoding"]) == (200, 200, "gzip"), name
            assert plain.body == gzip.decompress(packed.body) == (folder / (name or "index.html")).read_bytes()
            assert told["content-type"].startswith(media_type), name
            assert told["vary"] == "Accept-Encoding"
            etags = [{key.lower(): value for key, value in one.headers.items()}["etag"] for one in (plain, packed)]
            assert etags[0] != etags[1] and not any(etag.startswith("W/") for etag in etags), "strong ones"
            assert get(name, If_None_Match=etags[0]).status == 304
            assert get(name, If_Modified_Since=told["last-modified"]).status == 304
            kept = "31536000" if "0001" in name else "300"
            assert f"max-age={kept}" in cached(port, name)
            assert ("immutable" in cached(port, name)) == ("0001" in name)
        for name in (".made.json", "nothing.atom"):
            assert get(name).status == 404, name


def cached(port: int, name: str) -> str:
    """All that is said of caching; nginx says it in two headers."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(f"HEAD /feeds/{name} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        with line.makefile("r", encoding="ascii") as said:
            return ", ".join(one.strip().lower() for one in said if one.lower().startswith("cache-control"))
