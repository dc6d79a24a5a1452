"""Names that come from elsewhere lead nowhere but into the folder that is theirs."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.commands import import_, restore
from crawler.errors import StoreError
from spiders.read import read_sources
from storage import files
from storage.archive import Archive, Position
from storage.store import Store
from tests.storing import Stage, article, visit
from tests.test_archive import numbered
from tests.test_read import GOOD

ELSEWHERE = (
    "../bi-mat",
    "../../etc/passwd",
    "/etc/passwd",
    "a/b.warc.gz",
    "..",
    ".",
    "",
    ".an",
    "-rf",
    "a\\b",
    "C:\\x",
    "a\0b",
    "a\nb",
    "~root",
    "a b",
    "x" * 300,
    "ổ.warc.gz",
)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_name_that_is_none_is_refused_before_the_disk_is_touched(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError, match="is no plain file name"):
        files.plain(name)
    with pytest.raises(OSError, match="is no plain file name"):
        files.opened(tmp_path, name)


def test_our_own_names_are_plain(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    assert files.plain(archive.write(numbered(1)).file)
    archive.close()


def test_no_file_outside_is_read_measured_or_removed(tmp_path: Path) -> None:
    secret = tmp_path / "bi-mat"
    secret.write_bytes(b"mat khau")
    (tmp_path / "archive").mkdir()
    archive = Archive(tmp_path / "archive")
    for name in ("../bi-mat", str(secret)):
        with pytest.raises(StoreError, match="no plain file name"):
            archive.read(Position(file=name, offset=0, length=8, digest=""))
        with pytest.raises(StoreError, match="no plain file name"):
            archive.remove(name)
        assert archive.size(name) == 0
    assert secret.read_bytes() == b"mat khau"


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Path]:
    """A backup whose index names a file outside; and one there, where a restore would copy it from."""
    stage = Stage(tmp_path / "data")
    with stage.store() as store:
        visit(stage, store, article(1), "do-thi")
        store.settle("phuong")
    backup = tmp_path / "backup"
    stage.folder.rename(backup)
    (tmp_path / "bi-mat").write_bytes(b"x" * 100_000)
    with closing(sqlite3.connect(backup / "tindothi.db")) as db, db:
        db.execute("UPDATE record SET file = '../../bi-mat'")
    yield backup


def test_a_hostile_backup_is_refused(hostile: Path, tmp_path: Path) -> None:
    new = tmp_path / "new" / "deep" / "data"
    result = CliRunner().invoke(restore.command, [str(hostile)], env={"TINDOTHI_DATA_DIR": str(new)})
    assert isinstance(result.exception, StoreError)
    assert str(result.exception).startswith("../../bi-mat: is no plain file name")
    assert {path.name for path in (tmp_path / "new").rglob("*") if path.is_file()} == {"run.lock"}


def test_a_hostile_store_is_told_by_check(hostile: Path) -> None:
    with Store.open(f"sqlite:///{hostile / 'tindothi.db'}", hostile / "archive") as store:
        assert any("archive file ../../bi-mat is missing" in problem for problem in store.file_problems())
        with pytest.raises(StoreError, match="no plain file name"):
            store.snapshot(1)


def test_a_hostile_export_is_refused(hostile: Path, tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{hostile / 'tindothi.db'}", hostile / "archive") as store:
        (tmp_path / "store.jsonl").write_bytes(b"".join(line + b"\n" for line in store.lines()))
    new = Stage(tmp_path / "new", made=False)
    settings = {"TINDOTHI_DATA_DIR": str(new.folder)}
    result = CliRunner().invoke(import_.command, [str(tmp_path / "store.jsonl")], env=settings)
    assert isinstance(result.exception, StoreError)
    assert "file: Value error, '../../bi-mat' is no plain file name; nothing is imported" in str(result.exception)


@pytest.mark.parametrize("name", ["../../x", "/x", "a/b", ".", "..", "A", "a b", "a\\\\b"])
def test_a_source_is_named_plainly(tmp_path: Path, name: str) -> None:
    (tmp_path / "x.toml").write_text(GOOD.replace('"binh-an"', f'"{name}"'), encoding="utf-8")
    sources, errors = read_sources([tmp_path])
    assert "name: " in "".join(str(error) for error in errors if "x.toml" in str(error))
    assert name not in sources
