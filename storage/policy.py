"""How long to try, how often to look again, how much of a first run is news: values, and pure functions of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

TRUST = timedelta(days=1)  # how long validators are used before the page is asked for unconditionally: 304s may lie
LIES = timedelta(days=30)  # how long a host is asked unconditionally that said 304 of something that had changed
DOUBT = timedelta(days=1)  # how long a site that lost many articles at once may take to find them again
_FEW = 2  # articles: as many may be taken back in any run
_WAIT = timedelta(minutes=15)
_LONGEST_WAIT = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The settings that the store needs; the same as in `crawler.config`: `[crawl]`, `[baseline]` and `[archive]`."""

    expire_days: int = 14
    recheck_days: int = 14
    recheck_first: float = 3600  # seconds
    baseline_items: int = 10
    baseline_days: int = 7
    archive_bytes: int = 1_000_000_000
    min_free_bytes: int = 0
    keep_days: int = 0

    @property
    def baseline(self) -> timedelta:
        """How old an entry of a first run may be."""
        return timedelta(days=self.baseline_days)

    @property
    def keeping(self) -> timedelta | None:
        """How long archived pages are kept that no article needs; none: for ever."""
        return timedelta(days=self.keep_days) if self.keep_days else None

    @property
    def patience(self) -> timedelta:
        """How long an announced article that cannot be had is asked for."""
        return timedelta(days=self.expire_days)


def may_retry(attempts: int, tried_at: datetime | None, now: datetime) -> bool:
    """Whether a page that failed may be asked for again: at once after the first failure, then 15 minutes, doubling.

    The first retry does not wait, so that the next run, however soon, brings what a hiccup lost; later ones do, so
    that one run never asks for the same page without end.
    """
    if attempts <= 1 or tried_at is None:
        return True
    doubled: int = 1 << min(attempts - 2, 10)
    return now - tried_at >= min(_WAIT * doubled, _LONGEST_WAIT)


def recheck_due(
    *,
    first_seen: datetime,
    last_changed: datetime,
    last_checked: datetime,
    announced_modified: datetime | None,
    now: datetime,
    policy: Policy,
    doubted: bool = False,
) -> bool:
    """Whether a stored article is to be fetched again: soon after a change, ever rarer while nothing changes.

    Due when it was not checked for a quarter of the time since its last change, and at least `recheck_first` (0: at any
    time), for `recheck_days` from when it was first seen; and once whenever a listing says it was modified since the
    last check.
    `doubted`: it seems to be gone, which is not believed yet; then soon and as long as that lasts.
    """
    if announced_modified is not None and announced_modified > last_checked:
        return policy.recheck_days > 0
    if doubted:
        return policy.recheck_days > 0 and now - last_checked >= timedelta(seconds=policy.recheck_first)
    if now - first_seen >= timedelta(days=policy.recheck_days):
        return False
    first = timedelta(seconds=policy.recheck_first)
    return not first or now - last_checked >= max(first, (now - last_changed) / 4)


def has_lied(
    known: tuple[str, str],
    given: tuple[str, str],
    *,
    read_at: datetime,
    checked_at: datetime,
    changed_at: datetime | None,
) -> bool:
    """Whether an article's text that changed shows that 304s of its host are not true.

    So it is where the same validators (`known`, `given`: ETag and Last-Modified) were given to both texts; or where the
    page says that it changed after its last reading (`read_at`), but before a 304 that came later (`checked_at`).
    """
    tags = known[0], given[0]
    same = tags[0] == tags[1] if any(tags) else bool(known[1]) and known[1] == given[1]
    return same or (changed_at is not None and read_at < changed_at <= checked_at)


def are_many(gone: int, there: int) -> bool:
    """Whether more articles of a source are gone than a site takes back: more than those that a run still found there.

    Then the site, or its way to us, is in trouble, or it moved: what it says of any one of them proves nothing.
    """
    return gone > max(there, _FEW)


def is_believed(*, gone_at: datetime, last_checked: datetime, run_at: datetime, many: bool) -> bool:
    """Whether an article that answers 404 or 410 since `gone_at` is withdrawn; asked at the end of a run.

    At once where the run saw it so and found most others there; else when it still is gone after a day.
    """
    return last_checked - gone_at >= DOUBT or (last_checked >= run_at and not many)
