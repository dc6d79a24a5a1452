"""The run lock: one process at a time, told in plain words, outlived by no crash."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crawler.errors import RunLocked, StoreError
from storage.lock import RunLock

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


def test_a_lock_that_a_full_disk_refuses_is_told_and_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(StoreError, match=r"run\.lock: the run lock cannot be written: .*No space left on device"):
            RunLock(tmp_path).acquire()
    with RunLock(tmp_path):
        pass


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
    with pytest.raises(StoreError, match="the run lock cannot be made"):
        RunLock(tmp_path / "file").acquire()
