"""What a kill, a lock, a race or a broken file leaves of the store."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event

from crawler.errors import StoreError, StoreLocked
from crawler.types import Change, Failure
from storage.store import Store
from tests.running import forks
from tests.storing import (
    OTHER,
    START,
    Stage,
    announcement,
    article,
    due_keys,
    judged,
    said_by,
    settled,
    url_of,
    visit,
)

LISTING = "https://phuong.example/tin-tuc"


class Killer:
    """Stops the process, as far as the store can tell, at the n-th statement from when it is armed."""

    def __init__(self, store: Store) -> None:
        self._left = 0
        event.listen(store._database._engine, "before_cursor_execute", self._statement)

    def at(self, statement: int) -> None:
        self._left = statement

    def _statement(self, *_: object) -> None:
        self._left -= 1
        if self._left == 0:
            raise KeyboardInterrupt


def test_a_kill_at_any_statement_leaves_all_or_nothing(stage: Stage, store: Store) -> None:
    settled(store)
    store.announce("phuong", stage.page(LISTING), [announcement(1)])
    page = judged(store.archive(stage.page(url_of(1))), article(1), "do-thi")
    before, killer = store.counts(), Killer(store)
    for statement in range(1, 100):
        killer.at(statement)
        try:
            store.save(page)
        except KeyboardInterrupt:
            killer.at(0)
            assert store.counts() == before
            assert due_keys(stage, store) == ["phuong:1"]
        else:
            break
    killer.at(0)
    assert 10 < statement < 99
    assert (store.counts().articles, store.counts().pending, store.counts().entries) == (1, 0, {"do-thi": 1})
    assert [hit.key for hit in store.search("tổ dân phố")] == ["phuong:1"]


def killed_at(folder: Path, engine: str, statement: int) -> None:
    """In a process of its own: a page is announced and stored, up to this statement."""
    stage, left = Stage(folder, engine=engine), statement
    with stage.store() as store:
        store.announce("phuong", stage.page("https://phuong.example/"), [announcement(1)])

        @event.listens_for(store._database._engine, "before_cursor_execute")
        def count(*_: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        visit(stage, store, article(1), "do-thi")


def test_a_killed_process_is_made_good_by_the_next(stage: Stage) -> None:
    """Killed while the archive is indexed, in the midst of a save, and after it: nothing lost, nothing twice."""
    for statement in (4, 12, 20):
        process = forks.Process(target=killed_at, args=(stage.folder, stage.engine, statement))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
    assert len(list((stage.folder / "archive").glob("*.open"))) == 1, "each run closes what the one before left"
    with stage.store() as store:
        assert due_keys(stage, store) == ["phuong:1"]
        assert visit(stage, store, article(1), "do-thi", body=b"<p>again") is Change.NEW
        assert store.counts().articles == 1
        assert due_keys(stage, store) == []
    assert not list((stage.folder / "archive").glob("*.open"))


def test_a_locked_database_is_told_within_the_timeout(stage: Stage) -> None:
    with stage.store(timeout=0.1) as store:
        visit(stage, store, article(1))
        with stage.store() as other, other._database.writing():
            began = time.monotonic()
            with pytest.raises(StoreLocked, match=r"tindothi.*: another process holds the database; wait"):
                visit(stage, store, article(2))
            assert time.monotonic() - began < 3
            assert said_by(store) == article(1), "reading goes on"
        assert visit(stage, store, article(2, paragraphs=OTHER)) is Change.NEW


def test_readers_never_wait_for_the_writer_nor_see_half_of_it(stage: Stage, store: Store) -> None:
    with stage.store(timeout=0.1) as reader, store._database.writing() as db:
        db.exec_driver_sql("INSERT INTO story (created_at) VALUES ('2026-11-22 05:00:00')")
        assert reader.counts().stories == 0


def test_many_threads_store_at_once(stage: Stage, store: Store) -> None:
    def one(number: int) -> Change:
        paragraphs = (
            f"Đoạn {number} của bản tin này dài đủ hai mươi âm tiết để được nhận ra là một văn bản riêng biệt.",
        )
        return visit(stage, store, article(number, paragraphs=paragraphs), "do-thi", body=b"%d" % number)

    with ThreadPoolExecutor(8) as pool:
        changes = list(pool.map(one, [*range(40), *range(40)]))
    assert changes.count(Change.NEW) == changes.count(Change.UNCHANGED) == 40
    assert store.counts().articles == store.counts().records == 40
    for number in range(40):
        stored = store.article(f"phuong:{number}")
        assert stored is not None
        assert store.snapshot(stored.revisions[0].record or 0).body == b"%d" % number


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("no database", r"tindothi\.db: file is not a database"),
        ("a folder", r"folder: unable to open"),
        ("nosuchkind://x", r"nosuchkind is no database of ours; give sqlite:///FILE or postgresql://"),
        ("no URL", "database: Could not parse SQLAlchemy URL from given URL string; mend the setting `database`"),
        ("postgresql://me:secret@127.0.0.1:1/x", r"postgresql://me:\*\*\*@127.0.0.1:1/x: connection.*refused"),
        ("postgresql://me:secret@127.0.0.1:one/x", "mend the setting `database`"),
    ],
)
def test_what_cannot_be_opened_is_told(tmp_path: Path, what: str, told: str) -> None:
    (tmp_path / "tindothi.db").write_bytes(b"Lorem ipsum, but no database at all. " * 100)
    (tmp_path / "folder").mkdir()
    files = {"no database": "tindothi.db", "a folder": "folder"}
    url = f"sqlite:///{tmp_path / files[what]}" if what in files else what
    with pytest.raises(StoreError, match=told) as refused:
        Store.open(url, tmp_path / "archive")
    assert "secret" not in str(refused.value) and "\n" not in str(refused.value)


def test_a_naive_time_is_refused(stage: Stage, store: Store) -> None:
    with pytest.raises(StoreError, match="no time zone"):
        store.fail("phuong", Failure(url="x", kind="x", message="", at=START.replace(tzinfo=None)))
