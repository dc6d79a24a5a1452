"""`tindothi migrate`: everything arrives in the other engine, or nothing does."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.commands.migrate import command
from crawler.errors import StoreError
from crawler.types import Change
from storage import search
from tests.storing import ENGINES, Stage, article, fill, visit


def other(engine: str) -> str:
    return next(one for one in ENGINES if one != engine)


def migrate(stage: Stage, target: Stage, *options: str) -> Result:
    settings = {"TINDOTHI_DATA_DIR": str(stage.folder), "TINDOTHI_DATABASE": stage.url}
    return CliRunner().invoke(command, [target.url, *options], env=settings)


@pytest.fixture
def stage(tmp_path: Path, engine: str) -> Stage:
    """A store with something in every table."""
    stage = Stage(tmp_path / "data", engine=engine)
    fill(stage)
    return stage


def state(stage: Stage, then: Callable[..., Any] = lambda store: None) -> object:
    with stage.store() as store:
        found = store.counts(), store.feed("do-thi", ""), store.article(1), store.runs("phuong"), store.problems()
        return *found, [hit.key for hit in store.search("tổ dân phố")], then(store)


def test_everything_arrives_and_life_goes_on(stage: Stage, tmp_path: Path) -> None:
    target = Stage(tmp_path / "target", engine=other(stage.engine), made=False, now=stage.now)
    before = state(stage)
    done = migrate(stage, target)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("2 articles, ") and "now set `database`" in done.output
    assert state(stage) == state(target) == before
    with target.store() as store:
        assert visit(target, store, article(3, paragraphs=("Bài mới.",)), "do-thi") is Change.NEW
        assert store.problems() == ()


def test_there_and_back_is_the_same(stage: Stage, tmp_path: Path) -> None:
    target = Stage(tmp_path / "target", engine=other(stage.engine), made=False)
    back = Stage(tmp_path / "back", engine=stage.engine, made=False)
    there = json.loads(migrate(stage, target, "--json").output)
    assert json.loads(migrate(target, back, "--json").output) == there
    assert state(back) == state(stage)


def test_a_store_is_never_written_over(stage: Stage, tmp_path: Path) -> None:
    target = Stage(tmp_path / "target", engine=other(stage.engine))
    with target.store() as store:
        visit(target, store, article(7))
    refused = migrate(stage, target).exception
    assert isinstance(refused, StoreError)
    assert "there is a store already; give an empty database" in str(refused)
    with target.store() as store:
        assert store.counts().articles == 1


def test_what_differs_when_read_back_is_not_kept(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = Stage(tmp_path / "target", engine=other(stage.engine), made=False)
    rebuild = search.rebuild

    def meddle(db: Any) -> None:
        rebuild(db)
        db.exec_driver_sql("UPDATE revision SET title = 'khác' WHERE id = 1")

    with monkeypatch.context() as patch:
        patch.setattr(search, "rebuild", meddle)
        refused = migrate(stage, target).exception
    assert isinstance(refused, StoreError)
    assert "the table revision is not what was written; nothing is kept" in str(refused)
    assert migrate(stage, target).exit_code == 0


@pytest.mark.parametrize("url", ["", "nothing", "mysql://x/y"])
def test_what_is_no_database_is_told(tmp_path: Path, url: str) -> None:
    stage = Stage(tmp_path)
    refused = CliRunner().invoke(command, [url], env={"TINDOTHI_DATA_DIR": str(tmp_path)}).exception
    assert isinstance(refused, StoreError), refused
    assert "database" in str(refused)
    assert stage.sql("SELECT count(*) FROM article") == [(0,)]
