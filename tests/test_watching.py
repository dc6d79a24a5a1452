"""An operator's days with cron: one alarm an incident, whatever is killed, hangs or is down. Real processes."""

import contextlib
import fcntl
import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.portal import Fault, LocalWeb
from tests.listening import Posts, web_server
from tests.running import Operator, Ran, operator
from tests.test_faults import declare, serve
from tests.test_telling import samples

SITES = ("mot", "hai")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """An operator whose monitor and chat are one web server."""

    ops: Operator
    posts: Posts
    metrics: Path

    def crawl(self) -> Ran:
        """A run of cron's; what it told is there afterwards, and nothing of before."""
        self.posts.taken.clear()
        return self.ops.run("crawl", *SITES)

    @property
    def pings(self) -> list[str]:
        return [path for path, _, _ in self.posts.taken if path.startswith("/ping")]

    @property
    def alerts(self) -> list[str]:
        """The subjects."""
        return [json.loads(body)["title"] for path, _, body in self.posts.taken if path.startswith("/chat")]

    def measured(self, name: str, *labels: str) -> float:
        return samples(self.metrics.read_text(encoding="utf-8"))[name, labels]

    def pass_time(self) -> None:
        """Two hours, for the incidents."""
        with contextlib.closing(sqlite3.connect(self.ops.data / "tindothi.db")) as db, db:
            db.execute("UPDATE incident SET seen = datetime(seen, '-2 hours') || '.000000'")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[LocalWeb]:
    with LocalWeb(tmp_path, articles_per_site=2) as local:
        for name in SITES:
            declare(tmp_path / "sources", name)
            serve(local, name)
        yield local


@pytest.fixture
def watch(tmp_path: Path, web: LocalWeb) -> Iterator[Watch]:
    with web_server(status=200) as posts:
        file = tmp_path / "tindothi.prom"
        more = {
            "SOURCES__DIRECTORIES": str(tmp_path / "sources"),
            "ALERTS__TARGETS": posts.url.replace("http:", "json:") + "chat",
            "ALERTS__PING_URL": posts.url + "ping",
            "METRICS__FILE": str(file),
            "LOG_FORMAT": "json",
        }
        ops = operator(tmp_path, web, **{f"TINDOTHI_{name}": value for name, value in more.items()})
        yield Watch(ops=ops, posts=posts, metrics=file)


def test_days_with_cron(web: LocalWeb, watch: Watch) -> None:
    web.fault("hai.example", Fault.ERROR)
    ran = watch.crawl()
    assert (ran.code, watch.pings) == (4, ["/ping/start", "/ping"]), "one source is no reason to call all dead"
    (title,) = watch.alerts
    assert title.startswith("tindothi: hai: cannot be read (HTTP 500), since ")
    assert b"4: some sources failed" in watch.posts.taken[-1][2]
    told = [json.loads(line) for line in ran.err.splitlines()]
    assert {one["source"] for one in told} == {"hai"} and {one["level"] for one in told} == {"WARNING"}
    assert (watch.measured("crawl_exit_code"), watch.measured("incidents_open", "hai")) == (4, 1)

    web.forget()
    killed = watch.ops.begin("crawl", *SITES)
    killed.until(lambda: len(web.requests) > 0)
    killed.signal(signal.SIGKILL)
    assert killed.ended().code == -signal.SIGKILL
    assert watch.crawl().code == 4
    (title,) = watch.alerts
    assert title.startswith("tindothi: a run crashed, since "), "and nothing again of the source that is still down"

    web.heal()
    watch.pass_time()
    ran = watch.crawl()
    assert (ran.code, ran.err, watch.pings) == (0, "", ["/ping/start", "/ping"])
    (title,) = watch.alerts
    assert title.startswith("tindothi: 2 over: over: hai: cannot be read (HTTP 500), from ")
    assert "incident:" not in ran.out and watch.measured("incidents_open", "hai") == 0
    assert watch.measured("source_pages", "hai", "new") == 2
    expires = datetime.fromtimestamp(watch.measured("certificate_expiry_timestamp_seconds", "hai.example"), UTC)
    assert expires > datetime.now(UTC), "seen through the proxy"


def test_a_run_that_hangs_is_told_by_the_next_ones_once(watch: Watch) -> None:
    with (watch.ops.data / "run.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        for since, pings, alerts in (
            (timedelta(minutes=70), [], 0),
            (timedelta(minutes=90), ["/ping/fail"], 1),
            (timedelta(minutes=120), ["/ping/fail"], 0),
        ):
            held.seek(0)
            held.truncate()
            started = (datetime.now(UTC) - since).isoformat()
            held.write(json.dumps({"pid": os.getpid(), "host": "here", "started": started}))
            held.flush()
            ran = watch.crawl()
            assert (ran.code, watch.pings, len(watch.alerts)) == (6, pings, alerts), ran.err
            assert "another run holds" in ran.err


def test_what_is_wrong_before_anything_is_fetched_is_pinged_too(watch: Watch) -> None:
    watch.posts.taken.clear()
    ran = watch.ops.run("crawl", "nobody")
    ((path, _, body),) = watch.posts.taken
    assert (ran.code, path) == (3, "/ping/fail")
    assert body.startswith(b"ConfigError: no such source: nobody")
    (line,) = ran.err.splitlines()
    assert json.loads(line)["message"].startswith("no such source: nobody")
