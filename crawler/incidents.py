"""Incidents: what is wrong since when, and what of it is to be told. Pure.

    findings of today + incidents that are open, or closed lately → the incidents as they are now

An incident is told when it opens, when its kind becomes one that was not told yet, when it gets worse, when it is over,
and when it comes back: whenever its `mark` is another one than what was told last. A finding that is gone for a moment
ends nothing: an incident closes when a run over its source found nothing, and it was last seen a while ago. One that
comes back soon is the same incident, and is then held open for twice as long.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

HOLD = timedelta(hours=1)  # since it was last seen, until it is over; twice as long each time that it came back
LONGEST_HOLD = timedelta(days=2)
SAME = timedelta(days=1)  # after it was over, in which it is the same that comes back

NO_LONGER = "is not crawled any more"


class About(StrEnum):
    """What an incident is about; a source has one of each at most. The first two are about all sources."""

    NETWORK = "network"  # ours
    RUN = "run"  # it crashed, hangs, was cut off, or could not publish
    ACCESS = "access"  # listings, or articles behind a block
    SILENCE = "silence"
    COVERAGE = "coverage"  # fields, or rules
    REJECTIONS = "rejections"
    FAULT = "fault"  # ours, on its pages
    RESTLESS = "restless"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong today. `source`: empty for all; `kind`: a name that scripts know; `level`: how bad, from 1."""

    source: str
    about: About
    kind: str
    detail: str
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What was found, over time: `seen` last, at `level`; `kinds` and `worst` are all that it has been.

    `closed`: since when it is over; `returns`: how often it came back. `id`: the store's, once it is there.
    """

    source: str
    about: About
    kind: str
    detail: str
    level: int
    opened: datetime
    seen: datetime
    kinds: tuple[str, ...]
    worst: int
    closed: datetime | None = None
    returns: int = 0
    id: int | None = None

    @property
    def mark(self) -> str:
        """Changes with whatever is to be told."""
        state = "closed" if self.closed else "open"
        return f"{state} {self.returns} {len(self.kinds)} {self.worst}"


def decide(
    known: Sequence[Incident],
    findings: Iterable[Finding],
    judged: Collection[tuple[str, About]],
    watched: Collection[str] | None,
    now: datetime,
) -> tuple[Incident, ...]:
    """The incidents that are new or not as they were; the others stay as they are.

    `known`: all that are open, and those closed within `SAME`. `judged`: of what a run could tell today, by source and
    subject; of the rest nobody knows. `watched`: the sources that are crawled at all; None: nobody can tell.
    """
    found = {(one.source, one.about): one for one in findings}
    latest = {(one.source, one.about): one for one in sorted(known, key=lambda one: (one.closed is None, one.opened))}
    changed = [_met(latest.get(key), one, now) for key, one in found.items()]
    for key, one in latest.items():
        if one.closed is not None or key in found:
            continue
        if one.source and watched is not None and one.source not in watched:
            changed.append(replace(one, closed=now, detail=NO_LONGER))
        elif key in judged and not now - hold(one.returns) < one.seen <= now:  # or the clock was set back
            changed.append(replace(one, closed=now))
    return tuple(changed)


def hold(returns: int) -> timedelta:
    """How long one that came back so often is held open after it was last seen."""
    return min(HOLD * (1 << min(returns, 10)), LONGEST_HOLD)


def _met(known: Incident | None, one: Finding, now: datetime) -> Incident:
    """The incident of a finding: a new one, or the one that is known."""
    if known is None or (known.closed is not None and now - known.closed > SAME):
        return Incident(
            source=one.source,
            about=one.about,
            kind=one.kind,
            detail=one.detail,
            level=one.level,
            opened=now,
            seen=now,
            kinds=(one.kind,),
            worst=one.level,
        )
    return replace(
        known,
        kind=one.kind,
        detail=one.detail,
        level=one.level,
        seen=now,
        kinds=known.kinds if one.kind in known.kinds else (*known.kinds, one.kind),
        worst=max(known.worst, one.level),
        closed=None,
        returns=known.returns + (known.closed is not None),
    )
