"""When a source is read again: learned from what it publishes, within bounds, later where its listings say so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.hints import hint
from crawler.rhythm import Bounds, Rhythm, Turn, interval, turn
from crawler.types import Failure, Host, Run, Snapshot
from storage.store import Store
from tests.storing import DAY, HOUR, START, Stage, announcement, article, url_of, visit

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BOUNDS = Bounds(least=15 * MINUTE, most=6 * HOUR)
LONG_AGO = NOW - 60 * DAY
LISTING = "https://phuong.example/tin-tuc"


def every(gap: timedelta, count: int, last: timedelta = timedelta(0)) -> tuple[datetime, ...]:
    return tuple(NOW - last - number * gap for number in range(count))


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param(Rhythm(met=LONG_AGO), 6 * HOUR, id="nothing known, long met"),
        pytest.param(Rhythm(met=NOW - HOUR), 15 * MINUTE, id="just met"),
        pytest.param(Rhythm(met=LONG_AGO, published=every(15 * MINUTE, 200)), 15 * MINUTE, id="a newspaper"),
        pytest.param(Rhythm(met=LONG_AGO, published=every(4 * HOUR, 84)), 2 * HOUR, id="six a day"),
        pytest.param(Rhythm(met=LONG_AGO, published=every(3 * DAY, 5)), 6 * HOUR, id="a ward, every third day"),
        pytest.param(Rhythm(met=LONG_AGO, published=every(HOUR, 8)), 90 * MINUTE, id="a ward that wakes up"),
        pytest.param(Rhythm(met=LONG_AGO, published=every(HOUR, 8, last=2 * DAY)), 6 * HOUR, id="and sleeps again"),
        pytest.param(Rhythm(met=LONG_AGO, published=every(HOUR, 99, last=20 * DAY)), 6 * HOUR, id="silent"),
        pytest.param(Rhythm(met=LONG_AGO, published=(NOW + DAY,) * 9), 6 * HOUR, id="dated in the future"),
    ],
)
def test_the_interval_is_learned(known: Rhythm, expected: timedelta) -> None:
    assert interval(known, BOUNDS, NOW) == expected


@pytest.mark.parametrize(
    ("asks", "shown", "expected"),
    [
        (None, 20, HOUR),
        (30 * MINUTE, 20, HOUR),  # a hint never hurries
        (3 * HOUR, 20, 3 * HOUR),
        (30 * DAY, 20, 6 * HOUR),
        (5 * HOUR, 4, 4 * HOUR),  # two of the four that the listing shows may pass
        (5 * HOUR, 0, HOUR),  # nobody knows how many it shows
    ],
)
def test_a_hint_makes_it_longer_but_no_article_is_missed(
    asks: timedelta | None, shown: int, expected: timedelta
) -> None:
    known = Rhythm(met=LONG_AGO, published=every(2 * HOUR, 168), hint=asks, shown=shown)
    assert interval(known, BOUNDS, NOW) == expected


def rests(name: str = "a.example", *, until: timedelta | None = None) -> Host:
    return Host(name=name, not_before=NOW + until if until else None)


DAILY = Rhythm(met=LONG_AGO, published=every(DAY, 14), read_at=NOW - HOUR)


@pytest.mark.parametrize(
    ("known", "hosts", "most", "expected"),
    [
        pytest.param(Rhythm(), [rests()], 6 * HOUR, (Turn.DUE, None), id="never read"),
        pytest.param(DAILY, [rests()], 6 * HOUR, (Turn.EARLY, NOW + 5 * HOUR), id="read lately"),
        pytest.param(replace(DAILY, read_at=NOW - 6 * HOUR), [rests()], 6 * HOUR, (Turn.DUE, None), id="long ago"),
        pytest.param(
            replace(DAILY, read_at=NOW - 6 * HOUR + MINUTE), [], 6 * HOUR, (Turn.DUE, None), id="a minute is no matter"
        ),
        pytest.param(replace(DAILY, waiting=1), [rests()], 6 * HOUR, (Turn.DUE, None), id="an article waits"),
        pytest.param(replace(DAILY, read_at=NOW + HOUR), [], 6 * HOUR, (Turn.DUE, None), id="a clock set back"),
        pytest.param(DAILY, [rests()], timedelta(0), (Turn.DUE, None), id="no rhythm wanted"),
        pytest.param(Rhythm(), [rests(until=HOUR)], timedelta(0), (Turn.WAITS, NOW + HOUR), id="its host waits"),
        pytest.param(Rhythm(), [rests(until=-HOUR)], timedelta(0), (Turn.DUE, None), id="its host has waited"),
        pytest.param(
            replace(DAILY, waiting=9),
            [rests(until=2 * HOUR), rests("b.example", until=HOUR)],
            6 * HOUR,
            (Turn.WAITS, NOW + HOUR),
            id="all hosts wait",
        ),
        pytest.param(Rhythm(), [rests(until=HOUR), rests("b.example")], HOUR, (Turn.DUE, None), id="one may be asked"),
    ],
)
def test_whose_turn_it_is(
    known: Rhythm, hosts: list[Host], most: timedelta, expected: tuple[Turn, datetime | None]
) -> None:
    assert turn(known, hosts, Bounds(least=timedelta(0), most=most), NOW) == expected


# --- what a listing says ----------------------------------------------------------------------------------------------


def page(body: bytes = b"", **headers: str) -> Snapshot:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Snapshot(requested_url=LISTING, url=LISTING, fetched_at=NOW, status=200, headers=named, body=body)


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        (page(), None),
        (page(cache_control="max-age=600"), 10 * MINUTE),
        (page(cache_control="public, Max-Age = 600, s-maxage=9"), 10 * MINUTE),
        (page(cache_control="s-maxage=600"), None),
        (page(cache_control="max-age=0"), None),
        (page(cache_control="no-cache, max-age=600"), None),
        (page(cache_control="max-age=600, no-store"), None),
        (page(b"<rss><channel><ttl> 60</ttl><item>"), HOUR),
        (page(b"<rss><channel><ttl><![CDATA[60]]></ttl>", cache_control="max-age=600"), HOUR),
        (page(b"<rss><channel><item><ttl>60</ttl></item>"), None),
        (
            page(b"<sy:updatePeriod>\n\thourly\t</sy:updatePeriod><sy:updateFrequency> 2 </sy:updateFrequency>"),
            HOUR / 2,
        ),
        (page(b"<sy:updatePeriod>daily</sy:updatePeriod>"), DAY),
        (page(b"<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>"), DAY),
        (page(b"<sy:updatePeriod>now and then</sy:updatePeriod>"), None),
    ],
)
def test_what_a_listing_says(listing: Snapshot, expected: timedelta | None) -> None:
    assert hint(listing) == expected


@given(st.text(), st.binary(), st.integers(0, 10**9))
def test_no_listing_breaks_it(header: str, body: bytes, number: int) -> None:
    for said in (page(body, cache_control=header), page(b"<ttl>%d</ttl>" % number, cache_control=f"max-age={number}")):
        found = hint(said)
        assert found is None or found > timedelta(0)


# --- what the store knows ---------------------------------------------------------------------------------------------


def read(stage: Stage, store: Store, **counts: Any) -> None:
    store.record(Run(**{"source": "phuong", "started": stage.now, "listings": 1, **counts}))


def test_the_store_knows_a_sources_rhythm(stage: Stage, store: Store) -> None:
    assert store.rhythm("phuong") == Rhythm()
    store.announce("phuong", stage.page(LISTING), [announcement(n) for n in range(4)], 2 * HOUR)
    store.announce("phuong", stage.page(LISTING + "?c=2"), [announcement(n) for n in (8, 9)], HOUR)
    visit(stage, store, article(1, published=START - 3 * HOUR))
    visit(stage, store, article(2, published=None))
    store.settle("phuong")
    read(stage, store)
    known = store.rhythm("phuong")
    assert known.published == (START - 3 * HOUR,), "undated ones of a first run may be of any age"
    assert (known.met, known.read_at, known.waiting, known.hint, known.shown) == (START, START, 4, HOUR, 2)
    stage.pass_time()
    read(stage, store, listings=0, blind=1)
    visit(stage, store, article(3, published=None, paragraphs=("Một tin ngắn của phường.",)))
    store.announce("phuong", stage.page(LISTING), [announcement(3)])
    known = store.rhythm("phuong")
    assert known.published == (START + HOUR, START - 3 * HOUR)
    assert (known.read_at, known.hint, known.shown) == (START, None, 1), "one listing says nothing any more"


def test_what_failed_just_now_waits_for_no_run(stage: Stage, store: Store) -> None:
    store.announce("phuong", stage.page(LISTING), [announcement(1)])
    for waiting in (1, 0):
        store.fail("phuong", Failure(url=url_of(1), kind="DownloadTimeoutError", message="60 s", at=stage.now))
        assert store.rhythm("phuong").waiting == waiting
    stage.pass_time()
    assert store.rhythm("phuong").waiting == 1


def test_a_listing_that_is_no_longer_read_says_nothing(stage: Stage, store: Store) -> None:
    store.announce("phuong", stage.page(LISTING + "/cu"), [announcement(1)])
    stage.pass_time(3 * DAY)
    store.announce("phuong", stage.page(LISTING), [announcement(n) for n in range(5)], HOUR)
    known = store.rhythm("phuong")
    assert (known.hint, known.shown) == (HOUR, 5)
