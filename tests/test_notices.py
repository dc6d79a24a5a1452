"""Who is told what: each entry once to each channel, whatever is killed, and nothing of what was there before it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage.notices import FIRST_WAIT, GIVE_UP, KEEP, LONGEST_WAIT, STALE, Notice
from storage.store import Store
from tests.storing import DAY, HOUR, START, Stage, announcement, settled, visit
from tests.test_feed_promises import TOPIC, news

NAME = "json:0123456789ab"
FEED = "https://feeds.example/do-thi.atom"


@pytest.fixture
def alone(tmp_path: Path) -> Stage:
    """For what does not depend on the database."""
    return Stage(tmp_path)


def write(stage: Stage, store: Store, *numbers: int, topics: Sequence[str] = (TOPIC,)) -> None:
    """Articles are stored, each of them news, an hour apart."""
    for number in numbers:
        stage.pass_time()
        visit(stage, store, news(number, published=stage.now), *topics)


def titles(notices: Sequence[Notice] | None) -> list[str | None]:
    assert notices is not None
    return [one.entry.article.title if one.entry else None for one in notices]


def due(store: Store, name: str = NAME, limit: int = 100) -> list[str | None]:
    store.notices.gather([name])
    return titles(store.notices.due(name, limit))


def tell_all(store: Store, name: str = NAME) -> list[str | None]:
    """As a run does: gathered, claimed, sent, told."""
    store.notices.gather([name])
    found = store.notices.due(name, 100)
    assert all(store.notices.claim(one) for one in found)
    store.notices.told(name, found)
    return titles(found)


def test_what_was_there_before_a_channel_is_no_news_and_all_else_is_told_once(stage: Stage, store: Store) -> None:
    settled(store)
    write(stage, store, 1, 2)
    assert due(store) == []
    write(stage, store, 3, 4)
    assert (tell_all(store), due(store)) == (["Tin số 3", "Tin số 4"], [])
    write(stage, store, 5)
    assert due(store, "mail") == [], "a channel of its own begins later"
    assert due(store) == ["Tin số 5"]
    stage.pass_time()
    visit(stage, store, news(3, version=1, published=START), TOPIC)
    assert due(store) == ["Tin số 5"], "an edit is no news"
    (one, *_) = store.notices.channels()
    assert (one.name, one.waiting, one.told_at, one.lost) == (NAME, 1, stage.now - 2 * HOUR, 0)


def test_a_channel_that_begins_before_the_first_run_is_told_what_that_publishes(stage: Stage, store: Store) -> None:
    store.announce("phuong", stage.page("https://phuong.example/"), [announcement(1)])
    visit(stage, store, news(1, published=stage.now - HOUR), TOPIC)
    visit(stage, store, news(2, published=stage.now - 90 * DAY), TOPIC)
    store.notices.begin([NAME])
    assert due(store) == []
    stage.pass_time()
    store.settle("phuong")
    assert due(store) == ["Tin số 1"], "an older row of the ledger, published later; and not what is baseline"


def test_a_story_that_two_feeds_tell_is_told_once(alone: Stage) -> None:
    with alone.store() as store:
        settled(store)
        write(alone, store, 1)
        alone.pass_time(3 * HOUR)
        write(alone, store, 9)
        store.notices.begin([NAME])
        write(alone, store, 2, topics=(TOPIC, "hai-cap"))
        assert tell_all(store) == ["Tin số 2"]
        alone.pass_time(3 * HOUR)
        visit(alone, store, news(1, version=1, published=alone.now), TOPIC, "hai-cap")
        assert len(store.feed("hai-cap", "").entries) == 2
        assert due(store) == [], "another feed had told it before the channel began"


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)], ids=["ahead", "behind"])
def test_a_clock_that_was_wrong_when_a_channel_began_loses_and_repeats_nothing(alone: Stage, jump: timedelta) -> None:
    with alone.store() as store:
        settled(store)
        write(alone, store, 1)
        store.announce("quan", alone.page("https://quan.example/", source="quan"), [])
        visit(alone, store, news(5, source="quan", published=alone.now), TOPIC)
        right = alone.now
        alone.now = right + jump
        store.notices.begin([NAME])
        alone.now = right
        write(alone, store, 2)
        store.settle("quan")
        assert (sorted(map(str, tell_all(store))), due(store)) == (["Tin số 2", "Tin số 5"], [])


def test_only_one_process_sends_a_notice_and_what_failed_waits_ever_longer(stage: Stage, store: Store) -> None:
    store.notices.begin([NAME])
    settled(store)
    write(stage, store, 1)
    store.notices.gather([NAME])
    waits = []
    for _ in range(6):
        (one,) = store.notices.due(NAME, 9)
        (twin,) = store.notices.due(NAME, 9)
        assert store.notices.claim(one)
        assert not store.notices.claim(twin)
        store.notices.failed([one], "HTTP 503")
        began = stage.now
        while not store.notices.due(NAME, 9):
            stage.pass_time(FIRST_WAIT)
        waits.append(stage.now - began)
    assert waits == [FIRST_WAIT * factor for factor in (1, 4, 16, 64)] + [LONGEST_WAIT] * 2
    (channel,) = store.notices.channels()
    assert (channel.failure, channel.failed_at) == ("HTTP 503", began)
    (one,) = store.notices.due(NAME, 9)
    assert store.notices.claim(one)
    stage.pass_time(-2 * DAY)
    assert store.notices.due(NAME, 9), "the clock was set back: nobody waits for days"
    store.notices.told(NAME, [one])
    (channel,) = store.notices.channels()
    assert (channel.failure, channel.waiting, due(store)) == ("", 0, [])


def test_one_that_is_always_refused_stops_no_other_and_is_given_up(alone: Stage) -> None:
    with alone.store() as store:
        store.notices.begin([NAME])
        settled(store)
        write(alone, store, 1, 2)
        assert due(store) == ["Tin số 1", "Tin số 2"]
        refused = store.notices.due(NAME, 1)
        assert store.notices.claim(refused[0])
        store.notices.failed(refused, "HTTP 400")
        alone.pass_time()
        assert due(store) == ["Tin số 2", "Tin số 1"]
        alone.pass_time(GIVE_UP)
        assert due(store) == ["Tin số 2"], "which nobody has tried: it waits on"
        (channel,) = store.notices.channels()
        assert (channel.lost, channel.waiting) == (1, 1)
        alone.pass_time(STALE)
        assert due(store) == [], "its channel was away for a month"


def test_old_notices_are_forgotten_and_never_come_back(alone: Stage) -> None:
    with alone.store() as store:
        store.notices.begin([NAME])
        settled(store)
        write(alone, store, 1, 2)
        assert len(tell_all(store)) == 2
        then = alone.now
        alone.pass_time(KEEP + DAY)
        assert due(store) == []
        assert alone.sql("SELECT count(*) FROM notice") == [(0,)]
        alone.now = then  # the clock is set back, so that they are recent
        assert due(store) == []
        write(alone, store, 3)
        assert due(store) == ["Tin số 3"]


def test_a_channel_that_was_away_for_long_is_not_told_of_months(alone: Stage) -> None:
    with alone.store() as store:
        store.notices.begin([NAME])
        settled(store)
        write(alone, store, 1)
        alone.pass_time(STALE)
        write(alone, store, 2)
        assert due(store) == ["Tin số 2"]


def test_a_hub_is_due_whenever_a_feed_is_not_what_it_was_told(stage: Stage, store: Store) -> None:
    def changed(digest: str) -> list[str]:
        store.notices.changed("hub", {FEED: digest})
        return [one.subject for one in store.notices.due("hub", 9)]

    assert changed("a") == [FEED]
    (one,) = store.notices.due("hub", 9)
    assert store.notices.claim(one)
    store.notices.told("hub", [one])
    assert (changed("a"), changed("b")) == ([], [FEED])
    (one,) = store.notices.due("hub", 9)
    assert store.notices.claim(one)
    assert changed("c") == [], "it waits while one is under way"
    store.notices.told("hub", [one])
    stage.pass_time(FIRST_WAIT)
    assert changed("c") == [FEED], "what was told was another document"
    (channel,) = store.notices.channels()
    assert (channel.name, channel.waiting) == ("hub", 1)


def test_a_digest_that_was_begun_is_ended_before_another(stage: Stage, store: Store) -> None:
    store.notices.begin(["mail"])
    settled(store)
    write(stage, store, 1, 2, 3)
    store.notices.gather(["mail"])
    assert titles(store.notices.batch("mail", 2)) == ["Tin số 1", "Tin số 2"]
    assert store.notices.batch("mail", 2) is None, "another process is at it"
    write(stage, store, 4)
    store.notices.gather(["mail"])
    again = store.notices.batch("mail", 9)
    assert titles(again) == ["Tin số 1", "Tin số 2"], "killed: the very same again"
    assert again is not None
    store.notices.failed(again, "no answer")
    assert titles(store.notices.batch("mail", 9)) == ["Tin số 1", "Tin số 2"], "failed: at once, if asked to"
    assert titles(store.notices.waiting("mail", 9)) == [f"Tin số {number}" for number in (1, 2, 3, 4)]
    store.notices.told("mail", again)
    assert titles(store.notices.batch("mail", 9)) == ["Tin số 3", "Tin số 4"]


def told_at(store: Store, name: str) -> datetime | None:
    return next(one.told_at for one in store.notices.channels() if one.name == name)


def test_channels_live_through_export_and_import(alone: Stage, tmp_path: Path) -> None:
    with alone.store() as store:
        store.notices.begin([NAME])
        settled(store)
        write(alone, store, 1)
        tell_all(store)
        lines = list(store.lines())
    other = Stage(tmp_path / "other", now=alone.now)
    with other.store() as store:
        store.take_in((f"line {number}", line) for number, line in enumerate(lines, start=1))
        assert (due(store), told_at(store, NAME)) == ([], alone.now)
        write(other, store, 2)
        assert due(store) == ["Tin số 2"]
