"""Real saved pages against their gold: a floor that can only be lowered on purpose, and what is no article."""

import csv
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.errors import Rejected
from crawler.extract import extract
from crawler.types import Snapshot, Source
from crawler.urls import owner
from spiders.fingerprints import with_families
from spiders.read import read_families, read_sources

MOMENT = datetime(2026, 11, 20, tzinfo=UTC)
NO_ARTICLES = ("home", "listing", "feed")


def _results(shared: Path, *, sources: bool) -> dict[str, dict[str, Any]]:
    declared = {host: source for source in read_sources()[0].values() for host in source.hosts} if sources else {}
    families = read_families()[0] if sources else {}
    table = (shared / "pages" / "manifest.tsv").read_text(encoding="utf-8").splitlines()
    found = {}
    for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
        source = with_families(owner(declared, row["url"]), families)
        found[row["file"]] = {
            "kind": row["kind"],
            **_result(shared / "pages" / "html" / row["file"], row["url"], source),
        }
    return found


def _result(file: Path, url: str, source: Source) -> dict[str, Any]:
    snapshot = Snapshot(requested_url=url, url=url, fetched_at=MOMENT, status=200, body=file.read_bytes())
    try:
        article = extract(snapshot, source, now=MOMENT)
    except Rejected as refusal:
        return {"file": file.name, "rejected": refusal.reason}
    return {
        "file": file.name,
        "title": article.title,
        "lead": article.lead,
        "text": article.paragraphs,
        "published": article.published.at.isoformat() if article.published else None,
        "author": article.authors,
    }


@pytest.fixture(scope="module", params=[True, False], ids=["sources", "no sources"])
def results(request: pytest.FixtureRequest, shared: Path) -> dict[str, dict[str, Any]]:
    return _results(shared, sources=request.param)


@pytest.fixture
def score(results: dict[str, dict[str, Any]], shared: Path, tmp_path: Path) -> dict[str, Any]:
    lines = tmp_path / "results.jsonl"
    lines.write_text("".join(json.dumps(result) + "\n" for result in results.values()), encoding="utf-8")
    tool = shared / "tools" / "score_extraction.py"
    command = [sys.executable, str(tool), "--json", str(shared / "pages" / "gold"), str(lines)]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return found


def test_floor(score: dict[str, Any]) -> None:
    """Lower a number only on purpose, and say why in the commit."""
    assert score["f1"] >= 0.994
    assert score["leaks"] <= 2
    assert score["dates"].get("wrong", 0) + score["dates"].get("invented", 0) == 0
    assert score["dates"].get("day", 0) == 0
    assert score["leads"].get("wrong", 0) + score["leads"].get("invented", 0) <= 1
    assert score["leads"]["right"] >= 34
    assert score["titles"]["right"] >= 46
    assert score["authors"]["right"] >= 24
    assert score["authors"].get("wrong", 0) + score["authors"].get("invented", 0) <= 1


def test_gold_pages_are_articles(results: dict[str, dict[str, Any]], shared: Path) -> None:
    gold = {json.loads(file.read_text(encoding="utf-8"))["file"] for file in (shared / "pages" / "gold").glob("*.json")}
    assert [name for name in sorted(gold) if "rejected" in results[name]] == []


def test_home_pages_lists_and_feeds_are_none(results: dict[str, dict[str, Any]]) -> None:
    kinds = [result for result in results.values() if result["kind"].removesuffix("-template") in NO_ARTICLES]
    assert len(kinds) >= 60
    assert [result["file"] for result in kinds if "rejected" not in result] == []
