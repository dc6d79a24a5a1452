"""Whether a new entry is news: pure, and the one place where it is decided.

article's source ─┬─ in its first run                    HELD       until that has ended
                  ├─ of the first run, or our rules late PUBLISHED  the newest few of the last days, else BASELINE
                  └─ later ─┬─ undated                   PUBLISHED
                            ├─ printed long before the last time that we read the source's listings   BASELINE
                            └─ else                      PUBLISHED

What the safety net announces when it is cast for the first time is no more news than a first run's: the undated is
BASELINE, and only the first few are PUBLISHED, for its listings hold what the source's own never did. Later casts bring
what came since, and that is judged as ever.

Printed long before is a find: had it been news, those listings would have announced it. So a site that moves, and
changes its texts as it does, a new listing, or one read more deeply, tells no history again; and what a site published
while it, or we, were away is news however old.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from storage.policy import Policy

TARDY = timedelta(days=7)  # how long after its printed date a site may list an article, at least; some do it days later


class Standing(StrEnum):
    """Of an entry."""

    HELD = "held"  # until the source's first run has ended
    PUBLISHED = "published"
    BASELINE = "baseline"  # was there before us: never announced


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What decides on a new entry. `told`: how many entries of the source's first run its feed has published.

    `read_at`: when the source's listings had last been read in full before it announced the article. `late`: the text
    was stored earlier, and only our rules find the topic in it now. `caught`: the safety net's first cast announced it;
    then `told` counts what that has published.
    """

    published: datetime | None
    announced_at: datetime | None
    first_seen: datetime
    settled_at: datetime | None
    read_at: datetime | None = None
    told: int = 0
    late: bool = False
    caught: bool = False


def standing(one: Candidate, now: datetime, policy: Policy) -> Standing:
    """Whether a new entry is news; see above."""
    if one.settled_at is None:
        return Standing.HELD
    of_first_run = (one.announced_at or one.first_seen) <= one.settled_at
    if one.published is None:
        news = not (of_first_run or one.caught) and not (one.late and one.first_seen < now - policy.baseline)
    elif one.late:
        news = one.published >= now - policy.baseline
    else:
        news = one.published >= one.settled_at - policy.baseline and not _is_find(one, policy)
    if news and (of_first_run or one.caught) and not one.late:
        news = one.told < policy.baseline_items
    return Standing.PUBLISHED if news else Standing.BASELINE


def _is_find(one: Candidate, policy: Policy) -> bool:
    if one.published is None or one.read_at is None:
        return False
    return one.published < one.read_at - max(policy.baseline, TARDY)
