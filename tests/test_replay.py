"""Saved pages through the very same way: the real pages, as one archive, twice."""

import csv
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cms import page_of
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


def test_what_the_pages_of_a_site_teach_is_applied_from_the_second_visit_on(tmp_path: Path) -> None:
    ops = Operator(data=tmp_path / "data", settings={"TINDOTHI_LOG_LEVEL": "WARNING"})
    folder = tmp_path / "pages"
    folder.mkdir()
    files = [folder / f"{number}.html" for number in range(12)]
    rows = ["file\turl", *(f"{file.name}\thttps://xomla.example.vn/tin/{file.name}" for file in files)]
    (folder / "pages.tsv").write_text("\n".join(rows), encoding="utf-8")
    outcomes = []
    for visit in range(3):
        for number, file in enumerate(files):
            file.write_text(page_of(number), encoding="utf-8")
            os.utime(file, (1_790_000_000 + visit * 86_400,) * 2)  # fetched anew each time
        counts = ops.run("replay", "--json", str(folder)).json
        outcomes.append({name: counts[name] for name in OUTCOMES if counts[name]})
    assert outcomes == [{"new": 12}, {"revised": 12}, {"unchanged": 12}]
    with sqlite3.connect(ops.data / "tindothi.db") as db:
        causes = dict(db.execute("SELECT cause, count(*) FROM revision GROUP BY cause"))
    assert causes == {"site": 12, "rules": 12}


def test_a_second_replay_changes_nothing(replayed: Replayed) -> None:
    first, second = replayed.first.json, replayed.second.json
    assert (second["new"], second["revised"]) == (0, 0)
    assert second["fetched"] == first["fetched"]
    assert second["rejected"] == first["rejected"]
    assert second["reasons"] == first["reasons"]
