"""What operators do to a run: stop it, close its streams, give it nothing. Real processes, one small web."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest

from crawler.config import Config
from crawler.portal import Fault, LocalWeb
from crawler.types import Snapshot
from storage import warc
from storage.opening import open_store
from tests.running import Operator, operator
from tests.test_faults import LISTING, article, declare

SOON = 12  # seconds in which a stopped run has ended; it gives a fetch four
PAGES = 14
SLOW = {"TINDOTHI_FETCH__DELAY": "0.1", "TINDOTHI_FETCH__CONCURRENCY": "1"}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWeb]:
    folder = tmp_path_factory.mktemp("web")
    with LocalWeb(folder, articles_per_site=2) as local:
        for name in ("well", "silent", "slow", "busy"):
            declare(folder / "sources", name)
            host = f"{name}.example"
            local.serve(host, "/robots.txt", "User-agent: *\nAllow: /\n", headers=(("Content-Type", "text/plain"),))
            links = [f"/phuong-hop-dan-{number}.html" for number in range(1, PAGES + 1)]
            local.serve(host, LISTING, "".join(f'<a href="{link}">Phường họp dân</a>' for link in links))
            for number, link in enumerate(links, start=1):
                local.serve(host, link, article(f"{name} tổ {number}", number % 10))
        yield local


@pytest.fixture
def ops(tmp_path: Path, web: LocalWeb) -> Iterator[Operator]:
    web.forget()
    folder = tmp_path / "dữ liệu #1 %41?"  # a name that no URL would survive
    yield operator(folder, web, TINDOTHI_SOURCES__DIRECTORIES=str(web.ca_file.parent / "sources"))
    web.heal()


def links_of(ops: Operator) -> list[str]:
    return sorted(entry.link for entry in feedparser.parse(ops.feed()).entries)


def is_whole(ops: Operator) -> None:
    """No archive is left open, and every record that the index knows can be read."""
    assert not list(ops.data.glob("archive/*.open")) and not list(ops.data.glob("feeds/.*.tmp"))
    assert (ops.data / "run.lock").read_text() == ""
    for path in ops.data.glob("archive/*.gz"):
        with path.open("rb") as file:
            assert list(warc.records(file))
    with contextlib.closing(sqlite3.connect(ops.data / "tindothi.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        records = [number for (number,) in db.execute("SELECT id FROM record")]
    with open_store(Config.model_validate({"data_dir": ops.data})) as store:
        assert all(store.snapshot(number).url for number in records)
        assert store.problems() == store.file_problems() == ()


def test_stopped_it_ends_soon_and_the_next_run_goes_on(web: LocalWeb, ops: Operator) -> None:
    """One site is silent, one drips, one asks us to wait, and one has its articles waiting: none holds the run up."""
    web.fault("silent.example", Fault.HANG)
    web.fault(f"https://slow.example{LISTING}", Fault.DRIP)
    web.serve("busy.example", LISTING, "", status=429, headers=(("Retry-After", "50"),))
    paced = {**SLOW, "TINDOTHI_FETCH__DELAY": "1", "TINDOTHI_FETCH__RETRIES": "2"}
    run = ops.begin("crawl", "--json", "well", "silent", "slow", "busy", **paced)
    run.until(lambda: all(web.asked(f"https://{name}.example{LISTING}") for name in ("well", "slow", "busy")))
    run.signal(signal.SIGTERM)
    ran = run.ended(SOON)
    assert (ran.code, "Traceback" in ran.err) == (9, False), ran.err
    assert {one["failure"]["kind"] for one in ran.json["sources"].values()} == {"Stopped"}
    assert ran.json["new"] < PAGES
    is_whole(ops)
    web.heal()
    again = ops.run("crawl", "--json", "well", "silent")
    assert again.code == 0, again.err
    assert len(links_of(ops)) == 2 * PAGES


def test_a_replay_is_interrupted_and_done_again(tmp_path: Path, ops: Operator) -> None:
    saved = tmp_path / "saved.warc.gz"
    at = datetime(2026, 11, 20, tzinfo=UTC)
    with saved.open("wb") as file:
        file.write(warc.start("saved"))
        for number in range(1, 41):
            url = f"https://xa-{number}.example/phuong-hop-dan-{number}.html"
            body = article(f"tổ {number}", number % 10).encode()
            page = Snapshot(
                requested_url=url, url=url, fetched_at=at + timedelta(minutes=number), status=200, body=body
            )
            file.write(warc.pack(page))
    run = ops.begin("replay", "--json", str(saved))
    run.until(lambda: any(path.stat().st_size > 5000 for path in ops.data.glob("archive/*.open")))
    run.signal(signal.SIGINT)
    ran = run.ended(SOON)
    assert ran.code == 9, ran.err
    assert 0 < ran.json["fetched"] < 40
    is_whole(ops)
    again = ops.run("replay", "--json", str(saved)).json
    assert again["new"] + again["unchanged"] == again["fetched"] == 40
    assert again["new"] == 40 - ran.json["new"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_an_output_that_cannot_be_written_is_told(ops: Operator) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "crawler", "sources"],
            env=ops.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == (
        "tindothi: the output cannot be written: No space left on device; what was to be done is done\n"
    )


def test_closed_streams_are_no_obstacle(ops: Operator) -> None:
    code = "import os, sys; [os.close(number) for number in (0, 1, 2)]; os.execv(sys.executable, sys.argv[1:])"
    command = [sys.executable, "-c", code, sys.executable, "-m", "crawler", "crawl", "well"]
    assert subprocess.run(command, env=ops.environment(), timeout=60, check=False).returncode == 0
    assert (ops.data / "tindothi.db").is_file()
    assert len(links_of(ops)) == PAGES


def test_a_replay_of_nothing_says_so(tmp_path: Path, ops: Operator) -> None:
    (tmp_path / "empty.warc.gz").write_bytes(b"")
    ran = ops.run("replay", "--json", str(tmp_path / "empty.warc.gz"))
    assert (ran.code, ran.json["fetched"]) == (5, 0)
    assert "no saved page in" in ran.err and "empty.warc.gz" in ran.err


class TestScrapy:
    """Scrapy's own commands say what is wrong in a line."""

    def test_another_run_holds_the_lock(self, ops: Operator) -> None:
        import fcntl

        with (ops.data / "run.lock").open("w") as held:
            held.write(f'{{"pid": {os.getpid()}, "host": "here", "started": "2026-11-22T00:00:00+00:00"}}')
            held.flush()
            fcntl.flock(held, fcntl.LOCK_EX)
            ran = ops.scrapy("crawl", "well")
        assert ran.code == 6
        assert f"process {os.getpid()}" in ran.err and "Traceback" not in ran.err

    def test_a_wrong_setting(self, ops: Operator) -> None:
        wrong = Operator(data=ops.data, settings={**ops.settings, "TINDOTHI_FETCH__DELAY": "soon"})
        ran = wrong.scrapy("list")
        assert ran.code == 3
        assert ran.err.startswith("tindothi: environment: TINDOTHI_FETCH__DELAY: ") and "Traceback" not in ran.err
