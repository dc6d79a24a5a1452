"""When a page contradicts itself: what is believed, how surely, and what is kept beside it."""

from datetime import UTC, datetime

import pytest

from crawler.extract import extract
from crawler.types import VIETNAM, Article, Snapshot, Source, Statement

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TITLE = "Phường Bến Đò mở điểm đọc sách cho thiếu nhi"
LEAD = "Từ tháng tư, thiếu nhi của phường được đọc sách miễn phí tại nhà văn hóa vào mỗi chiều thứ bảy."
TEXT = (
    "Mỗi buổi có hai giờ đọc và một giờ vẽ; cha mẹ ghi tên cho con tại tổ dân phố của mình.",
    "Sách do các gia đình trong phường tặng, đến nay đã được hơn bốn trăm cuốn.",
)
URL = "https://bendo.example.vn/tin/1.html"


def read(head: str = "", date: str = "14/03/2026 09:30", url: str = URL) -> Article:
    body = (
        f"<html><head><title>{TITLE} - Bến Đò</title>{head}</head><body><h1>{TITLE}</h1><div>{date}</div>"
        f'<div class="sapo"><p>{LEAD}</p></div><p>{TEXT[0]}</p><p>{TEXT[1]}</p></body></html>'
    )
    snapshot = Snapshot(requested_url=url, url=url, fetched_at=NOW, status=200, body=body.encode())
    return extract(snapshot, Source(name="bendo", title="Bến Đò", hosts=("bendo.example.vn",)), now=NOW)


def meta(name: str, value: str) -> str:
    return f'<meta property="{name}" content="{value}">'


def linked(**said: str) -> str:
    pairs = ", ".join(f'"{key}": "{value}"' for key, value in said.items())
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{TITLE}", {pairs}}}</script>'


@pytest.mark.parametrize(
    ("head", "date", "url", "confidence"),
    [
        ("", "14/03/2026 09:30", URL, "stated"),
        (meta("article:published_time", "2026-03-14T09:30:00+07:00"), "14/03/2026 09:30", URL, "confirmed"),
        (meta("article:published_time", "2026-03-13T22:00:00Z"), "14/03/2026", URL, "confirmed"),
        (meta("article:published_time", "2026-03-14T09:30:00+07:00"), "12/03/2026 09:30", URL, "disputed"),
        ("", "14/03/2026 09:30", "https://bendo.example.vn/tin/20260314/sach-1.html", "confirmed"),
        ("", "14/03/2026 09:30", "https://bendo.example.vn/sach-20260312080054340.htm", "stated"),
        ("", "14/03/2026 09:30", "https://bendo.example.vn/2019/05/14/sach.html", "disputed"),
        (meta("article:modified_time", "2026-05-14T09:30:00+07:00"), "14/03/2026 09:30", URL, "stated"),
    ],
)
def test_how_surely_a_date_is_known(head: str, date: str, url: str, confidence: str) -> None:
    article = read(head, date, url)
    assert article.published
    assert article.published.at.astimezone(VIETNAM).date().isoformat() == "2026-03-14"
    assert article.published.confidence == confidence


@pytest.mark.parametrize(
    ("head", "date", "updated", "origin"),
    [
        ("", "14/03/2026 09:30", None, ""),
        (linked(dateModified="2026-03-14T11:00:00+07:00"), "14/03/2026 09:30", "14 11:00", "json-ld:dateModified"),
        (meta("og:updated_time", "2026-03-15T07:05:00+07:00"), "14/03/2026 09:30", "15 07:05", "meta:og:updated_time"),
        (linked(dateModified="2026-03-14T02:30:20Z"), "14/03/2026 09:30", None, ""),
        (linked(dateModified="2026-03-01T02:30:20Z"), "14/03/2026 09:30", None, ""),
        (linked(dateModified="2031-03-01T02:30:20Z"), "14/03/2026 09:30", None, ""),
        ("", "14/03/2026 09:30</div><div>Cập nhật: 16/03/2026 10:00", "16 10:00", "label:Cập nhật"),
        ("", "Cập nhật: 14/03/2026 09:30", None, ""),
    ],
)
def test_a_change_is_told_apart_from_the_publication(head: str, date: str, updated: str | None, origin: str) -> None:
    article = read(head, date)
    assert article.published
    assert article.published.at.isoformat() == "2026-03-14T09:30:00+07:00"
    if updated is None:
        assert article.updated is None
    else:
        assert article.updated
        assert (f"{article.updated.at:%d %H:%M}", article.updated.origin) == (updated, origin)


def test_a_page_that_agrees_with_itself_leaves_nothing_over() -> None:
    head = meta("og:title", f"{TITLE} - Bến Đò") + meta("og:description", LEAD[:60] + "...")
    assert read(head + meta("article:published_time", "2026-03-14T09:30:44+07:00")).also == ()


@pytest.mark.parametrize(
    ("head", "lost"),
    [
        (meta("og:title", "Một ngày ở Bến Đò"), ("title", "Một ngày ở Bến Đò", "meta:og:title")),
        (meta("og:description", "Cổng của phường"), ("lead", "Cổng của phường", "meta:og:description")),
        (meta("author", "admin"), ("author", "admin", "meta:author")),
        (
            meta("article:published_time", "2026-03-14T09:30:00+07:00") + meta("pubdate", "2026-03-12T08:00:00+07:00"),
            ("published", "2026-03-12T08:00:00+07:00", "meta:pubdate"),
        ),
        (linked(dateModified="2026-03-01T08:00"), ("updated", "2026-03-01T08:00", "json-ld:dateModified")),
        (linked(description="Ch&#7907; B&#7871;n &#272;&ograve;"), ("lead", "Chợ Bến Đò", "json-ld:description")),
    ],
)
def test_what_was_not_believed_is_kept_with_its_origin(head: str, lost: tuple[str, str, str]) -> None:
    article = read(head)
    about, value, origin = lost
    assert Statement(about=about, value=value, origin=origin) in article.also
    assert (article.title, article.lead, article.paragraphs) == (TITLE, LEAD, TEXT)


def test_the_same_lie_is_kept_once() -> None:
    head = "".join(meta(name, "Một ngày ở Bến Đò") for name in ("og:title", "twitter:title"))
    assert [one.about for one in read(head).also] == ["title"]


def test_a_page_full_of_lies_leaves_a_few() -> None:
    head = "".join(meta("og:title", f"Một ngày thứ {number} ở Bến Đò") for number in range(500))
    assert len(read(head).also) <= 20
