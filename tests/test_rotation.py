"""Archive files by size and by day: full ones are closed, names never collide, kills and full disks cost nothing."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.errors import StoreError
from crawler.types import Snapshot
from storage import files, records, warc
from storage.archive import Archive, Originals, iterate
from storage.policy import Policy
from storage.store import Store
from tests.running import forks
from tests.storing import START, Stage, checked, url_of

SIZE = 5000  # bytes an archive file may have


@pytest.fixture
def stage(tmp_path: Path, engine: str) -> Stage:
    return Stage(tmp_path, policy=Policy(archive_bytes=SIZE), engine=engine)


def page(stage: Stage, number: int, size: int = 700, source: str = "phuong") -> Snapshot:
    """A page that packing makes no smaller."""
    noise = b"".join(warc.digest(b"%d %d" % (number, part)).encode()[7:] for part in range(size // 32))
    return stage.page(url_of(number, source), bytes.fromhex(noise.decode())[:size], source=source)


def names(stage: Stage) -> list[str]:
    return sorted(path.name for path in (stage.folder / "archive").iterdir())


def is_whole(store: Store) -> None:
    assert (store.problems(), store.file_problems(), list(store.damaged_pages())) == ((), (), [])


def write_on(folder: Path, engine: str, source: str) -> None:
    """In a process of its own: archives pages until it is killed, or has written twenty."""
    stage = Stage(folder, policy=Policy(archive_bytes=SIZE), engine=engine)
    with stage.store(timeout=30) as store:
        for number in range(1000 if source == "killed" else 20):
            store.archive(page(stage, number, source=source))


def test_a_full_file_is_closed_and_another_begun(stage: Stage, store: Store) -> None:
    written = [store.archive(page(stage, number)) for number in range(14)]
    closed = [name for name in names(stage) if not name.endswith(".open")]
    assert len(closed) >= 2
    assert len(names(stage)) - len(closed) <= 2, "what is full waits only until the next is full"
    store.close()
    assert not [name for name in names(stage) if name.endswith(".open")]
    sizes = [path.stat().st_size for path in (stage.folder / "archive").iterdir()]
    assert len(sizes) >= 3 and max(sizes) <= SIZE
    assert checked(*(stage.folder / "archive").iterdir()) == 0
    with stage.store() as again:
        assert [again.snapshot(one.record or 0) for one in written] == written
        is_whole(again)


def test_a_page_larger_than_a_file_has_one_to_itself(stage: Stage, store: Store) -> None:
    for number, size in enumerate((10, 2 * SIZE, 2 * SIZE, 10)):
        store.archive(page(stage, number, size))
    store.close()
    assert len(names(stage)) == 4


def test_the_pages_of_an_article_stay_together(stage: Stage, store: Store) -> None:
    store.archive(page(stage, 1))
    parts = tuple(page(stage, number) for number in range(10, 20))
    store.archive(replace(page(stage, 2), parts=parts))
    store.close()
    together = max((list(iterate(path)) for path in (stage.folder / "archive").iterdir()), key=len)
    assert [one.url for one in together] == [url_of(number) for number in (2, *range(10, 20))]


def test_each_day_has_a_file_of_its_own(stage: Stage, store: Store) -> None:
    for number in range(3):
        store.archive(page(stage, number, 10))
        stage.pass_time(timedelta(hours=12))  # from 05:00 UTC: the third is of the next day
    store.close()
    assert [name[:8] for name in names(stage)] == ["20261122", "20261123"]


def test_names_are_taken_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two machines with one process number each, in one second, in one folder; and one closes as the other begins."""
    made = [Archive(tmp_path, clock=lambda: START) for _ in range(3)]
    stage = Stage(tmp_path)
    assert len({archive.write(page(stage, 1)).file for archive in made[:2]}) == 2
    opened = Path.open

    def late(path: Path, mode: str = "r", *arguments: Any, **more: Any) -> Any:
        if mode == "xb":
            made[0].close()  # frees its `.open` name just before we look whether that is taken
        return opened(path, mode, *arguments, **more)

    monkeypatch.setattr(Path, "open", late)
    place = made[2].write(page(stage, 2))
    made[2].close()
    made[1].close()
    assert len({path.name for path in tmp_path.glob("*.gz*")}) == 3
    assert made[2].read(place) == page(stage, 2)


def test_a_file_that_another_process_clears_away_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stood there without a record and, for a moment, without a lock."""
    lock = files._locked

    def late(stream: Any, path: Path, *, wait: bool) -> bool:
        if wait and not list(tmp_path.glob("*.gz")):
            monkeypatch.setattr(files, "_locked", lock)
            Archive(tmp_path).recover(lambda _: 0)
        return lock(stream, path, wait=wait)

    monkeypatch.setattr(files, "_locked", late)
    archive = Archive(tmp_path)
    place = archive.write(page(Stage(tmp_path), 1))
    archive.close()
    assert archive.read(place).url == url_of(1)


def test_what_could_not_be_indexed_is_cut_off_by_the_next_run(
    stage: Stage, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = store.archive(page(stage, 1))
    (file,) = (stage.folder / "archive").iterdir()
    size = file.stat().st_size
    with monkeypatch.context() as patch:
        patch.setattr(records, "keep", _refuse)
        for number in (2, 3):
            with pytest.raises(StoreError, match="locked"):
                store.archive(page(stage, number))
    store.close()
    assert [name.endswith(".open") for name in names(stage)] == [True]
    with stage.store() as again:
        is_whole(again)
        again.archive(page(stage, 4))
        assert file.with_suffix("").stat().st_size == size
        assert again.snapshot(written.record or 0) == written
        is_whole(again)


def _refuse(*_: object) -> None:
    raise StoreError("locked")


@pytest.mark.parametrize("refuses", ["write", "fsync", "rename"])
def test_a_disk_that_refuses_is_told_with_the_path_and_nothing_is_indexed(
    stage: Stage, store: Store, monkeypatch: pytest.MonkeyPatch, refuses: str
) -> None:
    store.archive(page(stage, 1))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        if refuses == "write":
            patch.setattr(files.ArchiveFile, "append", full)
            with pytest.raises(StoreError, match=r"archive/.*warc\.gz: the archive cannot be written: No space left"):
                store.archive(page(stage, 2))
        else:
            patch.setattr(os if refuses == "fsync" else Path, refuses, full)
            with pytest.raises(StoreError, match=r"archive/.*warc\.gz: the archive cannot be closed: No space left"):
                store.close()
    with stage.store() as again:
        assert again.counts().records == 1
        is_whole(again)
        again.archive(page(stage, 3))
        again.archive(page(stage, 2))
    with stage.store() as again:
        is_whole(again)


def test_a_file_without_a_page_is_not_kept(stage: Stage, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    append = files.ArchiveFile.append

    def only_begin(file: files.ArchiveFile, pieces: Sequence[bytes]) -> list[int]:
        if file.end:
            raise OSError(28, "No space left on device")
        return append(file, pieces)

    monkeypatch.setattr(files.ArchiveFile, "append", only_begin)
    with pytest.raises(StoreError, match="No space left"):
        store.archive(page(stage, 1))
    assert len(names(stage)) == 1
    store.close()
    assert names(stage) == []


def test_two_processes_write_at_once_and_one_is_killed(stage: Stage) -> None:
    with stage.store():
        pass
    written_by = ((stage.folder, stage.engine, name) for name in ("killed", "other"))
    killed, other = (forks.Process(target=write_on, args=of) for of in written_by)
    for process in (killed, other):
        process.start()
    end = time.monotonic() + 60
    while len(list((stage.folder / "archive").glob("*.gz"))) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    killed.kill()
    for process in (killed, other):
        process.join(60)
    assert (killed.exitcode, other.exitcode) == (-signal.SIGKILL, 0)
    with stage.store() as store:
        is_whole(store)
        known = store.counts().records
        assert sum("other" in one.url for one in _written(stage, store)) == 20
        store.archive(page(stage, 1))
        is_whole(store)
    assert not [name for name in names(stage) if name.endswith(".open")]
    assert checked(*(stage.folder / "archive").iterdir()) == 0
    with stage.store() as store:
        assert len(list(_written(stage, store))) == known + 1


def _written(stage: Stage, store: Store) -> Iterator[Snapshot]:
    """All pages in the folder, up to a torn end."""
    with suppress(StoreError):
        yield from iterate(stage.folder / "archive", originals=Originals(store.original))
