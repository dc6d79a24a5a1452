"""The run lock: one process at a time, told in plain words, outlived by no crash."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.errors import RunLocked, StoreError
from storage.lock import Holder, RunLock, holder

ROOT = Path(__file__).resolve().parent.parent
HOLD = "import sys; from pathlib import Path; from storage.lock import RunLock\n"
HOLD += "with RunLock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
FORK = "import os, sys; from pathlib import Path; from storage.lock import RunLock\n"
FORK += "RunLock(Path(sys.argv[1])).acquire()\n"
FORK += "if not os.fork(): print('held', flush=True)\nsys.stdin.read()"


@contextmanager
def other(folder: Path, code: str = HOLD) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process that holds the lock."""
    command = [sys.executable, "-c", code, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_another_process_is_told_who_holds_it(tmp_path: Path) -> None:
    with other(tmp_path) as process:
        with pytest.raises(RunLocked) as caught:
            RunLock(tmp_path).acquire()
        message = str(caught.value)
        assert message.startswith(f"another run holds {tmp_path} (process {process.pid} on ")
        assert message.endswith(f", for 0 min); wait for it to end, or stop it: kill {process.pid}")
    with RunLock(tmp_path):
        pass


@pytest.mark.parametrize(
    ("since", "until", "told"),
    [
        (90, None, "for 90 min"),
        (90, 30, "for 90 min"),
        (90, -30, "for 90 min; it should have ended 30 min ago"),
        (0, 0, "for 0 min"),
    ],
)
def test_one_that_holds_it_too_long_is_told(since: int, until: int | None, told: str) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    ends = None if until is None else now + timedelta(minutes=until)
    owner = Holder(pid=4711, host="here", started=now - timedelta(minutes=since), until=ends)
    assert owner.told(now) == f"process 4711 on here, {told}"


def test_others_may_ask_who_holds_it(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    with other(tmp_path, HOLD.replace("sys.argv[1])", "sys.argv[1]), 60")) as process:
        found = holder(tmp_path)
        assert found and found.until
        assert (found.pid, found.until - found.started) == (process.pid, timedelta(minutes=1))
        with pytest.raises(RunLocked, match=f"process {process.pid} on .*, for 0 min"):
            RunLock(tmp_path).acquire()
        for nonsense in (b"", b"[]", b'{"pid": 1, "host": "a", "started": "2026-11-22"}'):
            (tmp_path / "run.lock").write_bytes(nonsense)
            assert holder(tmp_path) is None
    (tmp_path / "run.lock").write_text('{"pid": 4711, "host": "here", "started": "2026-11-22T00:00:00+00:00"}')
    assert holder(tmp_path) is None, "what a dead process wrote is no lock"


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    with other(tmp_path) as process:
        process.kill()
        process.wait()
        RunLock(tmp_path).acquire()
        RunLock(tmp_path).release()


def test_a_forked_child_does_not_keep_it(tmp_path: Path) -> None:
    with other(tmp_path, FORK) as process:  # its child reads on from the same standard input
        process.kill()
        process.wait()
        RunLock(tmp_path).acquire()
        RunLock(tmp_path).release()


def test_one_process_may_take_it_again(tmp_path: Path) -> None:
    with RunLock(tmp_path), RunLock(tmp_path / "." / "x" / ".."):
        pass
    with other(tmp_path):
        pass


def test_a_lock_file_with_nonsense_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "run.lock").write_bytes(b"\xff{nonsense")
    with RunLock(tmp_path):
        assert b'"pid"' in (tmp_path / "run.lock").read_bytes()


def test_an_owner_that_has_not_said_who_it_is(tmp_path: Path) -> None:
    with other(tmp_path):
        (tmp_path / "run.lock").write_bytes(b"")
        with pytest.raises(RunLocked, match="it has not said who it is"):
            RunLock(tmp_path).acquire()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="the run lock cannot be made: File exists; mend data_dir"):
        RunLock(tmp_path / "file").acquire()
