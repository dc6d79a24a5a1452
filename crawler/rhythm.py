"""When a source is read again: as often as it publishes, within the settings' bounds. Pure.

its hosts wait (back-off, Retry-After)?  → waits, until then
announced articles wait for us?          → due
read lately, for what it publishes?      → early, until then
else                                     → due
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crawler.types import Host

WINDOWS = (timedelta(days=1), timedelta(days=14))  # in which what a source published is counted
LEARNING = timedelta(days=1)  # how long a new source is read as often as allowed, to learn its rhythm
_NO_MATTER = timedelta(minutes=5)  # cron's runs do not come to the second


class Turn(StrEnum):
    """Whether a source is read in this run."""

    DUE = "due"
    EARLY = "early"  # it was read lately
    WAITS = "waits"  # its hosts are not to be asked yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What the store knows of a source's rhythm.

    `met`: when it was first crawled; `read_at`: when its listings were last read; `published`: when its latest articles
    were; `waiting`: announced articles that may be asked for now. `hint`: for how long all of its listings say that
    they stay as they are; `shown`: how many articles the shortest of them announces.
    """

    met: datetime | None = None
    read_at: datetime | None = None
    published: tuple[datetime, ...] = ()
    waiting: int = 0
    hint: timedelta | None = None
    shown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The settings `crawl.interval_min` and `crawl.interval_max`; without the latter, a source is due in every run."""

    least: timedelta
    most: timedelta


def interval(known: Rhythm, bounds: Bounds, now: datetime) -> timedelta:
    """The time between two readings of a source's listings.

    Half of the usual time between two articles, of the last day or the last two weeks, whichever is shorter. It is
    longer where the listings say that they stay as they are for longer, but not so long that more than half of what a
    listing shows could pass unseen.
    """
    counts = [(window, sum(now - window < at <= now for at in known.published)) for window in WINDOWS]
    gaps = [window / count for window, count in counts if count]
    if not gaps:
        new = known.met is not None and now - known.met < LEARNING
        return bounds.least if new else bounds.most
    gap = min(gaps)
    safe = gap * known.shown / 2
    wanted = max(gap / 2, min(known.hint, safe) if known.hint else gap / 2)
    return min(max(wanted, bounds.least), bounds.most)


def turn(known: Rhythm, hosts: Sequence[Host], bounds: Bounds, now: datetime) -> tuple[Turn, datetime | None]:
    """Whether a source is read now, and else until when it is not. `hosts`: those of its listings, each of them."""
    if hosts and all(host.not_before and host.not_before > now for host in hosts):
        return Turn.WAITS, min(host.not_before for host in hosts if host.not_before)
    if known.read_at is None or known.waiting or not bounds.most:
        return Turn.DUE, None
    every = interval(known, bounds, now)
    again = known.read_at + every
    if known.read_at > now or now >= again - min(every / 10, _NO_MATTER):  # a clock that was set back hides nothing
        return Turn.DUE, None
    return Turn.EARLY, again
