"""What the site takes back is marked; what a site in trouble says of everything is not believed at the first sight."""

from datetime import timedelta

import pytest

from crawler.health import MANY_GONE
from crawler.types import Article, Source
from storage.policy import are_many, is_believed
from storage.store import Store
from tests.storing import DAY, HOUR, START, TEXT, Stage, article, due_keys, settled, url_of, visit

MINUTE = timedelta(minutes=1)
SOURCE = Source(name="phuong", title="Phường Bến Gỗ", hosts=("phuong.example",))


@pytest.fixture
def store(stage: Stage, store: Store) -> Store:
    store.meet(SOURCE)
    settled(store)
    stage.pass_time()
    for number in range(10):
        visit(stage, store, page(number), "do-thi")
    return store


def page(number: int) -> Article:
    return article(number, paragraphs=(f"Tổ dân phố số {number} họp bàn. {TEXT[0]}",))


def run(stage: Stage, store: Store, gone: range, *, alive: range = range(0)) -> str:
    """A run that finds some articles gone and some there; gives what is told of it."""
    stage.pass_time()
    store.meet(SOURCE)
    for number in gone:
        stage.pass_time(MINUTE)
        answer = store.archive(stage.page(url_of(number), status=404))
        store.reject(answer, "NotFound", "HTTP 404", temporary=False)
    for number in alive:
        stage.pass_time(MINUTE)
        store.unchanged("phuong", url_of(number), stage.now)
    failure = store.withdraw("phuong")
    return failure.kind if failure else ""


def marked(store: Store) -> set[str]:
    return {entry.article.key for entry in store.feed("do-thi", "").entries if entry.withdrawn}


@pytest.mark.parametrize(
    ("gone", "there", "many"),
    [(1, 0, False), (2, 0, False), (3, 0, True), (3, 2, True), (3, 3, False), (50, 49, True), (50, 50, False)],
)
def test_how_many_are_many(gone: int, there: int, many: bool) -> None:
    assert are_many(gone, there) is many


@pytest.mark.parametrize(
    ("missed", "checked", "many", "believed"),
    [
        pytest.param(HOUR, HOUR, False, True, id="seen in this run, most others there"),
        pytest.param(HOUR, HOUR, True, False, id="seen in this run, most others gone too"),
        pytest.param(-HOUR, -HOUR, False, False, id="not asked for in this run"),
        pytest.param(-DAY, HOUR, True, True, id="still gone a day later"),
        pytest.param(-DAY + 2 * HOUR, HOUR, True, False, id="less than a day later"),
    ],
)
def test_what_is_believed(missed: timedelta, checked: timedelta, many: bool, believed: bool) -> None:
    assert is_believed(gone_at=START + missed, last_checked=START + checked, run_at=START, many=many) is believed


def test_a_site_that_loses_everything_for_an_hour_marks_nothing_and_is_told(stage: Stage, store: Store) -> None:
    before = store.feed("do-thi", "")
    assert run(stage, store, range(10)) == MANY_GONE
    assert run(stage, store, range(5)) == MANY_GONE, "the others still are in doubt"
    (status,) = store.status()
    assert status.failure is not None
    assert (status.failure.kind, status.failure.url) == (MANY_GONE, url_of(0))
    assert status.failure.message.startswith("10 articles are gone at once and 0 are there")
    assert run(stage, store, range(0), alive=range(10)) == ""
    assert store.feed("do-thi", "") == before
    assert store.status()[0].failure is None


def test_one_that_is_taken_back_among_others_is_marked_by_the_run_that_sees_it(stage: Stage, store: Store) -> None:
    assert run(stage, store, range(1), alive=range(1, 10)) == ""
    assert marked(store) == {"phuong:0"}
    assert run(stage, store, range(1, 5), alive=range(5, 10)) == ""
    assert marked(store) == {f"phuong:{number}" for number in range(5)}


def test_what_stays_gone_is_marked_after_a_day_and_asked_for_until_then(stage: Stage, store: Store) -> None:
    stage.pass_time(13 * DAY + 12 * HOUR)  # soon too old for re-checks
    assert run(stage, store, range(9)) == MANY_GONE
    stage.pass_time(20 * HOUR)
    assert set(due_keys(stage, store)) >= {f"phuong:{number}" for number in range(9)}
    assert run(stage, store, range(9)) == MANY_GONE
    assert marked(store) == set()
    stage.pass_time(4 * HOUR)
    assert run(stage, store, range(8)) == "", "nothing is in doubt but the one that was not asked for"
    assert marked(store) == {f"phuong:{number}" for number in range(8)}
    assert due_keys(stage, store) == ["phuong:8"]


def test_a_run_that_was_killed_marks_nothing_and_the_next_one_decides(stage: Stage, store: Store) -> None:
    stage.pass_time()
    store.meet(SOURCE)
    answer = store.archive(stage.page(url_of(0), status=404))
    store.reject(answer, "NotFound", "HTTP 404", temporary=False)
    assert marked(store) == set()
    assert run(stage, store, range(0), alive=range(5, 6)) == ""
    assert marked(store) == set(), "it was not asked for"
    assert run(stage, store, range(1), alive=range(5, 6)) == ""
    assert marked(store) == {"phuong:0"}


def test_an_outage_that_is_replayed_after_it_ended_is_none(stage: Stage, store: Store) -> None:
    stage.pass_time()
    saved = store.archive(stage.page(url_of(0), status=404))
    store.reject(saved, "NotFound", "HTTP 404", temporary=False)
    store.unchanged("phuong", url_of(0), stage.pass_time())
    for _ in range(2):
        stage.pass_time(DAY)
        store.reject(saved, "NotFound", "HTTP 404", temporary=False)
        store.withdraw("phuong")
        assert marked(store) == set()
