"""The store's form: made by migrations, the same as the schema says; old and new stores."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

import storage.migrations
from crawler.errors import StoreError
from crawler.types import Change, Departure
from storage import page, rehash, schema, sqlite, store
from tests.running import forks
from tests.storing import OTHER, TEXT, Stage, article, gone, settled, visit


def test_the_steps_lead_to_the_schema(stage: Stage) -> None:
    with stage.store():
        pass
    database = create_engine(stage.url)
    with database.connect() as connection:
        options = {"include_name": schema.is_ours, "render_as_batch": True, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, schema.metadata) == []
        assert context.get_current_revision() == schema.HEAD
    database.dispose()


def test_the_head_is_the_last_step() -> None:
    folder = Path(storage.migrations.__file__).parent
    assert ScriptDirectory(str(folder)).get_current_head() == schema.HEAD


def test_a_newer_store_is_refused_and_left_alone(stage: Stage) -> None:
    with stage.store() as opened:
        visit(stage, opened, article(1))
        before = opened.counts()
    stage.sql("UPDATE alembic_version SET version_num = '9999'")
    with (
        pytest.raises(StoreError, match=r"tindothi.*: made by a newer tindothi .*9999.*update tindothi"),
        stage.store(),
    ):
        pass
    stage.sql(f"UPDATE alembic_version SET version_num = '{schema.HEAD}'")
    with stage.store() as opened:
        assert (opened.counts(), opened.problems()) == (before, ())


def test_a_kill_during_the_first_migration_leaves_an_empty_store(
    tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(tmp_path, engine=engine, made=False)
    with monkeypatch.context() as patch:
        patch.setattr(f"storage.{engine}.DDL", ("CREATE NONSENSE",))
        with pytest.raises(StoreError, match="NONSENSE"), stage.store():
            pass
    database = create_engine(stage.url)
    assert inspect(database).get_table_names() == []
    database.dispose()
    with stage.store() as opened:
        assert visit(stage, opened, article(1)) is Change.NEW


def test_processes_that_open_a_new_store_at_once_all_succeed(tmp_path: Path, engine: str) -> None:
    Stage(tmp_path, engine=engine, made=False)
    openers = [forks.Process(target=opened_and_closed, args=(tmp_path, engine)) for _ in range(4)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join()
    assert [opener.exitcode for opener in openers] == [0] * 4


def opened_and_closed(folder: Path, engine: str) -> None:
    """In a process of its own: a store is opened."""
    with Stage(folder, engine=engine, made=False).store(30):
        pass


def test_a_new_recipe_of_the_keys_makes_nothing_new(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with stage.store() as opened:
        visit(stage, opened, article(1), "do-thi")
        visit(stage, opened, article(2))
    for module in (rehash, page):
        monkeypatch.setattr(module, "content_hash", lambda title, lead, text: f"2:{title}{lead}{list(text)}")
        monkeypatch.setattr(module, "text_key", lambda paragraphs: f"2:{paragraphs[0]!r}")
    monkeypatch.setattr(store, "HASH_VERSION", "2")
    with stage.store() as opened:
        stage.pass_time()
        changes = [
            visit(stage, opened, article(1), "do-thi"),
            visit(stage, opened, article(2)),
            visit(stage, opened, article(3)),
            visit(stage, opened, article(4, source="quan")),
        ]
    assert changes == [Change.UNCHANGED, Change.UNCHANGED, Change.DUPLICATE, Change.DUPLICATE]


def test_a_store_of_the_first_form_keeps_what_it_told(stage: Stage) -> None:
    with stage.store() as opened:
        settled(opened)
        for number, paragraphs in ((1, TEXT), (2, OTHER)):
            visit(stage, opened, article(number, paragraphs=paragraphs), "do-thi")
        stage.pass_time()
        gone(stage, opened, 2)
        before = opened.feed("do-thi", "").entries
    stage.sql("UPDATE rejection SET message = 'HTTP 410'")
    back_to(stage, "0001")
    database = create_engine(stage.url)
    assert "withdrawn_at" not in [column["name"] for column in inspect(database).get_columns("article")]
    database.dispose()
    with stage.store() as opened:
        assert opened.feed("do-thi", "").entries == before
        opened.withdraw("phuong")
        stored = opened.article("phuong:2")
        assert stored is not None
        assert stored.withdrawn_at == stored.gone_at is not None
        assert [one.how for one in stored.absences] == [Departure.GONE], "as its refusal says"
        assert opened.feed("do-thi", "").entries == before
        assert opened.problems() == ()
        assert {hit.key for hit in opened.search("phường")} == {"phuong:1", "phuong:2"}


def test_pages_archived_before_there_were_revisits_are_read_and_referred_to(stage: Stage) -> None:
    with stage.store() as opened:
        visit(stage, opened, article(1), body=b"<p>Khai" * 50)
        before = opened.snapshot(1)
    back_to(stage, "0003")
    stage.pass_time()
    with stage.store() as opened:
        assert opened.snapshot(1) == before
        assert visit(stage, opened, article(1), body=before.body) is Change.UNCHANGED
        assert opened.snapshot(2).body == before.body
        assert opened.problems() == opened.file_problems() == ()
    assert stage.sql("SELECT body_in FROM record ORDER BY id") == [(None,), (1,)]


def test_a_full_text_of_older_form_is_made_anew(tmp_path: Path) -> None:
    """Until 0011 SQLite kept the texts in FTS5 itself."""
    stage = Stage(tmp_path, engine="sqlite")
    with stage.store() as opened:
        visit(stage, opened, article(1))
    back_to(stage, "0011")
    for statement in (
        *(f"DROP TABLE {name}" for name in (sqlite.LEXEMES, schema.FULL_TEXT)),
        "CREATE VIRTUAL TABLE search USING fts5(title, body, folded_title, folded_body)",
        "INSERT INTO search (rowid, title, body, folded_title, folded_body) VALUES (1, 'cũ', 'cũ', 'cu', 'cu')",
    ):
        stage.sql(statement)
    with stage.store() as opened:
        assert ([hit.id for hit in opened.search("phường")], opened.search("cũ")) == ([1], ())
        assert opened.problems() == ()


def back_to(stage: Stage, version: str) -> None:
    """The store as an older tindothi left it."""
    config = Config()
    config.set_main_option("script_location", str(Path(storage.migrations.__file__).parent))
    engine = create_engine(stage.url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, version)
    engine.dispose()


@pytest.mark.parametrize(("code", "left"), [(sqlite3.SQLITE_BUSY, 0), (sqlite3.SQLITE_BUSY_RECOVERY, 0), (1, 2)])
def test_two_that_make_a_store_at_once_do_not_stand_in_each_others_way(code: int, left: int) -> None:
    """SQLite refuses one of them at once, whatever its busy timeout, for it sees that each waits for the other."""
    refusals = [refused(code) for _ in range(3)]

    class Connection(sqlite3.Connection):
        def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
            if "journal_mode" in statement and refusals:
                raise refusals.pop()
            return super().execute(statement, *parameters)

    with contextlib.closing(sqlite3.connect(":memory:", factory=Connection)) as connection:
        with contextlib.suppress(sqlite3.OperationalError):
            sqlite._prepare(30, connection, None)
        assert len(refusals) == left


def refused(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = code
    return error
