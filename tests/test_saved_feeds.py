"""Feeds that keep a search: the ledger's promises hold for them as for a topic's, and a new one does not flood."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.types import Change, Located
from storage.policy import Policy
from storage.search import Filters
from storage.searches import SavedSearch
from storage.store import Store
from tests.readers import Reader
from tests.storing import CITATION, DAY, HOUR, START, TEXT, Stage, article, gone, judged, settled, url_of, visit
from tests.test_feed_promises import begun, id_of, news, told

FEED, OTHER_FEED = "do-thi", "nguon-bao"  # the first is the one that `told` publishes
TIN = SavedSearch(words='"tin số"')
FEW = Policy(baseline_items=3, baseline_days=7)


@pytest.fixture(scope="module")
def engine() -> str:
    """What is tested here depends on no engine, but for the last test."""
    return "sqlite"


@pytest.fixture
def stage(tmp_path: Path, engine: str) -> Stage:
    return Stage(tmp_path, engine=engine, policy=FEW)


@pytest.fixture
def reader(stage: Stage) -> Reader:
    return Reader(stage.folder / "feeds" / f"{FEED}.atom")


def polled(stage: Stage, store: Store, reader: Reader) -> tuple[set[str], set[str]]:
    """What the reader is told now: titles of what is new to it, and of what moved."""
    told(stage, store)
    new, moved = reader.poll(stage.now)
    return {reader.titles[one] for one in new}, {reader.titles[one] for one in moved}


def an_old_corpus(stage: Stage, store: Store, days: int = 12) -> None:
    """A text a day, of no topic; the youngest has the highest number."""
    begun(stage, store)
    for number in range(days):
        visit(stage, store, news(number, published=stage.now))
        stage.pass_time(DAY)


# --- a feed begins ---------------------------------------------------------------------------------------------------


def test_a_new_feed_over_an_old_corpus_tells_the_newest_few_and_never_the_rest(
    stage: Stage, store: Store, reader: Reader
) -> None:
    an_old_corpus(stage, store)
    store.define({FEED: TIN})
    assert polled(stage, store, reader) == ({"Tin số 9", "Tin số 10", "Tin số 11"}, set())
    stage.pass_time()
    for number in range(12):
        assert visit(stage, store, replace(news(number, 1), title=f"Tin số {number} (sửa)")) is Change.REVISED
    new, moved = polled(stage, store, reader)
    assert new == set()
    assert moved == {"Tin số 9 (sửa)", "Tin số 10 (sửa)", "Tin số 11 (sửa)"}


def test_copies_of_what_a_new_feed_does_not_tell_tell_nothing_when_they_are_read_again(
    stage: Stage, store: Store, reader: Reader
) -> None:
    begun(stage, store, "phuong", "bao")
    words = ("bến sông", "chợ mới", "cầu cũ", "vườn hoa", "bãi xe", "nhà văn hóa")
    stories = [replace(news(n, published=stage.now), paragraphs=tuple(f"{one} {name}" for one in TEXT))
               for n, name in enumerate(words)]  # fmt: skip
    copies = [replace(one, source="bao", key=f"bao:{n}", url=url_of(n, "bao")) for n, one in enumerate(stories)]
    for said in (*stories, *copies):
        visit(stage, store, said)
    stage.pass_time()
    store.define({FEED: TIN})
    assert len(polled(stage, store, reader)[0]) == 3
    for _ in range(2):
        stage.pass_time(HOUR)
        for said in copies:
            assert visit(stage, store, said) is Change.UNCHANGED
        assert polled(stage, store, reader) == (set(), set())


def test_what_is_old_is_no_news_to_a_new_feed_however_few_there_are(stage: Stage, store: Store, reader: Reader) -> None:
    an_old_corpus(stage, store, days=2)
    visit(stage, store, news(7, published=None))
    stage.pass_time(8 * DAY)
    store.define({FEED: TIN})
    assert polled(stage, store, reader) == (set(), set())


def test_what_comes_later_is_told_once_and_a_restart_tells_nothing_again(stage: Stage, reader: Reader) -> None:
    with stage.store() as store:
        begun(stage, store)
        store.define({FEED: TIN})
        visit(stage, store, news(1, published=stage.now))
        visit(stage, store, article(2, title="Không phải", paragraphs=("Một bài về chuyện khác hẳn.",)))
        assert polled(stage, store, reader) == ({"Tin số 1"}, set())
    stage.pass_time(DAY)
    with stage.store() as store:
        store.define({FEED: TIN})
        assert not told(stage, store)
        assert visit(stage, store, news(1)) is Change.UNCHANGED
        assert not told(stage, store)


def test_a_feed_that_begins_while_a_source_is_in_its_first_run_waits_for_its_end(
    stage: Stage, store: Store, reader: Reader
) -> None:
    for number in range(6):
        visit(stage, store, news(number, published=stage.now))
        stage.pass_time()
    store.define({FEED: TIN})
    visit(stage, store, news(6, published=stage.now))
    assert polled(stage, store, reader) == (set(), set())
    store.settle("phuong")
    assert polled(stage, store, reader) == ({"Tin số 4", "Tin số 5", "Tin số 6"}, set())


def test_a_new_source_does_not_flood_a_feed(stage: Stage, store: Store, reader: Reader) -> None:
    store.define({FEED: TIN})
    for number in range(9):
        visit(stage, store, news(number, source="bao", published=stage.now - number * DAY))
    assert polled(stage, store, reader) == (set(), set())
    settled(store, "bao")
    assert polled(stage, store, reader) == ({"Tin số 0", "Tin số 1", "Tin số 2"}, set())


def test_a_feed_that_keeps_another_search_loses_nothing_and_does_not_flood(
    stage: Stage, store: Store, reader: Reader
) -> None:
    an_old_corpus(stage, store)
    store.define({FEED: SavedSearch(words='"tin số 11"')})
    assert polled(stage, store, reader) == ({"Tin số 11"}, set())
    stage.pass_time()
    store.define({FEED: SavedSearch(words='"tin số" NOT "tin số 11"')})
    assert polled(stage, store, reader) == ({"Tin số 8", "Tin số 9", "Tin số 10"}, set())
    assert len(reader.titles) == 4


def test_only_a_whole_list_ends_a_feed_and_what_it_told_stays(stage: Stage, store: Store, reader: Reader) -> None:
    begun(stage, store)
    store.define({FEED: TIN})
    visit(stage, store, news(1))
    store.define({}, whole=False)
    visit(stage, store, news(2))
    assert polled(stage, store, reader) == ({"Tin số 1", "Tin số 2"}, set())
    store.define({})
    stage.pass_time()
    visit(stage, store, news(3))
    assert visit(stage, store, replace(news(1), title="Tin số 1 (sửa)")) is Change.REVISED
    assert polled(stage, store, reader) == (set(), {"Tin số 1 (sửa)"})
    stage.pass_time(30 * DAY)
    store.define({FEED: TIN})
    assert polled(stage, store, reader) == (set(), set()), "what came meanwhile is an old corpus"


# --- something happens -----------------------------------------------------------------------------------------------


def test_an_article_that_meets_the_search_no_more_keeps_its_entry_and_one_that_does_now_gets_one(
    stage: Stage, store: Store, reader: Reader
) -> None:
    begun(stage, store)
    store.define({FEED: SavedSearch(words="hồ sơ")})
    plain = (TEXT[0], "Một câu nữa về việc này để bài đủ dài.")
    visit(stage, store, article(1, title="Nộp hồ sơ", paragraphs=plain))
    visit(stage, store, article(2, title="Chuyện khác", paragraphs=("Câu đầu của bài hai.",)))
    assert polled(stage, store, reader) == ({"Nộp hồ sơ"}, set())
    stage.pass_time()
    assert visit(stage, store, article(1, title="Nộp giấy tờ", paragraphs=plain)) is Change.REVISED
    visit(stage, store, article(2, title="Thêm hồ sơ", paragraphs=("Câu đầu của bài hai.",)))
    assert polled(stage, store, reader) == ({"Thêm hồ sơ"}, {"Nộp giấy tờ"})


def test_a_story_from_two_sources_stands_once_under_the_id_that_the_topic_gave_it(
    stage: Stage, store: Store, reader: Reader
) -> None:
    begun(stage, store, "phuong", "bao")
    store.define({FEED: TIN})
    visit(stage, store, news(1), "chu-de")
    stage.pass_time()
    assert visit(stage, store, news(1, source="bao"), "chu-de") is Change.DUPLICATE
    assert polled(stage, store, reader) == ({"Tin số 1"}, set())
    (mine,), (topics,) = store.feed(FEED, "").entries, store.feed("chu-de", "").entries
    assert mine.id == topics.id
    assert len(mine.also) == 1


def test_a_story_of_two_first_runs_has_one_id_in_all_feeds(stage: Stage, store: Store) -> None:
    store.define({OTHER_FEED: SavedSearch(filters=Filters(source="bao"))})
    visit(stage, store, news(1, published=stage.now), "chu-de")
    stage.pass_time()
    visit(stage, store, news(1, source="bao", published=stage.now), "chu-de")
    for source in ("bao", "phuong"):
        settled(store, source)
    (mine,), (topics,) = store.feed(OTHER_FEED, "").entries, store.feed("chu-de", "").entries
    assert mine.article.source == "bao"
    assert mine.id == topics.id
    assert store.problems() == ()


def test_a_feed_of_one_source_shows_no_other_ones_page(stage: Stage, store: Store) -> None:
    begun(stage, store, "phuong", "bao")
    store.define({OTHER_FEED: SavedSearch(filters=Filters(source="bao")), FEED: TIN})
    visit(stage, store, news(1), "chu-de")
    visit(stage, store, news(1, source="bao"), "chu-de")

    def shown(feed: str) -> tuple[str, bool]:
        (entry,) = store.feed(feed, "").entries
        return entry.article.source, entry.withdrawn

    assert (shown(FEED), shown(OTHER_FEED)) == (("phuong", False), ("bao", False))
    stage.pass_time(HOUR)
    gone(stage, store, 1, source="bao", status=410)
    assert (shown(FEED), shown(OTHER_FEED)) == (("phuong", False), ("bao", True))
    stage.pass_time(HOUR)
    visit(stage, store, news(1, source="bao"))
    assert shown(OTHER_FEED) == ("bao", False)
    gone(stage, store, 1, status=410)
    assert (shown(FEED), shown(OTHER_FEED)) == (("bao", False), ("bao", False))


def test_a_withdrawn_article_is_marked_once(stage: Stage, store: Store, reader: Reader) -> None:
    begun(stage, store)
    store.define({FEED: TIN})
    visit(stage, store, news(1))
    told(stage, store)
    reader.poll(stage.now)
    stage.pass_time()
    gone(stage, store, 1, status=410)
    assert polled(stage, store, reader) == (set(), {"[Đã gỡ] Tin số 1"})
    stage.pass_time()
    gone(stage, store, 1, status=410)
    assert not told(stage, store)


def test_what_our_rules_find_only_now_is_news_only_while_it_is_recent(
    stage: Stage, store: Store, reader: Reader
) -> None:
    begun(stage, store)
    store.define({FEED: SavedSearch(filters=Filters(topic="chu-de"))})
    visit(stage, store, news(1, published=stage.now))
    stage.pass_time(30 * DAY)
    visit(stage, store, news(2, published=stage.now))
    for number in (1, 2):
        visit(stage, store, news(number, published=None), "chu-de")
    assert polled(stage, store, reader) == ({"Tin số 2"}, set())


def test_a_text_that_nobody_was_told_of_is_handed_to_a_source_whose_article_meets_the_search(
    stage: Stage, store: Store
) -> None:
    begun(stage, store, "bao")
    store.define({FEED: TIN, OTHER_FEED: SavedSearch(filters=Filters(source="phuong"))})
    stage.pass_time()
    visit(stage, store, news(1, published=START - 60 * DAY))  # in its source's first run
    visit(stage, store, news(1, source="bao", published=stage.now))
    settled(store)
    assert [one.article.source for one in store.feed(FEED, "").entries] == ["bao"]
    assert store.feed(OTHER_FEED, "").entries == ()
    assert id_of_entry(store) == id_of(store, "bao:1")


def id_of_entry(store: Store) -> str:
    (mine,) = store.feed(FEED, "").entries
    return mine.id


# --- what a search means ---------------------------------------------------------------------------------------------

HANOI, WARD, HUE = "ha-noi", "ha-noi/quan-long-bien", "hue"
SEARCHES = {
    "tu-co-dau": SavedSearch(words="tổ dân phố"),
    "tu-khong-dau": SavedSearch(words="to dan pho"),
    "tu-sai-dau": SavedSearch(words="tố dân phố"),
    "cum-tu": SavedSearch(words='"dân phố tổ"'),
    "khong-phai": SavedSearch(words="phường NOT họp"),
    "mot-trong-hai": SavedSearch(words="họp OR nghỉ*"),
    "nguon": SavedSearch(filters=Filters(source="bao")),
    "chu-de": SavedSearch(filters=Filters(topic="do-thi")),
    "van-ban": SavedSearch(filters=Filters(document=CITATION.key)),
    "van-ban-khac": SavedSearch(filters=Filters(document="1/2031/QH16")),
    "noi": SavedSearch(filters=Filters(places=(HANOI, HUE))),
    "noi-khac": SavedSearch(filters=Filters(places=(HUE,))),
    "tat-ca": SavedSearch(words="phường", filters=Filters(source="phuong", topic="do-thi", places=(HANOI,))),
}
MET = {
    "phuong:1": {"tu-co-dau", "tu-khong-dau", "khong-phai", "chu-de", "van-ban", "noi", "tat-ca"},
    "bao:2": {"khong-phai", "mot-trong-hai", "nguon", "van-ban", "noi", "noi-khac"},
    "phuong:3": {"mot-trong-hai", "van-ban"},
}


def corpus(stage: Stage, store: Store) -> None:
    pages = (
        (article(1, title="Tổ dân phố mới"), ("do-thi",), (WARD,)),
        (article(2, source="bao", title="Phường nghỉ lễ", paragraphs=("Chợ phường cũng nghỉ.",)), (), (HUE,)),
        (article(3, title="Họp", paragraphs=("Phường họp. Thôn họp.",)), (), ()),
    )
    for said, topics, places in pages:
        said = replace(said, lead=None)
        found = judged(stage.page(said.url, source=said.source), said, *topics)
        store.save(replace(found, places=tuple(Located(place=one, now=one) for one in places)))


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=False)
@pytest.mark.parametrize("defined_first", [True, False])
def test_a_feed_means_the_same_of_a_page_that_comes_and_of_all_that_are_there(
    stage: Stage, store: Store, defined_first: bool
) -> None:
    steps: list[Callable[[], object]] = [lambda: store.define(SEARCHES), lambda: corpus(stage, store)]
    for step in steps if defined_first else reversed(steps):
        step()
    for key, expected in MET.items():
        stored = store.article(key)
        assert stored is not None
        assert {entry.feed for entry in stored.entries} - {"do-thi"} == expected, key
