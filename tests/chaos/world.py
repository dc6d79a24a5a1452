"""The local web with its sites, the operator who watches them, and all that was seen of the store so far."""

import json
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

import feedparser
from lxml import etree

from crawler.portal import LocalWeb
from storage.store import Store
from tests.chaos import invariants
from tests.chaos.invariants import Shown
from tests.chaos.sites import Site
from tests.listening import Posts, web_server
from tests.running import ROOT, Going, Operator, Ran, operator
from tests.storing import new_store

FEED = "chinh-quyen-do-thi.atom"
CRON = ("crawl", "--json")  # no source is named: a host that failed may be left alone until its time has come
LIMITS = {
    "TINDOTHI_DATABASE_TIMEOUT": "10",
    "TINDOTHI_FEED__ENTRIES": "1000",
    "TINDOTHI_FETCH__MAX_SIZE": "4000000",
    "TINDOTHI_FETCH__TIMEOUT": "60",  # however busy the machine is
}
HURRIED = {"TINDOTHI_FETCH__TIMEOUT": "10"}  # for a run that meets a site which says nothing
SLOW = {"TINDOTHI_FETCH__DELAY": "0.2", "TINDOTHI_FETCH__CONCURRENCY": "1"}
PATIENT = {"TINDOTHI_CRAWL__RECHECK_FIRST": "43200"}  # what no listing tells of is left alone for half a day


@dataclass(slots=True)
class World:
    """Use it as a context manager. `problems` are the invariants that did not hold, each with when it was."""

    folder: Path
    sites: Sequence[Site]
    engine: str = "sqlite"
    seed: int = 1
    problems: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    articles: int = 0
    web: LocalWeb = field(init=False)
    ops: Operator = field(init=False)
    random: Random = field(init=False)
    chat: Posts = field(init=False)  # where the operator's alerts come
    _seen: dict[str, Shown] = field(default_factory=dict)
    _plugged: ExitStack = field(default_factory=ExitStack)
    _chatting: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        self.random = Random(self.seed)
        self.folder.mkdir(parents=True, exist_ok=True)
        sources = self.folder / "sources"
        sources.mkdir()
        for site in self.sites:
            site.declare(sources)
        self.plug()
        url = new_store(self.folder / "data", self.engine, made=True)
        self.chat = self._chatting.enter_context(web_server(status=200))
        watched = {
            "TINDOTHI_ALERTS__TARGETS": self.chat.url.replace("http:", "json:") + "chat",
            "TINDOTHI_SOURCES__DIRECTORIES": str(sources),
            "TINDOTHI_SOURCES__ONLY": ",".join(site.name for site in self.sites),
        }
        self.ops = operator(self.folder, self.web, **watched, TINDOTHI_DATABASE=url, **LIMITS, **PATIENT)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._plugged.close()
        self._chatting.close()

    @property
    def site(self) -> Site:
        """The one that a scene is about."""
        return self.sites[0]

    @property
    def entries(self) -> int:
        """How many the feed was last seen to have."""
        return len(self._seen.get(FEED, {}))

    # --- the network

    def plug(self) -> None:
        """A local web begins, and shows the sites as they are."""
        place = self.folder / f"web-{len(list(self.folder.glob('web-*')))}"
        place.mkdir()
        self.web = self._plugged.enter_context(LocalWeb(place, articles_per_site=1))
        for site in self.sites:
            site.put_on(self.web)

    def unplug(self) -> None:
        """It is gone: every line is cut, and its address answers nobody."""
        self._plugged.close()

    def replug(self) -> None:
        """Another one in its place, of which the operator knows."""
        self.plug()
        ways = {"TINDOTHI_FETCH__PROXY": self.web.proxy_url, "TINDOTHI_FETCH__CA_FILE": str(self.web.ca_file)}
        self.ops = replace(self.ops, settings={**self.ops.settings, **ways})

    # --- what happens

    def news(self) -> None:
        """Two articles are published on each site, and one is edited."""
        for site in self.sites:
            site.publish(), site.publish()
            site.edit(1)

    def pass_time(self, by: timedelta) -> None:
        """From now on it is so much later, for the sites and for all that is run."""
        self.set_clock(by)
        for site in self.sites:
            site.ahead += by

    def set_clock(self, by: timedelta) -> None:
        """The operator's clock is set, and goes wrong or right by it."""
        self.ops = self.ops.later(by)

    def crawl(self, **more: str) -> Ran:
        """One run over the sites."""
        return self.begin(**more).ended()

    def begin(self, **more: str) -> Going:
        """The same, not waited for."""
        return self.ops.begin(*CRON, **more)

    def become(self, main: Callable[[Sequence[str]], None], **more: str) -> Going:
        """The same, by a program of the scene's own."""
        return Going(main, CRON, self.ops.environment(**more), self.ops.ahead)

    # --- what is seen

    def judge(self, when: str, ran: Ran, codes: Sequence[int], *, complete: bool = False) -> dict[str, Any] | None:
        """Looks at a run that ended and at all that it left; gives its report, if it made one."""
        self.codes.append(ran.code)
        report: dict[str, Any] | None = None
        if ran.out.strip().startswith("{"):
            report = json.loads(ran.out.strip().splitlines()[-1])
        wrong = [] if ran.code in codes else [f"exit code {ran.code}, not {' or '.join(map(str, codes))}: {ran.err}"]
        wrong += invariants.told_in_lines(ran)
        wrong += invariants.adds_up(report) if report else ()
        self.problems += [f"{when}: {one}" for one in wrong]
        self.look(when, complete=complete)
        return report

    def look(self, when: str, *, complete: bool = False) -> None:
        """The store is whole, and it and the feeds agree with the web and with what was seen before."""
        checked = self.ops.run("check")
        whole = checked.code == 0 and checked.out.startswith("whole: ")
        wrong = [] if whole else [f"check: {checked.out}{checked.err}"]
        with Store.open(self.ops.settings["TINDOTHI_DATABASE"], self.ops.data / "archive") as store:
            stored = [(one["url"], one["title"]) for one in store.export()]
        self.articles = len(stored)
        truth = {url: titles for site in self.sites for url, titles in site.truth.items()}
        wrong += invariants.stands_once(stored, truth, complete=complete)
        for path in sorted(self.ops.data.glob("feeds/*.atom")):
            document = path.read_bytes()
            read = feedparser.parse(document)
            wrong += invariants.is_valid(path.name, document, read, SCHEMA)
            wrong += invariants.is_told(read, truth)
            now = invariants.shown(read)
            wrong += invariants.goes_on(self._seen.get(path.name, {}), now)
            self._seen[path.name] = now
        told = self._seen.get(FEED, {}).keys()
        wrong += [f"told, and not stored: {url}" for url in told - dict(stored).keys()]
        wrong += [f"not told: {url}" for url in truth.keys() - told] if complete else []
        wrong += self._left_behind() if complete else []
        self.problems += [f"{when}: {one}" for one in wrong]

    def _left_behind(self) -> list[str]:
        left = [*self.ops.data.glob("archive/*.open"), *self.ops.data.glob("feeds/.*.tmp")]
        return [f"left behind: {path.name}" for path in left]

    def listen(self, when: str, *, over: bool, turns: int = 0) -> None:
        """However much goes wrong, it is one alarm, and one for each of its `turns`; that it is `over` is told once."""
        ran = self.ops.run("status", "--json")
        if ran.code:
            self.problems.append(f"{when}: status: {ran.err}")
            return
        status = json.loads(ran.out)
        alerts = [json.loads(body)["title"] for _, _, body in self.chat.taken]
        wrong = invariants.alarms(alerts, status["incidents"], over=over, turns=turns)
        self.problems += [f"{when}: {one}" for one in wrong]


def _schema() -> etree.RelaxNG | None:
    """RFC 4287's, from the folder of real pages and data; without it feeds are only read by a feed reader."""
    path = Path(os.environ.get("TINDOTHI_SHARED", ROOT.parent / "shared")) / "data" / "atom.rng"
    return etree.RelaxNG(etree.parse(path)) if path.is_file() else None


SCHEMA = _schema()
