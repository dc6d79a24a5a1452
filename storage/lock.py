"""One run at a time in a data directory: a lock of the operating system's, which no crash outlives."""

import fcntl
import json
import os
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Self

from crawler.errors import RunLocked, StoreError

_held: dict[Path, "_Held"] = {}
_guard = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The process that holds a lock. `until`: when it should have ended, where it has said so."""

    pid: int
    host: str
    started: datetime
    until: datetime | None = None

    def told(self, now: datetime) -> str:
        """Who it is, since when, and whether it takes too long."""
        said = f"process {self.pid} on {self.host}, for {_minutes(now - self.started)} min"
        late = self.until is not None and now > self.until
        return said + (f"; it should have ended {_minutes(now - self.until)} min ago" if late and self.until else "")


@dataclass(slots=True)
class _Held:
    file: IO[str]
    times: int


class RunLock:
    """The lock on `<data_dir>/run.lock`; within one process it may be taken again. A context manager.

    `seconds`: how long the process means to hold it, at most.
    """

    def __init__(self, data_dir: Path, seconds: float | None = None) -> None:
        self._path = data_dir.expanduser().resolve() / "run.lock"
        self._seconds = seconds

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
            why = error.strerror or error
            raise StoreError(
                f"{self._path}: the run lock cannot be made: {why}; mend data_dir, or its rights"
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with file:
                raise _locked_by(self._path, file) from None
        now = datetime.now(UTC)
        owner = {"pid": os.getpid(), "host": socket.gethostname(), "started": now.isoformat()}
        if self._seconds is not None:
            owner["until"] = (now + timedelta(seconds=self._seconds)).isoformat()
        with suppress(OSError):  # on a full disk it is held all the same
            os.ftruncate(file.fileno(), 0)
            os.write(file.fileno(), json.dumps(owner).encode())
        return file


def holder(data_dir: Path) -> Holder | None:
    """Who holds the lock now; None: nobody, or one who has not said who it is."""
    with suppress(OSError), (data_dir.expanduser().resolve() / "run.lock").open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(file)
    return None


def _holder(file: IO[str]) -> Holder | None:
    file.seek(0)
    try:
        owner = json.loads(file.read(4096))
        until = datetime.fromisoformat(owner["until"]) if "until" in owner else None
        started = datetime.fromisoformat(owner["started"])
        if started.utcoffset() is None or (until is not None and until.utcoffset() is None):
            return None
        return Holder(pid=int(owner["pid"]), host=str(owner["host"]), started=started, until=until)
    except (ValueError, KeyError, TypeError):
        return None


def _locked_by(path: Path, file: IO[str]) -> RunLocked:
    owner = _holder(file)
    if owner is None:
        return RunLocked(f"another run holds {path.parent} (it has not said who it is); wait for it to end")
    message = f"another run holds {path.parent} ({owner.told(datetime.now(UTC))})"
    return RunLocked(f"{message}; wait for it to end, or stop it: kill {owner.pid}", owner.started)


def _minutes(time: timedelta) -> int:
    return int(time.total_seconds() // 60)


def _forget_in_child() -> None:
    """A forked child must not keep the lock beyond its parent's death."""
    _guard.release() if _guard.locked() else None
    for held in _held.values():
        os.close(held.file.fileno())
    _held.clear()


os.register_at_fork(after_in_child=_forget_in_child)
