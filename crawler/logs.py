"""The error output as JSON, one object a line: what is logged, and what is only written there, tracebacks too.

{"time": "2026-11-22T05:37:00.123456+00:00", "level": "WARNING", "logger": "spiders.spider",
 "message": "…", "source": "haiphong"}
"""

import atexit
import io
import json
import logging
import sys
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON. `source`: where the record has the spider that it is of."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if source := getattr(getattr(record, "spider", None), "name", None):
            told["source"] = str(source)
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return _dumped(told)


class JsonLines(io.TextIOBase):
    """A stream that makes an object of each line written to it, unless it is one; what has no end yet waits."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._begun = ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        self._put(lines)
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def finish(self) -> None:
        """The last line, which has no end."""
        self._put([self._begun])
        self._begun = ""
        self.flush()

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return False  # whoever wants JSON wants no bar that moves

    def writable(self) -> bool:
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stream.encoding

    def _put(self, lines: list[str]) -> None:
        for line in lines:
            if line.strip():
                self._stream.write((line if _is_object(line) else _plain(line)) + "\n")


def to_json(level: str) -> None:
    """From now on the error output is JSON: what is logged at this level or above, and all else that goes there."""
    if isinstance(sys.stderr, JsonLines):
        return
    stream = JsonLines(sys.stderr)
    sys.stderr = stream
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    handler.setLevel(level)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    sys.excepthook = _uncaught
    atexit.register(stream.finish)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger("tindothi").critical("%s: %s", kind.__name__, error, exc_info=(kind, error, trace))


def _is_object(line: str) -> bool:
    if not line.startswith('{"time": '):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _plain(line: str) -> str:
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    said = line.removeprefix("tindothi: ")
    level = "ERROR" if said != line else "WARNING"
    return _dumped({"time": now, "level": level, "logger": "tindothi", "message": said})


def _dumped(told: dict[str, str]) -> str:
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "replace").decode()
