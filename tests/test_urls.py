"""URLs: one per page, one key per article."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.types import Source
from crawler.urls import article_key, belongs, canonical, host_of, is_article, owner

WARD = Source(
    name="anhoa",
    title="Phường An Hoà",
    hosts=("anhoa.gov.vn", "phuonganhoa.vn"),
    articles=(r"-post(?P<id>\d+)\.html$", r"^/tin/\d+$"),
    not_articles=(r"^/en/",),
)


@pytest.mark.parametrize(
    ("url", "one"),
    [
        ("HTTP://WWW.AnHoa.gov.VN:80", "https://anhoa.gov.vn/"),
        ("https://anhoa.gov.vn:443/a.html#binh-luan", "https://anhoa.gov.vn/a.html"),
        ("http://anhoa.gov.vn:8080/a", "https://anhoa.gov.vn:8080/a"),
        ("https://user:secret@anhoa.gov.vn./a", "https://anhoa.gov.vn/a"),
        ("https://anhoa.gov.vn/a?utm_source=fb&id=7&fbclid=x&zarsrc=30&at_medium=RSS", "https://anhoa.gov.vn/a?id=7"),
        ("https://anhoa.gov.vn/a?b=2&amp;a=1&", "https://anhoa.gov.vn/a?b=2&a=1"),
        ("https://anhoa.gov.vn/a?attach_id=2&at=5&vnid=6", "https://anhoa.gov.vn/a?attach_id=2&at=5&vnid=6"),
        ("https://anhoa.gov.vn/tin/../b/./c%2dd/%c3%a9/é/a b", "https://anhoa.gov.vn/b/c-d/%C3%A9/%C3%A9/a%20b"),
        ("https://anhoa.gov.vn/100%", "https://anhoa.gov.vn/100%25"),
        ("https://anhoa.gov.vn/a%2Fb", "https://anhoa.gov.vn/a%2Fb"),
        (" https://anhoa.gov.vn/a\n.html%20%22 ", "https://anhoa.gov.vn/a.html"),
        ("https://anhoa.gov.vn/a;jsessionid=0A1?x=1", "https://anhoa.gov.vn/a?x=1"),
        ("https://phường.vn/", "https://xn--phng-rib8295b.vn/"),
        ("https://anhoa.gov.vn/print/khanh-thanh-cau-12.html", "https://anhoa.gov.vn/khanh-thanh-cau-12.html"),
        ("https://anhoa.gov.vn/khanh-thanh-cau/print", "https://anhoa.gov.vn/khanh-thanh-cau"),
        ("https://anhoa.gov.vn/a?id=3&tmpl=component&print=1", "https://anhoa.gov.vn/a?id=3"),
        ("https://anhoa.gov.vn/print/123", "https://anhoa.gov.vn/print/123"),
        ("https://anhoa.gov.vn/PrintItem.aspx?ContentID=9", "https://anhoa.gov.vn/PrintItem.aspx?ContentID=9"),
        ("https://anhoa.gov.vn/a?layout=default", "https://anhoa.gov.vn/a?layout=default"),
    ],
)
def test_one_url_for_one_page(url: str, one: str) -> None:
    assert canonical(url) == one
    assert canonical(one) == one


@pytest.mark.parametrize(
    "url",
    [
        "", "javascript:void(0)", "mailto:a@b.vn", "tel:113", "//anhoa.gov.vn/a", "/a", "#", "http://",
        "http://a b.vn/",
        "http://anhoa.gov.vn:99999/", "http://[::1", "http://..vn/", "http://" + "a" * 300 + ".vn/", "ftp://anhoa.gov.vn/",
        "https://anhoa.gov.vn/" + "a" * 3000, "http://\ud800.vn/", "data:text/html,x",
    ],
)  # fmt: skip
def test_what_is_no_url_is_empty(url: str) -> None:
    assert canonical(url) == ""
    assert host_of(url) == ""
    assert not belongs(WARD, url)
    assert not is_article(WARD, url)


def test_links_are_resolved_against_their_page() -> None:
    assert (
        canonical("../b.html?x=1#y", "http://www.anhoa.gov.vn/tin/2024/a.html") == "https://anhoa.gov.vn/tin/b.html?x=1"
    )
    assert canonical("//cdn.anhoa.gov.vn/x", "http://anhoa.gov.vn/") == "https://cdn.anhoa.gov.vn/x"
    assert canonical("?page=2", "https://anhoa.gov.vn/tin") == "https://anhoa.gov.vn/tin?page=2"
    assert canonical("javascript:alert(1)", "https://anhoa.gov.vn/tin") == ""


@given(st.text(), st.sampled_from(["", "https://anhoa.gov.vn/tin/a.html"]))
def test_nothing_escapes(url: str, base: str) -> None:
    one = canonical(url, base)
    assert canonical(one) == one
    host_of(url)
    owner({}, url)


@given(
    st.text("abz09%/.?&=;#-_~ é+:@print2Fe", max_size=60),
    st.sampled_from(["http://anhoa.gov.vn/", "https://www.anhoa.gov.vn:443/tin?"]),
)
def test_canonical_is_final(tail: str, head: str) -> None:
    one = canonical(head + tail)
    assert canonical(one) == one
    if one:
        parts = urlsplit(one)
        assert parts.scheme == "https" and parts.netloc == "anhoa.gov.vn" and not parts.fragment
        assert one.isascii() and " " not in one


def test_a_source_owns_its_hosts_and_no_others() -> None:
    assert belongs(WARD, "http://www.anhoa.gov.vn/x")
    assert belongs(WARD, "https://phuonganhoa.vn/")
    assert not belongs(WARD, "https://en.anhoa.gov.vn/")
    assert not belongs(WARD, "https://anhoa.gov.vn.example.com/")


@pytest.mark.parametrize(
    ("url", "yes"),
    [
        ("https://anhoa.gov.vn/khanh-thanh-cau-post12.html?utm_source=x", True),
        ("http://www.anhoa.gov.vn/tin/7#top", True),
        ("https://anhoa.gov.vn/tin", False),
        ("https://anhoa.gov.vn/en/bridge-post12.html", False),
    ],
)
def test_article_patterns(url: str, yes: bool) -> None:
    assert is_article(WARD, url) is yes


@pytest.mark.parametrize(
    ("path", "yes"),
    [("/", False), ("", False), ("/index.php", False), ("/?lang=en", False), ("/?p=31", True), ("/khanh-thanh", True)],
)
def test_a_source_without_patterns_takes_all_but_its_home(path: str, yes: bool) -> None:
    assert is_article(owner({}, "https://x.vn"), "https://x.vn" + path) is yes


def test_the_key_survives_slug_and_host() -> None:
    assert article_key(WARD, "https://anhoa.gov.vn/cau-moi-post12.html") == "anhoa:12"
    assert article_key(WARD, "http://phuonganhoa.vn/cau-an-hoa-post12.html?fbclid=1") == "anhoa:12"
    assert article_key(WARD, "https://www.anhoa.gov.vn/tin/7") == "anhoa:/tin/7"
    assert article_key(WARD, "https://anhoa.gov.vn/xem.aspx?ID=7&utm_medium=x") == "anhoa:/xem.aspx?ID=7"


def test_an_undeclared_host_gets_an_implicit_source() -> None:
    known = dict.fromkeys(WARD.hosts, WARD)
    assert owner(known, "https://www.phuonganhoa.vn/x") is WARD
    stranger = owner(known, "https://WWW.tin.example.vn:8080/x")
    assert (stranger.name, stranger.hosts, stranger.implicit) == ("tin.example.vn", ("tin.example.vn",), True)
    assert owner(known, "nonsense").implicit
