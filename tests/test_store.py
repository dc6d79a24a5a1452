"""Judged pages in the store: what is new, changed, the same, somewhere else, or gone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from crawler.errors import NotFound
from crawler.extract import extract
from crawler.learned import NOTHING, PAGES, Learned, key_of
from crawler.types import (
    Article,
    Attachment,
    Block,
    Cause,
    Change,
    Failure,
    Image,
    Instant,
    Precision,
    Run,
    Snapshot,
    Source,
)
from storage.changes import MAX_RESTLESS
from storage.store import Store
from tests.cms import own_lines, page_of
from tests.storing import (
    CITATION,
    DAY,
    HOUR,
    OTHER,
    START,
    TEXT,
    Stage,
    announcement,
    article,
    due_keys,
    gone,
    judged,
    match,
    said_by,
    settled,
    url_of,
    visit,
)

ROOT = Path(__file__).resolve().parent.parent
LISTING = "https://phuong.example/tin-tuc"


def test_an_article_comes_back_as_it_was_given(stage: Stage, store: Store) -> None:
    assert visit(stage, store, article(1), "do-thi") is Change.NEW
    assert visit(stage, store, article(1), "do-thi") is Change.UNCHANGED
    stored = store.article("phuong:1")
    assert stored is not None
    (revision,) = stored.revisions
    assert revision.article == article(1)
    assert revision.matches == (match(),)
    assert revision.citations == (CITATION,)
    assert revision.cause is Cause.SITE
    assert store.snapshot(revision.record or 0).url == url_of(1)
    assert stored == store.article(stored.id) == store.article(str(stored.id)) == store.article(url_of(1) + "#dau")
    assert store.article("phuong:2") is None
    assert store.article("9" * 5000) is None, "more than the database counts"


def test_text_that_no_database_takes_is_stored_all_the_same(stage: Stage, store: Store) -> None:
    hostile = article(1, title="Ph\ud800ường\0", paragraphs=("\udfff" + TEXT[0],))
    assert visit(stage, store, hostile) is Change.NEW
    assert said_by(store).title == "Ph\ufffdường\ufffd"


def test_changes_are_revisions_and_so_is_going_back(stage: Stage, store: Store) -> None:
    for paragraphs, expected in ((TEXT, Change.NEW), (OTHER, Change.REVISED), (TEXT, Change.REVISED)):
        assert visit(stage, store, article(1, paragraphs=paragraphs)) is expected
        stage.pass_time()
    stored = store.article(1)
    assert stored is not None
    assert [revision.article.paragraphs for revision in stored.revisions] == [TEXT, OTHER, TEXT]


def test_a_corrected_name_is_a_change_and_another_tone_placement_is_none(stage: Stage, store: Store) -> None:
    visit(stage, store, article(1, title="Khánh thành nhà văn hóa Hoà Bình"))
    stage.pass_time()
    assert visit(stage, store, article(1, title="Khánh thành nhà văn hoá Hòa Bình")) is Change.UNCHANGED
    stage.pass_time()
    assert visit(stage, store, article(1, title="Khánh thành nhà văn hoá Hòa Binh")) is Change.REVISED


def test_same_text_but_a_date_learned_later(stage: Stage, store: Store) -> None:
    visit(stage, store, article(1, published=None))
    stage.pass_time()
    assert visit(stage, store, article(1), "do-thi") is Change.UNCHANGED
    stage.pass_time()
    assert visit(stage, store, article(1, published=None), "do-thi") is Change.UNCHANGED
    assert said_by(store) == article(1), "a page that lost its date takes nothing back"
    stored = store.article(1)
    assert stored is not None
    assert stored.revisions[0].matches == (match(),)


def printed(at: datetime, precision: Precision = Precision.MINUTE, raw: str = "") -> Instant:
    return Instant(at=at, precision=precision, raw=raw or f"{at} {precision}", origin="meta:published")


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        pytest.param(printed(START), printed(START + DAY), True, id="dated anew"),
        pytest.param(printed(START), printed(START - DAY), True, id="dated back"),
        pytest.param(printed(START), None, True, id="date lost"),
        pytest.param(None, printed(START), False, id="date learned"),
        pytest.param(printed(START, Precision.DAY), printed(START + HOUR), False, id="the minute of that day"),
        pytest.param(printed(START, Precision.DAY), printed(START + DAY), True, id="the minute of another day"),
        pytest.param(printed(START), printed(START + DAY, Precision.DAY), True, id="a mere day"),
        pytest.param(
            printed(START, raw="2/3"), printed(START + DAY, raw="2/3"), False, id="the same print read better"
        ),
    ],
)
def test_an_unchanged_text_keeps_the_date_it_was_first_printed_with(
    stage: Stage, store: Store, first: Instant | None, then: Instant | None, kept: bool
) -> None:
    settled(store)
    stage.pass_time()
    visit(stage, store, replace(article(1), published=first), "do-thi")
    (before,) = store.feed("do-thi", "").entries
    for _ in range(2):
        stage.pass_time()
        assert visit(stage, store, replace(article(1), published=then), "do-thi") is Change.UNCHANGED
        assert said_by(store).published == (first if kept else then)
    assert store.feed("do-thi", "").entries[0].updated == before.updated
    stage.pass_time()
    changed = replace(article(1, paragraphs=OTHER), published=then)
    assert visit(stage, store, changed, "do-thi") is Change.REVISED
    assert said_by(store).published == then, "with a new text comes its own date"


def test_a_rule_of_ours_may_mend_a_date_and_a_site_that_dates_anew_may_not(stage: Stage, store: Store) -> None:
    page = store.archive(stage.page(url_of(1)))
    store.save(judged(page, replace(article(1), published=printed(START))))
    stage.pass_time()
    mended = replace(article(1), published=printed(START - DAY))
    assert store.save(judged(page, mended)) is Change.UNCHANGED
    assert said_by(store).published == mended.published, "the very page of the revision"
    stage.pass_time()
    better = replace(mended, title="Tiêu đề nay đọc được")
    anew = replace(better, published=printed(START + DAY))
    assert store.save(judged(store.archive(stage.page(url_of(1))), anew), again=lambda _: better) is Change.REVISED
    assert said_by(store) == better


def test_an_unchanged_text_gets_the_structure_that_it_was_stored_without(stage: Stage, store: Store) -> None:
    settled(store)
    stage.pass_time()
    visit(stage, store, article(1), "do-thi")
    (before,) = store.feed("do-thi", "").entries
    structured = replace(
        article(1),
        html="".join(f"<p>{text}</p>\n" for text in TEXT),
        images=(Image(url="https://phuong.example/a.jpg", alt="Bến", caption="Bến Gỗ"),),
        attachments=(Attachment(name="Kế hoạch", url="https://phuong.example/kh.pdf"),),
    )
    for _ in range(2):
        stage.pass_time()
        assert visit(stage, store, structured, "do-thi") is Change.UNCHANGED
    stored = store.article("phuong:1")
    assert stored is not None
    assert [one.article for one in stored.revisions] == [structured]
    (after,) = store.feed("do-thi", "").entries
    assert (after.id, after.updated, after.article) == (before.id, before.updated, structured)


def test_an_old_page_says_nothing_of_today(stage: Stage, store: Store) -> None:
    old = stage.page(url_of(1), b"old")
    stage.pass_time(DAY)
    visit(stage, store, article(1, paragraphs=OTHER))
    assert store.save(judged(old, article(1))) is Change.UNCHANGED
    assert said_by(store).paragraphs == OTHER


def test_a_replay_of_all_pages_changes_nothing(stage: Stage, store: Store) -> None:
    pages = []
    for number, paragraphs in ((1, TEXT), (1, OTHER), (2, OTHER), (1, TEXT)):
        page = stage.page(url_of(number), b"".join(text.encode() for text in paragraphs))
        pages.append((page, article(number, paragraphs=paragraphs)))
        stage.pass_time()
    first = [store.save(judged(store.archive(page), said, "do-thi")) for page, said in pages]
    assert first == [Change.NEW, Change.REVISED, Change.DUPLICATE, Change.REVISED]
    before = store.counts(), store.article(1)
    again = [store.save(judged(store.archive(page), said, "do-thi")) for page, said in pages]
    assert again == [Change.UNCHANGED] * 4
    assert (store.counts(), store.article(1)) == before


def test_a_page_that_changes_at_each_visit_is_capped_until_it_stays(stage: Stage, store: Store) -> None:
    for number in range(MAX_RESTLESS + 10):
        visit(stage, store, article(1, title=f"Số người truy cập: {number}"), "do-thi")
        stage.pass_time()
    stored = store.article(1)
    assert stored is not None
    assert len(stored.revisions) == MAX_RESTLESS + 1
    assert store.status()[0].restless == 1
    changes = [visit(stage, store, article(1), "do-thi"), None]
    stage.pass_time()
    changes[1] = visit(stage, store, article(1), "do-thi")
    assert changes == [Change.UNCHANGED, Change.REVISED]
    assert said_by(store) == article(1)
    assert store.status()[0].restless == 0


# --- our rules changed ------------------------------------------------------------------------------------------------


def rules(paragraphs: tuple[str, ...]) -> Callable[[Snapshot], Article]:
    """Today's extraction, which finds this text on every page of article 1."""
    return lambda snapshot: article(1, paragraphs=paragraphs)


def test_a_difference_that_our_rules_made_is_no_news(stage: Stage, store: Store) -> None:
    settled(store)
    visit(stage, store, article(1), "do-thi")
    (before,) = store.feed("do-thi", "").entries
    stage.pass_time()
    better = article(1, paragraphs=TEXT[:1])
    page = store.archive(stage.page(url_of(1), b"<p>counter: 2"))
    assert store.save(judged(page, better, "do-thi"), again=rules(TEXT[:1])) is Change.REVISED
    stored = store.article(1)
    assert stored is not None
    assert [revision.cause for revision in stored.revisions] == [Cause.SITE, Cause.RULES]
    (after,) = store.feed("do-thi", "").entries
    assert after.article == better
    assert (after.id, after.updated, after.announced) == (before.id, before.updated, before.announced)


def test_what_is_learned_from_the_stored_pages_is_no_news(stage: Stage, store: Store) -> None:
    source = Source(name="xomla", title="Xóm Lá", hosts=("xomla.example",))

    def read(number: int, learned: Learned = NOTHING) -> Change:
        """A visit; the page's clock differs each time."""

        def said(snapshot: Snapshot) -> Article:
            return extract(snapshot, source, learned=learned)

        body = page_of(number).replace("</body>", f"<i>{stage.now}</i></body>").encode()
        page = store.archive(stage.page(url_of(number, "xomla"), body, source="xomla"))
        return store.save(judged(page, said(page), "do-thi"), again=said)

    settled(store, "xomla")
    assert {read(number) for number in range(12)} == {Change.NEW}
    before = {entry.id: entry for entry in store.feed("do-thi", "").entries}
    stage.pass_time()
    learned = store.learned("xomla")
    assert {read(number, learned) for number in range(12)} == {Change.REVISED}
    after = {entry.id: entry for entry in store.feed("do-thi", "").entries}
    assert {id: (one.updated, one.announced) for id, one in after.items()} == {
        id: (one.updated, one.announced) for id, one in before.items()
    }
    for number in range(12):
        stored = store.article(url_of(number, "xomla"))
        assert stored is not None
        assert [revision.cause for revision in stored.revisions] == [Cause.SITE, Cause.RULES]
        assert stored.revisions[-1].article.paragraphs == own_lines(number)
    stage.pass_time()
    again = store.learned("xomla")
    assert (set(again.texts), set(again.paths)) == (set(learned.texts), set(learned.paths))
    assert {read(number, again) for number in range(12)} == {Change.UNCHANGED}


def test_only_the_latest_pages_of_the_source_teach(stage: Stage, store: Store) -> None:
    def read(number: int, source: str = "phuong", *more: str) -> None:
        said = article(number, source=source, paragraphs=(f"Chuyện phường {'x' * number}.", *more))
        blocks = [Block(text=f"Chuyện {'x' * number}", tag="h1", rule="headline", path="h1")]
        blocks += [Block(text=text, path="div.box>p") for text in more]
        visit(stage, store, replace(said, blocks=tuple(blocks)))

    assert store.learned("phuong") == NOTHING
    for number in range(20):
        read(number, "phuong", "Mời đọc thêm")
        read(number, "bao", "Mời nghe thêm")
        stage.pass_time()
    (found,) = store.learned("phuong").texts.items()
    assert found[0] == (key_of("Mời đọc thêm"), "div.box>p")
    assert (found[1].pages, found[1].of, found[1].last - found[1].first) == (20, 20, 19 * HOUR)
    for number in range(20, 20 + PAGES):
        read(number)
        stage.pass_time()
    assert store.learned("phuong") == NOTHING


def test_the_revisions_own_page_needs_no_second_extraction(stage: Stage, store: Store) -> None:
    page = store.archive(stage.page(url_of(1)))
    store.save(judged(page, article(1)))

    def never(snapshot: Snapshot) -> Article:
        raise AssertionError("asked")

    assert store.save(judged(page, article(1, paragraphs=TEXT[:1])), again=never) is Change.REVISED
    stored = store.article(1)
    assert stored is not None
    assert stored.revisions[-1].cause is Cause.RULES


@pytest.mark.parametrize("failure", [NotFound("today's rules refuse it"), RuntimeError("a bug of ours")])
def test_what_the_old_page_does_to_the_rules_does_not_harm_the_new_one(
    stage: Stage, store: Store, failure: Exception
) -> None:
    visit(stage, store, article(1))
    stage.pass_time()

    def again(snapshot: Snapshot) -> Article:
        raise failure

    assert store.save(judged(stage.page(url_of(1)), article(1, paragraphs=OTHER)), again=again) is Change.REVISED
    stored = store.article(1)
    assert stored is not None
    assert stored.revisions[-1].cause is Cause.SITE


def test_a_site_change_under_new_rules_is_a_site_change(stage: Stage, store: Store) -> None:
    visit(stage, store, article(1))
    stage.pass_time()
    page = stage.page(url_of(1))
    assert store.save(judged(page, article(1, paragraphs=OTHER)), again=rules(TEXT[:1])) is Change.REVISED
    stored = store.article(1)
    assert stored is not None
    assert stored.revisions[-1].cause is Cause.SITE


# --- one text, several places -----------------------------------------------------------------------------------------


def test_same_source_same_text_is_one_article_with_two_addresses(stage: Stage, store: Store) -> None:
    store.announce("phuong", stage.page(LISTING), [announcement(1), announcement(2)])
    assert visit(stage, store, article(1)) is Change.NEW
    stage.pass_time()
    assert visit(stage, store, article(2, title="Tin đăng lại")) is Change.DUPLICATE
    assert visit(stage, store, article(2, title="Tin đăng lại")) is Change.UNCHANGED
    assert due_keys(stage, store) == ["phuong:1"], "only the one article is re-checked"
    assert store.counts().articles == 1
    stored = store.article(url_of(2))
    assert stored is not None
    assert (stored.key, stored.addresses) == ("phuong:1", (url_of(1), url_of(2)))


def test_an_address_that_later_carries_another_text_is_an_article_of_its_own(stage: Stage, store: Store) -> None:
    visit(stage, store, article(1))
    visit(stage, store, article(2))
    stage.pass_time()
    assert visit(stage, store, article(2, paragraphs=OTHER)) is Change.NEW
    assert said_by(store, "phuong:1").paragraphs == TEXT
    assert said_by(store, "phuong:2").paragraphs == OTHER


def test_short_texts_are_never_taken_for_one_another(stage: Stage, store: Store) -> None:
    assert visit(stage, store, article(1, paragraphs=("Xem ảnh.",))) is Change.NEW
    assert visit(stage, store, article(2, paragraphs=("Xem ảnh.",))) is Change.NEW


def test_another_source_joins_the_story_with_an_article_of_its_own(stage: Stage, store: Store) -> None:
    settled(store)
    settled(store, "quan")
    assert visit(stage, store, article(1), "do-thi") is Change.NEW
    (before,) = store.feed("do-thi", "").entries
    stage.pass_time()
    assert visit(stage, store, article(7, source="quan"), "do-thi") is Change.DUPLICATE
    stored = store.article("quan:7")
    assert stored is not None
    assert [one.key for one in stored.story] == ["phuong:1", "quan:7"]
    stage.pass_time()
    assert visit(stage, store, article(7, source="quan", paragraphs=OTHER), "do-thi") is Change.REVISED
    assert store.feed("do-thi", "").entries == (before,), "a story's entry moves only with the article it shows"


def test_an_article_keeps_its_identity_when_its_key_is_made_otherwise(stage: Stage, store: Store) -> None:
    visit(stage, store, article(1))
    stage.pass_time()
    renamed = replace(article(1), key="phuong-ben-go:1", source="phuong-ben-go")
    assert visit(stage, store, renamed) is Change.UNCHANGED
    stored = store.article("phuong-ben-go:1")
    assert stored is not None
    assert (stored.key, stored.source) == ("phuong:1", "phuong-ben-go")


# --- taken back -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_a_withdrawn_article_is_marked_once_and_comes_back(stage: Stage, store: Store, status: int) -> None:
    settled(store)
    visit(stage, store, article(1), "do-thi")
    (shown,) = store.feed("do-thi", "").entries
    left = stage.pass_time()
    gone(stage, store, status=status)
    stage.pass_time()
    gone(stage, store, status=status)
    (withdrawn,) = store.feed("do-thi", "").entries
    assert withdrawn == replace(shown, withdrawn=True, updated=left)
    back = stage.pass_time()
    assert visit(stage, store, article(1), "do-thi") is Change.UNCHANGED
    assert store.feed("do-thi", "").entries == (replace(shown, updated=back),)


def test_a_304_brings_it_back_too(stage: Stage, store: Store) -> None:
    settled(store)
    visit(stage, store, article(1), "do-thi")
    stage.pass_time()
    gone(stage, store)
    store.unchanged("phuong", url_of(1), stage.pass_time())
    assert not store.feed("do-thi", "").entries[0].withdrawn


def test_other_refusals_withdraw_nothing(stage: Stage, store: Store) -> None:
    settled(store)
    visit(stage, store, article(1), "do-thi")
    before = store.feed("do-thi", "")
    stage.pass_time()
    store.reject(stage.page(url_of(1), status=403), "HttpRefused", "HTTP 403", temporary=False)
    store.reject(stage.page(url_of(1), status=503), "ServerError", "HTTP 503", temporary=True)
    store.reject(stage.page(url_of(1)), "NoText", "no text is left", temporary=False)
    assert store.feed("do-thi", "") == before


def test_an_old_404_says_nothing_of_today(stage: Stage, store: Store) -> None:
    settled(store)
    old = stage.page(url_of(1), status=404)
    stage.pass_time()
    visit(stage, store, article(1), "do-thi")
    store.reject(old, "NotFound", "HTTP 404", temporary=False)
    assert not store.feed("do-thi", "").entries[0].withdrawn


def test_a_page_that_comes_and_goes_is_no_news_for_ever(stage: Stage, store: Store) -> None:
    settled(store)
    visit(stage, store, article(1), "do-thi")
    stamps = set()
    for _ in range(2 * MAX_RESTLESS):
        stage.pass_time()
        gone(stage, store)
        stage.pass_time()
        visit(stage, store, article(1), "do-thi")
        stamps.add(store.feed("do-thi", "").entries[0].updated)
    assert len(stamps) <= MAX_RESTLESS + 1


@pytest.mark.parametrize("announced_first", [True, False])
def test_an_article_that_moved_keeps_its_entry(stage: Stage, store: Store, announced_first: bool) -> None:
    settled(store)
    visit(stage, store, article(1), "do-thi")
    (shown,) = store.feed("do-thi", "").entries
    for step in ("new", "old") if announced_first else ("old", "new"):
        stage.pass_time()
        if step == "old":
            gone(stage, store)
        else:
            assert visit(stage, store, article(2), "do-thi") is Change.DUPLICATE
    (moved,) = store.feed("do-thi", "").entries
    assert (moved.id, moved.withdrawn, moved.article.url) == (shown.id, False, url_of(2))
    stage.pass_time()
    (due,) = store.due("phuong", stage.now, 9)
    assert due.url == url_of(2)
    assert visit(stage, store, article(2, paragraphs=OTHER), "do-thi") is Change.REVISED
    (revised,) = store.feed("do-thi", "").entries
    assert (revised.id, revised.updated) == (shown.id, stage.now)


def test_an_old_address_that_lives_again_is_the_article_again(stage: Stage, store: Store) -> None:
    visit(stage, store, article(1))
    gone(stage, store)
    visit(stage, store, article(2))
    stage.pass_time()
    assert visit(stage, store, article(1, paragraphs=OTHER)) is Change.REVISED
    assert (said_by(store).url, said_by(store).paragraphs) == (url_of(1), OTHER)


# --- runs -------------------------------------------------------------------------------------------------------------


def test_runs_and_status(stage: Stage, store: Store) -> None:
    store.meet(Source(name="phuong", title="Phường Bến Gỗ", hosts=("phuong.example",), place="Quận Sông Mây"))
    failure = Failure(url=LISTING, kind="HTTP 503", message="", at=START)
    first = Run(source="phuong", started=START, ended=START + HOUR, fetched=3, listings=1, new=2, failure=failure)
    second = Run(source="phuong", started=START + DAY, fetched=2, rejected=2, reasons={"NoText": 2})
    store.record(first)
    store.record(second)
    assert store.runs("phuong") == (second, first)
    (status,) = store.status()
    assert (status.title, status.place, status.last_run, status.settled) == (
        "Phường Bến Gỗ",
        "Quận Sông Mây",
        second,
        False,
    )
