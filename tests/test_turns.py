"""`tindothi crawl` as cron runs it: it reads the sources whose turn it is, tells of the others, and asks no more."""

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.commands.turns import Turns
from crawler.config import Config
from crawler.portal import Fault, LocalWeb
from crawler.types import Host, Listing, ListingKind, Source
from storage.opening import open_store
from tests.running import Operator, operator
from tests.test_faults import LISTING, declare, serve

MANY = 10_000


@pytest.fixture
def web(tmp_path: Path) -> Iterator[LocalWeb]:
    with LocalWeb(tmp_path, articles_per_site=2) as local:
        yield local


def made(folder: Path, web: LocalWeb, *names: str, **more: str) -> Operator:
    for name in names:
        declare(folder / "sources", name)
        serve(web, name)
    sources = {"TINDOTHI_SOURCES__DIRECTORIES": str(folder / "sources"), "TINDOTHI_SOURCES__ONLY": ",".join(names)}
    return operator(folder, web, **sources, **more)


def test_each_source_has_its_turn(tmp_path: Path, web: LocalWeb) -> None:
    ops = made(tmp_path, web, "well", "busy", TINDOTHI_CRAWL__INTERVAL_MAX="21600")
    web.serve("busy.example", LISTING, "", status=429, headers=(("Retry-After", "7200"),))
    first = ops.run("crawl", "--json")
    assert (first.code, first.json["new"], first.json["left"]) == (4, 2, {})
    waits = first.json["hosts"]["busy.example"]
    assert (waits["kind"], waits["failures"]) == ("HTTP 429", 1)
    assert 7000 < (datetime.fromisoformat(waits["until"]) - datetime.now(UTC)).total_seconds() < 7201
    assert web.asked(f"https://busy.example{LISTING}") == 1
    web.forget()

    ran = ops.run("crawl")
    assert web.requests == ()
    assert ran.code == 4, "a source that failed and is left alone is told, not forgotten"
    assert "well: early, until " in ran.out and "busy: waits, until " in ran.out
    assert "busy.example is not asked before " in ran.out and ": HTTP 429\n" in ran.out

    serve(web, "busy")
    named = ops.run("crawl", "--json", "busy")
    assert (named.code, named.json["new"], named.json["hosts"]) == (0, 2, {})
    web.forget()
    ran = ops.run("crawl", "--json")
    assert (ran.code, ran.err, web.requests) == (0, "", ())
    assert {name: left["why"] for name, left in ran.json["left"].items()} == {"well": "early", "busy": "early"}
    assert (ran.json["fetched"], ran.json["sources"]) == (0, {})


def test_a_dead_and_a_dripping_host_are_remembered(tmp_path: Path, web: LocalWeb) -> None:
    ops = made(tmp_path, web, "dead", "slow", "well", TINDOTHI_FETCH__TIMEOUT="1")
    web.fault("dead.example", Fault.REFUSE)
    web.fault(f"https://slow.example{LISTING}", Fault.DRIP)  # a byte in a twentieth of a second: ten seconds in all
    ran = ops.run("crawl", "--json")
    assert ran.code == 4
    assert ran.json["sources"]["slow"]["failure"]["kind"] == "DownloadTimeoutError"
    assert ran.json["sources"]["well"]["new"] == 2
    assert set(ran.json["hosts"]) == {"dead.example"}, "one slow page says nothing of its host"
    with open_store(Config.model_validate({"data_dir": ops.data})) as store:
        dead, well = (
            next(host for host in store.hosts() if host.name == f"{name}.example") for name in ("dead", "well")
        )
        assert (dead.failures, dead.last_success) == (1, None)
        assert (well.failures, well.last_success is not None) == (0, True)
        assert store.rhythm("dead").read_at is None


def test_of_ten_thousand_known_articles_only_the_listings_are_asked_for(tmp_path: Path, web: LocalWeb) -> None:
    ops = made(tmp_path, web, "big", TINDOTHI_CRAWL__RECHECK_FIRST="3600")
    source = tmp_path / "sources" / "big.toml"
    listings = "".join(
        f'[[listing]]\nkind = "sitemap"\nurl = "https://big.example/{part}.xml"\n' for part in ("a", "b")
    )
    source.write_text(source.read_text(encoding="utf-8").split("[[listing]]")[0] + listings, encoding="utf-8")
    for part in (0, 1):
        urls = (f"<url><loc>https://big.example/tin-{number}.html</loc></url>" for number in range(part, MANY, 2))
        web.serve("big.example", f"/{'ab'[part]}.xml", f"<urlset>{''.join(urls)}</urlset>")
    open_store(Config.model_validate({"data_dir": ops.data})).close()
    with contextlib.closing(sqlite3.connect(ops.data / "tindothi.db")) as db, db:
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
        db.execute("INSERT INTO source (name, first_run_at, settled_at, run_at) VALUES ('big', ?, ?, ?)", [now] * 3)
        db.execute("CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM c WHERE"
                   f" i < {MANY - 1}) SELECT i, 'big:' || i AS key, 'https://big.example/tin-' || i || '.html' AS url"
                   " FROM c")  # fmt: skip
        db.execute("INSERT INTO story (id, created_at) SELECT i + 1, ? FROM n", [now])
        db.execute("INSERT INTO article (id, key, source, url, story_id, revision, first_seen, last_read, last_checked,"
                   " last_changed, seen_hash) SELECT i + 1, key, 'big', url, i + 1, 1, ?, ?, ?, ?, 'x' FROM n",
                   [now] * 4)  # fmt: skip
        db.execute("INSERT INTO address (key, article_id, url, seen_at) SELECT key, i + 1, url, ? FROM n", [now])
        db.execute("INSERT INTO revision (article_id, sequence, paragraphs, blocks, authors, content_hash, cause,"
                   " stored_at) SELECT i + 1, 1, '[]', '[]', '[]', 'x', 'site', ? FROM n", [now])  # fmt: skip
    ran = ops.run("crawl", "--json")
    assert (ran.code, ran.json["fetched"], ran.json["listings"]) == (0, 2, 2), ran.err
    assert Counter(seen.target for seen in web.requests) == {"/robots.txt": 1, "/a.xml": 1, "/b.xml": 1}


def test_a_source_waits_when_all_who_announce_it_were_left() -> None:
    listings = tuple(
        Listing(kind=ListingKind.PAGE, url=url) for url in ("https://a.example/tin", "https://www.b.example/tin")
    )
    turn = Turns(due=(Source(name="a", title="A", hosts=("a.example", "b.example"), listings=listings),))
    hosts = Host(name="a.example"), Host(name="b.example")
    assert [replace(turn, hosts=hosts[:count]).waiting for count in range(3)] == [0, 0, 1]
