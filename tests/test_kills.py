"""Every command that writes is killed in its midst: what it leaves is whole, and done again it completes.

`import` is killed in `tests.test_import`, `crawl` in `tests.chaos`.
"""

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType

import feedparser
import pytest
from sqlalchemy import Engine, event

from crawler.stages import judge
from storage import warc
from storage.schema import HEAD
from storage.store import Store
from tests.listening import mail_server
from tests.running import Going, Operator, forks, tindothi
from tests.storing import ENGINES, HOUR, OTHER, TEXT, Stage, article, fill, settled, visit
from tests.test_migrations import back_to
from tests.test_reextract import NOW, TOPICS, as_once, page, today

WRITES = ("INSERT", "UPDATE", "DELETE")


def killed(step: int, arguments: Sequence[str]) -> None:
    """`tindothi`, killed before its n-th step: a statement that writes, or a file that gets its name or goes."""
    left = step

    def count(is_one: bool) -> None:
        nonlocal left
        left -= is_one
        if is_one and left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(Engine, "before_cursor_execute")
    def executes(_: object, __: object, said: str, *___: object) -> None:
        count(said.lstrip().upper().startswith(WRITES))

    sys.addaudithook(lambda name, _: count(name in ("os.rename", "os.remove")))
    tindothi(arguments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How a command is called; where it writes; and what is there in the end: articles and revisions."""

    ops: Operator
    arguments: tuple[str, ...]
    written: Operator
    expected: tuple[int, int]

    def kill(self, step: int) -> None:
        """Begin, and be killed there."""
        ran = Going(partial(killed, step), self.arguments, self.ops.environment()).ended()
        assert ran.code == -signal.SIGKILL, (ran.out, ran.err)


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


CASES: Mapping[Callable[[Path, str], Case], int] = {  # and the step before which each is killed
    replay: 24, reextract: 9, gc: 2, migrate: 19, backup: 2, restore: 2,
}  # fmt: skip
COPIES = (backup, restore)  # until all is copied, there is no store to check


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_killed_in_its_midst_and_done_again(case: Callable[[Path, str], Case], tmp_path: Path, engine: str) -> None:
    made = case(tmp_path, engine)
    url, archive = made.written.settings["TINDOTHI_DATABASE"], made.written.data / "archive"
    made.kill(CASES[case])
    if case not in COPIES:
        with Store.open(url, archive) as store:
            assert store.problems() == ()
    again = made.ops.run(*made.arguments)
    assert again.code == 0, again.err
    with Store.open(url, archive) as store:
        assert (store.problems(), list(store.damaged_pages())) == ((), [])
        assert (store.counts().articles, store.counts().revisions) == made.expected


def test_an_upgrade_is_killed_anywhere_and_done_again(tmp_path: Path, engine: str) -> None:
    """Whichever command comes first after the update: the store is of the old form then, or of the new."""
    stage = filled(tmp_path, engine)
    with stage.store() as store:
        before = store.counts(), store.feed("do-thi", "")
    back_to(stage, "0001")
    upgrade = Case(ops=at(stage), arguments=("status",), written=at(stage), expected=(2, 3))
    upgrade.kill(5)
    assert stage.sql("SELECT version_num FROM alembic_version") == [("0001",)]
    upgrade.kill(20)
    assert stage.sql("SELECT version_num FROM alembic_version") in ([("0001",)], [(HEAD,)])
    with stage.store() as store:
        assert (store.counts(), store.feed("do-thi", ""), store.problems()) == (*before, ())
        assert [hit.key for hit in store.search("sua lai")] == ["phuong:1"]


def test_a_publish_is_killed_anywhere_and_done_again(tmp_path: Path, engine: str) -> None:
    stage = Stage(tmp_path / "data", engine=engine)
    with stage.store() as store:
        settled(store)
        for number, paragraphs in ((1, TEXT), (2, OTHER)):
            visit(stage, store, article(number, paragraphs=paragraphs), "chinh-quyen-do-thi")
    publish = Case(ops=at(stage), arguments=("publish",), written=at(stage), expected=(2, 2))
    for step in (4, 13):
        publish.kill(step)
        feeds = stage.folder / "feeds"
        assert all(len(feedparser.parse(feed.read_bytes()).entries) == 2 for feed in feeds.glob("[!.]*do-thi.atom"))
    assert publish.ops.run("publish").code == 0
    assert publish.ops.run("publish", TINDOTHI_FEED__DIRECTORY=str(tmp_path / "feeds")).code == 0
    here, there = ({path.name: path.read_bytes() for path in one.glob("*.*")} for one in (feeds, tmp_path / "feeds"))
    assert here == there and len(feedparser.parse(here["chinh-quyen-do-thi.atom"]).entries) == 2


def test_a_digest_is_killed_anywhere_and_done_again(tmp_path: Path, engine: str) -> None:
    """Killed before the server has taken it, it goes with the next try; killed behind, it goes again under its id."""
    stage = Stage(tmp_path, now=datetime.now(UTC) - 2 * HOUR, engine=engine)  # a mail waits for a month
    with stage.store() as store:
        settled(store)
        store.notices.begin(["mail"])
        stage.pass_time()
        visit(stage, store, article(1, published=stage.now), "do-thi")
    with mail_server() as mails:
        settings = {"TO": "ban@mau.example", "SENDER": "tin@mau.example", "HOST": "127.0.0.1", "PORT": str(mails.port)}
        told = {f"TINDOTHI_MAIL__{name}": value for name, value in settings.items()}
        ops = Operator(data=stage.folder, settings=MappingProxyType({**at(stage).settings, **told}))
        digest = Case(ops=ops, arguments=("digest", "--send"), written=ops, expected=(1, 1))
        taken = []
        for step in (2, 3, 3):
            digest.kill(step)
            taken.append(len(mails.taken))
            stage.sql("UPDATE notice SET tried_at = '2020-01-01 00:00:00' WHERE tried_at IS NOT NULL")
        ran = ops.run("digest", "--send")
        assert ran.out == "1 entries sent to ban@mau.example\n", ran.err
        assert len({mail["Message-ID"] for mail in mails.messages}) == 1
        assert taken == [0, 0, 1] and len(mails.taken) == 2


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
