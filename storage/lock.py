"""One run at a time in a data directory: a lock of the operating system's, which no crash outlives."""

import fcntl
import json
import os
import socket
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Self

from crawler.errors import RunLocked, StoreError

_held: dict[Path, "_Held"] = {}
_guard = threading.Lock()


@dataclass(slots=True)
class _Held:
    file: IO[str]
    times: int


class RunLock:
    """The lock on `<data_dir>/run.lock`; within one process it may be taken again. A context manager."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir.expanduser().resolve() / "run.lock"

    def acquire(self) -> None:
        """Takes the lock.

        :raises RunLocked: another process holds it: says who, since when, and what to do
        :raises StoreError: the file cannot be made
        """
        with _guard:
            held = _held.get(self._path)
            if held is not None:
                held.times += 1
                return
            _held[self._path] = _Held(file=self._locked(), times=1)

    def release(self) -> None:
        """Gives back what one `acquire` took; the last one frees the lock."""
        with _guard:
            held = _held[self._path]
            held.times -= 1
            if held.times == 0:
                del _held[self._path]
                held.file.truncate(0)
                held.file.close()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _locked(self) -> IO[str]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("a+", encoding="utf-8")
        except OSError as error:
            raise StoreError(f"{self._path}: the run lock cannot be made: {error}") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with file:
                raise RunLocked(_message(self._path, file)) from None
        owner = {"pid": os.getpid(), "host": socket.gethostname(), "started": datetime.now(UTC).isoformat()}
        try:  # past the file's buffer: what a full disk refuses would be tried again by `close`
            os.ftruncate(file.fileno(), 0)
            os.write(file.fileno(), json.dumps(owner).encode())
        except OSError as error:
            file.close()
            raise StoreError(f"{self._path}: the run lock cannot be written: {error}") from error
        return file


def _message(path: Path, file: IO[str]) -> str:
    file.seek(0)
    try:
        owner = json.loads(file.read(4096))
        pid, host = int(owner["pid"]), str(owner["host"])
        minutes = int((datetime.now(UTC) - datetime.fromisoformat(owner["started"])).total_seconds() // 60)
        who = f"process {pid} on {host}, for {minutes} min"
        what = f"wait for it to end, or stop it: kill {pid}"
    except (ValueError, KeyError, TypeError):
        who, what = "it has not said who it is", "wait for it to end"
    return f"another run holds {path.parent} ({who}); {what}"


def _forget_in_child() -> None:
    """A forked child must not keep the lock beyond its parent's death."""
    _guard.release() if _guard.locked() else None
    for held in _held.values():
        os.close(held.file.fileno())
    _held.clear()


os.register_at_fork(after_in_child=_forget_in_child)
