"""Runs `tindothi` as its users do: a process of its own, settings by environment, the local web as its network."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.portal import LocalWeb

SECONDS = 120  # a run that takes longer hangs


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a process did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The last line of the output as JSON."""
        assert self.out.strip(), self.err
        found: dict[str, Any] = json.loads(self.out.strip().splitlines()[-1])
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Somebody with a data directory and settings."""

    data: Path
    settings: Mapping[str, str]

    def environment(self, **more: str) -> dict[str, str]:
        """Nothing of the tester's own settings."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("TINDOTHI_")}
        return {**own, "TINDOTHI_DATA_DIR": str(self.data), **self.settings, **more}

    def run(self, *arguments: str, **more: str) -> Ran:
        """`tindothi ARGUMENTS…`; `more` are further environment variables."""
        command = [sys.executable, "-m", "crawler", *arguments]
        return self._run(command, self.environment(**more))

    def scrapy(self, *arguments: str) -> Ran:
        """`scrapy ARGUMENTS…` from the checkout."""
        return self._run([sys.executable, "-m", "scrapy", *arguments], self.environment())

    def _run(self, command: list[str], environment: dict[str, str]) -> Ran:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
        return Ran(code=done.returncode, out=done.stdout, err=done.stderr)

    def age(self, *, days: int) -> None:
        """Let every stored article have been looked at that long ago, so that all are due again."""
        with contextlib.closing(sqlite3.connect(self.data / "tindothi.db")) as db, db:
            db.execute("UPDATE article SET last_checked = datetime(last_checked, ?)", (f"-{days} days",))

    def feed(self, topic: str = "chinh-quyen-do-thi") -> bytes:
        """The published Atom document."""
        return (self.data / "feeds" / f"{topic}.atom").read_bytes()


def operator(folder: Path, web: LocalWeb, **more: str) -> Operator:
    """An operator whose network is the local web, in no hurry to be polite, and to whom everything is news."""
    settings = {
        "TINDOTHI_LOG_LEVEL": "WARNING",
        "TINDOTHI_FETCH__PROXY": web.proxy_url,
        "TINDOTHI_FETCH__CA_FILE": str(web.ca_file),
        "TINDOTHI_FETCH__CONTACT": "ops@example.vn",
        "TINDOTHI_FETCH__DELAY": "0",
        "TINDOTHI_FETCH__CONCURRENCY": "4",
        "TINDOTHI_FETCH__RETRIES": "0",
        "TINDOTHI_CRAWL__RECHECK_FIRST": "0",
        "TINDOTHI_BASELINE__ITEMS": "1000",
        "TINDOTHI_BASELINE__DAYS": "3650",
        **more,
    }
    return Operator(data=folder / "data", settings=settings)
