"""The feeds' pages for people, at `feeds.pages`; how they look and work in a browser is in `tests/test_chromium.py`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.types import Citation, Entry, Feed, Precision
from feeds.entries import WITHDRAWN
from feeds.notes import NOTICE
from feeds.pages import (
    EDITED,
    IN_FULL,
    LATEST,
    MAX_TEXT,
    NOTHING,
    READ,
    TITLE,
    File,
    Listed,
    index,
    latest,
    mentions,
    page,
    page_name,
)
from feeds.publish import publish
from feeds.texts import PICTURE, text
from tests.test_atom import feed
from tests.test_entries import STORED, URL, article, entry, instant, local

FEED = "chinh-quyen-do-thi"
HOSTILE = [
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "<svg/onload=alert(1)>",
    "--><b>",
    "]]>&lt;i&gt;&amp;",
    "</style><script>",
    "{{7*7}} ${7*7}",
    "\u202egnohp \u200b",
]  # fmt: skip
ELEMENTS = {
    "a", "article", "blockquote", "body", "br", "code", "details", "div", "em", "figcaption", "figure", "footer", "h1",
    "h2", "h3", "h4", "h5", "head", "header", "html", "li", "link", "main", "meta", "nav", "ol", "p", "pre", "section",
    "span", "strong", "style", "summary", "table", "td", "th", "time", "title", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "aria-label", "aria-labelledby", "charset", "class", "colspan", "content", "datetime", "href", "http-equiv", "id",
    "lang", "name", "rel", "role", "rowspan", "tabindex", "title", "type",
}  # fmt: skip


def listed(name: str = FEED, **changes: Any) -> Listed:
    said: dict[str, Any] = {
        "name": name,
        "title": "Chính quyền đô thị",
        "subtitle": "Tin mẫu",
        "files": (File(name=f"{name}.atom", media_type="application/atom+xml", label="Atom"),),
        "page": page_name(name),
    }
    return Listed(**said | changes)


def tree(document: bytes) -> html.HtmlElement:
    return html.document_fromstring(document, parser=html.HTMLParser(encoding="utf-8"))


def of_all(*entries: Entry, feeds: Sequence[Listed] = (listed(),), **more: Any) -> html.HtmlElement:
    return tree(index(feeds, entries, **more))


def of_one(*entries: Entry, **changes: Any) -> html.HtmlElement:
    one = feed(*entries, **changes)
    return tree(page(one, listed(one.name)))


def shown(node: html.HtmlElement, path: str) -> list[str]:
    """The texts of what the path finds, white space joined."""
    return [" ".join(one.text_content().split()) for one in node.xpath(path)]


def numbered(number: int, **changes: Any) -> Entry:
    """One of many entries, the higher its number the later."""
    at = STORED + timedelta(minutes=number)
    said = article(key=f"phuongmau:{number}", title=f"Tin {number}", url=f"https://phuongmau.vn/tin-{number}.html")
    return entry(said, **{"id": f"urn:uuid:{number:032}", "updated": at, "announced": at} | changes)


def both(*entries: Entry) -> Iterator[html.HtmlElement]:
    yield of_all(*entries)
    yield of_one(*entries)


# --- the page of all -------------------------------------------------------------------------------------------------


def test_what_it_tells_of_a_feed() -> None:
    said = of_all(entry(), base_url="https://phuongmau.vn/feeds/")
    assert shown(said, "//h1") == [TITLE]
    assert shown(said, "//ul[@class='feeds']/li/h3/a[@href='chinh-quyen-do-thi.html']") == ["Chính quyền đô thị"]
    assert shown(said, "//ul[@class='feeds']//code") == ["https://phuongmau.vn/feeds/chinh-quyen-do-thi.atom"]
    (link,) = said.xpath("//ul[@class='feeds']//ul[@class='files']//a")
    assert (link.get("href"), link.get("type")) == ("chinh-quyen-do-thi.atom", "application/atom+xml")


def test_browsers_and_readers_find_every_file_of_every_feed() -> None:
    kinds = (("atom", "application/atom+xml"), ("rss", "application/rss+xml"), ("json", "application/feed+json"))
    files = [tuple(File(name=f"{one}.{kind}", media_type=media, label=kind) for kind, media in kinds) for one in "ab"]
    feeds = [listed(name, files=some) for name, some in zip("ab", files, strict=True)]
    said = of_all(feeds=feeds, also=[File(name="feeds.opml", media_type="text/x-opml", label="OPML")])
    found = [(one.get("href"), one.get("type")) for one in said.xpath("/html/head/link[@rel='alternate']")]
    assert found == [(file.name, file.media_type) for some in files for file in some]
    assert shown(said, "//a[@href='feeds.opml']") == ["OPML"]


def test_feeds_of_a_group_fold_up_behind_those_without() -> None:
    feeds = [listed("a", group="Theo thành phố"), listed("b"), listed("c", group="Theo thành phố")]
    said = of_all(feeds=feeds)
    assert shown(said, "//details/summary") == ["Theo thành phố (2 kênh)"]
    assert len(said.xpath("//details//ul[@class='feeds']/li")) == 2
    assert len(said.xpath("//ul[@class='feeds'][not(ancestor::details)]/li")) == 1


def test_what_it_tells_of_an_entry() -> None:
    said = entry(article(published=instant(local(2026, 3, 2, 7, 5))))
    (one,) = of_all(said).xpath("//article")
    assert shown(one, ".//h3/a") == ["Phường Mẫu khai trương bộ phận một cửa"]
    assert one.xpath(".//h3/a/@href") == [URL]
    assert shown(one, "./p[@class='facts']") == ["Phường Mẫu · Phường Mẫu, Hà Nội · đăng 07:05 thứ hai 2/3/2026"]
    assert one.xpath(".//time/@datetime") == ["2026-03-02T07:05:00+07:00"]
    assert shown(one, "./p[2]") == ["Từ hôm nay, hồ sơ của người dân được trả trong ngày."]
    (link,) = one.xpath(f".//a[text()='{READ}']")
    there = of_one(said).xpath("//article/@id")
    assert link.get("href") == f"chinh-quyen-do-thi.html#{there[0]}"


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({}, "Phường Mẫu · Phường Mẫu, Hà Nội · ghi nhận 08:30 thứ hai 2/3/2026"),
        ({"place": ""}, "Phường Mẫu · ghi nhận 08:30 thứ hai 2/3/2026"),
        (
            {"article": article(published=instant(local(2026, 3, 1), Precision.DAY)), "place": ""},
            "Phường Mẫu · đăng chủ nhật 1/3/2026",
        ),
        (
            {"updated": datetime(2026, 3, 3, 18, 0, tzinfo=UTC), "place": ""},
            f"{EDITED} Phường Mẫu · ghi nhận 08:30 thứ hai 2/3/2026 · cập nhật 01:00 thứ tư 4/3/2026",
        ),
        (
            {"updated": datetime(2026, 3, 3, 18, 0, tzinfo=UTC), "place": "", "withdrawn": True},
            "Phường Mẫu · ghi nhận 08:30 thứ hai 2/3/2026 · cập nhật 01:00 thứ tư 4/3/2026",
        ),
    ],
)
def test_source_place_and_times_as_vietnamese_says_them(changes: dict[str, Any], facts: str) -> None:
    for said in both(replace(entry(), **changes)):
        assert shown(said, "//p[@class='facts']") == [facts]


def test_a_withdrawn_article_is_marked() -> None:
    for said in both(entry(withdrawn=True)):
        assert shown(said, "//article//*[self::h2 or self::h3]")[0].startswith(WITHDRAWN)
        assert NOTICE in said.text_content()


def test_the_latest_come_first_and_no_article_twice() -> None:
    entries = [numbered(number) for number in range(LATEST + 5)]
    again = replace(entries[-1], feed="chinh-quyen-hai-cap", id="urn:uuid:" + "9" * 32)
    titles = shown(of_all(*entries, again), "//article//h3")
    assert titles == [f"Tin {number}" for number in reversed(range(5, LATEST + 5))]


def test_without_feeds_or_entries_it_says_so() -> None:
    assert NOTHING in of_all().text_content()
    assert NOTHING in of_one().text_content()
    assert of_all(feeds=()).xpath("//h1")


# --- a feed's page ---------------------------------------------------------------------------------------------------


def test_a_feeds_page_has_its_latest_texts_in_full() -> None:
    said = of_one(*(numbered(number) for number in range(IN_FULL + 3)))
    assert shown(said, "//h1") == ["Chính quyền đô thị"]
    assert shown(said, "//article/h2") == [f"Tin {number}" for number in reversed(range(3, IN_FULL + 3))]
    assert shown(said, "//article[1]/div/p[last()]") == ["Người dân nộp hồ sơ tại một quầy và nhận kết quả trong ngày."]
    assert said.xpath("//a[@href='index.html']") and said.xpath("//nav//a[@href='chinh-quyen-do-thi.atom']")


def test_texts_beyond_the_bound_are_told_by_their_summaries() -> None:
    long = [
        entry(replace(numbered(number).article, lead=f"Lời dẫn {number}.", paragraphs=("dài " * (MAX_TEXT // 10),)),
              id=f"urn:uuid:{number:032}")
        for number in range(4)
    ]  # fmt: skip
    document = page(feed(*long), listed())
    assert len(document) < 2 * MAX_TEXT
    assert len(tree(document).xpath("//article/div")) == 2
    assert len(tree(document).xpath("//article")) == 4


@pytest.mark.parametrize(
    ("content", "became"),
    [
        ("<p>Đoạn <strong>đậm</strong>.</p>", "<p>Đoạn <strong>đậm</strong>.</p>"),
        ("<h2>Mục</h2><h4>Nhỏ</h4>", "<h3>Mục</h3><h5>Nhỏ</h5>"),
        (
            '<p>a <img src="https://a.vn/1.jpg" alt="Cổng ủy ban"> b</p>',
            f'<p>a <a href="https://a.vn/1.jpg" rel="nofollow noopener">{PICTURE}: Cổng ủy ban</a> b</p>',
        ),
        (
            '<figure><img src="https://a.vn/1.jpg"><figcaption>Cổng</figcaption></figure>',
            f'<figure><a href="https://a.vn/1.jpg" rel="nofollow noopener">{PICTURE}</a>'
            "<figcaption>Cổng</figcaption></figure>",
        ),
        (
            '<a href="https://a.vn/"><img src="https://a.vn/1.jpg" alt="Cổng"></a>',
            f'<a href="https://a.vn/"><span>{PICTURE}: Cổng</span></a>',
        ),
        ("<p><img alt='Cổng'> sau</p>", f"<p><span>{PICTURE}: Cổng</span> sau</p>"),
        ('<p>a<a href="https://a.vn/"> </a>b</p>', "<p>a b</p>"),
        (
            "<table><tr><td>1</td></tr></table>sau",
            '<div class="table" role="region" aria-label="Bảng" tabindex="0">'
            "<table><tr><td>1</td></tr></table></div>sau",
        ),
        ("", ""),
        ("chữ", "chữ"),
    ],
)
def test_what_a_text_becomes(content: str, became: str) -> None:
    whole = html.tostring(text(content), encoding="unicode")
    assert whole == f"<div>{became}</div>"


# --- what any page is ------------------------------------------------------------------------------------------------


def check(said: html.HtmlElement) -> None:
    """Only what we write: elements, attributes and addresses; headings in order; landmarks; ids once."""
    assert {one.tag for one in said.iter() if isinstance(one.tag, str)} <= ELEMENTS
    assert {name for one in said.iter() for name in one.attrib} <= ATTRIBUTES
    assert all(isinstance(one.tag, str) for one in said.iter()), "no comments, no instructions"
    for address in said.xpath("//@href"):
        assert address.startswith(("http://", "https://", "#", "data:,")) or ":" not in address, address
    assert said.xpath("/html/@lang") == ["vi"]
    assert [len(said.xpath(f"//{name}")) for name in ("h1", "main", "header", "nav", "footer", "title")] == [1] * 6
    assert said.xpath("//a[@class='skip']/@href") == [f"#{said.xpath('string(//main/@id)')}"]
    ids = said.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {part for one in said.xpath("//@aria-labelledby") for part in one.split()} <= set(ids)


@pytest.mark.parametrize("said", HOSTILE)
def test_what_a_site_printed_is_only_text(said: str) -> None:
    row = entry(
        article(title=said, lead=said, paragraphs=(said,), authors=(said,), source=said),
        source_title=said,
        place=said,
        also=((said, "https://a.vn/"),),
    )
    named = {"title": said, "subtitle": said, "group": said}
    whole = [index([listed(**named)], [row]), page(feed(row, title=said, subtitle=said), listed())]
    for document in whole:
        check(tree(document))
        assert b"<script" not in document and b"onerror=alert(1)>" not in document.replace(b"&gt;", b"")
        printed = " ".join(tree(document).text_content().split())
        assert " ".join(said.replace("\u200b", "").split())[:5] in printed.replace("\u200b", "")


@given(
    title=st.text(max_size=20) | st.sampled_from(HOSTILE),
    body=st.lists(
        st.sampled_from([*HOSTILE, "<table>", "<td>", "</table>", "<h2>", "<li>", "<a href=https://a.vn>", "</p>",
                         "<a href='javascript:alert(1)'>", "<img src='https://a.vn/1'>", "<img alt='\"<b>'>", "<pre>",
                         "<math><mtext><style>", "<blockquote>", "<figure>", "<plaintext>", "<p id=x class=y style=z>"])
        | st.text(max_size=10),
        max_size=12,
    ),
    url=st.sampled_from([URL, "javascript:alert(1)", "", "https://a.vn/\"><script>"]),
)  # fmt: skip
def test_any_page_of_a_site_becomes_a_page_of_ours(title: str, body: list[str], url: str) -> None:
    row = entry(article(title=title, html="".join(body), paragraphs=("x",), url=url))
    for document in (index([listed()], [row]), page(feed(row), listed())):
        check(tree(document))


def test_the_same_feeds_give_the_same_bytes_in_any_order_of_entries() -> None:
    entries = [numbered(number) for number in range(5)]
    one, two = (index([listed()], some) for some in (entries, entries[::-1]))
    assert one == two
    assert page(feed(*entries), listed()) == page(feed(*entries[::-1]), listed())
    assert latest(entries[:2]) == latest(reversed(entries[:2]))


# --- mentions --------------------------------------------------------------------------------------------------------


def cites(number: int, *printed: str) -> Entry:
    said = (Citation(key=one.replace(" ", ""), printed=one, family="F1", context="") for one in printed)
    return replace(numbered(number), citations=tuple(said))


def test_mentions_are_listed_by_document_those_that_many_name_first() -> None:
    twice = replace(cites(3, "136/2024/QH15"), feed="hai-cap")
    entries = [cites(1, "97/2019/QH14"), cites(2, "136/2024/QH15", "97/2019/QH14"), cites(3, "136/2024/QH15"), twice]
    told = tree(mentions([*entries, cites(4, "136 /2024/QH15"), numbered(5)]))
    listed = {head.text_content(): shown(head, "../ul/li/a") for head in told.iterfind(".//section/h2")}
    assert list(listed.items()) == [
        ("136 /2024/QH15", ["Tin 4", "Tin 3", "Tin 2"]),
        ("97/2019/QH14", ["Tin 2", "Tin 1"]),
    ]
    assert [head.get("id") for head in told.iter("h2")] == ["136/2024/QH15", "97/2019/QH14"]
    assert mentions(entries) == mentions(entries[::-1])
    assert NOTHING in tree(mentions([numbered(1)])).text_content()


@pytest.mark.parametrize("printed", ["97/2019/QH14", "12/2020/NĐ-CP", *HOSTILE])
def test_a_document_named_in_a_feed_leads_to_its_mentions(printed: str, tmp_path: Path) -> None:
    publish([feed(cites(1, printed))], tmp_path, base_url="https://phuongmau.vn/kenh")
    (item,) = json.loads((tmp_path / f"{FEED}.json").read_bytes())["items"]
    links = [str(one.get("href")) for one in html.fromstring(item["content_html"]).iter("a")]
    (link,) = [one for one in links if "van_ban" in one]
    folder, _, fragment = link.partition("van_ban.html#")
    assert folder == "https://phuongmau.vn/kenh/"
    told = tree((tmp_path / "van_ban.html").read_bytes())
    assert unquote(fragment) in [head.get("id") for head in told.iter("h2")] and not told.xpath("//script | //img")


# --- published -------------------------------------------------------------------------------------------------------


def test_pages_are_published_beside_the_feeds_and_only_where_they_changed(tmp_path: Path) -> None:
    def told(feeds: Sequence[Feed]) -> set[str]:
        """The files that were written, of all that subscribers read."""
        before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
        publish(feeds, tmp_path, base_url="https://phuongmau.vn")
        after = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
        return {name for name, at in after.items() if before.get(name) != at and not name.startswith(".made")}

    old, new = feed(numbered(1)), feed(numbered(1), numbered(2))
    other = feed(name="hai-cap")
    pages = {"index.html", *(f"{FEED}.{kind}" for kind in ("atom", "rss", "json", "html"))}
    there = pages | {"feeds.opml", "van_ban.html", *(f"hai-cap.{kind}" for kind in ("atom", "rss", "json", "html"))}
    assert told([old, other]) == {f"{name}{packed}" for name in there for packed in ("", ".gz")}
    assert told([old, other]) == set()
    assert told([new, other]) == {f"{name}{packed}" for name in pages for packed in ("", ".gz")}
    assert shown(tree((tmp_path / "index.html").read_bytes()), "//article/h3") == ["Tin 2", "Tin 1"]


def test_a_feed_called_index_does_not_take_the_place_of_the_page_of_all(tmp_path: Path) -> None:
    publish([feed(numbered(1), name="index", title="Mục lục")], tmp_path)
    assert shown(tree((tmp_path / "index.html").read_bytes()), "//h1") == [TITLE]
    assert not tree((tmp_path / "index.html").read_bytes()).xpath(f"//a[text()='{READ}']")
