"""The local web's portals: their markup, their listings, what an editor does, and the invented articles."""

import urllib.robotparser
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from crawler.portal import SITES, LocalWeb, render_article
from crawler.portal.phrases import TOPICS, URBAN
from tests.browser import fetch, joined, shown

NOW = datetime.fromisoformat("2026-11-22T12:00:00+07:00")
API = "https://longbien.hanoi.gov.vn/api/NewsZone/NewsZone"
AS_SCRIPT = {"X-Requested-With": "XMLHttpRequest", "Content-Type": "application/x-www-form-urlencoded"}
LISTINGS = {
    "anninhthudo": "https://anninhthudo.vn/rss/home.rss",
    "dbndhanoi": "https://dbndhanoi.gov.vn/",
    "tcnn": "https://tcnnld.vn/Home.html",
    "haiphong": "https://haiphong.gov.vn/tin-tuc-su-kien",
    "longbien": "https://longbien.hanoi.gov.vn/",
    "thanhphohaiphong": "https://thanhphohaiphong.gov.vn/feed/",
}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWeb]:
    """A web that no test changes."""
    with LocalWeb(tmp_path_factory.mktemp("quiet"), now=NOW) as web:
        yield web


@pytest.fixture
def web(tmp_path: Path) -> Iterator[LocalWeb]:
    """A web of the test's own."""
    with LocalWeb(tmp_path, articles_per_site=4, now=NOW) as web:
        yield web


def first(web: LocalWeb, site: str) -> str:
    return next(url for url, post in web.posts(site).items() if not (post.hidden or post.same_as or post.legacy))


TITLE = {
    "anninhthudo": "h1.article__title.cms-title",
    "dbndhanoi": "h1",
    "tcnn": "h1.titleMain",
    "haiphong": "h1.title-detail",
    "longbien": "h1.detail-title[data-role=title]",
    "longbien-cu": "h2.asset-title",
    "thanhphohaiphong": "h1.entry-title",
}
DATES = {
    "anninhthudo": 'datetime="2026-05-12T16:33:00+0700"',
    "dbndhanoi": "12 Tháng Năm 2026 - 16:33:00",
    "tcnn": "Ngày đăng: 12/05/2026 \u00a0 16:33",
    "haiphong": "Thời gian: 12/05/2026 16:33",
    "longbien": "12/05/2026 16:33 GMT+7",
    "longbien-cu": "Ngày đăng 12/05/2026 | 16:33 \u00a0| Lượt xem: 688",
    "thanhphohaiphong": "Thứ Ba, 12/05/2026 16:33",
}
BURIED_IN = {
    "anninhthudo": ("Nam miền Bắc", "0:00", "ANTD.VN - ", "In bài", "Tin cùng chuyên mục", "Bình luận", "Từ khóa", "©"),
    "dbndhanoi": ("Đánh giá:", "Mã xác thực không đúng.", "Liên kết website", "715 người đã bình chọn", "4.922.512",
                  "Online: 131", "Tin cùng chuyên mục", "©"),
    "tcnn": ("Hà Nội, Ngày 16/05/2026", "Mặc định Cỡ chữ", "Tin tức cùng chuyên mục", "Liên kết website", "Bản quyền"),
    "haiphong": ("Lượt xem: 688", "Cỡ chữ", "Đánh giá bài viết:", "Tin khác", "4.922.512", "Bản quyền"),
    "longbien": ("Chia sẻ", "Cỡ chữ", "Tin cùng chuyên mục", "Bình luận", "4.922.512", "Bản quyền"),
    "longbien-cu": ("Đảng đoàn thể", "Lượt xem: 688", "In trang", "Tin khác", "Liên kết website", "Bản quyền"),
    "thanhphohaiphong": ("Print", "Gốc", "Tiện ích thông tin", "Nguồn tin", "QR CODE: Phường Bến Đá mở cửa",
                         "Chúng tôi trên Mạng Xã hội", "Mã QR Code truy cập", "Tin khác", "©"),
}  # fmt: skip
TEXT = ("Phường Bến Đá vừa mở thêm một cửa tiếp dân ở phố Cầu Tre.", "Cửa thứ hai sẽ mở sau Tết.")


def rendered(site: str, **changes: object) -> str:
    content: dict[str, object] = {
        "title": "Phường Bến Đá mở cửa",
        "lead": "Người dân đỡ phải chờ.",
        "published": datetime.fromisoformat("2026-05-12T09:33:00+00:00"),
        "author": "Lê Thị Mơ",
        "paragraphs": TEXT,
        "captions": ("Cửa tiếp dân mới",),
        "credit": "bao-phuong.example",
        "related": [("https://x.example/1", "Thí điểm chính quyền đô thị ở phường bên")],
        "visit": 688,
    }
    return render_article(site, **(content | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("site", sorted(TITLE))
class TestMarkup:
    def test_content_is_there_amid_all_the_rest(self, site: str) -> None:
        page = rendered(site)
        text = shown(page)
        titles = html.document_fromstring(page).cssselect(TITLE[site])
        assert [joined(node) for node in titles] == ["Phường Bến Đá mở cửa"]
        assert DATES[site] in page
        own = (*TEXT, "Người dân đỡ phải chờ.", "Lê Thị Mơ", "Cửa tiếp dân mới", "bao-phuong.example")
        assert [words for words in own if words not in text] == []
        assert "Thí điểm chính quyền đô thị ở phường bên" in text
        assert [words for words in BURIED_IN[site] if words not in text] == []

    def test_what_is_not_known_is_not_shown(self, site: str) -> None:
        bare = {"lead": None, "published": None, "author": None, "captions": (), "credit": None, "related": ()}
        page = shown(rendered(site, **bare))
        assert all(text in page for text in TEXT)
        for text in ("12/05/2026", "Tháng Năm", "None", "Lê Thị Mơ", "Tác giả", "Ngày đăng", "Thời gian:", "Theo:"):
            assert text not in page

    @given(text=st.text(st.characters(min_codepoint=33, exclude_categories=("C", "Z"))).map(lambda s: f"a{s}b"))
    def test_any_words_are_words(self, site: str, text: str) -> None:
        tree = html.document_fromstring(rendered(site, title=text, paragraphs=[text], captions=[text], author=text))
        assert [joined(node) for node in tree.cssselect(TITLE[site])] == [text]
        assert sum(joined(node) == text for node in tree.iter("p")) >= 1


def announced(web: LocalWeb, site: str) -> set[str]:
    reply = fetch(web, LISTINGS[site])
    if LISTINGS[site].endswith((".rss", "/feed/")):
        return {str(link.text) for link in etree.fromstring(reply.body).iterfind(".//item/link")}
    return {urljoin(LISTINGS[site], link) for link in reply.tree.xpath("//a/@href")}


@pytest.mark.parametrize("site", sorted(SITES))
class TestPortals:
    def test_every_post_is_announced_and_there(self, quiet: LocalWeb, site: str) -> None:
        posts = quiet.posts(site)
        assert len(posts) >= 13
        assert set(posts) - announced(quiet, site) == set()
        for url, post in posts.items():
            reply = fetch(quiet, url)
            text_of_page = shown(reply)
            assert reply.status == 200
            assert all(" ".join(text.split()) in text_of_page for text in (post.title, *post.paragraphs))

    def test_robots_may_not_fetch_one_of_them(self, quiet: LocalWeb, site: str) -> None:
        robots = urllib.robotparser.RobotFileParser()
        robots.parse(fetch(quiet, f"https://{SITES[site].host}/robots.txt").text.splitlines())
        forbidden = {url for url in quiet.posts(site) if not robots.can_fetch("tindothi", url)}
        assert forbidden == {url for url, post in quiet.posts(site).items() if post.hidden}
        assert len(forbidden) == 1
        assert robots.can_fetch("tindothi", LISTINGS[site])

    def test_some_are_old_and_the_most_are_new(self, quiet: LocalWeb, site: str) -> None:
        ages = [NOW - post.posted for post in quiet.posts(site).values()]
        assert sum(age < timedelta(days=7) for age in ages) > len(ages) / 2
        assert sum(age > timedelta(days=30) for age in ages) >= 2
        assert min(ages) > timedelta(0)

    def test_news_elsewhere_on_the_page_is_of_the_topic(self, quiet: LocalWeb, site: str) -> None:
        others = [url for url, post in quiet.posts(site).items() if post.about != URBAN]
        pages = [shown(fetch(quiet, url)).lower() for url in others]
        if set(SITES[site].kinds) & set(TOPICS):
            assert any("chính quyền đô thị" in text for text in pages)

    def test_a_second_look_differs_but_not_in_the_article(self, quiet: LocalWeb, site: str) -> None:
        url = first(quiet, site)
        looks = [fetch(quiet, url) for _ in range(2)]
        assert ("ETag" in looks[0].headers) == SITES[site].etag
        if SITES[site].etag:
            assert looks[0].headers["ETag"] == looks[1].headers["ETag"]
        counted = site in ("dbndhanoi", "tcnn", "haiphong", "longbien")
        assert (looks[0].body != looks[1].body) == counted
        assert all(text in shown(look) for look in looks for text in quiet.posts(site)[url].paragraphs)

    def test_publish_edit_withdraw(self, web: LocalWeb, site: str) -> None:
        url = web.publish(site, title="Phường Bến Đá thử <chính quyền đô thị>", paragraphs=["Một câu."])
        assert next(iter(web.posts(site))) == url
        assert url in announced(web, site)
        assert "Phường Bến Đá thử <chính quyền đô thị>" in shown(fetch(web, url))
        assert url in web.expected(sites=[site])
        web.edit(url, paragraph="Thêm một câu nữa.", title="Phường Bến Đá đổi ý")
        text = shown(fetch(web, url))
        assert all(words in text for words in ("Một câu.", "Thêm một câu nữa.", "Phường Bến Đá đổi ý"))
        web.withdraw(url)
        assert fetch(web, url).status == 404
        assert url not in announced(web, site)
        with pytest.raises(KeyError):
            web.edit(url, paragraph="Không còn.")


class TestListings:
    def test_pages_of_a_section(self, tmp_path: Path) -> None:
        with LocalWeb(tmp_path, articles_per_site=10, now=NOW, page_size=3) as web:
            section = "https://anninhthudo.vn/chinh-tri-xa-hoi/3.antd"
            pages = [fetch(web, f"{section}?page={n}").tree for n in (1, 2, 3, 9)]
            links = [tree.xpath("//article[@class='story']//h3/a/@href") for tree in pages]
            assert [len(found) for found in links] == [3, 3, len(links[2]), 0]
            seen = [link for found in links for link in found]
            assert len(set(seen)) == len(seen)
            assert fetch(web, f"{section}?page=1").body == fetch(web, section).body
            assert fetch(web, "https://anninhthudo.vn/the-gioi/7.antd").status == 404

    def test_rss(self, quiet: LocalWeb) -> None:
        items = etree.fromstring(fetch(quiet, LISTINGS["anninhthudo"]).body).findall(".//item")
        dates = [parsedate_to_datetime(str(item.findtext("pubDate"))) for item in items]
        assert dates == sorted(dates, reverse=True)
        assert {date.utcoffset() for date in dates} == {timedelta(hours=7)}
        posts = quiet.posts("anninhthudo")
        assert all(posts[str(item.findtext("link"))].title == item.findtext("title") for item in items)

    def test_sitemaps_by_month(self, quiet: LocalWeb) -> None:
        def places(url: str) -> list[str]:
            return [str(loc.text) for loc in etree.fromstring(fetch(quiet, url).body).iter("{*}loc")]

        index = places("https://anninhthudo.vn/sitemap.xml")
        assert "https://anninhthudo.vn/sitemaps/categories.xml" in index
        months = [url for url in index if "/news-" in url]
        assert "https://anninhthudo.vn/sitemaps/news-2026-11.xml" in months
        assert len(months) >= 2
        assert {loc for month in months for loc in places(month)} == set(quiet.posts("anninhthudo"))

    def test_news_zone(self, quiet: LocalWeb) -> None:
        reply = fetch(quiet, API, "POST", AS_SCRIPT, b"PageIndex=0&PageSize=DxZD1w2i%2B8E%3D&Catname=&Site=")
        items = html.fragment_fromstring(reply.text, create_parent=True).cssselect("div.news-item")
        found = {urljoin(API, item.cssselect("h3.news-title a")[0].get("href")) for item in items}
        assert found == {url for url, post in quiet.posts("longbien").items() if not post.legacy}
        day = items[0].cssselect("span.news-time")[0].get("title")
        assert day == next(iter(quiet.posts("longbien").values())).posted.strftime("%H:%M, %d/%m/%Y")
        assert fetch(quiet, API, "POST", AS_SCRIPT, b"PageIndex=1").body == b""
        assert fetch(quiet, API, "POST", {}, b"PageIndex=0").status == 400
        assert fetch(quiet, API, headers=AS_SCRIPT).status == 400

    def test_moved_hosts(self, quiet: LocalWeb) -> None:
        for host, home in (("tcnn.vn", "tcnnld.vn"), ("antd.vn", "anninhthudo.vn")):
            reply = fetch(quiet, f"https://{host}/a/b.html?c=d")
            assert (reply.status, reply.headers["Location"]) == (301, f"https://{home}/a/b.html?c=d")
        assert fetch(quiet, "https://www.anninhthudo.vn/rss/home.rss").status == 200


class TestConditional:
    def test_feed(self, web: LocalWeb) -> None:
        url = LISTINGS["anninhthudo"]
        reply = fetch(web, url)
        by_tag = {"If-None-Match": reply.headers["ETag"]}
        by_date = {"If-Modified-Since": reply.headers["Last-Modified"]}
        for known in (by_tag, by_date):
            again = fetch(web, url, headers=known)
            assert (again.status, again.body) == (304, b"")
        web.publish("anninhthudo")
        assert [fetch(web, url, headers=known).status for known in (by_tag, by_date)] == [200, 200]
        seen = web.requests[1]
        assert (seen.status, seen.if_none_match) == (304, reply.headers["ETag"])

    @pytest.mark.parametrize("site", ["anninhthudo", "haiphong", "longbien"])
    def test_article(self, web: LocalWeb, site: str) -> None:
        url = first(web, site)
        known = {"If-Modified-Since": fetch(web, url).headers["Last-Modified"]}
        assert fetch(web, url, headers=known).status == 304
        web.edit(url, paragraph="Câu thêm.")
        assert fetch(web, url, headers=known).status == 200

    def test_a_change_within_a_second_shows(self, web: LocalWeb) -> None:
        url = LISTINGS["thanhphohaiphong"]
        stamps = [fetch(web, url).headers["Last-Modified"]]
        for _ in range(3):
            web.publish("thanhphohaiphong")
            stamps.append(fetch(web, url).headers["Last-Modified"])
        assert len(set(stamps)) == 4

    def test_sites_without_validators(self, web: LocalWeb) -> None:
        for url in (first(web, "dbndhanoi"), first(web, "tcnn"), LISTINGS["dbndhanoi"], LISTINGS["haiphong"]):
            assert not {"ETag", "Last-Modified"} & set(fetch(web, url).headers)


class TestClock:
    def test_it_stands_until_it_is_set(self, web: LocalWeb) -> None:
        def printed() -> str:
            return " ".join(fetch(web, LISTINGS["tcnn"]).tree.xpath("//span[@class='ngaythang']/text()"))

        assert (web.now, printed()) == (NOW, "Hà Nội, Ngày 22/11/2026")
        web.now = NOW + timedelta(days=9)
        assert printed() == "Hà Nội, Ngày 01/12/2026"
        url = web.publish("tcnn")
        assert web.posts("tcnn")[url].published == web.now

    def test_else_it_goes(self, tmp_path: Path) -> None:
        with LocalWeb(tmp_path, articles_per_site=1) as web:
            early = web.now
            assert early.utcoffset() == timedelta(hours=7)
            assert abs(datetime.now(UTC) - early) < timedelta(minutes=1)
            assert web.now > early


class TestKnots:
    def test_one_text_on_two_portals(self, quiet: LocalWeb) -> None:
        copies = {url: post for url, post in quiet.posts("haiphong").items() if post.same_as}
        ((url, post),) = copies.items()
        origin = quiet.posts("anninhthudo")[post.same_as]
        assert (post.title, post.lead, post.paragraphs) == (origin.title, origin.lead, origin.paragraphs)
        assert post.credit == "anninhthudo.vn"
        assert url not in quiet.expected()

    def test_one_article_at_two_addresses(self, web: LocalWeb) -> None:
        (twin,) = (url for url, post in web.posts("tcnn").items() if post.same_as)
        origin = web.posts("tcnn")[twin].same_as
        web.edit(twin, paragraph="Câu mới ở cả hai nơi.")
        assert all("Câu mới ở cả hai nơi." in shown(fetch(web, url)) for url in (twin, origin))

    def test_what_a_crawler_should_find(self, quiet: LocalWeb) -> None:
        found = quiet.expected()
        assert len(found) == len({post.title for post in found.values()}) == 30
        assert {urlsplit(url).hostname for url in found} == {
            "anninhthudo.vn",
            "dbndhanoi.gov.vn",
            "tcnnld.vn",
            "haiphong.gov.vn",
            "longbien.hanoi.gov.vn",
        }
        assert all("chính quyền đô thị" in post.title.lower() for post in found.values())
        assert quiet.expected("chinh-quyen-hai-cap", ["tcnn"])

    def test_some_show_no_date(self, quiet: LocalWeb) -> None:
        posts = quiet.posts("dbndhanoi")
        dated = {
            url: "Tháng Mười Một 2026 -" in fetch(quiet, url).text
            for url, post in posts.items()
            if post.posted.month == 11
        }
        assert dated == {url: posts[url].published is not None for url in dated}
        assert set(dated.values()) == {True, False}
        others = [post for site in SITES if site != "dbndhanoi" for post in quiet.posts(site).values()]
        assert all(post.published == post.posted for post in others)

    def test_the_former_layout(self, quiet: LocalWeb) -> None:
        ((url, post),) = ((url, post) for url, post in quiet.posts("longbien").items() if post.legacy)
        assert "/-/view_content/" in url
        assert fetch(quiet, url).tree.cssselect(".journal-content-article")
        assert post.posted.year == 2022
