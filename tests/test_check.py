"""`tindothi check`: a store that is whole is called so, and what is broken is told in words."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.commands.check import command
from crawler.errors import StoreError
from tests.storing import OTHER, Stage, article, visit

BREAKS = {
    "UPDATE revision SET paragraphs = '[\"khác\"]' WHERE id = 1": "1 revisions are not what their hash says (1)",
    "UPDATE article SET revision = 7 WHERE id = 2": "1 articles have no current text (2)",
    "UPDATE article SET text_id = 99 WHERE id = 2": "1 articles carry a text that is not there (2)",
    "DELETE FROM search WHERE rowid = 1": "searches miss 1 articles (1)",
    "DELETE FROM story": "point to rows that are not there",
    "UPDATE entry SET revision_id = 2 WHERE article_id = 1": "1 feed entries show a text of another article",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of two articles."""
    monkeypatch.setenv("TINDOTHI_DATA_DIR", str(tmp_path))
    stage = Stage(tmp_path)
    with stage.store() as store:
        visit(stage, store, article(1), "do-thi")
        visit(stage, store, article(2, paragraphs=OTHER), "do-thi")
    return tmp_path


def check(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments), catch_exceptions=False)


def test_a_whole_store_is_called_so(folder: Path) -> None:
    result = check()
    assert (result.exit_code, result.stdout) == (0, "whole: 2 articles, 2 revisions, 2 pages (read)\n")
    assert json.loads(check("--json").stdout) == {"whole": True, "problems": []}


@pytest.mark.parametrize("broken", BREAKS)
def test_what_is_broken_is_told_with_its_mend(folder: Path, broken: str) -> None:
    with closing(sqlite3.connect(folder / "tindothi.db")) as db, db:
        db.execute(broken)
    result = check("--quick")
    assert result.exit_code == 8
    assert BREAKS[broken] in result.stdout
    assert "restore a backup" in result.stdout


def test_damaged_pages_are_named_one_by_one(folder: Path) -> None:
    (file,) = folder.glob("archive/*.gz")
    data = bytearray(file.read_bytes())
    data[-40] ^= 0xFF  # in the second page
    file.write_bytes(bytes(data))
    told = json.loads(check("--json").stdout)["problems"]
    assert len(told) == 1
    assert told[0].startswith("archived page 2: ")
    assert check("--quick").exit_code == 0
    file.unlink()
    assert check().stdout.count("archived page") == 2


def test_a_damaged_database_is_told(folder: Path) -> None:
    path = folder / "tindothi.db"
    data = bytearray(path.read_bytes())
    for at in range(8192, len(data) - 2048, 4096):
        data[at + 100 : at + 600] = b"\xff" * 500
    path.write_bytes(bytes(data))
    ran = CliRunner().invoke(command, [])
    refused = isinstance(ran.exception, StoreError)  # which the command line tells in a line, with the same exit code
    assert refused or (ran.exit_code == 8 and "the database is damaged" in ran.stdout)


def test_a_story_in_two_feeds_has_one_id_and_is_whole(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    with stage.store() as store:
        visit(stage, store, article(1), "do-thi", "hai-cap")
        assert store.problems() == ()
