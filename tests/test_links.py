"""What a page leads to: links with their words, feeds, pages of feeds, the site's name; and its sections."""

from datetime import UTC, datetime

import pytest

from crawler.document import parse
from crawler.links import Link, Site, announces, read_site
from crawler.patterns import propose
from crawler.sections import sections
from crawler.types import Snapshot

URL = "http://www.benlau.example.vn/"
HOST = "https://benlau.example.vn"


def read(body: str, head: str = "", url: str = URL) -> Site:
    page = f"<html><head>{head}</head><body>{body}</body></html>".encode()
    return read_site(parse(Snapshot(requested_url=url, url=url, fetched_at=datetime.now(UTC), status=200, body=page)))


def test_a_link_has_the_longest_of_its_words_and_each_address_is_one() -> None:
    body = """<a href="/a-1.html?utm_source=x"><img alt="Ảnh" src="a.jpg"></a><h3><a href="a-1.html">Sửa đường  ra
    chợ</a></h3><a href="//benlau.example.vn/b" title="Gọi là b"></a><a href="https://khac.example.vn/c">Nơi khác</a>
    <a href="mailto:x@y.vn">Thư</a><a>Không</a>"""
    assert read(body).links == (
        Link(url=f"{HOST}/a-1.html", text="Sửa đường ra chợ"),
        Link(url=f"{HOST}/b", text="Gọi là b"),
    )


def test_feeds_are_those_announced_and_linked_but_no_comments() -> None:
    head = """<link rel="alternate" type="application/rss+xml" href="/feed/"><link rel="alternate" href="/en">
    <link rel="alternate" type="application/rss+xml" title="Bình luận" href="/comments/feed/">
    <link rel="ALTERNATE" type="application/atom+xml" href="https://feeds.example.org/benlau">"""
    site = read('<a href="/rss/thoi-su.rss">Thời sự</a><a href="/kenh-rss">RSS</a><a href="/rss.html">Tin</a>', head)
    assert site.feeds == (f"{HOST}/feed/", f"{HOST}/rss/thoi-su.rss")
    assert site.indexes == (f"{HOST}/kenh-rss", f"{HOST}/rss.html")


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ('<meta property="og:site_name" content=" Phường Bến Lau "><title>Trang chủ</title>', "Phường Bến Lau"),
        ("<title>Trang chủ - Cổng thông tin phường Bến Lau</title>", "Cổng thông tin phường Bến Lau"),
        ("<title>Phường Bến Lau | Trang nhất</title>", "Phường Bến Lau"),
        ("<title>Home</title>", ""),
        ("", ""),
    ],
)
def test_a_site_is_called_what_it_calls_itself(head: str, title: str) -> None:
    assert read("", head).title == title


@pytest.mark.parametrize(
    ("text", "is_headline"),
    [("Sửa đường ra chợ Bến Lau trước Tết", True), ("Thủ tục hành chính", False), ("Cải cách hành chính", False),
     ("", False), ("1 2 3 4 5 6 7", False)],
)  # fmt: skip
def test_a_headline_has_more_words_than_a_section(text: str, is_headline: bool) -> None:
    assert announces(Link(url=HOST, text=text)) is is_headline


def test_sections_are_those_that_articles_stand_under_and_what_we_look_for_comes_first() -> None:
    articles = [
        Link(url=f"{HOST}/the-thao/sua-duong-{n}.html", text=f"Đội bóng phường thắng trận thứ {n}")
        for n in range(400, 406)
    ]
    menu = {
        "/": "Trang chủ", "/the-thao.html": "Thể thao", "/lien-he": "Liên hệ", "/gioi-thieu": "Giới thiệu",
        "/tin-tuc": "Tin tức", "/cchc": "Cải cách hành chính", "/anh-dep": "Ảnh đẹp", "/video/tin": "Tin hình",
    }  # fmt: skip
    links = [*(Link(url=f"{HOST}{path}", text=said) for path, said in menu.items()), *articles]
    found = sections(links, propose(links))
    assert found == tuple(f"{HOST}{path}" for path in ("/cchc", "/tin-tuc", "/the-thao.html"))
