"""`tindothi export --format parquet`: the same articles, with types."""

import json
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.commands.export import command
from crawler.types import Attachment, Image
from storage.exporting import FIELDS
from tests.storing import OTHER, START, Stage, article, gone, visit

TOKYO = timezone(timedelta(hours=9))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, engine: str) -> Stage:
    """A store that is only read."""
    stage = Stage(tmp_path_factory.mktemp("store") / "data", engine=engine)
    with stage.store() as store:
        visit(stage, store, article(1, published=START.astimezone(TOKYO)), "do-thi")
        pictured = replace(
            article(2, source="quan", title=None, paragraphs=OTHER, published=None),
            images=(Image(url="https://quan.example/a.jpg", caption="Điểm mới"),),
            attachments=(Attachment(name="Quyết định", url="https://quan.example/a.pdf"),),
        )
        visit(stage, store, pictured)
        gone(stage, store, 2, source="quan")
    return stage


def export(stage: Stage, *arguments: str) -> Result:
    settings = {"TINDOTHI_DATA_DIR": str(stage.folder), "TINDOTHI_DATABASE": stage.url}
    return CliRunner().invoke(command, list(arguments), env=settings)


def instant(value: Any) -> Any:
    return value and datetime.fromisoformat(value)


def test_the_same_as_in_json_lines_with_types(stage: Stage, tmp_path: Path) -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "articles.parquet"
    done = export(stage, "--format", "parquet", "-o", str(file))
    assert done.exit_code == 0, done.output
    table = parquet.read_table(file)
    assert table.schema.names == list(FIELDS)
    assert {name: table.schema.field(name).metadata[b"description"].decode() for name in FIELDS} == FIELDS
    assert table.schema.field("published").type == pyarrow.timestamp("us", "Asia/Ho_Chi_Minh")
    assert table.schema.field("first_seen").type == pyarrow.timestamp("us", "UTC")
    assert table.schema.field("text").type.value_type == pyarrow.string()
    expected = [json.loads(line) for line in export(stage).stdout.splitlines()]
    for row in expected:
        for name in ("published", "updated", "first_seen", "last_changed", "withdrawn"):
            row[name] = instant(row[name])
    assert table.to_pylist() == expected
    assert expected[1]["images"] and expected[1]["attachments"] and expected[1]["withdrawn"]


def test_row_groups_and_filters(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "articles.parquet"
    monkeypatch.setattr("storage.parquet._BYTES", 1)
    assert export(stage, "--format", "parquet", "-o", str(file)).exit_code == 0
    assert parquet.ParquetFile(file).num_row_groups == 2
    assert export(stage, "--format", "parquet", "-o", str(file), "--source", "none").exit_code == 0
    assert parquet.read_table(file).num_rows == 0
    assert not list(tmp_path.glob(".*"))


def test_without_pyarrow_it_is_told_what_to_install(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = export(stage, "--format", "parquet", "-o", str(tmp_path / "articles.parquet"))
    assert done.exit_code == 2
    assert "pip install 'tindothi[parquet]'" in done.output
    assert not (tmp_path / "articles.parquet").exists()
