"""RSS and JSON Feed: the rules of the RSS Advisory Board's profile and of JSON Feed 1.1, and what Atom says."""

import json
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from crawler.errors import PublishError
from crawler.types import Citation, Entry, Precision
from feeds import atom, jsonfeed, rss
from feeds.entries import order, show
from tests.test_atom import BASE, CREATED, ENTRIES, NASTY, TEXTS, feed
from tests.test_entries import article, entry, instant, local

RFC_822 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0700")
ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
ATOM = "{http://www.w3.org/2005/Atom}"
ONCE = {"title", "link", "description", "guid", "pubDate", ENCODED, f"{ATOM}updated"}
NAME = "chinh-quyen-do-thi"


def check_rss(document: bytes, base_url: str = "") -> Any:
    """As the profile wants it (https://www.rssboard.org/rss-profile); gives what feedparser read."""
    root = etree.fromstring(document)
    assert (root.tag, root.get("version"), [one.tag for one in root]) == ("rss", "2.0", ["channel"])
    channel = root[0]
    told = [one.tag for one in channel if one.tag != "item"]
    required = ["title", "link", "description", "language", "lastBuildDate", "generator", "docs"]
    assert told == required + [f"{ATOM}link"] * bool(base_url)
    assert all(one.text for one in channel if one.tag in required)
    assert RFC_822.fullmatch(channel.findtext("lastBuildDate") or "")
    assert [dict(one.attrib) for one in channel.iterfind(f"{ATOM}link")] == (
        [{"href": f"{base_url}/{NAME}.rss", "rel": "self", "type": "application/rss+xml"}] if base_url else []
    )
    for item in channel.iterfind("item"):
        tags = [one.tag for one in item]
        assert set(tags) <= ONCE | {CREATOR, "category"}
        assert {"title", "guid", ENCODED, f"{ATOM}updated"} <= set(tags)
        assert all(tags.count(one) <= 1 for one in ONCE)
        assert "description" not in tags or tags.index("description") < tags.index(ENCODED)
        assert all(one.get("isPermaLink") == "false" for one in item.iterfind("guid"))
        assert all(one.get("domain") and one.text for one in item.iterfind("category"))
        assert all(RFC_822.fullmatch(one.text or "") for one in item.iterfind("pubDate"))
        assert "<" not in (item.findtext("description") or "")
        assert urlsplit(item.findtext("link") or "https:").scheme in ("http", "https")
    guids = [one.text for one in root.iter("guid")]
    assert len(set(guids)) == len(guids)
    assert not re.search(rb"&(?!#x26;|#x3C;|gt;|quot;|#13;|#10;|#9;)|<!\[CDATA\[", document), (
        "& and < in the profile's way"
    )
    read = feedparser.parse(document)
    assert not read.bozo, read.get("bozo_exception")
    return read


def check_json(document: bytes, base_url: str = "") -> dict[str, Any]:
    """As the specification wants it (https://jsonfeed.org/version/1.1); gives what it says."""
    read: dict[str, Any] = json.loads(document)
    addresses = {"home_page_url", "feed_url"} if base_url else set()
    assert set(read) - {"description"} == {"version", "title", "language", "authors", "items"} | addresses
    assert (read["version"], read["language"]) == ("https://jsonfeed.org/version/1.1", "vi")
    for item in read["items"]:
        optional = {"url", "summary", "date_published", "tags"}
        assert set(item) - optional == {"id", "title", "content_html", "date_modified", "authors"}
        texts = [item[name] for name in ("id", "title", "content_html", "url", "summary") if name in item]
        assert all(isinstance(text, str) and text for text in [*texts, *item.get("tags", ())])
        assert all(set(author) == {"name"} and author["name"] for author in item["authors"])
        dates = [datetime.fromisoformat(item[name]) for name in item if name.startswith("date_")]
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00", date.isoformat()) for date in dates)
        assert urlsplit(item.get("url", "https:")).scheme in ("http", "https")
    ids = [item["id"] for item in read["items"]]
    assert len(set(ids)) == len(ids)
    return read


SAID = article(
    published=instant(local(2026, 3, 2, 7, 5)),
    authors=("Lê Thị Mẫu", "Trần <Văn> & Bạn"),
    title="Đô thị <mới> & cũ ]]>",
    lead="Tuổi < 18 & hơn.",
)
CITED = Citation(key="97/2019/QH14", printed="97/2019/QH14", family="F1", context="")
ROW = entry(SAID, citations=(CITED,))


def test_rss_says_what_the_entry_says() -> None:
    read = check_rss(rss.render(feed(ROW), base_url=BASE), BASE)
    assert (read.feed.title, read.feed.subtitle, read.feed.language) == ("Chính quyền đô thị", "Tin mẫu", "vi")
    assert read.feed.link == f"{BASE}/"
    assert parsedate_to_datetime(read.feed.updated) == datetime.fromisoformat("2026-03-02T08:30:15+07:00")
    (item,) = read.entries
    assert (item.id, item.guidislink, item.title, item.link) == (ROW.id, False, SAID.title, SAID.url)
    assert item.summary == "Tuổi &lt; 18 &amp; hơn.", "HTML, as readers take it"
    assert item.published == "Mon, 02 Mar 2026 07:05:00 +0700"
    assert item.updated == "2026-03-02T08:30:15+07:00"
    assert [one.name for one in item.authors] == list(SAID.authors)
    assert (
        {(tag.scheme, tag.term) for tag in item.tags}
        == {(one.scheme, one.label) for one in show(ROW).categories}
        >= {("urn:tindothi:document", "97/2019/QH14")}
    )
    assert item.content[0].value == show(ROW, f"{BASE}/").content


def test_rss_leads_to_the_volumes() -> None:
    def links(document: bytes) -> list[dict[str, str]]:
        found = etree.fromstring(document)[0].iterfind(f"{ATOM}link")
        return [{str(name): str(value) for name, value in one.items()} for one in found]

    older = {"href": f"{NAME}.0002.atom", "rel": "prev-archive", "type": "application/atom+xml"}
    assert links(rss.render(feed(ROW, volumes=2))) == [older]
    assert links(rss.render(feed(ROW, volumes=2), base_url=BASE))[1] == {**older, "href": f"{BASE}/{NAME}.0002.atom"}
    assert not feedparser.parse(rss.render(feed(ROW, volumes=2))).bozo


def test_rss_without_an_address_names_the_feed_itself() -> None:
    channel = etree.fromstring(rss.render(feed(subtitle="")))[0]
    assert channel.findtext("link") == "urn:uuid:be2361f9-fd15-5f29-84d8-7e16ae434d9b"
    assert channel.findtext("description") == channel.findtext("title") == "Chính quyền đô thị"


def test_json_says_what_the_entry_says() -> None:
    read = check_json(jsonfeed.render(feed(ROW), base_url=BASE + "/"), BASE)
    assert (read["title"], read["description"]) == ("Chính quyền đô thị", "Tin mẫu")
    assert (read["home_page_url"], read["feed_url"]) == (f"{BASE}/", f"{BASE}/{NAME}.json")
    (item,) = read["items"]
    assert item == {
        "id": ROW.id,
        "url": SAID.url,
        "title": SAID.title,
        "content_html": show(ROW, f"{BASE}/").content,
        "summary": "Tuổi < 18 & hơn.",
        "date_published": "2026-03-02T07:05:00+07:00",
        "date_modified": "2026-03-02T08:30:15+07:00",
        "authors": [{"name": name} for name in SAID.authors],
        "tags": ["Phường Mẫu, Hà Nội", "Phường Mẫu", "97/2019/QH14"],
    }


def test_what_is_not_known_is_left_out() -> None:
    bare = entry(article(title=None, lead=None, paragraphs=(), url="javascript:x()", published=None), place="")
    (item,) = check_json(jsonfeed.render(feed(bare)))["items"]
    assert not {"url", "summary", "date_published"} & set(item)
    (read,) = check_rss(rss.render(feed(bare))).entries
    assert "published" not in read and "link" not in read and read.id == bare.id
    day = entry(article(published=instant(local(2026, 3, 1, 15, 0), Precision.DAY)))
    assert check_rss(rss.render(feed(day))).entries[0].published == "Sun, 01 Mar 2026 00:00:00 +0700"


@pytest.mark.parametrize("render", [rss.render, jsonfeed.render], ids=["rss", "json"])
def test_an_address_or_a_time_that_is_none_is_refused(render: Any) -> None:
    with pytest.raises(PublishError, match=r"feed\.base_url"):
        render(feed(), base_url="phuongmau.vn")
    with pytest.raises(ValueError, match="no time zone"):
        render(feed(entry(updated=datetime(2026, 1, 5))))  # noqa: DTZ001


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_whatever_a_page_held_both_are_valid(text: str) -> None:
    said = article(title=text, lead=text, paragraphs=(text, text), authors=(text,), url="https://a.vn/" + text[:99])
    cited = Citation(key=text, printed=text, family="F1", context=text)
    row = entry(said, source_title=text, place=text, citations=(cited,))
    given_ = feed(row, title=text, subtitle=text)
    read, told = check_rss(rss.render(given_)), check_json(jsonfeed.render(given_))
    assert read.entries[0].id == told["items"][0]["id"] == row.id
    assert told["items"][0]["title"] == show(row).title


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(ENTRIES, max_size=4), name=TEXTS)
def test_any_entries_make_valid_feeds_that_say_the_same(rows: list[Entry], name: str) -> None:
    given_ = feed(*rows, title=name)
    told = [one.id for one in order(rows)]
    root = etree.fromstring(rss.render(given_))
    read = check_rss(rss.render(given_))
    assert [one.id for one in read.entries] == [one.text for one in root.iter("guid")] == told
    titles = [show(one).title for one in order(rows)]
    assert [one.findtext("title") for one in root.iter("item")] == titles
    items = check_json(jsonfeed.render(given_))["items"]
    assert [(one["id"], one["title"]) for one in items] == list(zip(told, titles, strict=True))
    updated = feedparser.parse(atom.render(given_)).feed.updated
    assert (
        parsedate_to_datetime(root.findtext("channel/lastBuildDate") or "")
        == datetime.fromisoformat(updated)
        >= CREATED
    )
