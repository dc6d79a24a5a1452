"""Saved pages through the very same way: the real pages, as one archive, twice."""

import csv
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.running import Operator, Ran

OUTCOMES = ("listings", "new", "revised", "unchanged", "duplicate", "rejected")
NO_ARTICLES = ("home", "listing", "feed", "home-template", "listing-template")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """The store after two replays."""

    first: Ran
    second: Ran
    stored: set[str]
    after_one: bytes


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Replayed:
    ops = Operator(data=tmp_path_factory.mktemp("replay") / "data", settings={"TINDOTHI_LOG_LEVEL": "WARNING"})
    warc = str(shared / "pages/pages.warc.gz")
    first = ops.run("replay", "--json", warc)
    ops.run("publish")
    after_one = ops.feed()
    second = ops.run("replay", "--json", warc)
    ops.run("publish")
    assert ops.feed() == after_one
    with sqlite3.connect(ops.data / "tindothi.db") as db:
        stored = {url for (url,) in db.execute("SELECT url FROM address UNION SELECT url FROM article")}
    return Replayed(first=first, second=second, stored=stored, after_one=after_one)


def manifest(shared: Path) -> list[dict[str, str]]:
    with (shared / "pages/manifest.tsv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


def bare(url: str) -> str:
    return url.split("://", 1)[1].removeprefix("www.").rstrip("/").split("#")[0]


def test_counts_add_up_to_all_pages(replayed: Replayed, shared: Path) -> None:
    counts = replayed.first.json
    assert replayed.first.code == 0, replayed.first.err
    assert counts["fetched"] == len(manifest(shared)) == 127
    assert counts["fetched"] == sum(counts[name] for name in OUTCOMES)


def test_gold_pages_are_articles(replayed: Replayed, shared: Path) -> None:
    files = {path.with_suffix(".html").name for path in (shared / "pages/gold").glob("*.json")}
    gold = [row["url"] for row in manifest(shared) if row["file"] in files]
    stored = {bare(url) for url in replayed.stored}
    assert sum(bare(url) in stored for url in gold) >= 45, [url for url in gold if bare(url) not in stored]


def test_homes_listings_and_feeds_are_none(replayed: Replayed, shared: Path) -> None:
    others = [row["url"] for row in manifest(shared) if row["kind"] in NO_ARTICLES]
    stored = {bare(url) for url in replayed.stored}
    taken = [url for url in others if bare(url) in stored]
    assert len(taken) <= 0.05 * len(others), taken


def test_a_second_replay_changes_nothing(replayed: Replayed) -> None:
    first, second = replayed.first.json, replayed.second.json
    assert (second["new"], second["revised"]) == (0, 0)
    assert second["fetched"] == first["fetched"]
    assert second["rejected"] == first["rejected"]
    assert second["reasons"] == first["reasons"]
