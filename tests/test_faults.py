"""Bad sites, bad input, bad disks: a clear error each, the other sources unharmed, nothing half written."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import feedparser
import pytest

from crawler.portal import Fault, LocalWeb
from tests.running import Operator, Ran, operator

GOOD, BAD = "/phuong-hop-dan-100001.html", "/phuong-mo-cua-100002.html"
LISTING = "/tin-tuc"
CAPPED = {"TINDOTHI_FETCH__MAX_SIZE": "4000000", "TINDOTHI_FETCH__TIMEOUT": "5"}

# What the article answers, and what becomes of it: a stored title, or the reason for which it is rejected, or None: it
# got no answer and stays pending.
PAGES: dict[str, tuple[Fault, str | None]] = {
    "missing": (Fault.NOT_FOUND, "NotFound"),
    "error": (Fault.ERROR, "ServerError"),
    "loop": (Fault.REDIRECT_LOOP, None),
    "away": (Fault.REDIRECT_AWAY, "OffSite"),
    "gzip": (Fault.TRUNCATED_GZIP, None),
    "charset": (Fault.WRONG_CHARSET, "stored"),
    "empty": (Fault.EMPTY, "NoText"),
    "huge": (Fault.HUGE, "TooLarge"),
    "nested": (Fault.NESTED, "rejected"),
    "control": (Fault.CONTROL_TITLE, "stored"),
    "challenge": (Fault.CAPTCHA, "Captcha"),
    "drop": (Fault.DROP, None),
    "chunks": (Fault.BROKEN_CHUNKS, None),
    "length": (Fault.WRONG_LENGTH, None),
    "hang": (Fault.HANG, None),
}
HOSTS: dict[str, Fault] = {
    "unreachable": Fault.REFUSE,
    "closed": Fault.CLOSE,
    "selfsigned": Fault.SELF_SIGNED,
    "expired": Fault.EXPIRED,
}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """One crawl over one source for each fault, and one that is well."""

    ops: Operator
    ran: Ran

    def source(self, name: str) -> dict[str, object]:
        found: dict[str, object] = self.ran.json["sources"][name]
        return found


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storm]:
    folder = tmp_path_factory.mktemp("storm")
    names = ["well", *PAGES, *HOSTS]
    with LocalWeb(folder, articles_per_site=2) as web:
        for name in names:
            declare(folder / "sources", name)
            serve(web, name)
        for name, (fault, _) in PAGES.items():
            web.fault(f"https://{name}.example{BAD}", fault)
        for name, fault in HOSTS.items():
            web.fault(f"{name}.example", fault)
        ops = operator(folder, web, TINDOTHI_SOURCES__DIRECTORIES=str(folder / "sources"), **CAPPED)
        yield Storm(ops=ops, ran=ops.run("crawl", "--json", *names))


def test_some_failed_and_no_traceback(storm: Storm) -> None:
    assert storm.ran.code == 4
    assert "Traceback" not in storm.ran.err


@pytest.mark.parametrize("name", PAGES)
def test_a_bad_page_harms_no_other(storm: Storm, name: str) -> None:
    _, outcome = PAGES[name]
    counts = storm.source(name)
    assert counts["listings"] == 1
    if outcome == "stored":
        assert (counts["new"], counts["rejected"], counts["failed"]) == (2, 0, 0)
    elif outcome is None:
        assert (counts["new"], counts["rejected"], counts["failed"]) == (1, 0, 1)
    else:
        assert (counts["new"], counts["rejected"], counts["failed"]) == (1, 1, 0)
        assert outcome == "rejected" or counts["reasons"] == {outcome: 1}


@pytest.mark.parametrize("name", HOSTS)
def test_a_bad_host_harms_no_other(storm: Storm, name: str) -> None:
    counts = storm.source(name)
    assert (counts["fetched"], counts["new"]) == (0, 0)
    assert counts["failure"]
    assert storm.source("well")["new"] == 2


def test_titles_come_through_whole(storm: Storm) -> None:
    titles = {entry.link: entry.title for entry in feedparser.parse(storm.ops.feed()).entries}
    assert not feedparser.parse(storm.ops.feed()).bozo
    for name in ("charset", "control"):
        assert titles[f"https://{name}.example{BAD}"] == f"Phường {name} Tây bàn về chính quyền đô thị lần 2"


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
        ran = ops.run("crawl", "--json", "well", TINDOTHI_TOPICS__DIRECTORIES=str(tmp_path / "topics"))
        assert ran.code == 4
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
