"""What a page means to the store: the whole table, and properties that hold for any page."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.types import Cause, Change
from storage.changes import MAX_RESTLESS, Decision, Known, Seen, Twin, decide
from storage.policy import Policy, may_retry, recheck_due

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def known(current: str = "a", seen: str = "a", restless: int = 0, *, noisy: bool = False) -> Known:
    return Known(content_hash=current, seen_hash=seen, read_at=NOON, restless=restless, noisy=noisy)


def page(text: str, *, after: timedelta = HOUR, ours: bool = False, twice: bool = False, noise: bool = False) -> Seen:
    return Seen(content_hash=text, fetched_at=NOON + after, ours=ours, twice=twice, noise=noise)


@pytest.mark.parametrize(
    ("twin", "expected"),
    [
        (Twin.NONE, Decision(change=Change.NEW, cause=Cause.SITE)),
        (Twin.OTHER_SOURCE, Decision(change=Change.DUPLICATE, cause=Cause.SITE)),
        (Twin.SAME_SOURCE, Decision(change=Change.DUPLICATE)),
    ],
)
def test_unknown_page(twin: Twin, expected: Decision) -> None:
    assert decide(None, Seen(content_hash="a", fetched_at=NOON, twin=twin)) == expected


@pytest.mark.parametrize(
    ("memory", "seen", "expected"),
    [
        pytest.param(known(), page("a"), Decision(change=Change.UNCHANGED), id="same text"),
        pytest.param(known(restless=5), page("a"), Decision(change=Change.UNCHANGED), id="same text: calm again"),
        pytest.param(
            known(restless=5),
            page("a", after=-HOUR),
            Decision(change=Change.UNCHANGED, restless=5),
            id="an old page calms nothing",
        ),
        pytest.param(
            known(), page("b"), Decision(change=Change.REVISED, cause=Cause.SITE, restless=1), id="another text"
        ),
        pytest.param(
            known(restless=3),
            page("b", ours=True),
            Decision(change=Change.REVISED, cause=Cause.RULES, restless=3),
            id="our rules changed",
        ),
        pytest.param(
            known(),
            page("b", after=-HOUR, ours=True),
            Decision(change=Change.REVISED, cause=Cause.RULES),
            id="our rules changed, told by an old page",
        ),
        pytest.param(
            known(), page("b", after=-HOUR), Decision(change=Change.UNCHANGED), id="an old page, another text"
        ),
        pytest.param(
            known(),
            page("b", after=timedelta()),
            Decision(change=Change.REVISED, cause=Cause.SITE, restless=1),
            id="the same instant is not older",
        ),
        pytest.param(
            known(restless=MAX_RESTLESS - 1),
            page("b"),
            Decision(change=Change.REVISED, cause=Cause.SITE, restless=MAX_RESTLESS),
            id="the last that counts",
        ),
        pytest.param(
            known(restless=MAX_RESTLESS),
            page("b"),
            Decision(change=Change.UNCHANGED, restless=MAX_RESTLESS + 1, capped=True),
            id="capped",
        ),
        pytest.param(
            known(restless=1), page("b", twice=True, noise=True), Decision(change=Change.UNCHANGED), id="noise: calm"
        ),
        pytest.param(
            known(restless=1, noisy=True),
            page("b", twice=True),
            Decision(change=Change.REVISED, cause=Cause.SITE, restless=2),
            id="more than noise",
        ),
        pytest.param(
            known(noisy=True),
            page("b"),
            Decision(change=Change.UNCHANGED, restless=1, capped=True),
            id="noisy, and read once",
        ),
        pytest.param(
            known(seen="b", noisy=True),
            page("b"),
            Decision(change=Change.REVISED, cause=Cause.SITE),
            id="noisy, and read once, but it says so for the second time",
        ),
        pytest.param(
            known(noisy=True),
            page("b", ours=True, twice=True),
            Decision(change=Change.REVISED, cause=Cause.RULES),
            id="our rules changed, and the page is noisy",
        ),
        pytest.param(
            known(seen="b", restless=MAX_RESTLESS + 9),
            page("b"),
            Decision(change=Change.REVISED, cause=Cause.SITE),
            id="capped, then the same thing twice",
        ),
    ],
)
def test_known_page(memory: Known, seen: Seen, expected: Decision) -> None:
    assert decide(memory, seen) == expected


@given(st.lists(st.sampled_from("abc"), max_size=80))
def test_any_history_ends_with_what_the_site_says_and_is_bounded(texts: list[str]) -> None:
    """Played visit by visit, the current text is the site's, unless it is capped; a calm page is never capped."""
    current, seen, restless, row = "a", "a", 0, 0
    for number, text in enumerate(texts):
        memory = Known(content_hash=current, seen_hash=seen, read_at=NOON, restless=restless)
        decision = decide(memory, page(text, after=HOUR * number))
        assert (decision.cause is None) == (decision.change is Change.UNCHANGED)
        if decision.cause:
            current = text
        row = row + 1 if text != seen else 0
        assert decision.capped <= (row > MAX_RESTLESS)
        assert decision.capped or current == text
        seen, restless = text, decision.restless


@pytest.mark.parametrize(
    ("attempts", "waited", "expected"),
    [
        (0, timedelta(), True),
        (1, timedelta(), True),
        (2, timedelta(minutes=14), False),
        (2, timedelta(minutes=15), True),
        (3, timedelta(minutes=29), False),
        (3, timedelta(minutes=30), True),
        (9, timedelta(hours=11), False),
        (9, timedelta(hours=12), True),
        (10_000, timedelta(hours=12), True),
    ],
)
def test_retry(attempts: int, waited: timedelta, expected: bool) -> None:
    assert may_retry(attempts, NOON - waited, NOON) is expected


def test_never_tried_is_free_to_try() -> None:
    assert may_retry(7, None, NOON)


@pytest.mark.parametrize(
    ("seen", "changed", "checked", "modified", "expected"),
    [
        pytest.param(HOUR, HOUR, HOUR, None, True, id="first re-check after an hour"),
        pytest.param(HOUR, HOUR, HOUR * 0.99, None, False, id="not sooner"),
        pytest.param(8 * HOUR, 8 * HOUR, 2 * HOUR, None, True, id="a quarter of the calm"),
        pytest.param(9 * HOUR, 9 * HOUR, 2 * HOUR, None, False, id="less than a quarter of the calm"),
        pytest.param(9 * DAY, 2 * HOUR, HOUR, None, True, id="just changed: soon again"),
        pytest.param(14 * DAY, 14 * DAY, 14 * DAY, None, False, id="too old"),
        pytest.param(14 * DAY - HOUR, 14 * DAY, 14 * DAY, None, True, id="just young enough"),
        pytest.param(90 * DAY, 90 * DAY, HOUR, 0.5 * HOUR, True, id="a listing says: modified since"),
        pytest.param(90 * DAY, 90 * DAY, HOUR, HOUR, False, id="modified before the last check"),
    ],
)
def test_recheck(
    seen: timedelta, changed: timedelta, checked: timedelta, modified: timedelta | None, expected: bool
) -> None:
    due = recheck_due(
        first_seen=NOON - seen,
        last_changed=NOON - changed,
        last_checked=NOON - checked,
        announced_modified=None if modified is None else NOON - modified,
        now=NOON,
        policy=Policy(),
    )
    assert due is expected


@pytest.mark.parametrize(("seen", "expected"), [(HOUR, True), (14 * DAY - HOUR, True), (14 * DAY, False)])
def test_no_wait_for_the_first_is_a_look_in_every_run(seen: timedelta, expected: bool) -> None:
    due = recheck_due(
        first_seen=NOON - seen,
        last_changed=NOON - seen,
        last_checked=NOON - timedelta(seconds=1),
        announced_modified=None,
        now=NOON,
        policy=Policy(recheck_first=0),
    )
    assert due is expected


@pytest.mark.parametrize("modified", [None, NOON])
def test_no_rechecks_at_zero_days(modified: datetime | None) -> None:
    ago = NOON - HOUR * 5
    assert not recheck_due(
        first_seen=ago,
        last_changed=ago,
        last_checked=ago,
        announced_modified=modified,
        now=NOON,
        policy=Policy(recheck_days=0),
    )


@given(days=st.integers(1, 21), first=st.integers(60, 6 * 3600), every=st.integers(1800, 12 * 3600))
def test_rechecks_become_rarer_are_few_and_end(days: int, first: int, every: int) -> None:
    """An article that never changes, and runs at some pace (`every`, in seconds)."""
    policy, run = Policy(recheck_days=days, recheck_first=first), timedelta(seconds=every)
    checks, now = [NOON], NOON
    while now < NOON + DAY * days:
        now += run
        if _due(checks[-1], now, policy):
            checks.append(now)
    gaps = [later - earlier for earlier, later in pairwise(checks)]
    assert all(later > earlier - run for earlier, later in pairwise(gaps)), "rarer, but for when a run happens to come"
    assert all(gap >= max(timedelta(seconds=first), (at - NOON) / 4) for gap, at in zip(gaps, checks[1:], strict=True))
    assert len(gaps) <= 6 + max(0.0, log(days * 86400 / (4 * first)) / log(4 / 3))
    assert not any(_due(checks[-1], NOON + DAY * days * more, policy) for more in (1, 2, 50))


def _due(last_checked: datetime, now: datetime, policy: Policy) -> bool:
    return recheck_due(
        first_seen=NOON, last_changed=NOON, last_checked=last_checked, announced_modified=None, now=now, policy=policy
    )


@given(st.timedeltas(HOUR, 13 * DAY), st.timedeltas(timedelta(0), 3 * DAY))
def test_a_change_makes_rechecks_frequent_again(age: timedelta, since: timedelta) -> None:
    changed = NOON + age
    due = recheck_due(
        first_seen=NOON,
        last_changed=changed,
        last_checked=changed,
        announced_modified=None,
        now=changed + since,
        policy=Policy(),
    )
    assert due is (since >= HOUR and age + since < 14 * DAY)
