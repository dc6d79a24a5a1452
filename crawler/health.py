"""What a run's counts mean: the exit code that tells cron the truth, and the rules that fell silent. Pure."""

from collections.abc import Sequence
from enum import IntEnum

from crawler.errors import Stopped, StoreError, StoreFull, StoreLocked
from crawler.types import Run


class Exit(IntEnum):
    """Exit codes of `tindothi`; 1 is a fault of ours, 2 a wrong command line (click)."""

    WELL = 0
    CONFIG = 3
    SOME_FAILED = 4
    NOTHING_FETCHED = 5
    LOCKED = 6
    NOT_PUBLISHED = 7
    STORE = 8
    STOPPED = 9
    NOT_SENT = 10


MEANING = {
    Exit.WELL: "all well",
    Exit.CONFIG: "a settings, source or topic file is wrong; nothing was done",
    Exit.SOME_FAILED: "some sources failed, wait, are blocked or silent (or a file is wrong); the others were done",
    Exit.NOTHING_FETCHED: "nothing could be fetched from any source",
    Exit.LOCKED: "another run holds the data directory",
    Exit.NOT_PUBLISHED: "stored, but a feed could not be written",
    Exit.STORE: "the store refused: locked by another process, full or damaged",
    Exit.STOPPED: "stopped by a signal; what was done is stored, the next run goes on",
    Exit.NOT_SENT: "a digest could not be sent; it waits for the next try",
}


STORE_FAILURES = (StoreError.__name__, StoreLocked.__name__, StoreFull.__name__)

FEW = 5  # articles that tell nothing of a rule
OFTEN = 0.5  # share of the articles on which a rule fired whose silence tells something
CHANCE = 0.001  # that so many articles in a row just do not have what the rule strips

MANY_GONE = "ManyGone"  # the failure of a run that found more articles gone than a site takes back


def healthy(run: Run) -> bool:
    """Whether a source's run did what it is for: every listing was read, and what failed or is gone is less than half.

    A single article that answers 500 is no alarm: it stays pending, and the next run brings it.
    """
    many_gone = run.failure is not None and run.failure.kind == MANY_GONE
    return run.listings > 0 and not run.blind and run.failed <= run.fetched / 2 and not many_gone


def refused(runs: Sequence[Run]) -> bool:
    """Whether the store refused to take something."""
    return any(run.failure and run.failure.kind in STORE_FAILURES for run in runs)


def stopped(runs: Sequence[Run]) -> bool:
    """Whether a signal ended a run before it was done."""
    return any(run.failure and run.failure.kind == Stopped.__name__ for run in runs)


def verdict(
    runs: Sequence[Run], *, wrong_files: int = 0, expected: int = 0, waiting: int = 0, early: int = 0, ailing: int = 0
) -> Exit:
    """The exit code for a crawl.

    `wrong_files` counts source files that were left out, `expected` the sources that should have a run, `waiting` those
    that have none, for their hosts failed before and are left alone, `early` those that were read lately (where there
    are any, a single other one that fails says nothing of our network), `ailing` those that bring nothing though they
    were read: behind a block, or silent (`crawler.judgement`).
    """
    if refused(runs):
        return Exit.STORE
    if stopped(runs):
        return Exit.STOPPED
    alone = expected == 1 and early > 0
    if expected and not alone and not any(run.fetched for run in runs):
        return Exit.NOTHING_FETCHED
    if wrong_files or waiting or ailing or len(runs) < expected or not all(healthy(run) for run in runs):
        return Exit.SOME_FAILED
    return Exit.WELL


def silent_rules(runs: Sequence[Run]) -> tuple[str, ...]:
    """The rules that fired on most of a source's articles, and then on none of too many: its layout changed.

    `runs`: the latest first. Only new texts tell; a few articles tell nothing.
    """
    telling = [run for run in runs if _articles(run)]
    rules = {rule for run in telling for rule in run.rules}
    return tuple(sorted(rule for rule in rules if _is_silent(rule, telling)))


def _is_silent(rule: str, runs: Sequence[Run]) -> bool:
    last = next(at for at, run in enumerate(runs) if rule in run.rules)
    silent, read = (sum(map(_articles, some)) for some in (runs[:last], runs[last:]))
    fired = sum(min(run.rules.get(rule, 0), _articles(run)) for run in runs[last:])
    if silent < FEW or read < 2 * FEW or fired < OFTEN * read:
        return False
    return bool((1 - fired / read) ** silent <= CHANCE)


def _articles(run: Run) -> int:
    """Articles whose pages were certainly read: an unchanged one may be a 304."""
    return run.new + run.revised + run.duplicate


def total(runs: Sequence[Run]) -> dict[str, int | dict[str, int]]:
    """The sums over all sources: `fetched` is the sum of the counts after it, `reasons` splits `rejected`."""
    parts = ("listings", "new", "revised", "unchanged", "duplicate", "rejected")
    sums: dict[str, int | dict[str, int]] = {
        name: sum(getattr(run, name) for run in runs) for name in ("fetched", *parts, "failed")
    }
    reasons: dict[str, int] = {}
    for run in runs:
        for reason, count in run.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + count
    return sums | {"reasons": dict(sorted(reasons.items()))}
