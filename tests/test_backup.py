"""Backup and restore: a copy that stands for itself, made while the store is written, and back."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.commands import backup, restore
from crawler.errors import StoreError
from tests.storing import OTHER, Stage, article, visit

COMMANDS = {"backup": backup.command, "restore": restore.command}


def run(name: str, folder: Path, stage: Stage) -> Result:
    settings = {"TINDOTHI_DATA_DIR": str(stage.folder), "TINDOTHI_DATABASE": stage.url}
    return CliRunner().invoke(COMMANDS[name], [str(folder)], env=settings)


@pytest.fixture
def stage(tmp_path: Path, engine: str) -> Stage:
    stage = Stage(tmp_path / "data", engine=engine)
    with stage.store() as store:
        visit(stage, store, article(1), "do-thi")
        store.settle("phuong")
    return stage


def test_there_and_back_with_every_entry(stage: Stage, tmp_path: Path) -> None:
    made = run("backup", tmp_path / "copy", stage)
    assert (made.exit_code, made.stdout) == (0, f"{tmp_path / 'copy'}: 1 articles, 1 archive files (1 copied now)\n")
    new = Stage(tmp_path / "new", engine=stage.engine, made=False)
    back = run("restore", tmp_path / "copy", new)
    assert (back.exit_code, back.stdout) == (0, f"{tmp_path / 'new'}: 1 articles, 1 archived pages\n")
    with stage.store() as store, new.store() as again:
        assert again.feed("do-thi", "") == store.feed("do-thi", "")
        assert again.snapshot(1) == store.snapshot(1)
    assert not list(tmp_path.rglob(".*.new"))


def test_a_store_is_not_copied_onto_itself(stage: Stage) -> None:
    before = {path: path.stat().st_ino for path in stage.folder.rglob("*")}
    refused = run("backup", stage.folder / "archive" / "..", stage)
    assert isinstance(refused.exception, StoreError)
    assert "the store itself lives there; name another folder" in str(refused.exception)
    assert {path: path.stat().st_ino for path in stage.folder.rglob("*")} == before


def test_a_copy_of_a_store_that_is_being_written_holds_what_was_there(stage: Stage, tmp_path: Path) -> None:
    with stage.store() as store:
        visit(stage, store, article(2, paragraphs=OTHER))
        assert list(stage.folder.glob("archive/*.open"))
        assert run("backup", tmp_path / "copy", stage).stdout.endswith("2 articles, 2 archive files (2 copied now)\n")
        visit(stage, store, article(3, paragraphs=(*OTHER, "Phường họp.")))
        again = run("backup", tmp_path / "copy", stage)
        assert again.stdout.endswith("3 articles, 2 archive files (1 copied now)\n"), again.output
    assert run("backup", tmp_path / "copy", stage).stdout.endswith("(0 copied now)\n")


def test_a_store_is_never_overwritten(stage: Stage, tmp_path: Path) -> None:
    run("backup", tmp_path / "copy", stage)
    with stage.store() as store:
        visit(stage, store, article(2, paragraphs=OTHER))
    refused = run("restore", tmp_path / "copy", stage)
    assert isinstance(refused.exception, StoreError)
    assert "there is a store already" in str(refused.exception)
    with stage.store() as store:
        assert (store.counts().articles, store.problems()) == (2, ())


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    new = Stage(tmp_path / "new", made=False)
    assert "no backup" in str(run("restore", tmp_path / "empty", new).exception)
    assert "no store to back up" in str(run("backup", tmp_path / "copy", new).exception)
    assert not (tmp_path / "copy").exists()


def test_a_backup_that_lost_a_file_is_told(stage: Stage, tmp_path: Path) -> None:
    run("backup", tmp_path / "copy", stage)
    for file in (tmp_path / "copy" / "archive").iterdir():
        file.unlink()
    new = Stage(tmp_path / "new", engine=stage.engine, made=False)
    refused = run("restore", tmp_path / "copy", new)
    assert isinstance(refused.exception, StoreError)
    assert ".warc.gz" in str(refused.exception)
    with new.store() as store:
        assert store.counts().articles == 0


def test_a_damaged_page_is_told_with_the_copy(stage: Stage, tmp_path: Path) -> None:
    (file,) = stage.folder.glob("archive/*.gz")
    data = bytearray(file.read_bytes())
    data[-40] ^= 0xFF
    file.write_bytes(bytes(data))
    made = run("backup", tmp_path / "copy", stage)
    assert made.exit_code == 8
    assert "archived page 1" in made.stdout


def test_a_folder_that_cannot_be_written_is_told(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("no folder")
    refused = run("backup", tmp_path / "in-the-way" / "copy", stage).exception
    assert isinstance(refused, StoreError)
    assert "in-the-way" in str(refused)
