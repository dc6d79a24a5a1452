"""The table of faults: what is sick, or what is done; what a run that meets it ends with; and what it counts.

Before the fault there is an article, which is stored. Hours later each site publishes two more, the second of which is
the one that may be sick, and edits one: a run that is not disturbed counts `WELL`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any

from crawler.portal import Fault
from tests.chaos import troubles
from tests.chaos.sites import LISTING, ROBOTS, Site
from tests.chaos.world import HURRIED, World
from tests.running import Ran
from tests.storing import DAY, HOUR


class Where(Enum):
    """What is sick of a site."""

    ARTICLE = "the article that was published last"
    LISTING = LISTING
    ROBOTS = ROBOTS
    HOST = "all of it"

    def of(self, site: Site) -> str:
        """The URL or host, as `LocalWeb.fault` takes it."""
        if self is Where.HOST:
            return site.host
        return site.url(site.path(site.latest) if self is Where.ARTICLE else self.value)


Counts = Mapping[str, Any]
WELL: Counts = {"listings": 1, "new": 2, "revised": 1, "rejected": 0, "failed": 0}
UNANSWERED: Counts = {**WELL, "new": 1, "failed": 1}
SILENT: Counts = {"fetched": 0, "listings": 0, "new": 0, "failed": 1}
NOTHING_NEW: Counts = {**WELL, "new": 0, "revised": 0}


def rejected(reason: str) -> Counts:
    """One article was refused."""
    return {**WELL, "new": 1, "rejected": 1, "reasons": {reason: 1}}


def unlisted(reason: str, times: int = 1) -> Counts:
    """The listing was refused; twice if the safety net asked for the home page, and that is not there either."""
    return {"fetched": times, "listings": 0, "rejected": times, "new": 0, "reasons": {reason: times}}


def crawled(world: World) -> Iterator[Ran]:
    """A run meets what is sick."""
    yield world.crawl(**HURRIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One row. `codes`: what the runs end with that meet the fault, all of them; `counts`: of the last of them.

    `wait`: how much time passes until the run after the fault. `lasting`: the fault is still there then. `anew`: the
    article was judged for good, so the listing has to say that it changed. `turns`: how often what is wrong becomes
    something else, which the operator is told, too.
    """

    name: str
    fault: Fault | None = None
    where: Where = Where.ARTICLE
    meet: Callable[[World], Iterator[Ran]] = crawled
    codes: frozenset[int] = frozenset({0})
    counts: Counts = field(default_factory=dict)
    wait: timedelta = DAY + HOUR
    lasting: bool = False
    anew: bool = False
    turns: int = 0
    engines: tuple[str, ...] = ("sqlite",)
    tld: str = "example"

    @property
    def quiet(self) -> bool:
        """Whether it concerns one site only, so that many can be played at once."""
        return self.fault is not None and self.meet is crawled

    @property
    def site(self) -> Site:
        """The site that it is about."""
        return Site(name=self.name, tld=self.tld)

    def begin(self, world: World, site: Site) -> None:
        """Let the site be sick."""
        if self.fault:
            world.web.fault(self.where.of(site), self.fault)


def page(fault: Fault, counts: Counts, *, anew: bool = False) -> Scene:
    """An article is sick."""
    return Scene(name=fault.value, fault=fault, counts=counts, anew=anew)


def site(fault: Fault, code: int, counts: Counts, *, where: Where = Where.HOST, name: str = "") -> Scene:
    """A whole site is sick, or its listing."""
    name = name or f"{fault.value}-{where.name.lower()}"
    return Scene(name=name, fault=fault, where=where, codes=frozenset({code}), counts=counts)


BOTH = ("sqlite", "postgresql")

SCENES: tuple[Scene, ...] = (
    # --- an article
    page(Fault.HANG, UNANSWERED),
    page(Fault.DRIP, UNANSWERED),
    page(Fault.DROP, UNANSWERED),
    page(Fault.TRUNCATED_GZIP, UNANSWERED),
    page(Fault.BROKEN_CHUNKS, UNANSWERED),
    page(Fault.WRONG_LENGTH, UNANSWERED),
    page(Fault.REDIRECT_LOOP, UNANSWERED),
    page(Fault.REDIRECT_SELF, UNANSWERED),
    page(Fault.COOKIE_WALL, UNANSWERED),
    page(Fault.BOMB_GZIP, rejected("TooLarge"), anew=True),
    page(Fault.HUGE, rejected("TooLarge"), anew=True),
    page(Fault.NESTED, rejected("NoText"), anew=True),
    page(Fault.EMPTY, rejected("Damaged")),
    page(Fault.CAPTCHA, rejected("Captcha")),
    page(Fault.REDIRECT_AWAY, rejected("OffSite"), anew=True),
    page(Fault.NOT_FOUND, rejected("NotFound")),
    Scene(  # the host is left alone, and what else there was to ask for waits
        name="429", fault=Fault.TOO_MANY, codes=frozenset({4}), counts={"listings": 1, "new": 1, "rejected": 1},
    ),
    page(Fault.ERROR, rejected("ServerError")),
    page(Fault.UNAVAILABLE, rejected("ServerError")),
    page(Fault.WRONG_CHARSET, WELL),
    page(Fault.CONTROL_TITLE, WELL),
    # --- a listing, or a whole site
    site(Fault.EMPTY, 4, {"fetched": 2, "listings": 1}, where=Where.LISTING),
    site(Fault.CAPTCHA, 4, {"fetched": 1}, where=Where.LISTING),
    site(Fault.NOT_FOUND, 4, unlisted("HTTP 404", 2), where=Where.LISTING),
    site(Fault.TRUNCATED_GZIP, 5, SILENT, where=Where.LISTING),
    site(Fault.DROP, 5, SILENT, where=Where.LISTING),
    site(Fault.BOMB_GZIP, 5, SILENT, where=Where.LISTING),
    site(Fault.HANG, 5, SILENT),
    site(Fault.DRIP, 5, SILENT),
    site(Fault.BROKEN_CHUNKS, 5, SILENT),
    site(Fault.REDIRECT_LOOP, 5, SILENT),
    site(Fault.COOKIE_WALL, 5, SILENT),
    site(Fault.TOO_MANY, 4, unlisted("HTTP 429")),
    site(Fault.UNAVAILABLE, 5, SILENT),
    site(Fault.EXPIRED, 5, SILENT),
    site(Fault.SELF_SIGNED, 5, SILENT),
    site(Fault.REFUSE, 5, SILENT),
    site(Fault.CLOSE, 5, SILENT),
    site(Fault.UNRESOLVED, 5, SILENT),
    Scene(name="lying-304", fault=Fault.LYING_304, where=Where.HOST, counts=NOTHING_NEW, lasting=True),
    Scene(name="robots-change", meet=troubles.robots_change, codes=frozenset({0, 5}), turns=1),
    # --- the network
    Scene(name="no-such-name", meet=troubles.no_proxy, codes=frozenset({5}), counts=SILENT, tld="invalid"),
    Scene(name="proxy-gone", meet=troubles.proxy_gone, codes=frozenset({5}), counts=SILENT),
    Scene(name="network-gone-midway", meet=troubles.network_gone, codes=frozenset({4}), engines=BOTH),
    # --- the clock
    Scene(name="clock-forward", meet=troubles.clock(3 * DAY), counts=WELL, wait=HOUR, engines=BOTH),
    Scene(name="clock-back", meet=troubles.clock(-2 * DAY), wait=HOUR, engines=BOTH),
    Scene(name="clock-forward-midway", meet=troubles.jump(3 * DAY), counts=WELL, wait=HOUR),
    Scene(name="clock-back-midway", meet=troubles.jump(-2 * DAY), wait=HOUR),
    # --- the store
    Scene(name="disk-full", meet=troubles.full_disk(0, 8, 40, 120), codes=frozenset({8})),
    Scene(name="database-locked", meet=troubles.locked, codes=frozenset({8}), engines=BOTH),
    Scene(name="database-locked-midway", meet=troubles.locked_midway, codes=frozenset({8}), engines=BOTH),
    Scene(name="database-locked-a-while", meet=troubles.locked_a_while, counts=WELL, engines=BOTH),
    Scene(name="two-runs", meet=troubles.two_runs, codes=frozenset({0, 6}), engines=BOTH),
    Scene(name="kill-9", meet=troubles.kills(50), codes=frozenset({-9}), engines=BOTH),
)  # fmt: skip
