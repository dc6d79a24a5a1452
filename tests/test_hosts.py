"""What is remembered of hosts: failures across runs, and whose 304s are not true."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crawler.backoff import Trouble, answered, left
from crawler.types import Article, Host, Instant, Precision, Validators
from storage.policy import LIES
from storage.store import Store
from tests.storing import DAY, HOUR, OTHER, START, Stage, announcement, article, judged, url_of

LISTING = "https://www.phuong.example/tin-tuc"
KNOWN = Validators(etag='"a"', last_modified="Sun, 22 Nov 2026 05:00:00 GMT")
STAMPS: Any = {"etag": KNOWN.etag, "last_modified": KNOWN.last_modified}


def lying(store: Store) -> dict[str, object]:
    return {host.name: host.lying_since for host in store.hosts() if host.lying_since}


def test_a_host_is_remembered_and_cleared(stage: Stage, store: Store) -> None:
    assert store.hosts() == ()
    dead = left(Host(name="chet.example"), Trouble.DNS, "CannotResolveHostError", stage.now)
    store.keep_host(dead)
    store.keep_host(Host(name="a.example", last_success=stage.now))
    assert store.hosts() == (Host(name="a.example", last_success=stage.now), dead)
    store.keep_host(left(dead, Trouble.DNS, "CannotResolveHostError", stage.pass_time()))
    assert store.hosts()[1].failures == 2
    store.keep_host(answered(store.hosts()[1], stage.now))
    assert store.hosts()[1] == Host(name="chet.example", last_success=stage.now)


# --- listings: once a day a 304 is looked into ------------------------------------------------------------------------


def test_a_304_that_hid_news_is_remembered_of_the_host_for_a_time(stage: Stage, store: Store) -> None:
    store.announce("phuong", stage.page(LISTING, **STAMPS), [announcement(1)])
    assert store.validators(LISTING) == KNOWN
    stage.pass_time(DAY)
    assert store.validators(LISTING) == replace(KNOWN, doubted=True)
    again = replace(stage.page(LISTING, **STAMPS), doubted=True)
    assert store.announce("phuong", again, [announcement(1), announcement(2)]) == 1
    assert lying(store) == {"phuong.example": stage.now}
    assert store.validators(LISTING) == Validators()
    store.keep_host(Host(name="phuong.example", last_success=stage.now))
    assert lying(store), "an answer that is well does not clear it"
    stage.pass_time(LIES)
    assert store.validators(LISTING) == replace(KNOWN, doubted=True), "then it is tried again"


@pytest.mark.parametrize("doubted", [True, False])
def test_a_listing_that_says_the_same_or_had_said_no_304_is_honest(stage: Stage, store: Store, doubted: bool) -> None:
    store.announce("phuong", stage.page(LISTING, **STAMPS), [announcement(1)])
    stage.pass_time(DAY)
    found = [announcement(1)] if doubted else [announcement(1), announcement(2)]
    store.announce("phuong", replace(stage.page(LISTING, **STAMPS), doubted=doubted), found)
    assert lying(store) == {}


# --- articles: what a changed text says of its validators -------------------------------------------------------------


def edited(at: timedelta | None = None) -> Article:
    said = article(1, paragraphs=OTHER)
    when = Instant(at=START + at, precision=Precision.MINUTE, raw="") if at is not None else None
    return replace(said, updated=when)


@pytest.mark.parametrize(
    ("given", "updated", "lies"),
    [
        pytest.param(STAMPS, None, True, id="the same validators for another text"),
        pytest.param({**STAMPS, "etag": '"b"'}, None, False, id="another ETag"),
        pytest.param({}, None, False, id="none any more"),
        pytest.param({"last_modified": KNOWN.last_modified}, None, False, id="the date alone, where a tag was"),
        pytest.param({"etag": '"b"'}, HOUR, True, id="changed before the 304"),
        pytest.param({"etag": '"b"'}, 3 * HOUR, False, id="changed after the 304"),
        pytest.param({"etag": '"b"'}, -HOUR, False, id="changed before it was first read"),
    ],
)
def test_an_article_that_changed_tells_of_its_304s(
    stage: Stage, store: Store, given: Any, updated: timedelta | None, lies: bool
) -> None:
    store.save(judged(stage.page(url_of(1), **STAMPS), article(1)))
    store.unchanged("phuong", url_of(1), stage.pass_time(2 * HOUR))
    stage.pass_time(2 * DAY)
    (due,) = store.due("phuong", stage.now, 9)
    assert due.validators == Validators(), "it is asked for without condition now and then"
    store.save(judged(stage.page(url_of(1), **given), edited(updated)))
    assert lying(store) == ({"phuong.example": stage.now} if lies else {})
    stage.pass_time(DAY / 2)
    (due,) = store.due("phuong", stage.now, 9)
    assert (due.validators == Validators()) is (lies or not given)


def test_a_page_that_changes_at_each_reading_proves_nothing(stage: Stage, store: Store) -> None:
    store.save(judged(stage.page(url_of(1), etag='"0"'), article(1)))
    for number in range(1, 4):
        stage.pass_time()
        restless = article(1, paragraphs=(f"Lượt xem bài này là {number}.",))
        store.save(judged(stage.page(url_of(1), etag='"x"'), restless))
    assert lying(store) == {}
