"""`tindothi export --format sqlite`: a file for Datasette, with what its columns mean beside it."""

import json
import os
import sqlite3
import unicodedata
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.commands.export import command
from crawler.errors import StoreError
from crawler.types import Image
from storage.datasette import COLUMNS, TABLES
from storage.exporting import FIELDS
from tests.storing import OTHER, START, TEXT, Stage, article, visit


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, engine: str) -> Stage:
    """A store that is only read."""
    stage = Stage(tmp_path_factory.mktemp("store") / "data", engine=engine)
    with stage.store() as store:
        visit(stage, store, article(1), "do-thi")
        stage.pass_time()
        visit(stage, store, article(1, title="Đà Nẵng sửa đề án đô thị"), "do-thi", body=b"<p>2")
        other = article(2, source="quan", title="Biểu đồ của quận Sông Mây", paragraphs=OTHER, published=None)
        visit(stage, store, replace(other, images=(Image(url="https://quan.example/a.jpg"),)))
    return stage


def export(stage: Stage, file: Path, *more: str) -> Result:
    settings = {"TINDOTHI_DATA_DIR": str(stage.folder), "TINDOTHI_DATABASE": stage.url}
    return CliRunner().invoke(command, ["--format", "sqlite", "-o", str(file), *more], env=settings)


def asked(file: Path, query: str, *values: str) -> Sequence[Any]:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as db:
        return db.execute(query, values).fetchall()


@pytest.fixture(scope="module")
def corpus(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("corpus") / "corpus.db"
    result = export(stage, file)
    assert result.exit_code == 0, result.output
    return file


def test_what_the_tables_hold(corpus: Path) -> None:
    first = asked(corpus, "SELECT id, source, title, text, day, topics, revision FROM articles")[0]
    title = "Đà Nẵng sửa đề án đô thị"
    assert first == (1, "phuong", title, "\n".join(TEXT), str(START.date()), '["do-thi"]', 2)
    assert asked(corpus, "SELECT sequence, cause, title FROM revisions WHERE article = 1") == [
        (1, "site", "Phường Bến Gỗ sắp xếp tổ dân phố"),
        (2, "site", title),
    ]
    matches = "SELECT a.key, m.topic, m.score, json_extract(m.evidence, '$[0][1]') FROM matches m JOIN articles a"
    assert asked(corpus, f"{matches} ON a.id = m.article") == [("phuong:1", "do-thi", 2.5, "tổ dân phố")]
    citations = "SELECT s.name, c.document FROM citations c JOIN articles a ON a.id = c.article"
    assert asked(corpus, f"{citations} JOIN sources s ON s.name = a.source") == [
        ("phuong", "12/2031/NQ-HĐND"),
        ("quan", "12/2031/NQ-HĐND"),
    ]
    assert json.loads(asked(corpus, "SELECT images FROM articles WHERE id = 2")[0][0])[0]["alt"] == ""
    assert asked(corpus, "PRAGMA integrity_check") == [("ok",)]
    assert asked(corpus, "PRAGMA foreign_key_check") == []
    assert {row[2] for row in asked(corpus, "PRAGMA foreign_key_list(articles)")} == {"sources"}


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("đô thị", [1]),
        ("do thi", [1]),
        ("DO THI", [1]),
        ("đô thi", [1]),
        (unicodedata.normalize("NFD", "đô thị"), [1]),
        ("Da Nang sua de an do thi", [1]),
        ("bieu do", [2]),
        ("biểu đồ", [2]),
        ("diem tiep nhan", [2]),
        ("góp ý đến hết", [1, 2]),
        ("gop y den het", [1, 2]),
        ("khongco", []),
    ],
)
def test_words_are_found_with_and_without_diacritics(corpus: Path, typed: str, ids: list[int]) -> None:
    """As Datasette asks: every word in quotation marks, the table found by its `content`."""
    query = (
        "SELECT id FROM articles WHERE id IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?) ORDER BY id"
    )
    assert [row[0] for row in asked(corpus, query, " ".join(f'"{word}"' for word in typed.split()))] == ids
    phrase = f'"{typed}"'
    assert [row[0] for row in asked(corpus, query, phrase)] == ids


def test_every_table_and_column_is_told(corpus: Path) -> None:
    told = json.loads(corpus.with_suffix(".metadata.json").read_text(encoding="utf-8"))
    assert told["license"] and told["description"]
    tables = told["databases"]["corpus"]["tables"]
    assert list(tables) == list(TABLES) == list(COLUMNS)
    for name, table in tables.items():
        columns = [row[1] for row in asked(corpus, f"PRAGMA table_info({name})")]
        assert list(table["columns"]) == columns
        assert all((table["description"], *table["columns"].values()))
    assert [name for name, said in FIELDS.items() if tables["articles"]["columns"][name] != said] == ["text"]


def test_filters(stage: Stage, tmp_path: Path) -> None:
    file = tmp_path / "one.db"
    export(stage, file, "--source", "quan")
    assert asked(file, "SELECT id FROM articles") == [(2,)]
    assert asked(file, "SELECT DISTINCT article FROM revisions UNION SELECT article FROM citations") == [(2,)]


def test_more_than_is_written_at_once(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(stage, tmp_path / "one.db")
    monkeypatch.setattr("storage.datasette._AT_ONCE", 1)
    export(stage, tmp_path / "two.db")
    everything = "SELECT * FROM articles"
    assert asked(tmp_path / "two.db", everything) == asked(tmp_path / "one.db", everything)
    assert len(asked(tmp_path / "two.db", "SELECT id FROM revisions")) == 3


def test_an_earlier_file_stays_until_the_new_one_is_whole(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = tmp_path / "corpus.db"
    export(stage, corpus)
    (corpus.parent / ".corpus.db.new").write_text("what a killed export left")
    with monkeypatch.context() as patch:
        patch.setattr("storage.datasette.fold", lambda text: 1 / 0)
        assert isinstance(export(stage, corpus).exception, ZeroDivisionError)
    assert len(asked(corpus, "SELECT id FROM articles")) == 2
    assert not list(corpus.parent.glob(".*"))
    assert export(stage, corpus, "--source", "quan").exit_code == 0
    assert len(asked(corpus, "SELECT id FROM articles")) == 1


def test_where_it_cannot_be_written(stage: Stage, tmp_path: Path) -> None:
    for form in ("sqlite", "jsonl", "csv"):
        refused = export(stage, tmp_path / "nowhere" / "corpus.db", "--format", form).exception
        assert isinstance(refused, StoreError)
        assert str(refused).startswith(f"{tmp_path / 'nowhere'}") and "mend it and run again" in str(refused)


def test_a_store_is_never_overwritten(stage: Stage, tmp_path: Path) -> None:
    store = Stage(tmp_path / "another")
    for form in ("sqlite", "jsonl"):
        refused = export(stage, store.folder / "tindothi.db", "--format", form).exception
        assert isinstance(refused, StoreError)
        assert "this is a store; name another file" in str(refused)
    assert store.sql("SELECT count(*) FROM article") == [(0,)]


def test_a_device_is_no_place_and_a_link_stays_one(stage: Stage, tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link.db"
    os.mkfifo(pipe)
    assert "this is no file; name one" in str(export(stage, pipe).exception)
    assert pipe.is_fifo()
    link.symlink_to(tmp_path / "corpus.db")
    assert export(stage, link).exit_code == 0
    assert link.is_symlink() and (tmp_path / "corpus.metadata.json").is_file()


def test_a_file_must_be_named(stage: Stage) -> None:
    for form in ("sqlite", "parquet"):
        result = CliRunner().invoke(command, ["--format", form], env={"TINDOTHI_DATA_DIR": str(stage.folder)})
        assert result.exit_code == 2
        assert "name it with --output FILE" in result.output
