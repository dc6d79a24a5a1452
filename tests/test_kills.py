"""Every command that writes is killed in its midst: what it leaves is whole, and done again it completes.

`import` is killed in `tests.test_import`, `crawl` in `tests.chaos`.
"""

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import Engine, event

from crawler.stages import judge
from storage import warc
from storage.store import Store
from tests.running import Going, Operator, forks, tindothi
from tests.storing import ENGINES, Stage, article, fill, visit
from tests.test_reextract import NOW, TOPICS, as_once, page, today

WRITES = ("INSERT", "UPDATE", "DELETE")


def killed(statement: int, arguments: Sequence[str]) -> None:
    """`tindothi`, killed before its n-th statement that writes."""
    left = statement

    @event.listens_for(Engine, "before_cursor_execute")
    def count(_: object, __: object, said: str, *___: object) -> None:
        nonlocal left
        left -= said.lstrip().upper().startswith(WRITES)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    tindothi(arguments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How a command is called; where it writes; and what is there in the end: articles and revisions."""

    ops: Operator
    arguments: tuple[str, ...]
    written: Operator
    expected: tuple[int, int]

    def kill(self, statement: int) -> int:
        """Begin, and be killed there; gives the exit code."""
        return Going(partial(killed, statement), self.arguments, self.ops.environment()).ended().code


def at(stage: Stage, url: str = "") -> Operator:
    """Somebody whose store this is; or its pages, and the database elsewhere."""
    settings = {"TINDOTHI_DATABASE": url or stage.url, "TINDOTHI_LOG_LEVEL": "ERROR"}
    return Operator(data=stage.folder, settings=MappingProxyType(settings))


def filled(folder: Path, engine: str) -> Stage:
    stage = Stage(folder / "data", engine=engine)
    fill(stage)
    return stage


def replay(folder: Path, engine: str) -> Case:
    saved = folder / "pages.warc.gz"
    saved.write_bytes(warc.start("pages") + b"".join(warc.pack(page(number)) for number in range(1, 5)))
    ops = at(Stage(folder / "data", engine=engine, made=False))
    return Case(ops=ops, arguments=("replay", str(saved)), written=ops, expected=(4, 4))


def reextract(folder: Path, engine: str) -> Case:
    stage = Stage(folder / "data", engine=engine, now=NOW)
    with stage.store() as store:
        for number in (1, 2, 3):
            snapshot = store.archive(page(number))
            store.save(judge(snapshot, as_once(today(snapshot)), TOPICS, ""))
    return Case(ops=at(stage), arguments=("reextract",), written=at(stage), expected=(3, 6))


def gc(folder: Path, engine: str) -> Case:
    stage = filled(folder, engine)
    with stage.store() as store:  # the pages of the earlier files are needed no more
        for number in (1, 2):
            visit(stage, store, article(number, paragraphs=(f"Bài {number} đã khác.",)), body=b"%d" % number)
    stage.sql("UPDATE record SET part_of = NULL")
    stage.sql("UPDATE record SET fetched_at = '2020-01-01 00:00:00'")
    return Case(ops=at(stage), arguments=("gc", "--keep-days", "9"), written=at(stage), expected=(2, 5))


def migrate(folder: Path, engine: str) -> Case:
    stage = filled(folder, engine)
    other = next(one for one in ENGINES if one != engine)
    url = Stage(folder / "target", engine=other, made=False).url
    return Case(ops=at(stage), arguments=("migrate", url), written=at(stage, url), expected=(2, 3))


def backup(folder: Path, engine: str) -> Case:
    copy = Stage(folder / "copy", made=False)
    arguments = ("backup", str(copy.folder))
    return Case(ops=at(filled(folder, engine)), arguments=arguments, written=at(copy), expected=(2, 3))


def restore(folder: Path, engine: str) -> Case:
    made = backup(folder, engine)
    assert made.ops.run(*made.arguments).code == 0
    ops = at(Stage(folder / "new", engine=engine, made=False))
    return Case(ops=ops, arguments=("restore", str(made.written.data)), written=ops, expected=(2, 3))


CASES: Mapping[Callable[[Path, str], Case], int] = {  # and the statement before which each is killed
    replay: 24, reextract: 9, gc: 1, migrate: 19, backup: 19, restore: 19,
}  # fmt: skip
COPIES = (backup, restore)  # until all is copied, there is no store to check


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_killed_in_its_midst_and_done_again(case: Callable[[Path, str], Case], tmp_path: Path, engine: str) -> None:
    made = case(tmp_path, engine)
    url, archive = made.written.settings["TINDOTHI_DATABASE"], made.written.data / "archive"
    code = made.kill(CASES[case])
    if case not in COPIES or engine == "postgresql":  # SQLite copies itself without a statement
        assert code == -signal.SIGKILL
    if case not in COPIES:
        with Store.open(url, archive) as store:
            assert store.problems() == ()
    if code != 0:
        again = made.ops.run(*made.arguments)
        assert again.code == 0, again.err
    with Store.open(url, archive) as store:
        assert (store.problems(), list(store.damaged_pages())) == ((), [])
        assert (store.counts().articles, store.counts().revisions) == made.expected


# --- two at once ------------------------------------------------------------------------------------------------------


def written_by(folder: Path, engine: str, source: str, count: int) -> None:
    """In a process of its own: some articles are stored."""
    stage = Stage(folder, engine=engine)
    with stage.store(60) as store:
        for number in range(count):
            text = f"Tổ {number} của {source} họp bàn việc sắp xếp lại các điểm sinh hoạt chung trên địa bàn của mình."
            visit(stage, store, article(number, source=source, paragraphs=(text,)), "do-thi", body=text.encode())


def test_two_processes_that_write_at_once_neither_lose_nor_lock_out(tmp_path: Path, engine: str) -> None:
    stage = Stage(tmp_path, engine=engine)
    writers = [forks.Process(target=written_by, args=(tmp_path, engine, name, 25)) for name in ("phuong", "quan")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    with stage.store() as store:
        assert (store.counts().articles, store.counts().records, store.problems()) == (50, 50, ())
