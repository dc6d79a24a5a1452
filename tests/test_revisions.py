"""A page read again: what is no change, what kind of change it is, and how an article goes and comes back."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from crawler.commands.show import command as show
from crawler.commands.status import command as status
from crawler.errors import Rejected
from crawler.extract import extract
from crawler.stages import article_of
from crawler.types import Article, Change, Departure, Judged, Source
from storage.history import Event, Kind, history
from storage.store import Store
from tests.storing import (
    DAY,
    HOUR,
    OTHER,
    TEXT,
    Stage,
    announcement,
    article,
    due_keys,
    gone,
    match,
    settled,
    url_of,
    visit,
)

pytestmark = pytest.mark.usefixtures("named")
SOURCE = Source(name="phuong", title="Phường Bến Gỗ", hosts=("phuong.example",))
TITLE = "Phường Bến Gỗ lấy ý kiến người dân về việc sắp xếp tổ dân phố"
BODY = """<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title>
<meta property="article:published_time" content="2026-11-20T08:15:00+07:00"><meta name="csrf" content="{token}"></head>
<body><div class="top">{clock}</div><div class="menu"><a href="/">Trang chủ</a> <a href="/tin?s={token}">Tin</a></div>
<div class="main"><h1>{title}</h1><div class="meta">20/11/2026 08:15 {ago}</div>
<div class="tools">Lượt xem: {views} <span>{shares} chia sẻ</span></div>
<div class="content"><p>{first}</p>{between}<p>{second}</p></div>
<div class="rating">Tổng số điểm của bài viết là: {points} trong {votes} đánh giá</div>
<div class="related"><h3>Tin liên quan</h3><ul>{related}</ul></div></div>
<div class="foot">Đang trực tuyến: {online} Hôm nay: {views} Tất cả: {shares}1</div></body></html>"""
FIRST = {
    "title": TITLE, "first": TEXT[0], "second": TEXT[1], "between": "", "token": "a1", "views": "12", "shares": "3",
    "clock": "Thứ sáu, 20/11/2026 09:01", "ago": "2 giờ trước", "points": "5", "votes": "1", "online": "7",
    "related": "<li><a href='/tin-8.html'>Phường Bến Gỗ mở lớp bơi cho trẻ em trong hè</a></li>",
}  # fmt: skip


@pytest.fixture
def store(stage: Stage, store: Store) -> Store:
    store.meet(SOURCE)
    settled(store)
    stage.pass_time()
    return store


def read(stage: Stage, store: Store, said: str, again: str | None = None) -> Change:
    """A visit that fetches this page, perhaps twice, and ends as in a run."""
    page = stage.page(url_of(1), said.encode())
    if again is not None:
        page = replace(page, second=stage.page(url_of(1), again.encode()))
    page = store.archive(page)
    second = extract(page.second, SOURCE) if page.second else None
    one = Judged(snapshot=page, article=extract(page, SOURCE), matches=(match(),), second=second)
    return store.save(one, again=lambda old: extract(old, SOURCE))


def told(store: Store, wanted: int | str = 1) -> list[tuple[str, ...]]:
    """The kinds of what happened to an article."""
    return [tuple(kind.value for kind in event.kinds) for event in happened(store, wanted)]


def happened(store: Store, wanted: int | str = 1) -> tuple[Event, ...]:
    stored = store.article(wanted)
    assert stored is not None
    return history(stored.revisions, stored.absences)


# --- what is no change ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"views": "1.204", "shares": "98", "points": "4", "votes": "77", "online": "301"}, id="counters"),
        pytest.param({"clock": "Chủ nhật, 22/11/2026 23:59", "ago": "3 ngày trước"}, id="clocks"),
        pytest.param(
            {
                "related": "<li><a href='/tin-9.html'>Bến Gỗ khánh thành cầu tàu mới ở bến đò cũ</a></li>"
                "<li><a href='/tin-10.html'>Hội thi nấu ăn của các tổ dân phố</a></li>"
            },
            id="related",
        ),
        pytest.param({"related": ""}, id="no related"),
        pytest.param({"token": "ffee99"}, id="tokens"),
        pytest.param({"first": f"\n   {TEXT[0]}&nbsp; ".replace(" dân ", "  dân\n")}, id="white space"),
        pytest.param({"second": TEXT[1].replace("á", "á")}, id="decomposed"),
        pytest.param({"between": "<div class='ads'>- Quảng cáo -</div>"}, id="advertisement"),
    ],
)
def test_no_change(stage: Stage, store: Store, changed: dict[str, str]) -> None:
    assert read(stage, store, BODY.format(**FIRST)) is Change.NEW
    (before,) = store.feed("do-thi", "").entries
    stage.pass_time()
    assert read(stage, store, BODY.format(**FIRST | changed)) is Change.UNCHANGED
    (after,) = store.feed("do-thi", "").entries
    assert (after.updated, after.article.title, after.article.paragraphs) == (before.updated, TITLE, TEXT)
    assert told(store) == [("new",)]


# --- what kind of change ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "kinds", "summary"),
    [
        ({"title": "Bến Gỗ hỏi dân chuyện chia tổ"}, ("retitled",), "Tiêu đề đổi"),
        ({"title": TITLE + "!"}, ("minor",), "Sửa câu chữ"),
        ({"second": TEXT[1].replace("biên bản", "biên bãn")}, ("minor",), "Sửa câu chữ"),
        ({"second": TEXT[1] + " Có 12 tổ."}, ("corrected",), "1 con số thêm: 12 tổ"),
        ({"first": TEXT[0].replace("Bến Gỗ", "Bến Đá")}, ("corrected",), "1 tên sửa: Bến Gỗ → Bến Đá"),
        (
            {"title": "Bến Gỗ hỏi dân chuyện chia tổ", "first": TEXT[0].replace("Bến Gỗ", "Bến Đá")},
            ("retitled", "corrected"),
            "Tiêu đề đổi; 1 tên sửa: Bến Gỗ → Bến Đá",
        ),
    ],
)
def test_kinds_of_change(
    stage: Stage, store: Store, changed: dict[str, str], kinds: tuple[str, ...], summary: str
) -> None:
    read(stage, store, BODY.format(**FIRST))
    stage.pass_time()
    assert read(stage, store, BODY.format(**FIRST | changed)) is Change.REVISED
    *_, last = happened(store)
    assert (tuple(kind.value for kind in last.kinds), last.summary, last.revision) == (kinds, summary, 2)


def test_what_our_rules_changed_is_of_another_kind(stage: Stage, store: Store) -> None:
    page = store.archive(stage.page(url_of(1)))
    store.save(Judged(snapshot=page, article=article(1)))
    stage.pass_time()
    store.save(Judged(snapshot=page, article=article(1, title="Tiêu đề đọc khác", paragraphs=OTHER)))
    assert told(store) == [("new",), ("rules",)]


# --- going and coming back --------------------------------------------------------------------------------------------


def refused(stage: Stage, store: Store, number: int, how: Departure) -> None:
    """A visit to an article that is not there, as the flow judges it."""
    page = stage.page(url_of(number))
    if how in (Departure.NOT_FOUND, Departure.GONE):
        page = replace(page, status=int(how.value))
    elif how is Departure.HOME:
        body = "<html><title>Phường Bến Gỗ</title><body><h1>Phường Bến Gỗ</h1><p>Tin mới hôm nay.</p></body></html>"
        page = replace(page, url="https://phuong.example/", body=body.encode())
    else:
        page = replace(page, body=b"<html><title>404 Not Found</title><body><h1>Not Found</h1></body></html>")
    with pytest.raises(Rejected) as caught:
        article_of(page, SOURCE)
    error = caught.value
    store.reject(store.archive(page), error.reason, str(error), temporary=error.temporary)


@pytest.mark.parametrize("how", Departure)
def test_how_an_article_went_is_kept_and_that_it_came_back(stage: Stage, store: Store, how: Departure) -> None:
    visit(stage, store, article(1), "do-thi")
    (shown,) = store.feed("do-thi", "").entries
    since = stage.pass_time()
    store.meet(SOURCE)
    refused(stage, store, 1, how)
    believed = stage.pass_time()
    assert store.withdraw("phuong") is None
    (withdrawn,) = store.feed("do-thi", "").entries
    assert withdrawn == replace(shown, withdrawn=True, updated=believed)
    assert store.status()[0].failure is None
    (row,) = store.export()
    assert row["withdrawn_how"] == how.value
    stage.pass_time()
    refused(stage, store, 1, how)
    store.withdraw("phuong")
    assert store.feed("do-thi", "").entries == (withdrawn,), "marked once"
    back = stage.pass_time()
    assert visit(stage, store, article(1), "do-thi") is Change.UNCHANGED
    assert store.feed("do-thi", "").entries == (replace(shown, updated=back),)
    assert happened(store)[1:] == (
        Event(at=believed, kinds=(Kind.WITHDRAWN,), since=since, how=how),
        Event(at=back, kinds=(Kind.RESTORED,)),
    )
    assert next(store.export())["withdrawn_how"] is None


def test_one_that_comes_back_with_another_text_is_restored_and_revised(stage: Stage, store: Store) -> None:
    visit(stage, store, article(1), "do-thi")
    (shown,) = store.feed("do-thi", "").entries
    stage.pass_time()
    gone(stage, store)
    back = stage.pass_time()
    assert visit(stage, store, article(1, paragraphs=(TEXT[0], "Có 12 tổ.")), "do-thi") is Change.REVISED
    (after,) = store.feed("do-thi", "").entries
    assert (after.id, after.announced, after.updated, after.withdrawn) == (shown.id, shown.announced, back, False)
    assert told(store) == [("new",), ("withdrawn",), ("restored",), ("corrected",)]


def test_what_was_only_feared_is_no_history(stage: Stage, store: Store) -> None:
    """A site in trouble sends everybody home: doubted as many 404s are, and forgotten when it is well."""
    for number in range(4):
        visit(stage, store, article(number, paragraphs=(f"Tổ {number} họp. {TEXT[0]}",)), "do-thi")
    before = store.feed("do-thi", "")
    for wait in (HOUR, HOUR, DAY):
        stage.pass_time(wait)
        store.meet(SOURCE)
        for number in range(4):
            refused(stage, store, number, Departure.HOME)
        assert (store.withdraw("phuong") is None) is (wait is DAY), "believed when it lasts"
        if wait is HOUR:
            assert store.feed("do-thi", "") == before
    assert {event.how for event in happened(store, url_of(1)) if Kind.WITHDRAWN in event.kinds} == {Departure.HOME}


def test_a_doubted_absence_that_ended_leaves_no_trace(stage: Stage, store: Store) -> None:
    visit(stage, store, article(1))
    stage.pass_time()
    refused(stage, store, 1, Departure.HOME)
    store.unchanged("phuong", url_of(1), stage.pass_time())
    assert told(store) == [("new",)]


def test_an_announced_page_that_sends_home_stays_pending_and_is_blamed(stage: Stage, store: Store) -> None:
    store.announce("phuong", stage.page("https://phuong.example/tin"), [announcement(5)])
    refused(stage, store, 5, Departure.HOME)
    assert due_keys(stage, store) == ["phuong:5"]
    failure = store.status()[0].failure
    assert failure is not None and failure.kind == "HomeServed"


# --- pages that change at each visit ----------------------------------------------------------------------------------


ASKED = (
    "Chuyến đò cuối mấy giờ rời bến?",
    "Nhà văn hóa tuần này chiếu phim gì cho thiếu nhi?",
    "Ai bán bánh khọt ngon nhất chợ?",
)


def noisy(number: int) -> str:
    """A page with a box in its text that is filled by chance, which no rule knows."""
    box = f"<p>{ASKED[number % len(ASKED)]} Đã có {number} bà con hỏi.</p>"
    return BODY.format(**FIRST | {"between": box})


def test_two_readings_at_once_tell_noise_from_a_change(stage: Stage, store: Store) -> None:
    assert read(stage, store, noisy(1)) is Change.NEW
    (before,) = store.feed("do-thi", "").entries
    stage.pass_time()
    assert store.due("phuong", stage.now, 9)[0].twice, "at its first re-check every page is"
    for number in range(2, 8, 2):
        assert read(stage, store, noisy(number), noisy(number + 1)) is Change.UNCHANGED
        stage.pass_time(12 * HOUR)
    assert store.due("phuong", stage.now, 9)[0].twice
    assert read(stage, store, noisy(90)) is Change.UNCHANGED, "a single reading proves nothing of such a page"
    stage.pass_time(2 * HOUR)
    assert store.feed("do-thi", "").entries == (before,)
    assert (store.status()[0].restless, store.status()[0].restless_urls) == (1, (url_of(1),))
    stored = store.article(1)
    assert stored is not None and stored.noisy
    edited = [noisy(number).replace("tháng sau", "tháng ba") for number in (50, 51)]
    assert read(stage, store, *edited) is Change.REVISED, "an edit among the noise is one"
    assert told(store) == [("new",), ("corrected",)]
    stage.pass_time(2 * HOUR)
    calm = BODY.format(**FIRST)
    assert read(stage, store, calm, calm) is Change.REVISED
    assert store.status()[0].restless == 0
    stage.pass_time(DAY)
    assert read(stage, store, calm, calm) is Change.UNCHANGED
    stage.pass_time(DAY)
    assert not store.due("phuong", stage.now, 9)[0].twice


def test_status_names_the_pages_that_change_at_each_visit(stage: Stage, store: Store) -> None:
    read(stage, store, noisy(1))
    stage.pass_time()
    read(stage, store, noisy(2), noisy(3))
    result = CliRunner().invoke(status, [], catch_exceptions=False)
    assert "1 articles change at each visit" in result.stdout and url_of(1) in result.stdout
    told = json.loads(CliRunner().invoke(status, ["--json"], catch_exceptions=False).stdout)
    assert told["sources"]["phuong"]["restless_urls"] == [url_of(1)]


def test_a_second_reading_under_new_rules_is_our_doing(stage: Stage, store: Store) -> None:
    """The rules now keep less of the page; that the readings differ as well makes it no news."""

    def said(number: int, kept: int) -> Article:
        return article(1, paragraphs=(*(*TEXT, f"{number} lượt thuyền")[:kept], f"Bến {number}"))

    visit(stage, store, said(1, 3), "do-thi")
    (before,) = store.feed("do-thi", "").entries
    stage.pass_time()
    page = store.archive(replace(stage.page(url_of(1)), second=stage.page(url_of(1), b"2")))
    one = Judged(snapshot=page, article=said(2, 2), matches=(match(),), second=said(3, 2))
    assert store.save(one, again=lambda _: said(1, 2)) is Change.REVISED
    assert told(store) == [("new",), ("rules",)]
    assert store.feed("do-thi", "").entries[0].updated == before.updated


def test_both_readings_are_archived(stage: Stage, store: Store) -> None:
    page = store.archive(replace(stage.page(url_of(1), b"one"), second=stage.page(url_of(1), b"two")))
    assert page.record is not None and page.second is not None and page.second.record is not None
    bodies = [store.snapshot(record).body for record in (page.record, page.second.record)]
    assert bodies == [b"one", b"two"]


# --- as people see it -------------------------------------------------------------------------------------------------


def test_show_tells_what_happened(stage: Stage, store: Store) -> None:
    visit(stage, store, article(1), "do-thi")
    stage.pass_time()
    visit(stage, store, article(1, title="Bến Gỗ hỏi dân", paragraphs=(*TEXT[:1], "Có 12 tổ.")), "do-thi")
    stage.pass_time()
    refused(stage, store, 1, Departure.HOME)
    store.withdraw("phuong")
    shown = CliRunner().invoke(show, ["1"], catch_exceptions=False).stdout
    assert "withdrawn  22/11/2026 15:00 (sent to the home page)" in shown
    tail = shown.split("revisions\n")[1].splitlines()
    assert tail[0] == "  1   22/11/2026 13:00  new        Phường Bến Gỗ sắp xếp tổ dân phố"
    assert tail[1].startswith("  2   22/11/2026 14:00  retitled, corrected Bến Gỗ hỏi dân")
    assert tail[2] == "      Tiêu đề đổi; 1 con số thêm: 12 tổ"
    assert tail[-1] == "      22/11/2026 15:00  withdrawn  gone since 22/11/2026 15:00 (sent to the home page)"
    told = json.loads(CliRunner().invoke(show, ["1", "--json"], catch_exceptions=False).stdout)["history"]
    assert [(one["kinds"], one["revision"], one["how"]) for one in told] == [
        (["new"], 1, None),
        (["retitled", "corrected"], 2, None),
        (["withdrawn"], None, "home"),
    ]
