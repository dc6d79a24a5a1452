"""The quality floor on real pages: it may be raised at will, and lowered only on purpose, in this file."""

import csv
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crawler.commands.extract import command

NO_ARTICLES = ("home", "listing", "feed")

# With the shipped sources and families, and with none of them; counts are of the pages whose gold says what is right.
FLOOR: Mapping[str, Mapping[str, float]] = {
    "with sources": {"f1": 0.996, "leads": 34, "titles": 47, "authors": 26, "dates": 31},
    "no sources": {"f1": 0.996, "leads": 34, "titles": 47, "authors": 26, "dates": 28},
}
# What is wrong is worse than what is missing; these hold for both.
CEILING = {"leaks": 0, "false leads": 0, "false dates": 0, "days for times": 0, "false authors": 1}

Results = dict[str, dict[str, Any]]


@pytest.fixture(scope="module", params=FLOOR)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(scope="module")
def results(name: str, shared: Path) -> Results:
    table = shared / "pages/manifest.tsv"
    with table.open(encoding="utf-8", newline="") as opened:
        files = [row["file"] for row in csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE)]
    paths = [str(shared / "pages/html" / file) for file in files]
    options = ["--no-sources"] if name == "no sources" else []
    arguments = ["--json", "--urls", str(table), *options, *paths]
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    rows = map(json.loads, result.stdout.splitlines())
    return {Path(row["file"]).name: row for row in rows}


@pytest.fixture(scope="module")
def score(results: Results, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    lines = tmp_path_factory.mktemp("score") / "results.jsonl"
    lines.write_text("".join(json.dumps(result) + "\n" for result in results.values()), encoding="utf-8")
    tool = shared / "tools" / "score_extraction.py"
    scored = [sys.executable, str(tool), "--json", str(shared / "pages" / "gold"), str(lines)]
    found: dict[str, Any] = json.loads(subprocess.run(scored, capture_output=True, check=True, text=True).stdout)
    return found


def test_floor(name: str, score: dict[str, Any]) -> None:
    right = {kind: score[kind].get("right", 0) for kind in ("leads", "titles", "authors", "dates")}
    assert {kind: least for kind, least in FLOOR[name].items() if {"f1": score["f1"], **right}[kind] < least} == {}


def test_ceiling(score: dict[str, Any]) -> None:
    def false(kind: str) -> int:
        return int(score[kind].get("wrong", 0)) + int(score[kind].get("invented", 0))

    found = {
        "leaks": score["leaks"],
        "false leads": false("leads"),
        "false dates": false("dates"),
        "days for times": score["dates"].get("day", 0),
        "false authors": false("authors"),
    }
    assert {kind: count for kind, count in found.items() if count > CEILING[kind]} == {}


def test_gold_pages_are_articles(results: Results, shared: Path) -> None:
    gold = {json.loads(file.read_text(encoding="utf-8"))["file"] for file in (shared / "pages" / "gold").glob("*.json")}
    assert len(gold) >= 45
    assert [file for file in sorted(gold) if "rejected" in results[file]] == []


def test_home_pages_lists_and_feeds_are_none(results: Results, shared: Path) -> None:
    with (shared / "pages/manifest.tsv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE))
    others = [row["file"] for row in rows if row["kind"].removesuffix("-template") in NO_ARTICLES]
    assert len(others) >= 60
    assert [file for file in others if "rejected" not in results[file]] == []
