"""Listings of every kind → announcements: own, article-like, canonical, once, in order; nothing breaks the reader."""

import contextlib
import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.announced import MAX_SIZE, unpacked
from crawler.discover import address, discover
from crawler.errors import Captcha, Damaged, NotHtml, Rejected, TooLarge
from crawler.portal.faults import CAPTCHA_PAGE
from crawler.types import Announcement, Discovery, Listing, ListingKind, Precision, Snapshot, Source

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
HOME = "https://binhan.example.vn/tin"
SOURCE = Source(
    name="binhan",
    title="Phường Bình An",
    hosts=("binhan.example.vn", "cu.example.vn"),
    articles=(r"-(?P<id>\d{3,})\.html$",),
    not_articles=("/video/",),
)
PAGE = Listing(kind=ListingKind.PAGE, url=HOME)
RSS = Listing(kind=ListingKind.RSS, url=HOME)
MAP = Listing(kind=ListingKind.SITEMAP, url=HOME, days=5)
API = Listing(kind=ListingKind.API, url=HOME)


def answer(body: str | bytes, *, url: str = HOME, content_type: str = "") -> Snapshot:
    return Snapshot(
        requested_url=url,
        url=url,
        fetched_at=NOW,
        status=200,
        headers=(("content-type", content_type),),
        body=body.encode() if isinstance(body, str) else body,
        source="binhan",
    )


def found(listing: Listing, body: str | bytes, **how: str) -> Discovery:
    return discover(SOURCE, listing, answer(body, **how), NOW)


def keys(announced: Sequence[Announcement]) -> list[str]:
    return [one.key.removeprefix("binhan:") for one in announced]


# --- pages -----------------------------------------------------------------------------------------------------------

LISTED = """
<html><body><div class="menu"><a href="/">Trang chủ</a><a href="/lien-he">Liên hệ</a></div>
<div class="tin"><h3><a href="/hop-to-dan-pho-101.html">Họp tổ dân phố</a></h3>
  <span class="ngay">20/11/2026 07:30</span></div>
<div class="tin"><a href="tin/don-ve-sinh-102.html?utm_source=trang-chu#dau"><img alt=""></a>
  <h3><a href="//www.binhan.example.vn/tin/don-ve-sinh-102.html">Dọn  vệ sinh
  đường phố</a></h3><span class="ngay">19/11/2026</span></div>
<div class="tin"><h3><a href="https://bao.example.org/khac-103.html">Báo khác</a></h3></div>
<div class="tin"><h3><a href="/video/lat-duong-104.html">Phim</a></h3></div>
<div class="ben"><a href="http://cu.example.vn/tin-cu-105.html">Tin cũ</a></div></body></html>
"""


def test_a_page_announces_its_article_links_once_and_in_order() -> None:
    announced = found(PAGE, LISTED).announcements
    assert keys(announced) == ["101", "102", "105"]
    assert [one.url for one in announced] == [
        "https://binhan.example.vn/hop-to-dan-pho-101.html",
        "https://binhan.example.vn/tin/don-ve-sinh-102.html",
        "https://cu.example.vn/tin-cu-105.html",
    ]


def test_items_narrow_a_page_and_tell_title_and_date() -> None:
    listing = replace(PAGE, items=("div.tin",), title="h3 a", date="span.ngay")
    first, second = found(listing, LISTED).announcements
    assert (first.title, second.title) == ("Họp tổ dân phố", "Dọn vệ sinh đường phố")
    assert first.published and second.published
    assert first.published.at.isoformat() == "2026-11-20T07:30:00+07:00"
    assert second.published.precision is Precision.DAY
    assert first.published.origin == "listing:span.ngay"


def test_a_container_without_title_selector_has_its_links_words() -> None:
    assert found(replace(PAGE, items=("div.tin",)), LISTED).announcements[1].title == "Dọn vệ sinh đường phố"


def test_selectors_that_select_nothing_any_more_do_not_silence_the_page() -> None:
    assert keys(found(replace(PAGE, items=("article.story",)), LISTED).announcements) == ["101", "102", "105"]


def test_a_base_element_is_obeyed() -> None:
    body = '<base href="https://cu.example.vn/a/"><a href="b-201.html">B</a>'
    assert found(PAGE, body).announcements[0].url == "https://cu.example.vn/a/b-201.html"


def test_a_page_in_utf_16_is_read() -> None:
    assert keys(found(PAGE, LISTED.encode("utf-16")).announcements) == ["101", "102", "105"]


# --- paging ----------------------------------------------------------------------------------------------------------

PAGED = replace(
    PAGE, url="https://binhan.example.vn/tin?trang={page}", depth=3, days=10, items=("div.tin",), date=".ngay"
)


def test_paging_walks_from_the_first_page_over_its_depth() -> None:
    listing, pages = PAGED, []
    while True:
        pages.append(address(listing)[0])
        further = found(listing, LISTED).further
        if not further:
            break
        (listing,) = further
    assert pages == [f"https://binhan.example.vn/tin?trang={number}" for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("body", "goes_on"),
    [
        pytest.param(
            '<div class="tin"><a href="/a-301.html">A</a><i class="ngay">01/11/2026</i></div>', False, id="old"
        ),
        pytest.param(
            '<div class="tin"><a href="/a-301.html">A</a><i class="ngay">19/11/2026</i></div>', True, id="young"
        ),
        pytest.param('<div class="tin"><a href="/a-301.html">A</a></div>', True, id="undated"),
        pytest.param("<div class='tin'>Không có tin</div>", False, id="nothing announced"),
    ],
)
def test_paging_ends_where_all_is_old_or_nothing_is_there(body: str, goes_on: bool) -> None:
    assert bool(found(PAGED, body).further) is goes_on


def test_a_form_pages_too() -> None:
    listing = replace(API, form={"PageIndex": "{page}", "Site": "x"}, first_page=0, depth=2)
    assert address(listing) == (HOME, {"PageIndex": "0", "Site": "x"})
    (further,) = found(listing, '<a href="/a-301.html">A</a>').further
    assert address(further)[1] == {"PageIndex": "1", "Site": "x"}


# --- RSS and Atom ----------------------------------------------------------------------------------------------------


def rss(items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    return f'{head}<rss version="2.0"><channel><title>Tin</title><link>{HOME}</link>{items}</channel></rss>'


LINK = "https://binhan.example.vn/hop-101.html"


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(f"<link>{LINK}</link>", id="link"),
        pytest.param(f"<link>\n  <![CDATA[ {LINK} ]]></link>", id="CDATA with blanks"),
        pytest.param(f"<link/>{LINK}", id="text behind an empty link"),
        pytest.param(f"<guid>{LINK}</guid>", id="guid"),
        pytest.param(f'<guid isPermaLink="true">{LINK}</guid>', id="guid permalink"),
        pytest.param(f"<link>https://dem.example.org/r?x=1</link><guid>{LINK}</guid>", id="foreign link, own guid"),
        pytest.param(f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" href="{LINK}"/>', id="Atom link in RSS"),
        pytest.param(f"<link>{LINK}?utm_source=rss&amp;utm_medium=x</link>", id="tracking"),
        pytest.param(f"<link>{LINK}?utm_source=rss&utm_medium=x</link>", id="lone ampersand"),
        pytest.param("<link>/hop-101.html</link>", id="relative"),
    ],
)
def test_an_items_address_is_found_wherever_it_stands(item: str) -> None:
    (one,) = found(RSS, rss(f"<item><title>Họp</title>{item}</item>")).announcements
    assert one.url == LINK


def test_a_guid_that_is_no_permalink_is_no_address() -> None:
    body = rss(f'<item><guid isPermaLink="false">{LINK}</guid></item>')
    assert found(RSS, body).announcements == ()


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("Họp &amp;quot;tổ&amp;quot; dân phố", 'Họp "tổ" dân phố'),
        ("<![CDATA[Họp <b>tổ</b> d&acirc;n phố]]>", "Họp tổ dân phố"),
        ("Họp &lt;b&gt;tổ&lt;/b&gt; d&acirc;n phố", "Họp tổ dân phố"),
        ("Họp tổ d&acirc;n\n phố\x0b", "Họp tổ dân phố"),
        ("&lạ; & lẻ", "&lạ; & lẻ"),
    ],
)
def test_titles_are_unescaped_however_often_they_were_escaped(printed: str, title: str) -> None:
    (one,) = found(RSS, rss(f"<item><title>{printed}</title><link>{LINK}</link></item>")).announcements
    assert one.title == title


def test_a_feeds_date_is_read_with_its_provenance() -> None:
    body = rss(f"<item><link>{LINK}</link><pubDate>Fri, 20 Nov 2026 14:30:00 +07</pubDate></item>")
    (one,) = found(RSS, body).announcements
    assert one.published
    assert one.published.at.isoformat() == "2026-11-20T14:30:00+07:00"
    assert one.published.origin == "feed:pubDate"


def test_atom_is_read() -> None:
    body = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Tin</title><entry><title type="html">Họp</title>
      <link rel="replies" href="https://binhan.example.vn/x-999.html"/><link rel="alternate" href="{LINK}"/>
      <id>tag:binhan.example.vn,2026:101</id><published>2026-11-19T01:00:00Z</published>
      <updated>2026-11-20T02:00:00+07:00</updated></entry></feed>"""
    (one,) = found(RSS, body).announcements
    assert (one.url, one.title) == (LINK, "Họp")
    assert one.published and one.published.origin == "feed:published"
    assert one.modified == datetime(2026, 11, 19, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(rss(f"<item><link>{LINK}</link></item>", "").encode("utf-16"), id="UTF-16 with mark"),
        pytest.param(rss(f"<item><link>{LINK}</link></item>", "").encode("utf-16-le"), id="UTF-16 without mark"),
        pytest.param(rss(f"<item><link>{LINK}</link></item>", "").encode("utf-8-sig"), id="UTF-8 with mark"),
        pytest.param(
            rss(f"<item><link>{LINK}</link></item>", '<?xml version="1.0" encoding="utf-16"?>').encode(),
            id="wrong encoding",
        ),
        pytest.param(b"\n\n  " + rss(f"<item><link>{LINK}</link></item>").encode(), id="blank lines first"),
        pytest.param(rss(f"<item><link>{LINK}</link></item><item><title>cụt").encode()[:-30], id="cut off"),
        pytest.param(rss(f"<item><link>{LINK}</link><br></item>").encode(), id="unclosed tag"),
        pytest.param(
            rss(
                f"<item><link>{LINK}</link></item>", '<!DOCTYPE rss PUBLIC "-//N//DTD" "http://x.example/rss.dtd">'
            ).encode(),
            id="harmless document type",
        ),
    ],
)
def test_broken_feeds_still_announce(body: bytes) -> None:
    assert keys(found(RSS, body).announcements) == ["101"]


BOMB = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;">]>"""
OUTSIDE = """<!DOCTYPE rss [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>"""


@pytest.mark.parametrize("head", [BOMB, OUTSIDE])
@pytest.mark.parametrize("listing", [RSS, MAP])
def test_entities_of_its_own_are_refused(listing: Listing, head: str) -> None:
    with pytest.raises(Damaged, match="entities of its own"):
        found(listing, rss("<item><title>&b;&xxe;</title></item>", head))


# --- sitemaps --------------------------------------------------------------------------------------------------------


def entry(number: int, lastmod: str = "", more: str = "") -> str:
    modified = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    return f"<url><loc>https://binhan.example.vn/tin-{number}.html</loc>{modified}{more}</url>"


def sitemap(*entries: str) -> str:
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(entries)}</urlset>'


def test_a_sitemap_announces_what_is_young_or_undated() -> None:
    body = sitemap(
        entry(401, "2026-11-19"), entry(402, "2026-11-01"), entry(403), entry(404, "2026-11-18T23:00:00+07:00")
    )
    announced = found(MAP, body).announcements
    assert keys(announced) == ["401", "403", "404"]
    assert announced[0].published is None, "lastmod is no publication date"
    assert announced[2].modified == datetime(2026, 11, 18, 16, tzinfo=UTC)


def test_a_news_sitemap_knows_title_and_publication() -> None:
    news = """<news:news xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><news:publication>
      <news:name>Bình An</news:name></news:publication><news:publication_date>2026-11-20T09:00:00+07:00
      </news:publication_date><news:title>Họp tổ dân phố</news:title></news:news>"""
    image = """<image:image xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
      <image:loc>https://binhan.example.vn/anh.jpg</image:loc><image:title>Ảnh</image:title></image:image>"""
    (one,) = found(MAP, sitemap(entry(405, more=image + news))).announcements
    assert one.url.endswith("tin-405.html")
    assert one.title == "Họp tổ dân phố"
    assert one.published and one.published.at == datetime(2026, 11, 20, 2, tzinfo=UTC)


def index(*children: tuple[str, str]) -> str:
    said = "".join(
        f"<sitemap><loc>{url}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</sitemap>" for url, day in children
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{said}</sitemapindex>'


@pytest.mark.parametrize(
    ("children", "depth", "expected"),
    [
        pytest.param([("/a.xml", "2026-11-18"), ("/b.xml", "2026-11-20")], 1, ["/b.xml"], id="newest first, limited"),
        pytest.param([("/a.xml", "2026-10-01"), ("/b.xml", "2026-11-20")], 9, ["/b.xml"], id="old ones never"),
        pytest.param(
            [("/news-2026-9.xml", ""), ("/topics.xml", ""), ("/news-2026-11.xml", ""), ("/news-2026-10.xml", "")],
            2,
            ["/news-2026-11.xml", "/news-2026-10.xml"],
            id="by the numbers in their names",
        ),
        pytest.param([("https://khac.example.org/s.xml", ""), ("/c.xml", "")], 9, ["/c.xml"], id="own hosts only"),
    ],
)
def test_an_index_leads_to_its_newest_children(
    children: list[tuple[str, str]], depth: int, expected: list[str]
) -> None:
    full = [(url if url.startswith("http") else f"https://binhan.example.vn{url}", day) for url, day in children]
    result = found(replace(MAP, depth=depth), index(*full))
    assert result.announcements == ()
    assert [address(one)[0] for one in result.further] == [f"https://binhan.example.vn{path}" for path in expected]


def test_an_index_in_an_index_leads_nowhere() -> None:
    (child,) = found(MAP, index(("https://binhan.example.vn/a.xml", ""))).further
    assert found(child, index(("https://binhan.example.vn/a.xml", ""))).further == ()


def test_a_gzipped_sitemap_is_unpacked() -> None:
    assert keys(found(MAP, gzip.compress(sitemap(entry(406)).encode())).announcements) == ["406"]


def test_a_gzip_bomb_is_refused_within_bounds() -> None:
    with pytest.raises(TooLarge):
        found(MAP, gzip.compress(b" " * (MAX_SIZE + 1)))


def test_a_gzip_file_that_was_cut_off_is_damaged() -> None:
    with pytest.raises(Damaged, match="cut off"):
        unpacked(
            gzip.compress(sitemap(*(entry(number, more=str(number * 7919)) for number in range(99))).encode())[:-20]
        )


# --- APIs ------------------------------------------------------------------------------------------------------------

FRAGMENT = """<div class="news-item" data-id="7"><h3 class="news-title"><a href="/don-ve-sinh-501.htm">cũ</a>
<a href="/don-ve-sinh-501.html">Dọn vệ sinh</a></h3>
<span class="news-time" title="15:28, 19/11/2026">hôm qua</span></div>"""
NEWS = replace(
    API, items=("div.news-item",), link="h3.news-title a", title="h3.news-title", date="span.news-time@title"
)


def test_an_html_fragment_is_read() -> None:
    (one,) = found(NEWS, FRAGMENT).announcements
    assert (one.key, one.title) == ("binhan:501", "cũ Dọn vệ sinh")
    assert one.published and one.published.at.isoformat() == "2026-11-19T15:28:00+07:00"


@pytest.mark.parametrize(
    ("answered", "items"),
    [
        pytest.param(FRAGMENT, ("div.news-item",), id="the answer is a string"),
        pytest.param({"data": {"html": FRAGMENT}}, ("data.html", "div.news-item"), id="a string in the answer"),
    ],
)
def test_html_inside_json_is_read(answered: object, items: tuple[str, ...]) -> None:
    (one,) = found(replace(NEWS, items=items), json.dumps(answered)).announcements
    assert one.key == "binhan:501"
    assert one.published


@pytest.mark.parametrize(
    ("date", "instant"),
    [
        ("2026-11-19T08:30:00+07:00", "2026-11-19T08:30:00+07:00"),
        ("/Date(1795001400000)/", "2026-11-18T11:30:00+00:00"),
        (1795001400, "2026-11-18T11:30:00+00:00"),
        ("19/11/2026 08:30", "2026-11-19T08:30:00+07:00"),
        ("", None),
        (None, None),
        ({"x": 1}, None),
    ],
)
def test_json_objects_are_read(date: object, instant: str | None) -> None:
    body = json.dumps(
        {"ket_qua": [{"tin": [{"Url": "/tin-601.html", "Title": "Họp &amp; bàn", "Ngay": date}, 7, None]}]}
    )
    listing = replace(API, items=("ket_qua.0.tin",), link="Url", title="Title", date="Ngay")
    (one,) = found(listing, body).announcements
    assert (one.key, one.title) == ("binhan:601", "Họp & bàn")
    assert (one.published.at.isoformat() if one.published else None) == instant


@pytest.mark.parametrize("path", ["khong.co", "ket_qua.9", "ket_qua.x", "so", ""])
def test_a_path_that_leads_nowhere_announces_nothing(path: str) -> None:
    assert found(replace(API, items=(path,)), '{"ket_qua": [{"url": 5}], "so": 7}').announcements == ()


# --- bounds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("listing", [RSS, MAP])
def test_a_page_instead_of_a_feed_is_told(listing: Listing) -> None:
    with pytest.raises((NotHtml, Damaged)):
        found(listing, "<html><body>Trang bảo trì</body></html>")


@pytest.mark.parametrize("listing", [RSS, MAP])
def test_a_captcha_in_the_place_of_a_feed_is_told_as_that(listing: Listing) -> None:
    with pytest.raises(Captcha):
        found(listing, CAPTCHA_PAGE, content_type="text/html")


@pytest.mark.parametrize("listing", [PAGE, RSS, MAP, NEWS])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00" * 1000,
        b"<a>" * 100_000,
        b"<div class='news-item'>" * 100_000,
        b"[" * 100_000,
        b"{" + b'"a":{' * 50_000,
        b"<rss>" + b"<item>" * 100_000,
        b"<urlset>" + b"<url>" * 100_000,
        b'<a href="' + b"x" * 1_000_000,
        b"&#1;&#x0;&#55555555555;" * 1000,
        b'"\\ud800"',
    ],
    ids=[
        "empty",
        "zeros",
        "links",
        "divs",
        "brackets",
        "braces",
        "items",
        "urls",
        "attribute",
        "references",
        "surrogate",
    ],
)
def test_hostile_answers_end_well_and_soon(listing: Listing, body: bytes) -> None:
    with contextlib.suppress(Rejected):
        assert found(listing, body).announcements == ()


@given(
    st.sampled_from([PAGE, RSS, MAP, API, NEWS, PAGED]),
    st.one_of(
        st.binary(max_size=400),
        st.lists(
            st.sampled_from(
                [
                    "<rss>",
                    "<item>",
                    "<link>",
                    "</link>",
                    "<a href='/x-123.html'>",
                    "<urlset>",
                    "<url>",
                    "<loc>",
                    "&amp;",
                    "&",
                    "<![CDATA[",
                    "]]>",
                    "<!--",
                    "<?xml?>",
                    LINK,
                    "{",
                    "}",
                    '"',
                    "[",
                    "]",
                    ":",
                    "\x00",
                    "ữ",
                    "<entry>",
                    "<base href='//['>",
                ]
            ),
            max_size=40,
        ).map(lambda parts: "".join(parts).encode()),
    ),
)
def test_any_bytes_yield_own_articles_or_a_reason(listing: Listing, body: bytes) -> None:
    try:
        result = found(listing, body)
    except Rejected:
        return
    urls = [one.url for one in result.announcements]
    assert len(set(urls)) == len(urls)
    assert all(url.startswith(("https://binhan.example.vn/", "https://cu.example.vn/")) for url in urls)


def test_real_feeds_are_read_whole(shared: Path) -> None:
    for path in sorted((shared / "pages" / "html").glob("*.xml")):
        body = path.read_bytes()
        host = path.name.partition("__")[0]
        source = Source(name="bao", title="Báo", hosts=(host,))
        announced = discover(source, RSS, answer(body, url=f"https://{host}/rss"), NOW).announcements
        assert len(announced) >= 0.9 * body.count(b"</item>") > 0, path.name
        assert all(one.published and one.title for one in announced), path.name
