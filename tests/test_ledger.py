"""Entries: which are news, under which id, and when they move."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.types import Article, Change, Entry, Run, Source
from storage.ledger import NAMESPACE, entry_id
from storage.policy import Policy
from storage.standing import Candidate, Standing, standing
from storage.store import Store
from tests.storing import DAY, HOUR, OTHER, START, TEXT, Stage, announcement, article, gone, judged, settled, visit

POLICY = Policy(baseline_items=3, baseline_days=7)
SECOND = timedelta(seconds=1)
LISTING = "https://phuong.example/"


@pytest.fixture
def stage(tmp_path: Path, engine: str) -> Stage:
    return Stage(tmp_path, policy=POLICY, engine=engine)


def text(number: int) -> tuple[str, ...]:
    return (f"Tổ dân phố số {number} họp bàn. {TEXT[0]}",)


def shown(store: Store, feed: str = "do-thi") -> list[str]:
    return [entry.article.key for entry in store.feed(feed, "").entries]


# --- the rule, as a table -------------------------------------------------------------------------------------------


def candidate(
    published: datetime | None,
    *,
    announced: datetime | None = None,
    seen: datetime = START + DAY,
    settled_at: datetime | None = START,
    told: int = 0,
    late: bool = False,
    read: datetime | None = None,
) -> Candidate:
    return Candidate(
        published=published,
        announced_at=announced,
        first_seen=seen,
        settled_at=settled_at,
        read_at=read,
        told=told,
        late=late,
    )


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        pytest.param(candidate(START, settled_at=None), Standing.HELD, id="first run: dated"),
        pytest.param(candidate(None, settled_at=None), Standing.HELD, id="first run: undated"),
        pytest.param(candidate(START + DAY), Standing.PUBLISHED, id="later: fresh"),
        pytest.param(candidate(START - 7 * DAY), Standing.PUBLISHED, id="later: just fresh enough"),
        pytest.param(
            candidate(START - 7 * DAY - SECOND), Standing.BASELINE, id="later: older than the first run's news"
        ),
        pytest.param(candidate(None), Standing.PUBLISHED, id="later: undated"),
        pytest.param(candidate(None, announced=START + SECOND), Standing.PUBLISHED, id="later: announced and undated"),
        pytest.param(candidate(None, announced=START), Standing.BASELINE, id="announced in the first run, undated"),
        pytest.param(candidate(None, seen=START), Standing.BASELINE, id="seen before the first run ended, undated"),
        pytest.param(candidate(START, announced=START - HOUR, told=2), Standing.PUBLISHED, id="first run's: room left"),
        pytest.param(candidate(START, announced=START - HOUR, told=3), Standing.BASELINE, id="first run's: no room"),
        pytest.param(candidate(START, announced=START + HOUR, told=3), Standing.PUBLISHED, id="later: needs no room"),
        pytest.param(candidate(START - 6 * DAY, late=True), Standing.PUBLISHED, id="our rules find it late: fresh"),
        pytest.param(candidate(START - 7 * DAY, late=True), Standing.BASELINE, id="our rules find it late: old"),
        pytest.param(candidate(None, seen=START + HOUR, late=True), Standing.PUBLISHED, id="late, undated, just seen"),
        pytest.param(
            candidate(None, seen=START - 7 * DAY, settled_at=START - 30 * DAY, late=True),
            Standing.BASELINE,
            id="late, undated, long seen",
        ),
        pytest.param(
            candidate(START + 80 * DAY, read=START + 90 * DAY), Standing.BASELINE, id="a find: older than the listings"
        ),
        pytest.param(
            candidate(START + 83 * DAY, read=START + 90 * DAY), Standing.PUBLISHED, id="listed tardily: still news"
        ),
        pytest.param(
            candidate(START + 80 * DAY, read=START + 85 * DAY), Standing.PUBLISHED, id="from the time of an outage"
        ),
        pytest.param(
            candidate(START + 80 * DAY, read=None), Standing.PUBLISHED, id="no run before: not known to be old"
        ),
        pytest.param(candidate(None, read=START + 90 * DAY), Standing.PUBLISHED, id="undated: never a find"),
        pytest.param(
            candidate(START - 6 * DAY, read=START - 30 * DAY), Standing.PUBLISHED, id="runs before the first one ended"
        ),
    ],
)
def test_standing(one: Candidate, expected: Standing) -> None:
    assert standing(one, START + HOUR, POLICY) is expected


@pytest.mark.parametrize("days", [0, 3, 7, 30])
@given(age=st.timedeltas(timedelta(0), timedelta(days=6)), away=st.timedeltas(timedelta(0), timedelta(days=400)))
def test_what_is_listed_within_a_week_is_news_whatever_the_settings_and_however_long_we_were_away(
    days: int, age: timedelta, away: timedelta
) -> None:
    read = START + 30 * DAY
    one = candidate(read - age, read=read, seen=read + away, announced=read + away)
    assert standing(one, read + away, Policy(baseline_days=days)) is Standing.PUBLISHED


def test_ids_are_fixed_for_ever() -> None:
    assert entry_id("phuong:1") == uuid.uuid5(NAMESPACE, "phuong:1").urn
    assert entry_id("phuong:1") == "urn:uuid:c50335dc-1337-550b-8045-ed9e52742372"


# --- the first run ----------------------------------------------------------------------------------------------------


def test_a_first_run_publishes_few_and_new(stage: Stage, store: Store) -> None:
    dates = [START - number * DAY for number in (5, 1, 2, 9, 3, 30)]
    for number, published in enumerate(dates):
        stage.pass_time(SECOND)
        visit(stage, store, article(number, paragraphs=text(number), published=published), "do-thi")
    visit(stage, store, article(9, paragraphs=text(9), published=None), "do-thi", "khac")
    assert shown(store) == []
    now = stage.pass_time()
    assert store.settle("phuong") == 3
    assert store.settle("phuong") == 0
    entries = store.feed("do-thi", "").entries
    assert [entry.article.key for entry in entries] == ["phuong:1", "phuong:2", "phuong:4"]
    assert [entry.updated for entry in entries] == [now, now - SECOND, now - 2 * SECOND]
    assert all(entry.announced == entry.updated for entry in entries)
    assert shown(store, "khac") == [], "undated"
    stage.pass_time()
    visit(stage, store, article(3, paragraphs=OTHER, published=dates[3]), "do-thi")
    assert shown(store) == ["phuong:1", "phuong:2", "phuong:4"], "baseline stays baseline when it is revised"


def test_each_feed_has_its_own_first_items(stage: Stage, store: Store) -> None:
    for number in range(8):
        topics = ("do-thi", "hai-cap") if number % 2 else ("do-thi",)
        visit(stage, store, article(number, paragraphs=text(number), published=START - number * HOUR), *topics)
    store.settle("phuong")
    assert shown(store) == ["phuong:0", "phuong:1", "phuong:2"]
    assert shown(store, "hai-cap") == ["phuong:1", "phuong:3", "phuong:5"]


def test_a_first_run_that_was_killed_goes_on_in_the_next(stage: Stage, store: Store) -> None:
    visit(stage, store, article(1, paragraphs=text(1)), "do-thi")
    stage.pass_time(DAY)
    visit(stage, store, article(2, paragraphs=text(2)), "do-thi")
    store.settle("phuong")
    assert sorted(shown(store)) == ["phuong:1", "phuong:2"]


def test_what_a_first_run_announced_and_a_later_one_brings_is_the_first_runs(stage: Stage, store: Store) -> None:
    found = [announcement(number) for number in range(6)]
    store.announce("phuong", stage.page(LISTING), found)
    for number in (0, 1):
        visit(stage, store, article(number, paragraphs=text(number)), "do-thi")
    stage.pass_time()
    store.settle("phuong")
    stage.pass_time()
    visit(stage, store, article(2, paragraphs=text(2), published=None), "do-thi")
    for number in (3, 4, 5):
        visit(stage, store, article(number, paragraphs=text(number)), "do-thi")
    assert sorted(shown(store)) == ["phuong:0", "phuong:1", "phuong:3"], "three in all, and nothing undated"
    store.announce("phuong", stage.page(LISTING), [announcement(6)])
    visit(stage, store, article(6, paragraphs=text(6), published=None), "do-thi")
    assert "phuong:6" in shown(store)


def test_a_replay_before_the_first_crawl_does_not_make_old_news_new(stage: Stage, store: Store) -> None:
    visit(stage, store, article(1, paragraphs=text(1)), "do-thi")
    store.settle("phuong")
    stage.pass_time(DAY)
    store.meet(Source(name="phuong", title="Phường Bến Gỗ", hosts=("phuong.example",)))
    store.announce("phuong", stage.page(LISTING), [announcement(2)])
    visit(stage, store, article(2, paragraphs=text(2), published=None), "do-thi")
    store.settle("phuong")
    assert shown(store) == ["phuong:1"]


def test_what_was_taken_back_before_it_was_told_is_not_told(stage: Stage, store: Store) -> None:
    visit(stage, store, article(1), "do-thi")
    stage.pass_time()
    gone(stage, store, 1)
    store.settle("phuong")
    assert shown(store) == []


# --- afterwards -------------------------------------------------------------------------------------------------------


def test_an_entry_moves_only_when_the_site_changes_the_text(stage: Stage, store: Store) -> None:
    settled(store)
    told = stage.pass_time()
    visit(stage, store, article(1), "do-thi")
    (first,) = store.feed("do-thi", "").entries
    assert (first.announced, first.updated, first.withdrawn) == (told, told, False)
    for _ in range(10):
        stage.pass_time()
        visit(stage, store, article(1), "do-thi")
        assert store.feed("do-thi", "").entries == (first,)
    changed = stage.pass_time()
    visit(stage, store, article(1, paragraphs=OTHER), "do-thi")
    (second,) = store.feed("do-thi", "").entries
    edited = article(1, paragraphs=OTHER)
    assert second == replace(first, updated=changed, article=edited, edit=texts(article(1), edited))


def texts(*said: Article) -> tuple[Any, ...]:
    """What an entry's edit holds: the texts, whichever address they had."""
    return tuple(replace(one, key="", url="", source="") for one in said)


def test_an_entry_knows_what_the_site_changed_and_never_what_we_did(stage: Stage, store: Store) -> None:
    def change() -> Any:
        return store.feed("do-thi", "").entries[0].edit

    def mend(said: Article) -> None:
        page = store.archive(stage.page(said.url, said.text.encode()))
        assert store.save(judged(page, said, "do-thi"), again=lambda _: said) is Change.REVISED

    settled(store)
    visit(stage, store, article(1))
    stage.pass_time()
    visit(stage, store, article(1, paragraphs=OTHER), "do-thi")
    assert change() is None, "it is told for the first time"
    stage.pass_time()
    mended, edited = article(1, paragraphs=OTHER, title="Tiêu đề nay đọc được"), article(1, title="Tin khác của phường")
    mend(mended)
    assert change() is None
    stage.pass_time()
    visit(stage, store, edited, "do-thi")
    assert change() == texts(mended, edited)
    stage.pass_time()
    mend(replace(edited, paragraphs=(*TEXT, "Đoạn nay đọc được."), blocks=()))
    assert change() == texts(mended, edited), "the last that the site did"
    gone(stage, store, 1)
    assert change() is None


def test_a_clock_that_is_set_back_moves_nothing_back(stage: Stage, store: Store) -> None:
    settled(store)
    visit(stage, store, article(1), "do-thi")
    before = store.feed("do-thi", "").entries[0].updated
    page = stage.page(article(1).url)
    stage.pass_time(-3 * DAY)
    store.save(judged(replace(page, fetched_at=page.fetched_at + HOUR), article(1, paragraphs=OTHER), "do-thi"))
    assert store.feed("do-thi", "").entries[0].updated == before


def ran(stage: Stage, store: Store, **counts: Any) -> None:
    """A run over the source has ended, an hour after it began."""
    began, ended = stage.now, stage.pass_time()
    store.record(Run(source="phuong", started=began, ended=ended, **{"fetched": 1, "listings": 1, **counts}))


def test_a_site_that_moved_and_changed_its_texts_tells_only_what_is_new(stage: Stage, store: Store) -> None:
    settled(store)
    for _ in range(30):
        stage.pass_time(DAY)
        ran(stage, store)
    moved = [announcement(f"moi-{number}") for number in range(20)]
    store.announce("phuong", stage.page(LISTING), moved)
    for number in range(20):
        said = article(f"moi-{number}", paragraphs=text(number), published=stage.now - number * DAY)
        visit(stage, store, said, "do-thi")
    assert sorted(shown(store)) == sorted(f"phuong:moi-{number}" for number in range(8))


def test_after_an_outage_all_of_its_time_is_news(stage: Stage, store: Store) -> None:
    settled(store)
    ran(stage, store)
    for _ in range(30):  # the listings do not answer, or not all of them
        stage.pass_time(DAY)
        ran(stage, store, listings=0, blind=1)
        ran(stage, store, blind=1)
    store.announce("phuong", stage.page(LISTING), [announcement(number) for number in range(30)])
    dates = [stage.now - number * DAY for number in range(30)]
    stage.pass_time(timedelta(minutes=1))
    for number in range(15):
        visit(stage, store, article(number, paragraphs=text(number), published=dates[number]), "do-thi")
    for _ in range(10):  # the others answer 500 for a while
        stage.pass_time(DAY)
        ran(stage, store)
    for number in range(15, 30):
        visit(stage, store, article(number, paragraphs=text(number), published=dates[number]), "do-thi")
    assert len(shown(store)) == 30


def test_two_feeds_one_id(stage: Stage, store: Store) -> None:
    settled(store)
    visit(stage, store, article(1), "do-thi", "hai-cap")
    entries = [store.feed(name, "").entries[0] for name in ("do-thi", "hai-cap")]
    assert entries[0].id == entries[1].id == entry_id("phuong:1")


def test_a_topic_found_later_makes_an_entry_and_one_lost_keeps_it(stage: Stage, store: Store) -> None:
    settled(store)
    visit(stage, store, article(1))
    assert shown(store) == []
    now = stage.pass_time()
    visit(stage, store, article(1, paragraphs=OTHER), "do-thi")
    (entry,) = store.feed("do-thi", "").entries
    assert entry.announced == now
    stage.pass_time()
    assert visit(stage, store, article(1), "khac") is Change.REVISED
    (kept,) = store.feed("do-thi", "").entries
    assert (kept.id, kept.article.paragraphs) == (entry.id, TEXT)
    assert shown(store, "khac") == ["phuong:1"]


def test_a_story_is_told_once_even_if_its_first_article_was_no_match(stage: Stage, store: Store) -> None:
    settled(store)
    settled(store, "quan")
    settled(store, "bao")
    visit(stage, store, article(1))
    assert visit(stage, store, article(2, source="quan"), "do-thi") is Change.DUPLICATE
    assert visit(stage, store, article(3, source="bao"), "do-thi") is Change.DUPLICATE
    assert shown(store) == ["quan:2"]


def test_a_story_known_from_a_first_run_is_not_told_by_another_source_unless_as_fresh(
    stage: Stage, store: Store
) -> None:
    visit(stage, store, article(1, published=START - 30 * DAY), "do-thi")
    store.settle("phuong")
    settled(store, "quan")
    settled(store, "bao")
    stage.pass_time()
    visit(stage, store, article(2, source="quan", published=START - 30 * DAY), "do-thi")
    assert shown(store) == []
    visit(stage, store, article(3, source="bao"), "do-thi")
    assert shown(store) == ["bao:3"], "nobody was told, and there it is news"


def test_order_limit_and_an_empty_feed(stage: Stage, store: Store) -> None:
    settled(store)
    empty = store.feed("do-thi", "Đô thị", "Tin mới")
    assert (empty.title, empty.subtitle, empty.created, empty.entries) == ("Đô thị", "Tin mới", START, ())
    for number in range(4):
        visit(stage, store, article(number, paragraphs=text(number)), "do-thi")
        if number:
            stage.pass_time()
    entries = store.feed("do-thi", "").entries
    assert [entry.article.key for entry in entries[:2]] == ["phuong:3", "phuong:2"]
    assert [entry.id for entry in entries[2:]] == sorted(entry.id for entry in entries[2:]), "equal times: by id"
    assert store.feed("do-thi", "", limit=2).entries == entries[:2]


def test_what_does_not_fit_is_sealed_once_and_what_moves_is_loose_again(stage: Stage, store: Store) -> None:
    settled(store)
    for number in range(5):
        stage.pass_time()
        visit(stage, store, article(number, paragraphs=text(number)), "do-thi")

    def documents() -> list[list[str]]:
        feed = store.current("do-thi", "Đô thị", limit=2)
        rest = [store.volume(feed, number).entries for number in range(1, feed.volumes + 1)]
        return [[entry.article.key for entry in entries] for entries in (feed.entries, *rest)]

    sealed = [["phuong:1", "phuong:0"], ["phuong:3", "phuong:2"]]
    assert documents() == documents() == [["phuong:4", "phuong:3"], *sealed]
    stage.pass_time()
    visit(stage, store, article(0, paragraphs=OTHER), "do-thi")
    assert documents() == [["phuong:0", "phuong:4"], ["phuong:1"], ["phuong:3", "phuong:2"]]
    stage.pass_time()
    gone(stage, store, 1)
    assert documents() == [["phuong:1", "phuong:0"], [], ["phuong:3", "phuong:2"], ["phuong:0", "phuong:4"]]
    assert store.problems() == ()


def test_entries_name_source_and_place(stage: Stage, store: Store) -> None:
    store.meet(Source(name="phuong", title="Phường Bến Gỗ", hosts=("phuong.example",), place="Quận Sông Mây"))
    visit(stage, store, article(1), "do-thi")
    store.settle("phuong")
    (entry,) = store.feed("do-thi", "").entries
    assert (entry.source_title, entry.place) == ("Phường Bến Gỗ", "Quận Sông Mây")
    assert [one.topic for one in entry.matches] == ["do-thi"]
    assert len(entry.citations) == 1


@settings(max_examples=12)
@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from([TEXT, OTHER, ("Ngắn.",)]), st.sampled_from(["", "a", "b", "ab"])),
        max_size=12,
    )
)
def test_any_history_keeps_ids_and_never_takes_an_entry_away(
    tmp_path_factory: pytest.TempPathFactory, engine: str, visits: list[tuple[int, tuple[str, ...], str]]
) -> None:
    stage = Stage(tmp_path_factory.mktemp("history"), engine=engine)
    with stage.store() as store:
        settled(store)
        before: dict[str, dict[str, Entry]] = {"a": {}, "b": {}}
        for number, paragraphs, topics in visits:
            now = stage.pass_time()
            visit(stage, store, article(number, paragraphs=paragraphs), *topics)
            for feed, known in before.items():
                entries = {entry.id: entry for entry in store.feed(feed, "").entries}
                assert known.keys() <= entries.keys()
                for id_, entry in entries.items():
                    old = known.get(id_, entry)
                    assert entry.announced == old.announced <= entry.updated <= now
                    assert (entry.updated == old.updated) == (entry.article.paragraphs == old.article.paragraphs)
                known.update(entries)
