"""One text in several places: who tells it, under which id, where else it stands, and what if a place goes."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from crawler.types import Change, Entry, Source
from storage.ledger import entry_id
from storage.policy import Policy
from storage.store import Store
from tests.storing import DAY, OTHER, START, Stage, article, gone, settled, url_of, visit


@pytest.fixture
def stage(tmp_path: Path, engine: str) -> Stage:
    return Stage(tmp_path, policy=Policy(baseline_items=3, baseline_days=7), engine=engine)


def entries(store: Store, feed: str = "do-thi") -> list[Entry]:
    return list(store.feed(feed, "").entries)


def keys(store: Store, feed: str = "do-thi") -> list[str]:
    return [entry.article.key for entry in entries(store, feed)]


# --- news that a first run holds back --------------------------------------------------------------------------------


@pytest.mark.parametrize("first_run_ended", [False, True])
@pytest.mark.parametrize("printed", [None, START - 30 * DAY])
def test_what_a_first_run_holds_is_news_where_a_settled_source_brings_it_fresh(
    stage: Stage, store: Store, printed: datetime | None, first_run_ended: bool
) -> None:
    settled(store, "bao")
    stage.pass_time()
    visit(stage, store, article(1, source="moi", published=printed), "do-thi")
    if first_run_ended:
        store.settle("moi")
    now = stage.pass_time()
    assert visit(stage, store, article(2, source="bao", published=now), "do-thi") is Change.DUPLICATE
    (told,) = entries(store)
    assert (told.article.key, told.id, told.announced, told.updated) == ("bao:2", entry_id("bao:2"), now, now)
    for _ in range(3):
        stage.pass_time()
        store.settle("moi")
        visit(stage, store, article(1, source="moi", published=printed), "do-thi")
        visit(stage, store, article(2, source="bao", published=now), "do-thi")
        visit(stage, store, article(3, source="quan", published=stage.now), "do-thi")
        assert [(one.id, one.updated) for one in entries(store)] == [(told.id, now)], "told once"


def test_a_source_that_brings_it_as_old_tells_nothing(stage: Stage, store: Store) -> None:
    settled(store, "bao")
    visit(stage, store, article(1, source="moi", published=START - 30 * DAY), "do-thi")
    store.settle("moi")
    for _ in range(3):
        stage.pass_time(DAY)
        visit(stage, store, article(2, source="bao", published=START - 20 * DAY), "do-thi")
        assert keys(store) == []


def test_what_found_no_room_in_a_first_run_is_not_told_by_a_later_visit(stage: Stage, store: Store) -> None:
    visit(stage, store, article(0, source="moi", published=None), "do-thi")
    store.settle("moi")
    for number in range(1, 5):
        other = (f"Tổ dân phố số {number} họp bàn. {OTHER[0]}",)
        visit(stage, store, article(number, paragraphs=other, published=START), "do-thi")
    visit(stage, store, article(9, published=START - 5 * DAY), "do-thi")
    store.settle("phuong")
    before = keys(store)
    assert len(before) == 3
    for _ in range(3):
        stage.pass_time()
        visit(stage, store, article(9, published=START - 5 * DAY), "do-thi")
        assert keys(store) == before


@pytest.mark.parametrize("order", ["moi bao", "bao moi"])
def test_of_two_first_runs_the_one_that_dates_the_text_tells_it(stage: Stage, store: Store, order: str) -> None:
    visit(stage, store, article(1, source="moi", published=None), "do-thi")
    visit(stage, store, article(2, source="bao", published=START), "do-thi")
    for name in order.split():
        stage.pass_time()
        store.settle(name)
    assert keys(store) == ["bao:2"]


def test_a_story_has_one_id_in_all_feeds(stage: Stage, store: Store) -> None:
    settled(store)
    settled(store, "bao")
    stage.pass_time()
    visit(stage, store, article(1), "do-thi")
    stage.pass_time()
    visit(stage, store, article(2, source="bao"), "do-thi", "hai-cap")
    assert entries(store)[0].id == entries(store, "hai-cap")[0].id == entry_id("phuong:1")


# --- the other places ------------------------------------------------------------------------------------------------


def told_twice(stage: Stage, store: Store) -> Entry:
    """One text, at `phuong:1` and then `bao:2`; the entry that shows it."""
    for name, title in (("phuong", "Phường Bến Gỗ"), ("bao", "Báo Sông Mây")):
        store.meet(Source(name=name, title=title, hosts=(f"{name}.example",)))
        settled(store, name)
    stage.pass_time()
    visit(stage, store, article(1), "do-thi")
    (first,) = entries(store)
    stage.pass_time()
    visit(stage, store, article(2, source="bao"), "do-thi")
    (both,) = entries(store)
    assert both == replace(first, also=(("Báo Sông Mây", url_of(2, "bao")),)), "id and updated stay"
    return both


def test_an_entry_names_the_other_places_in_the_order_they_came(stage: Stage, store: Store) -> None:
    told_twice(stage, store)
    settled(store, "anh")
    visit(stage, store, article(3, source="anh"), "do-thi")
    stage.pass_time()
    visit(stage, store, article(5, paragraphs=OTHER), "do-thi")
    alone, both = entries(store)
    assert alone.also == ()
    assert both.also == (("Báo Sông Mây", url_of(2, "bao")), ("anh", url_of(3, "anh")))
    stage.pass_time()
    visit(stage, store, article(2, source="bao", paragraphs=(*OTHER, OTHER[1])), "do-thi")
    assert entries(store)[1] == replace(both, also=both.also[1:]), "it carries another text now"


def test_a_long_feed_asks_the_store_no_more_often_than_a_short_one(stage: Stage, store: Store) -> None:
    asked: list[str] = []

    def count(*said: object) -> None:
        asked.append(str(said[2]))

    settled(store)
    settled(store, "bao")
    stage.pass_time()
    costs = []
    for number in range(12):
        paragraphs = (f"Tổ dân phố số {number} họp bàn. {OTHER[0]}",)
        visit(stage, store, article(number, paragraphs=paragraphs), "do-thi")
        visit(stage, store, article(number, source="bao", paragraphs=paragraphs), "do-thi")
        event.listen(Engine, "before_cursor_execute", count)
        assert all(len(entry.also) == 1 for entry in entries(store))
        event.remove(Engine, "before_cursor_execute", count)
        costs.append(len(asked))
        asked.clear()
    assert costs[0] == costs[-1] <= 7, costs


# --- a place goes ----------------------------------------------------------------------------------------------------


def test_where_another_place_carries_the_text_the_entry_shows_that_one(stage: Stage, store: Store) -> None:
    before = told_twice(stage, store)
    stage.pass_time()
    gone(stage, store, 1)
    (there,) = entries(store)
    assert (there.article.key, there.withdrawn, there.also) == ("bao:2", False, ())
    assert (there.id, there.announced, there.updated) == (before.id, before.announced, before.updated)
    left = stage.pass_time()
    gone(stage, store, 2, source="bao")
    (nowhere,) = entries(store)
    assert (nowhere.id, nowhere.updated, nowhere.withdrawn) == (before.id, left, True)
    back = stage.pass_time()
    visit(stage, store, article(2, source="bao"), "do-thi")
    (again,) = entries(store)
    assert again == replace(there, updated=back)
    stage.pass_time()
    visit(stage, store, article(1), "do-thi")
    assert entries(store) == [replace(before, updated=back)], "the first place, once it is there again"


def test_a_place_that_carries_another_text_by_now_is_none(stage: Stage, store: Store) -> None:
    before = told_twice(stage, store)
    stage.pass_time()
    visit(stage, store, article(2, source="bao", paragraphs=OTHER), "do-thi")
    gone(stage, store, 1)
    (marked,) = entries(store)
    assert (marked.id, marked.article.key, marked.withdrawn) == (before.id, "phuong:1", True)


def test_a_withdrawn_entry_lives_again_where_another_source_brings_its_text(stage: Stage, store: Store) -> None:
    settled(store)
    settled(store, "bao")
    stage.pass_time()
    visit(stage, store, article(1), "do-thi")
    (first,) = entries(store)
    stage.pass_time()
    gone(stage, store, 1)
    now = stage.pass_time()
    assert visit(stage, store, article(2, source="bao"), "do-thi") is Change.DUPLICATE
    (there,) = entries(store)
    assert (there.id, there.article.key, there.withdrawn, there.updated) == (first.id, "bao:2", False, now)
