"""The quality floor on real pages: it may be raised at will, and lowered only on purpose, in this file."""

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

from crawler.commands.extract import command

# With the shipped sources and families, and with none of them. Dates and leads are shares or counts of the gold pages.
FLOOR = {
    "with sources": {"f1": 0.995, "leads": 0.97, "leaks": 0, "false dates": 0},
    "no sources": {"f1": 0.995, "leads": 0.97, "leaks": 0, "false dates": 0},
}


@pytest.fixture(scope="module")
def scorer(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_extraction", shared / "tools/score_extraction.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def predictions(shared: Path, *options: str) -> dict[str, Any]:
    gold = [path.with_suffix(".html") for path in sorted((shared / "pages/gold").glob("*.json"))]
    files = [str(shared / "pages/html" / path.name) for path in gold]
    manifest = str(shared / "pages/manifest.tsv")
    result = CliRunner().invoke(command, ["--json", "--urls", manifest, *options, *files], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    rows: Iterator[dict[str, Any]] = map(json.loads, result.stdout.splitlines())
    return {Path(row["file"]).name: row for row in rows}


@pytest.mark.parametrize(("name", "options"), [("with sources", ()), ("no sources", ("--no-sources",))])
def test_gold_pages(shared: Path, scorer: ModuleType, name: str, options: tuple[str, ...]) -> None:
    found = predictions(shared, *options)
    scores, leads, false_dates, leaks = [], [], [], []
    for path in sorted((shared / "pages/gold").glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        mine = found.get(gold["file"], {})
        scores.append(scorer.content(gold, mine)[2])
        leads.append(scorer.lead_verdict(gold.get("lead"), scorer.as_text(mine.get("lead"))))
        verdict = scorer.date_verdict(gold, mine)
        false_dates += [gold["file"]] if verdict in ("wrong", "invented") else []
        leaks += scorer.leaks(gold, mine)
    floor = FLOOR[name]
    judged = [verdict for verdict in leads if verdict != "none"]
    assert len(scores) >= 45
    assert sum(scores) / len(scores) >= floor["f1"]
    assert judged.count("right") / len(judged) >= floor["leads"]
    assert len(leaks) <= floor["leaks"], leaks
    assert len(false_dates) <= floor["false dates"], false_dates
