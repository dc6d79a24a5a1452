"""Bad input, a lock, a folder in the way: a clear error each, nothing half written. Bad sites: `tests.test_chaos`."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest

from crawler.portal import Fault, LocalWeb
from tests.running import Operator, operator

GOOD, BAD = "/phuong-hop-dan-100001.html", "/phuong-mo-cua-100002.html"
LISTING = "/tin-tuc"
CAPPED = {"TINDOTHI_FETCH__MAX_SIZE": "4000000", "TINDOTHI_FETCH__TIMEOUT": "5"}


def article(place: str, number: int) -> str:
    rows = "".join(
        f"<p>Tại {place}, điểm {point} của chương trình được {number + point} hộ dân bàn kỹ trước khi quyết định.</p>"
        for point in range(1, 7)
    )
    title = f"Phường {place} bàn về chính quyền đô thị lần {number}"
    return (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="og:type" content="article"></head><body><h1>{title}</h1>'
        f'<div class="time">20/11/2026 08:0{number}</div><div class="content">'
        f"<p>Mô hình chính quyền đô thị ở {place} được bàn trong buổi họp thứ {number}.</p>{rows}</div></body></html>"
    )


def declare(folder: Path, name: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(
        f'name = "{name}"\ntitle = "Cổng {name}"\nhosts = ["{name}.example"]\nplace = "Hà Nội"\n'
        f"evidence = \"made for a test\"\narticles = ['-(?P<id>\\d+)\\.html$']\n"
        f'[[listing]]\nkind = "page"\nurl = "https://{name}.example{LISTING}"\n',
        encoding="utf-8",
    )


def serve(web: LocalWeb, name: str) -> None:
    host = f"{name}.example"
    web.serve(host, "/robots.txt", "User-agent: *\nAllow: /\n", headers=(("Content-Type", "text/plain"),))
    web.serve(
        host,
        LISTING,
        f'<html><body><a href="{GOOD}">Phường họp dân</a> <a href="{BAD}">Phường mở cửa</a></body></html>',
    )
    web.serve(host, GOOD, article(f"{name} Đông", 1))
    web.serve(host, BAD, article(f"{name} Tây", 2))


class TestOneSource:
    """A crawl of one small source, with something wrong around it."""

    @pytest.fixture
    def web(self, tmp_path: Path) -> Iterator[LocalWeb]:
        with LocalWeb(tmp_path, articles_per_site=2) as web:
            serve(web, "well")
            declare(tmp_path / "sources", "well")
            yield web

    @pytest.fixture
    def ops(self, tmp_path: Path, web: LocalWeb) -> Operator:
        return operator(tmp_path, web, TINDOTHI_SOURCES__DIRECTORIES=str(tmp_path / "sources"), **CAPPED)

    def test_nothing_can_be_fetched(self, web: LocalWeb, ops: Operator) -> None:
        web.fault("well.example", Fault.REFUSE)
        ran = ops.run("crawl", "well")
        assert ran.code == 5
        assert "well.example" in ran.out + ran.err

    def test_another_run_holds_the_lock(self, ops: Operator) -> None:
        import fcntl

        with (ops.data / "run.lock").open("w") as held:
            held.write('{"pid": 4711, "host": "here", "started": "2026-11-22T00:00:00+00:00"}')
            held.flush()
            fcntl.flock(held, fcntl.LOCK_EX)
            ran = ops.run("crawl", "well")
        assert ran.code == 6
        assert "4711" in ran.err and "Traceback" not in ran.err

    def test_a_locked_database_and_an_article_that_failed(self, web: LocalWeb, ops: Operator) -> None:
        """The run that finds the store locked stops; the next brings what failed, though the listing says 304."""
        web.serve("well.example", LISTING, f'<a href="{GOOD}">a</a><a href="{BAD}">b</a>', headers=(("ETag", '"1"'),))
        web.fault(f"https://well.example{BAD}", Fault.ERROR, times=1)
        first = ops.run("crawl", "--json", "well").json
        assert (first["new"], first["reasons"]) == (1, {"ServerError": 1})
        before = ops.feed()
        holder = sqlite3.connect(ops.data / "tindothi.db", isolation_level=None)
        try:
            holder.execute("BEGIN EXCLUSIVE")
            ran = ops.run("crawl", "well", TINDOTHI_DATABASE_TIMEOUT="1")
        finally:
            holder.close()
        assert ran.code == 8
        assert "Traceback" not in ran.err and "tindothi.db" in ran.err
        assert ops.feed() == before
        assert ops.run("crawl", "--json", "well").json["new"] == 1
        listings = [seen for seen in web.requests if seen.target == LISTING]
        assert [seen.status for seen in listings] == [200, 304]
        assert len(feedparser.parse(ops.feed()).entries) == 2

    def test_an_unwritable_feed_directory(self, tmp_path: Path, ops: Operator) -> None:
        (tmp_path / "in-the-way").write_text("no directory")
        ran = ops.run("crawl", "--json", "well", TINDOTHI_FEED__DIRECTORY=str(tmp_path / "in-the-way"))
        assert ran.code == 7
        assert "in-the-way" in ran.err and "Traceback" not in ran.err
        assert ran.json["new"] == 2
        assert ops.run("publish").code == 0
        assert len(feedparser.parse(ops.feed()).entries) == 2

    def test_broken_files_stop_only_themselves(self, tmp_path: Path, ops: Operator) -> None:
        source = tmp_path / "sources" / "broken.toml"
        source.write_text('name = "broken"\nhosts = []\ntitel = "x"\n', encoding="utf-8")
        (tmp_path / "topics").mkdir()
        topic = tmp_path / "topics" / "cau-duong.toml"
        topic.write_text('title = "Cầu đường"\nthreshold = "high"\n', encoding="utf-8")
        feeds = tmp_path / "feeds.toml"
        feeds.write_text('[[feed]]\nname = "hue"\ntitle = "Huế"\nplace = "Hếu"\n', encoding="utf-8")
        more = {"TINDOTHI_TOPICS__DIRECTORIES": str(tmp_path / "topics"), "TINDOTHI_FEED__DEFINITIONS": str(feeds)}
        ran = ops.run("crawl", "--json", "well", **more)
        assert ran.code == 4
        assert f"{feeds}: feed 1 (hue): place: " in ran.err
        assert str(source) in ran.err and "titel" in ran.err and "hosts" in ran.err
        assert str(topic) in ran.err and "threshold" in ran.err and "Traceback" not in ran.err
        assert ran.json["new"] == len(feedparser.parse(ops.feed()).entries) == 2

    def test_a_wrong_setting(self, ops: Operator) -> None:
        ran = ops.run("crawl", "well", TINDOTHI_FETCH__DELAY="soon")
        assert ran.code == 3
        assert "TINDOTHI_FETCH__DELAY" in ran.err and "Traceback" not in ran.err

    def test_an_unknown_source(self, ops: Operator) -> None:
        ran = ops.run("crawl", "nobody")
        assert ran.code == 3
        assert "nobody" in ran.err
