"""`tindothi check`: a store that is whole is called so, and what is broken is told in words."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.commands.check import command
from crawler.errors import StoreError
from storage.archive import Archive
from tests.storing import OTHER, Stage, article, visit

pytestmark = pytest.mark.usefixtures("named")
BREAKS = {
    "UPDATE revision SET paragraphs = '[\"khác\"]' WHERE id = 1": "1 revisions are not what their hash says (1)",
    "UPDATE article SET revision = 7 WHERE id = 2": "1 articles have no current text (2)",
    "DELETE FROM search": "searches miss 2 articles (1, 2)",
    "UPDATE article SET text_id = 99 WHERE id = 2": "1 articles carry a text that is not there (2)",
    "UPDATE entry SET revision_id = 2 WHERE article_id = 1": "1 feed entries show a text of another article",
    "UPDATE entry SET volume = 3 WHERE article_id = 2": "1 feed entries are in a volume that is not there (2)",
}


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """A store of two articles."""
    with stage.store() as store:
        visit(stage, store, article(1), "do-thi")
        visit(stage, store, article(2, paragraphs=OTHER), "do-thi")
    return stage


def check(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments), catch_exceptions=False)


def test_a_whole_store_is_called_so(stage: Stage) -> None:
    result = check()
    assert (result.exit_code, result.stdout) == (0, "whole: 2 articles, 2 revisions, 2 pages (read)\n")
    assert json.loads(check("--json").stdout) == {"whole": True, "problems": []}


@pytest.mark.parametrize("broken", BREAKS)
def test_what_is_broken_is_told_with_its_mend(stage: Stage, broken: str) -> None:
    stage.sql(broken)
    result = check("--quick")
    assert result.exit_code == 8
    assert BREAKS[broken] in result.stdout
    assert "restore a backup" in result.stdout


def test_damaged_pages_are_named_one_by_one(stage: Stage) -> None:
    (file,) = stage.folder.glob("archive/*.gz")
    data = bytearray(file.read_bytes())
    data[-40] ^= 0xFF  # in the second page
    file.write_bytes(bytes(data))
    told = json.loads(check("--json").stdout)["problems"]
    assert len(told) == 1
    assert told[0].startswith("archived page 2: ")
    assert check("--quick").exit_code == 0
    file.unlink()
    assert check().stdout == check("--quick").stdout
    assert f"archive file {file.name} is missing, with 2 pages; copy it back from a backup's" in check().stdout


def test_archive_files_are_what_the_index_says(stage: Stage) -> None:
    (file,) = stage.folder.glob("archive/*.gz")
    whole = file.read_bytes()
    file.write_bytes(whole[:-3])
    told = json.loads(check("--json").stdout)["problems"]
    assert told == [
        f"archive file {file.name} is cut off at {len(whole) - 3} of {len(whole)} bytes, without 1 of its 2 pages;"
        " copy it back from a backup's folder `archive`"
    ]
    assert json.loads(check("--quick", "--json").stdout)["problems"] == told
    file.rename(file.with_name("other.warc.gz"))
    told = json.loads(check("--json").stdout)["problems"]
    assert [problem.split(" is ")[0] for problem in told] == [f"archive file {file.name}", "archive file other.warc.gz"]
    assert "not known to the store; `tindothi replay` takes its pages in, then delete it" in told[1]
    file.write_bytes(whole)
    file.with_name("other.warc.gz").unlink()
    for nobodys in (".other.warc.gz.new", "killed.warc.gz.open"):  # what a killed backup or run leaves, the next clears
        file.with_name(nobodys).write_bytes(b"")
    assert check().exit_code == 0


def test_what_a_run_is_doing_meanwhile_is_no_problem(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is closed, and another removed, between the look at the folder and that at the index."""
    names, looks = Archive.names, []

    def passing(archive: Archive) -> dict[str, bool]:
        looks.append(1)
        return names(archive) if len(looks) > 1 else {"passing.warc.gz": False}

    monkeypatch.setattr(Archive, "names", passing)
    assert check().exit_code == 0
    assert len(looks) == 2


def test_pages_that_lean_on_nothing_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    stage, body = Stage(tmp_path / "other", engine=engine), "<p>Khai trương".encode() * 9
    monkeypatch.setenv("TINDOTHI_DATA_DIR", str(stage.folder))
    monkeypatch.setenv("TINDOTHI_DATABASE", stage.url)
    for number in (1, 2):
        with stage.store() as store:
            visit(stage, store, article(number, paragraphs=OTHER[:number]), body=body)
        stage.pass_time()
    first = min(stage.folder.glob("archive/*.gz"))
    whole = first.read_bytes()
    first.write_bytes(whole[:-30] + b"\0" * 30)
    assert [line.split(": ")[0] for line in check().stdout.splitlines()] == ["archived page 1", "archived page 2"]
    first.unlink()
    assert [line.split(" is ")[0] for line in check().stdout.splitlines()][:1] == [f"archive file {first.name}"]
    assert "archived page 2: " in check().stdout, "its body is lost too"
    first.write_bytes(whole)
    assert check().exit_code == 0
    stage.sql("UPDATE record SET removed_at = '2026-11-22 05:00:00.000000' WHERE id = 1")
    said = check("--quick").stdout
    assert "1 archived pages refer to a body that is no longer there (2); restore a backup" in said
    assert "the pages of 1 articles were removed from the archive (1); restore a backup" in said


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_rows_that_point_to_nothing_are_told(stage: Stage) -> None:
    stage.sql("DELETE FROM story")  # PostgreSQL would not let anybody
    result = check("--quick")
    assert (result.exit_code, "point to rows that are not there" in result.stdout) == (8, True)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_damaged_database_is_told(stage: Stage) -> None:
    path = stage.folder / "tindothi.db"
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
