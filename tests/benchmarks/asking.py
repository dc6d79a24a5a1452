"""Ask a reader's process for one page after the other, each with a deadline: a hanging or dying one costs a page."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import Any

GIVE_UP = 3  # deaths in a row
LOADING = 120.0  # seconds that a library may take to load

Row = dict[str, Any]


class Reader:
    """A child that answers lines (see `readers.py`). `started` is what it says of itself, with `error` if it cannot."""

    def __init__(self, command: Sequence[object], deadline: float) -> None:
        self._deadline = deadline
        self._late = False
        self._child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        self.started = self._answer(LOADING)

    def __enter__(self) -> "Reader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()
        self._child.communicate()

    def ask(self, line: str) -> Row:
        """The answer; with `error`, and `dead`, where none came in time."""
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(f"{line}\n")
            self._child.stdin.flush()
        except OSError:
            return {"error": "its process ended", "dead": True}
        return self._answer(self._deadline)

    def _answer(self, deadline: float) -> Row:
        assert self._child.stdout is not None
        timer = Timer(deadline, self._stop)
        timer.start()
        try:
            line = self._child.stdout.readline()
        finally:
            timer.cancel()
        try:
            found = json.loads(line)
        except ValueError:  # nothing, or the beginning of a line
            return {"error": f"no answer in {deadline:g} s" if self._late else "its process ended", "dead": True}
        return found if isinstance(found, dict) else {"error": "no answer, but other output", "dead": True}

    def _stop(self) -> None:
        self._late = True
        self._child.kill()


def read_all(command: Sequence[object], pages: Sequence[tuple[Path, str]], deadline: float) -> tuple[Row, list[Row]]:
    """What a reader says of itself, and a row for each page, in order; a page without an answer has `error`."""
    rows: list[Row] = []
    said: Row = {}
    deaths = 0
    while len(rows) < len(pages) and deaths < GIVE_UP and "error" not in said:
        with Reader(command, deadline) as reader:
            said = reader.started
            if "error" in said:
                break
            for file, url in pages[len(rows) :]:
                row = reader.ask(f"{file}\t{url}")
                rows.append({"file": file.name, **row})
                deaths = deaths + 1 if "dead" in row else 0
                if "dead" in row:
                    break
    rows += [{"file": file.name, "error": "given up"} for file, _ in pages[len(rows) :]]
    return said, rows
