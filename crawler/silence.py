"""Whether a source has been quiet for longer than its own rhythm allows. Pure.

    when it brought something new → on which days it does, how long it rests → for how long it may be quiet

A day on which it does not publish does not count: a weekday on which it hardly ever did, and a holiday, unless its
Sundays are like other days. What rests are long is told by the longest one that ended on each day, so that a hundred
articles of one afternoon do not outvote the nights.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from crawler.holidays import is_holiday
from crawler.types import VIETNAM

WINDOW = timedelta(days=90)  # before the latest article, from which the rhythm is learned
FEW = 8  # days with something new that tell no rhythm
SHORT = timedelta(days=14)  # a history that tells none
USUAL = 0.95  # share of the rests that are usual
MARGIN = 2  # times the longest usual rest, until it is told
LEAST = timedelta(days=1)  # nothing shorter is told
WEEKS = 4  # in which a weekday must have come before it can be known as a day off
HARDLY = 0.15  # share of such weekdays that have something new, on a day off
MOSTLY = 0.5  # share of Sundays with something new, of a source that has no holidays
_DAY = timedelta(days=1)
_SUNDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How a source publishes. `limit`: how long it may be quiet, days off not counted.

    `off`: weekdays on which it does not publish (Monday is 0); `rests`: whether it rests on holidays.
    """

    limit: timedelta
    off: frozenset[int]
    rests: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A source is quiet since `since`: for `counted`, days off not counted, and may be for `limit`."""

    since: datetime
    counted: timedelta
    limit: timedelta


def silence(moments: Sequence[datetime], now: datetime) -> Silence | None:
    """What is told of a source that brought something new at these moments (ascending, aware); None: nothing."""
    known = rhythm(moments)
    if known is None:
        return None
    counted = spent(moments[-1], now, known)
    return Silence(since=moments[-1], counted=counted, limit=known.limit) if counted > known.limit else None


def rhythm(moments: Sequence[datetime]) -> Rhythm | None:
    """How a source publishes; None where its history tells too little."""
    if not moments or moments[-1] - moments[0] < SHORT:
        return None
    first = moments[-1] - WINDOW
    local = [moment.astimezone(VIETNAM) for moment in moments if moment >= first]
    days = {moment.date() for moment in local}
    shares = {weekday: _share(days, weekday) for weekday in range(7)}
    off = frozenset(weekday for weekday, share in shares.items() if share is not None and share < HARDLY)
    rests = (shares[_SUNDAY] or 0.0) < MOSTLY
    known = Rhythm(limit=LEAST, off=off, rests=rests)
    longest: dict[date, timedelta] = {}
    for before, after in pairwise(local):
        rest = spent(before, after, known)
        longest[after.date()] = max(rest, longest.get(after.date(), rest))
    if len(longest) < FEW:
        return None
    usual = sorted(longest.values())[math.ceil(USUAL * len(longest)) - 1]
    return Rhythm(limit=max(MARGIN * usual, LEAST), off=off, rests=rests)


def spent(since: datetime, until: datetime, known: Rhythm) -> timedelta:
    """The time between the two that lies on days on which the source publishes."""
    start, end = since.astimezone(VIETNAM), until.astimezone(VIETNAM)
    found = timedelta()
    for day in _days(start.date(), end.date()):
        if day.weekday() not in known.off and not (known.rests and is_holiday(day)):
            begins = datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
            found += max(min(end, begins + _DAY) - max(start, begins), timedelta())
    return found


def _share(days: set[date], weekday: int) -> float | None:
    """Of how many of such weekdays there was something new; None where too few have been. Holidays tell nothing."""
    seen = [day for day in _days(min(days), max(days)) if day.weekday() == weekday and not is_holiday(day)]
    return sum(day in days for day in seen) / len(seen) if len(seen) >= WEEKS else None


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(number) for number in range((last - first).days + 1))
