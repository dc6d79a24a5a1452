"""When a source's silence is told: by its own rhythm, weekends and holidays known."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.holidays import HUNG, TET, is_holiday
from crawler.silence import Rhythm, rhythm, silence, spent
from crawler.types import VIETNAM

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MONDAY = datetime(2026, 8, 31, 0, tzinfo=VIETNAM)  # twelve weeks with one holiday, 2 September


def every(first: datetime, days: int, hours: tuple[int, ...], weekdays: str = "0123456") -> list[datetime]:
    """Something new at these hours of these weekdays, for so many days."""
    local = (first + number * DAY for number in range(days))
    return [day + hour * HOUR for day in local if str(day.weekday()) in weekdays for hour in hours]


PAPER = every(MONDAY, 84, (7, 9, 11, 15, 17, 21))
PORTAL = every(MONDAY, 84, (9, 15), "01234")
WEEKLY = every(MONDAY, 84, (10,), "2")
SOMETIMES = [*PORTAL, *every(MONDAY, 84, (10,), "5")[::3]]  # every third Saturday, too
MONTHLY = every(MONDAY, 84, (9,))[::28]


@pytest.mark.parametrize(
    ("moments", "last", "quiet", "told"),
    [
        (PAPER, "2026-11-22 21:00", 18 * HOUR, False),
        (PAPER, "2026-11-22 21:00", 30 * HOUR, True),
        (PORTAL, "2026-11-20 15:00", 3 * DAY, False),  # since Friday, on Monday
        (PORTAL, "2026-11-20 15:00", 3 * DAY + 12 * HOUR, False),
        (PORTAL, "2026-11-20 15:00", 4 * DAY, True),  # on Tuesday
        (SOMETIMES, "2026-11-20 15:00", 4 * DAY, False),  # it is used to a weekend
        (SOMETIMES, "2026-11-20 15:00", 7 * DAY, True),
        (WEEKLY, "2026-11-18 10:00", 8 * DAY, False),
        (WEEKLY, "2026-11-18 10:00", 13 * DAY, False),
        (WEEKLY, "2026-11-18 10:00", 16 * DAY, True),
        (MONTHLY, "2026-10-26 09:00", 300 * DAY, False),  # too little is known
        (PAPER[:40], "2026-09-06 15:00", 300 * DAY, False),
        ([], "", DAY, False),
    ],
)
def test_silence_is_told_by_the_sources_own_rhythm(
    moments: list[datetime], last: str, quiet: timedelta, told: bool
) -> None:
    moments = sorted(moments)
    if moments:
        assert f"{moments[-1]:%Y-%m-%d %H:%M}" == last
    now = moments[-1] + quiet if moments else MONDAY
    found = silence(moments, now.astimezone(UTC))
    assert (found is not None) is told
    if found:
        assert found.since == moments[-1] and found.counted > found.limit


def test_days_off_do_not_count_for_a_source_that_does_not_publish_on_them() -> None:
    known, paper = rhythm(PORTAL), rhythm(PAPER)
    assert known and paper
    assert (sorted(known.off), known.rests) == ([5, 6], True)
    assert (sorted(paper.off), paper.rests) == ([], False)
    before, after = datetime(2027, 1, 29, 15, tzinfo=VIETNAM), datetime(2027, 2, 15, 9, tzinfo=VIETNAM)
    assert spent(before, after, known) < 2 * DAY, "Tết, and the weekends around it"
    assert spent(before, after, paper) == after - before


def test_over_tet_a_portal_is_quiet_and_a_paper_silent() -> None:
    first = datetime(2026, 11, 2, tzinfo=VIETNAM)
    tet_eve, seventh_day = datetime(2027, 2, 1, tzinfo=VIETNAM), datetime(2027, 2, 12, 12, tzinfo=VIETNAM)
    days = (tet_eve - first).days
    assert silence(every(first, days, (9, 15), "01234"), seventh_day) is None
    assert silence(every(first, days, (9, 15)), seventh_day)


def test_one_outage_of_our_own_does_not_blind_for_ever() -> None:
    with_a_gap = [one for one in PAPER if not MONDAY + 30 * DAY < one < MONDAY + 42 * DAY]
    assert silence(with_a_gap, with_a_gap[-1] + 2 * DAY)


@pytest.mark.parametrize(
    ("day", "off"),
    [
        (date(2026, 2, 13), True),
        (date(2026, 2, 17), True),
        (date(2026, 2, 24), True),
        (date(2026, 2, 25), False),
        (date(2030, 2, 2), True),
        (date(2026, 4, 26), True),
        (date(2026, 5, 2), True),
        (date(2026, 5, 4), False),
        (date(2026, 9, 2), True),
        (date(2026, 9, 4), False),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), True),
        (date(2026, 11, 20), False),
        (date(2060, 1, 1), True),
        (date(2060, 2, 2), False),  # nobody has written that down
    ],
)
def test_holidays(day: date, off: bool) -> None:
    assert is_holiday(day) is off


def test_the_lunar_tables_are_plausible() -> None:
    """A lunar year has 354 or 355 days, or a month more; the 10th of the third month is 68 or 69 days after Tết."""
    assert list(TET) == list(HUNG) == list(range(2024, 2036))
    assert {(after - before).days for before, after in pairwise(TET.values())} <= {354, 355, 383, 384, 385}
    leap = {(HUNG[year] - day).days for year, day in TET.items()}
    assert leap <= {67, 68, 69, 97, 98, 99}


instants = st.integers(0, 7 * 365 * 24 * 60).map(lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + minutes * HOUR / 60)


@given(
    st.lists(instants, max_size=60).map(sorted), st.timedeltas(timedelta(), 40 * DAY), st.timedeltas(timedelta(), DAY)
)
def test_who_is_silent_stays_so_until_something_comes(
    moments: list[datetime], quiet: timedelta, more: timedelta
) -> None:
    if not moments:
        return
    now = moments[-1] + quiet
    if silence(moments, now):
        assert silence(moments, now + more)
        assert silence([*moments, now], now) is None


@given(instants, st.timedeltas(timedelta(), 30 * DAY), st.sets(st.integers(0, 6)), st.booleans())
def test_what_counts_is_never_more_than_what_passed(
    since: datetime, passed: timedelta, off: set[int], rests: bool
) -> None:
    known = Rhythm(limit=DAY, off=frozenset(off), rests=rests)
    counted = spent(since, since + passed, known)
    assert timedelta() <= counted <= passed
    if not off and not rests:
        assert counted == passed
