"""`tindothi export`: every article, one a line, with the fields that the README explains."""

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.commands.export import command
from storage.exporting import FIELDS
from tests.storing import DAY, OTHER, START, TEXT, Stage, article, visit

pytestmark = pytest.mark.usefixtures("named")
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def stage(stage: Stage) -> Stage:
    with stage.store() as store:
        visit(stage, store, article(1), "do-thi")
        visit(stage, store, article(2, source="quan", title=None, paragraphs=OTHER, published=START - 9 * DAY))
    return stage


def export(*arguments: str) -> str:
    result = CliRunner().invoke(command, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_one_article_a_line_with_every_field(stage: Stage) -> None:
    first, second = map(json.loads, export().splitlines())
    assert list(first) == list(second) == list(FIELDS)
    assert (first["key"], first["text"], first["topics"]) == ("phuong:1", list(TEXT), ["do-thi"])
    assert datetime.fromisoformat(first["published"]) == START
    assert (first["documents"], first["withdrawn"], first["revision"]) == (["12/2031/NQ-HĐND"], None, 1)
    assert (second["title"], second["source"]) == (None, "quan")


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["--source", "quan"], [2]),
        (["--topic", "do-thi"], [1]),
        (["--since", "2026-11-20"], [1]),
        (["--until", "2026-11-20"], [2]),
        (["--cites", "12/2031/nq-hdnd"], [1, 2]),
        (["--withdrawn"], []),
    ],
)
def test_filters(stage: Stage, arguments: list[str], ids: list[int]) -> None:
    assert [json.loads(line)["id"] for line in export(*arguments).splitlines()] == ids


def test_a_table(stage: Stage) -> None:
    first, second = csv.DictReader(io.StringIO(export("--format", "csv"), newline=""))
    assert (first["text"], json.loads(first["authors"])) == ("\n".join(TEXT), ["PV"])
    assert second["title"] == ""


def test_no_cell_is_a_formula(stage: Stage) -> None:
    with stage.store() as store:
        visit(stage, store, article(3, title="=HYPERLINK(1)", paragraphs=("- Một", *OTHER)))
    table = csv.DictReader(io.StringIO(export("--format", "csv"), newline=""))
    last = list(table)[-1]
    assert (last["title"], last["text"][:5]) == ("'=HYPERLINK(1)", "'- Mộ")
    assert json.loads(export().splitlines()[-1])["title"] == "=HYPERLINK(1)"


def test_more_articles_than_are_read_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.exporting._AT_ONCE", 1)
    assert len(export().splitlines()) == 2


def test_the_readme_explains_every_field() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name, meaning in FIELDS.items() if f"| `{name}` | {meaning} |" not in readme] == []


def test_a_store_that_is_closed_keeps_no_connection_of_a_reader_that_went_away(stage: Stage) -> None:
    with stage.store() as store:
        rows = store.export()
        assert next(rows)["id"] == 1
    rows.close()  # type: ignore[attr-defined]
