"""Runs `tindothi` as its users do: a process of its own, settings by environment, the local web as its network.

The processes are forked from one that has imported the libraries: importing them anew takes longer than a crawl here.
"""

import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.portal import LocalWeb

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 120  # a run that takes longer hangs
LOADED = """
    aiohttp.web
    alembic.command
    alembic.config
    alembic.script
    click
    dateparser
    feedgen.feed
    nh3
    psycopg
    pydantic_settings
    scrapy.commands.crawl
    scrapy.core.downloader
    scrapy.core.engine
    scrapy.core.scraper
    scrapy.crawler
    scrapy.downloadermiddlewares.cookies
    scrapy.downloadermiddlewares.httpcache
    scrapy.downloadermiddlewares.httpcompression
    scrapy.downloadermiddlewares.httpproxy
    scrapy.downloadermiddlewares.offsite
    scrapy.downloadermiddlewares.redirect
    scrapy.downloadermiddlewares.retry
    scrapy.extensions.logstats
    scrapy.extensions.memusage
    scrapy.extensions.remote_control
    scrapy.extensions.telnet
    scrapy.extensions.throttle
    scrapy.spidermiddlewares.referer
    scrapy.squeues
    scrapy.statscollectors
    scrapy.utils.log
    sqlalchemy.dialects.postgresql.psycopg
    sqlalchemy.dialects.sqlite
    time_machine
    tldextract
    trafilatura
    warcio
    crawler.classify
    crawler.config
    crawler.extract
    crawler.language
    crawler.middlewares
    feeds.publish
    spiders.read
    spiders.spider
    storage.store
"""  # the libraries, and our rooms that read no settings
forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload(LOADED.split())


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
    """Somebody with a data directory and settings, whose clock may be ahead of the real one, or behind it."""

    data: Path
    settings: Mapping[str, str]
    ahead: timedelta = timedelta()

    def environment(self, **more: str) -> dict[str, str]:
        """Nothing of the tester's own settings."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("TINDOTHI_")}
        return {**own, "TINDOTHI_DATA_DIR": str(self.data), **self.settings, **more}

    def run(self, *arguments: str, **more: str) -> Ran:
        """`tindothi ARGUMENTS…`; `more` are further environment variables."""
        return self.begin(*arguments, **more).ended()

    def begin(self, *arguments: str, **more: str) -> "Going":
        """`tindothi ARGUMENTS…`, not waited for."""
        return Going(tindothi, arguments, self.environment(**more), self.ahead)

    def later(self, by: timedelta) -> "Operator":
        """The same when so much time has passed."""
        return replace(self, ahead=self.ahead + by)

    def scrapy(self, *arguments: str) -> Ran:
        """`scrapy ARGUMENTS…` from the checkout."""
        return Going(scrapy, arguments, self.environment(), self.ahead).ended()

    def feed(self, topic: str = "chinh-quyen-do-thi") -> bytes:
        """The published Atom document."""
        return (self.data / "feeds" / f"{topic}.atom").read_bytes()


def tindothi(arguments: Sequence[str]) -> None:
    from crawler.cli import main

    main(arguments)


def scrapy(arguments: Sequence[str]) -> None:
    from scrapy.cmdline import execute

    execute(["scrapy", *arguments])


class Going:
    """A program that goes on in a process of its own, whose clock is so far `ahead`."""

    def __init__(
        self,
        main: Callable[[Sequence[str]], None],
        arguments: Sequence[str],
        environment: dict[str, str],
        ahead: timedelta = timedelta(),
    ) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._out, self._err = Path(self._folder.name, "out"), Path(self._folder.name, "err")
        how = (main, arguments, environment, str(self._out), str(self._err), ahead)
        self._process = forks.Process(target=_become, args=how)
        self._process.start()

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._process.pid
        os.kill(self._process.pid, number)

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that it does."""
        end = time.monotonic() + SECONDS
        while not condition():
            assert self._process.is_alive() and time.monotonic() < end, self._err.read_text(encoding="utf-8")
            time.sleep(0.02)

    def kill_after(self, seconds: float) -> None:
        """Kill it where it then stands, unless it has ended."""
        self._process.join(seconds)
        self._process.kill()

    def ended(self, within: float = SECONDS) -> Ran:
        """Wait for its end, for so many seconds."""
        self._process.join(within)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
            self._process.join()
        out, err = (path.read_text(encoding="utf-8") if path.exists() else "" for path in (self._out, self._err))
        self._folder.cleanup()
        assert code is not None, f"took longer than {within} s: {err}"
        return Ran(code=code, out=out, err=err)


def _become(
    main: Callable[[Sequence[str]], None],
    arguments: Sequence[str],
    environment: dict[str, str],
    out: str,
    err: str,
    ahead: timedelta,
) -> None:
    """In the forked process: be the program, with its own settings and streams, in the checkout."""
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((0, os.devnull), (1, out), (2, err)):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), number)
    sys.stdin = os.fdopen(0)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8") for number in (1, 2))
    sys.argv = ["tindothi", *arguments]
    if ahead:
        import time_machine  # the others need no played clock

        time_machine.travel(datetime.now(UTC) + ahead, tick=True).start()
    main(arguments)


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
        "TINDOTHI_CRAWL__INTERVAL_MAX": "0",
        "TINDOTHI_BASELINE__ITEMS": "1000",
        "TINDOTHI_BASELINE__DAYS": "3650",
        **more,
    }
    from tests.storing import new_store  # not in the forked processes

    data = folder / "data"
    new_store(data, "sqlite", made=True)  # migrations are tested elsewhere, and take longer than a crawl
    return Operator(data=data, settings=settings)
