"""What a page means to the store: pure, decided from what is known, what is seen, and its twin.

page ─┬─ unknown ─┬─ no twin                                  NEW         a revision
      │           ├─ twin of the same source                  DUPLICATE   one more address of the twin
      │           └─ twin of another source                   DUPLICATE   a revision, in the twin's story
      └─ known ───┬─ same text                                UNCHANGED
                  ├─ our rules explain the difference         REVISED     a revision, cause `rules`
                  ├─ older than the last page                 UNCHANGED   an old page says nothing of today
                  ├─ two readings at once differ just there   UNCHANGED   noise: a counter, a clock
                  ├─ known for noise, and read only once      UNCHANGED   until it says the same thing twice
                  ├─ another text at each of 24 visits        UNCHANGED   until it says the same thing twice
                  └─ else (an earlier text, too)              REVISED     a revision, cause `site`
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crawler.types import Cause, Change

MAX_RESTLESS = 24  # as lemon24/reader caps updates that only the hash shows


class Twin(StrEnum):
    """Another article with the same text (by `text_key`), or, of another source, a copy of it (`storage.stories`)."""

    NONE = "none"
    SAME_SOURCE = "same source"
    OTHER_SOURCE = "other source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store remembers of an article. `seen_hash`: of the last visit. `restless`: see `Decision`.

    `noisy`: two readings, one right after the other, said different things.
    """

    content_hash: str
    seen_hash: str
    read_at: datetime  # when a page of it was last fetched
    restless: int = 0
    noisy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a page says now. `ours`: today's rules on the stored revision's page give this text, too.

    `twice`: it was read twice at once; `noise`: the stored text differs only where these readings do.
    """

    content_hash: str
    fetched_at: datetime
    twin: Twin = Twin.NONE
    ours: bool = False
    twice: bool = False
    noise: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`cause` is given where a revision is to be stored. `restless`: visits in a row that each found another text."""

    change: Change
    cause: Cause | None = None
    restless: int = 0
    capped: bool = False  # changed, but at each visit: not stored, and to be reported


def decide(known: Known | None, seen: Seen) -> Decision:
    """What to do with a page; the table above."""
    if known is None:
        return _first(seen.twin)
    if seen.content_hash == known.content_hash:
        old = seen.fetched_at < known.read_at
        return Decision(change=Change.UNCHANGED, restless=known.restless if old else 0)
    if seen.ours:
        return Decision(change=Change.REVISED, cause=Cause.RULES, restless=known.restless)
    if seen.fetched_at < known.read_at:
        return Decision(change=Change.UNCHANGED, restless=known.restless)
    if seen.noise:
        return Decision(change=Change.UNCHANGED)
    if known.restless < MAX_RESTLESS and (seen.twice or not known.noisy):
        return Decision(change=Change.REVISED, cause=Cause.SITE, restless=known.restless + 1)
    if seen.content_hash == known.seen_hash:
        return Decision(change=Change.REVISED, cause=Cause.SITE)
    return Decision(change=Change.UNCHANGED, restless=known.restless + 1, capped=True)


def _first(twin: Twin) -> Decision:
    if twin is Twin.SAME_SOURCE:
        return Decision(change=Change.DUPLICATE)
    return Decision(change=Change.NEW if twin is Twin.NONE else Change.DUPLICATE, cause=Cause.SITE)
