"""The shapes of article addresses: what each content management system makes of one, and what is none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.links import Link
from crawler.patterns import elsewhere, matches, propose, without_id

HOST = "https://benlau.example.vn"
HEADLINE = "Phường Bến Lau họp bàn việc sửa con đường ra chợ {number}"

# What the addresses are made of, the address of article 4321, and of what is none.
SHAPES = {
    "slug and number": ("/hop-ban-sua-duong-{n}.html", "/hop-ban-sua-duong-54321.html", "/tin-tuc-12.html"),
    "slug and lettered number": ("/xa-hoi/duong-post{n}.vnp", "/sua-duong-post54321.vnp", "/sua-duong-tag54321.vnp"),
    "number with its section's": ("/doi-song/sua-duong-c46a{n}.html", "/x/ra-cho-c7a54321.html", "/doi-song-c46.html"),
    "number of the time": ("/sua-duong-1022603{n}17452.htm", "/sua-duong-10226030485339514.htm", "/chu-de-268.htm"),
    "number, no ending": ("/tin-tuc/sua-duong-ra-cho-{n}", "/tin-tuc/sua-duong-54321", "/tin-tuc"),
    "number behind the slug": ("/Xa-hoi/Sua-duong-ra-cho/{n}.bcb", "/Kinh-te/Cho-moi/54321.bcb", "/Xa-hoi/57.bcb"),
    "number before the slug": ("/news/detail/{n}/sua-duong-ra-cho.html", "/news/detail/54321/cho-moi.html", "/news/12"),
    "number and slug in one": ("/tin-tuc/{n}-sua-duong-ra-cho", "/su-kien/54321-cho-moi", "/tin-tuc/trang-hai"),
    "number, section, slug": ("/xem/dic/{n}/tin-moi/sua-duong/31.icd", "/xem/dic/54321/a/cho-moi/9.icd", "/c/1"),
    "an id in the query": ("/chi-tiet?id={n}&_c=3", "/web/chi-tiet?_c=2&id=54321", "/danh-muc?id=12345"),
    "SharePoint": ("/tin/Pages/tin.aspx?ItemID={n}", "/tin/Pages/tin.aspx?ItemID=54321", "/tin/Pages/home.aspx"),
    "a document's name": ("/tatc/chi-tiet-tin?dDocName=BL{n}", "/tatc/chi-tiet-tin?dDocName=BL54321", "/tatc/tin?m=3"),
    "a detail page": ("/news-detail?lang=vi&newsId={n}", "/news-detail?newsId=54321", "/news-list?catId=54321"),
    "Joomla, plain": (
        "/index.php?option=com_content&view=article&id={n}:sua-duong",
        "/index.php?option=com_content&view=article&id=54321:cho-moi",
        "/index.php?option=com_content&view=category&id=54321",
    ),
    "WordPress, plain": ("/?p={n}", "/?p=54321", "/?cat=54321"),
    "WordPress, dated": ("/2026/11/sua-duong-ra-cho-{w}/", "/2025/02/cho-moi/", "/category/tin/"),
    "dated to the day": ("/2026/11/27/sua-duong-ra-cho-{w}", "/2025/02/03/cho-moi", "/2026/11/"),
    "Liferay, view": ("/tin/-/view_content/{n}-sua-duong-ra-cho.html", "/a/-/view_content/54321-cho", "/tin.html"),
    "Liferay, publisher": ("/t/-/asset_publisher/xY9/content/sua-{w}", "/-/asset_publisher/Z/content/id/54321", "/t"),
    "Liferay, name": ("/web/guest/-/sua-duong-ra-cho-{w}", "/-/khai-truong-cho-moi", "/web/guest/tin-tuc"),
    "Liferay 7": ("/vi/web/bl/w/sua-duong-ra-cho-{w}", "/w/khai-truong-cho-moi", "/vi/web/bl"),
    "NukeViet": ("/vi/news/tin-phuong/sua-duong-{n}.html", "/vi/news/x/cho-moi-54321.html", "/vi/news/x/"),
    "DNN": ("/tin/tabid/62/articleId/{n}/sua-duong.aspx", "/t/articleId/54321/a-b.aspx", "/tin.aspx"),
    "words alone": ("/tin/ba-con-ban-viec-sua-duong-{w}.html", "/tin/cho-moi-da-mo-cua.html", "/tin.html"),
}  # fmt: skip
WORDS = ("mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam")
MENU = tuple(
    Link(url=f"{HOST}/{path}", text=said)
    for path, said in (("gioi-thieu.html", "Giới thiệu"), ("lien-he", "Liên hệ"), ("tin-tuc-12.html", "Tin tức"))
)  # fmt: skip


def links(address: str) -> list[Link]:
    """Eight headlines with addresses of the form."""
    return [
        Link(url=HOST + address.format(n=4300 + 9 * place, w=word), text=HEADLINE.format(number=place + 3))
        for place, word in enumerate(WORDS)
    ]


@pytest.mark.parametrize("name", SHAPES)
def test_the_shape_of_a_system_is_told_and_others_are_not(name: str) -> None:
    address, another, none = SHAPES[name]
    known = links(address)
    (pattern,) = propose([*MENU, *known])
    assert pattern.links == tuple(known)
    assert matches(pattern, HOST + another)
    assert not matches(pattern, HOST + none) or elsewhere(HOST + none)
    assert not any(matches(pattern, link.url) for link in MENU)
    numbered = "{n}" in address and "asset_publisher" not in address
    assert ("(?P<id>" in pattern.regex) is numbered
    if numbered:
        found = re.search(pattern.regex, another)
        assert found and found["id"].endswith(re.findall(r"\d{4,}", another)[-1])


@pytest.mark.parametrize("name", SHAPES)
def test_a_pattern_without_its_id_tells_the_same(name: str) -> None:
    address, another, _ = SHAPES[name]
    (pattern,) = propose(links(address))
    bare = without_id(pattern.regex)
    assert "(?P<" not in bare
    assert re.search(bare, another)
    assert all(re.search(bare, link.url) for link in links(address)[:1] if "^" not in bare)


def test_sections_with_short_numbers_are_told_from_articles() -> None:
    sections = [Link(url=f"{HOST}/Muc-so/{number}.bcb", text="Kinh tế và đời sống") for number in range(100, 130)]
    (pattern,) = propose([*sections, *links("/Xa-hoi/Sua-duong/{n}.bcb")])
    assert pattern.regex == r"/(?P<id>\d{4,})\.bcb$"


def test_two_kinds_of_articles_have_a_pattern_each() -> None:
    old = links("/tin-cu/sua-duong/{n}.htm")
    new = [Link(url=link.url.replace("/tin-cu/sua-duong/", "/ra-cho-post"), text=link.text) for link in old]
    first, second = propose([*new, *old])
    assert {link.url for link in (*first.links, *second.links)} == {link.url for link in (*new, *old)}
    assert {first.regex, second.regex} == {r"-post(?P<id>\d{3,})\.htm$", r"/[^/-]+-[^/]*/(?P<id>\d{3,})\.htm$"}


@pytest.mark.parametrize(
    "address",
    [
        "/van-ban/quyet-dinh-ve-cho-{n}.pdf", "/video/sua-duong-{n}.html", "/san-pham/gach-lat-duong-{n}.html",
        "/tag/sua-duong-ra-cho-{n}", "/thu-vien-anh/sua-duong-{n}.html", "/tim-kiem/sua-duong-{n}.html",
    ],
)  # fmt: skip
def test_what_says_to_be_no_article_proposes_nothing(address: str) -> None:
    assert propose(links(address)) == ()


def test_few_headlines_and_short_names_propose_nothing() -> None:
    assert propose(links("/sua-duong-ra-cho-{n}.html")[:2]) == ()
    named = [Link(url=link.url, text="Tin phường") for link in links("/sua-duong-ra-cho-{n}.html")]
    assert propose(named) == ()
    assert propose([Link(url=link.url) for link in named]) == (), "links without words prove nothing"


def test_sections_with_long_names_do_not_outweigh_numbers() -> None:
    long = [Link(url=f"{HOST}/cai-cach-hanh-chinh-cong-{word}", text=HEADLINE) for word in WORDS]
    (pattern,) = propose([*long, *links("/sua-duong-{n}.html")])
    assert pattern.regex == r"-(?P<id>\d{3,})\.html$"


PARTS = st.sampled_from(
    [
        "/",
        "-",
        ".",
        "?",
        "&",
        "=",
        "%20",
        "id",
        "tin",
        "2026",
        "12",
        "123456",
        "html",
        "a",
        "--",
        "~",
        "(",
        "[",
        "+",
        "Đ",
    ]
)
URLS = st.lists(PARTS, max_size=14).map(lambda parts: f"{HOST}/{''.join(parts)}")


@given(st.lists(st.builds(Link, url=URLS, text=st.sampled_from(["", "Tin", HEADLINE])), max_size=30))
def test_whatever_the_links_a_pattern_is_an_expression_and_tells_its_own(found: list[Link]) -> None:
    for pattern in propose(found):
        assert all(re.search(pattern.regex, link.url.removeprefix(HOST)) for link in pattern.links)
