"""What is announced is fetched until it is stored, refused or expired; what is stored is checked again."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from crawler.types import Change, Failure, Precision, Source, Validators
from storage.store import Store
from tests.storing import (
    DAY,
    HOUR,
    OTHER,
    START,
    Stage,
    announcement,
    article,
    due_keys,
    judged,
    url_of,
    visit,
)

ROOT = Path(__file__).resolve().parent.parent
LISTING = "https://phuong.example/tin-tuc"


def test_what_is_announced_is_pending_until_it_is_stored(stage: Stage, store: Store) -> None:
    listing = stage.page(LISTING, etag='"v1"', last_modified="Sun, 22 Nov 2026 05:00:00 GMT")
    assert store.announce("phuong", listing, [announcement(2), announcement(1), announcement(2)]) == 2
    assert store.announce("phuong", listing, [announcement(2)]) == 0
    assert due_keys(stage, store) == ["phuong:2", "phuong:1"]
    assert store.validators(LISTING) == Validators(etag='"v1"', last_modified="Sun, 22 Nov 2026 05:00:00 GMT")
    assert visit(stage, store, article(2)) is Change.NEW
    assert due_keys(stage, store) == ["phuong:1"]
    assert store.announce("phuong", listing, [announcement(2)]) == 0


def test_newest_announcements_first(stage: Stage, store: Store) -> None:
    older, newer = START - 3 * DAY, START - DAY
    store.announce("phuong", stage.page(LISTING), [announcement(1, published=older), announcement(2, published=newer)])
    store.announce("phuong", stage.page(LISTING + "?trang=2"), [announcement(3), announcement(4)])
    assert due_keys(stage, store) == ["phuong:3", "phuong:4", "phuong:2", "phuong:1"]
    assert due_keys(stage, store, limit=2) == ["phuong:3", "phuong:4"]
    assert due_keys(stage, store, "quan") == []


def test_a_page_without_a_date_was_published_when_its_listing_says(stage: Stage, store: Store) -> None:
    listed = START - DAY
    store.announce("phuong", stage.page(LISTING), [announcement(n, published=listed) for n in (1, 2)])
    visit(stage, store, article(1, published=None))
    visit(stage, store, article(2, published=START - 2 * DAY, paragraphs=OTHER))
    first, second = (store.article(f"phuong:{n}").revisions[-1].article.published for n in (1, 2))  # type: ignore[union-attr]
    assert first and second
    assert (first.at, first.origin, first.precision) == (listed, "listing", Precision.MINUTE)
    assert second.at == START - 2 * DAY
    stage.pass_time()
    visit(stage, store, article(1, published=None))
    kept = store.article("phuong:1")
    assert kept and kept.revisions[-1].article.published == first
    stage.pass_time()
    assert visit(stage, store, article(1, title="Đã đính chính", published=None)) is Change.REVISED
    edited = store.article("phuong:1")
    assert edited and edited.revisions[-1].article.published == first, "an edit takes nothing back"
    visit(stage, store, article(1, published=START - 3 * DAY))  # the page itself knows better
    told = store.article("phuong:1")
    assert told and told.revisions[-1].article.published
    assert told.revisions[-1].article.published.at == START - 3 * DAY


def test_a_listing_that_leads_elsewhere_is_followed_where_the_old_address_is_dead(stage: Stage, store: Store) -> None:
    there = "https://bengo.example/tin-1.html"
    visit(stage, store, article(1), "do-thi")
    moved = replace(announcement(1), url=there)
    stage.pass_time(DAY)
    store.announce("phuong", stage.page(LISTING), [moved])
    assert [due.url for due in store.due("phuong", stage.now, 9)] == [url_of(1)], "it answers, so far as we know"
    store.fail("phuong", Failure(url=url_of(1), kind="Timeout", message="", at=stage.now))
    store.announce("phuong", stage.page(LISTING), [moved])
    assert [due.url for due in store.due("phuong", stage.now, 9)] == [there]
    said = replace(article(1, title="Tin đã đính chính"), url=there)
    assert visit(stage, store, said) is Change.REVISED
    stored = store.article("phuong:1")
    assert stored and stored.url == there
    store.announce("phuong", stage.page(LISTING), [moved])
    assert due_keys(stage, store) == []


def test_an_article_that_failed_arrives_although_its_listing_says_304(stage: Stage, store: Store) -> None:
    store.announce("phuong", stage.page(LISTING, etag='"v1"'), [announcement(1)])
    store.reject(stage.page(url_of(1), status=500), "ServerError", "HTTP 500", temporary=True)
    # the next run: the listing answers 304, so nothing is announced
    assert store.validators(LISTING).etag == '"v1"'
    stage.pass_time(timedelta(seconds=1))
    assert due_keys(stage, store) == ["phuong:1"]
    assert visit(stage, store, article(1)) is Change.NEW
    assert due_keys(stage, store) == []


def test_failures_wait_ever_longer(stage: Stage, store: Store) -> None:
    store.announce("phuong", stage.page(LISTING), [announcement(1)])
    gaps, last = [], stage.now
    for _ in range(2 * 24 * 4):
        if due_keys(stage, store):
            gaps.append(stage.now - last)
            last = stage.now
            store.fail("phuong", Failure(url=url_of(1), kind="TimeoutError", message="60 s", at=stage.now))
        stage.pass_time(timedelta(minutes=15))
    assert [gap / timedelta(minutes=15) for gap in gaps[:6]] == [0, 1, 1, 2, 4, 8]
    assert max(gaps) == timedelta(hours=12)


def test_what_cannot_be_had_expires_unless_it_is_modified(stage: Stage, store: Store) -> None:
    store.announce("phuong", stage.page(LISTING), [announcement(1)])
    stage.pass_time(14 * DAY)
    assert due_keys(stage, store) == ["phuong:1"]
    stage.pass_time(timedelta(seconds=1))
    assert due_keys(stage, store) == []
    (status,) = store.status()
    assert (status.pending, status.expired) == (0, 1)
    store.announce("phuong", stage.page(LISTING), [announcement(1)])
    assert due_keys(stage, store) == [], "announced as before: still given up"
    store.announce("phuong", stage.page(LISTING), [replace(announcement(1), modified=stage.now)])
    assert due_keys(stage, store) == ["phuong:1"], "modified since: tried again"


def test_no_article_is_not_asked_for_again(stage: Stage, store: Store) -> None:
    store.announce("phuong", stage.page(LISTING), [announcement(1)])
    page = store.archive(stage.page(url_of(1)))
    store.reject(page, "NotArticle", "a listing page", temporary=False)
    store.reject(page, "NotArticle", "a listing page", temporary=False)
    stage.pass_time(DAY)
    store.announce("phuong", stage.page(LISTING), [announcement(1)])
    assert due_keys(stage, store) == []
    assert store.counts().rejections == 1


def test_last_failure_is_told_until_the_same_page_answers(stage: Stage, store: Store) -> None:
    failure = Failure(url=LISTING, kind="ConnectError", message="refused", at=stage.now)
    store.fail("phuong", failure)
    visit(stage, store, article(1))
    assert store.status()[0].failure == failure
    store.announce("phuong", stage.page(LISTING), [])
    assert store.status()[0].failure is None


def test_validators_are_not_trusted_for_more_than_a_day(stage: Stage, store: Store) -> None:
    store.announce("phuong", stage.page(LISTING, etag='"v1"'), [])
    stage.pass_time(DAY - timedelta(seconds=1))
    assert store.validators(LISTING) == Validators(etag='"v1"')
    stage.pass_time(timedelta(seconds=1))
    assert store.validators(LISTING) == Validators(etag='"v1"', doubted=True)
    store.announce("phuong", stage.page(LISTING), [])
    stage.pass_time(DAY)
    assert store.validators(LISTING) == Validators(), "nothing to doubt"


def test_a_redirected_address_is_known_too(stage: Stage, store: Store) -> None:
    store.announce("phuong", stage.page(LISTING), [announcement("cu")])
    there = replace(stage.page(url_of("moi")), requested_url=url_of("cu"))
    assert store.save(judged(there, article("moi"))) is Change.NEW
    assert due_keys(stage, store) == []
    assert store.announce("phuong", stage.page(LISTING), [announcement("cu")]) == 0
    assert due_keys(stage, store) == []


# --- re-checks --------------------------------------------------------------------------------------------------------


def test_rechecks_become_rarer_and_carry_validators(stage: Stage, store: Store) -> None:
    store.save(judged(stage.page(url_of(1), etag='"a"', last_modified="gestern"), article(1)))
    assert store.due("phuong", stage.now, 9) == []
    (due,) = store.due("phuong", stage.pass_time(), 9)
    assert (due.url, due.known, due.validators) == (url_of(1), True, Validators(etag='"a"', last_modified="gestern"))
    assert due.twice, "its noise is not known yet"
    gaps, last = [], stage.now
    for _ in range(60):
        if store.due("phuong", stage.now, 9):
            gaps.append(stage.now - last)
            last = stage.now
            store.unchanged("phuong", url_of(1), stage.now)
        stage.pass_time(HOUR)
    assert gaps == sorted(gaps)
    assert len(gaps) > 5
    assert store.due("phuong", stage.pass_time(14 * DAY), 9) == []


def test_a_listing_that_says_modified_makes_a_known_article_due(stage: Stage, store: Store) -> None:
    visit(stage, store, article(1))
    stage.pass_time(60 * DAY)
    store.announce("phuong", stage.page(LISTING), [replace(announcement(1), modified=START - DAY)])
    assert due_keys(stage, store) == []
    store.announce("phuong", stage.page(LISTING), [replace(announcement(1), modified=stage.now + DAY)])
    store.announce("phuong", stage.page(LISTING), [replace(announcement(1), modified=START - DAY)])
    assert due_keys(stage, store) == ["phuong:1"]
    visit(stage, store, article(1))
    assert due_keys(stage, store) == [], "a time in the future makes it due once, not for ever"


def test_what_a_clock_that_ran_ahead_has_read_is_read_again_when_it_was_set_back(stage: Stage, store: Store) -> None:
    store.announce("phuong", stage.page(LISTING), [announcement(1), announcement(2)])
    stage.pass_time(3 * DAY)
    visit(stage, store, article(1))
    store.announce("phuong", stage.page(LISTING, etag='"1"'), [announcement(1), announcement(2)])
    for _ in range(2):
        store.fail("phuong", Failure(url=url_of(2), kind="TimeoutError", message="", at=stage.now))
    edited = stage.pass_time(HOUR - 3 * DAY)
    stage.pass_time()
    store.meet(Source(name="phuong", title="Phường", hosts=("phuong.example",)))
    assert store.validators(LISTING).doubted
    store.announce("phuong", stage.page(LISTING), [replace(announcement(1), modified=edited)])
    assert due_keys(stage, store) == ["phuong:1"]
    assert visit(stage, store, article(1, paragraphs=OTHER)) is Change.REVISED
    assert due_keys(stage, store) == []
    stage.pass_time()
    assert due_keys(stage, store) == ["phuong:2", "phuong:1"]


def test_what_was_announced_just_now_and_is_not_there_is_asked_for_for_a_day(stage: Stage, store: Store) -> None:
    store.announce("phuong", stage.page(LISTING), [announcement(1), announcement(2)])
    store.reject(stage.page(url_of(2), status=200), "NoText", "no text is left", temporary=False)
    for _ in range(2):
        assert due_keys(stage, store) == ["phuong:1"]
        store.reject(stage.page(url_of(1), status=404), "NotFound", "HTTP 404", temporary=False)
        stage.pass_time(13 * HOUR)
    assert due_keys(stage, store) == ["phuong:1"]
    store.reject(stage.page(url_of(1), status=404), "NotFound", "HTTP 404", temporary=False)
    stage.pass_time(DAY)
    assert due_keys(stage, store) == []
