"""The Atom document, against the schema of RFC 4287, feedparser, and its own input."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from crawler.errors import PublishError
from crawler.types import VIETNAM, Article, Block, Citation, Entry, Feed, Instant, Match, Precision
from feeds.atom import render
from feeds.definitions import feed_id, file_name
from feeds.entries import order, title
from tests.test_entries import article, entry

CREATED = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
BASE = "https://phuongmau.vn/feeds"


@pytest.fixture(scope="session")
def schema(shared: Path) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(shared / "data" / "atom.rng"))


def feed(*entries: Entry, **changes: Any) -> Feed:
    given_: dict[str, Any] = {
        "name": "chinh-quyen-do-thi",
        "title": "Chính quyền đô thị",
        "subtitle": "Tin mẫu",
        "created": CREATED,
        "entries": entries,
    }
    return Feed(**given_ | changes)


def check(document: bytes, schema: etree.RelaxNG) -> Any:
    """Valid for the schema, no bozo for feedparser; gives what feedparser read."""
    schema.assertValid(etree.fromstring(document).getroottree())
    read = feedparser.parse(document)
    assert not read.bozo, read.get("bozo_exception")
    return read


def test_a_feed_without_entries_is_valid_and_dated_by_the_stores_creation(schema: etree.RelaxNG) -> None:
    read = check(render(feed()), schema)
    assert read.entries == []
    assert read.feed.updated == "2026-01-05T10:00:00+07:00"
    assert read.feed.generator == "tindothi"


def test_the_documents_own_date_never_goes_back_before_the_store_was_made() -> None:
    before = entry(updated=datetime(2025, 12, 31, tzinfo=UTC))  # the clock was set back
    assert feedparser.parse(render(feed(before))).feed.updated == "2026-01-05T10:00:00+07:00"


def test_the_document_says_what_the_ledger_says(schema: etree.RelaxNG) -> None:
    said = article(
        published=Instant(
            at=datetime(2026, 3, 2, 0, 5, tzinfo=UTC), precision=Precision.MINUTE, raw="02/03/2026 07:05"
        ),
        authors=("Lê Thị Mẫu",),
    )
    cited = Citation(key="97/2019/QH14", printed="97/2019/QH14", family="F1", context="")
    row = entry(
        said,
        citations=(cited,),
        matches=(Match(topic="chinh-quyen-do-thi", score=3, evidence=()),),
        also=(("Báo Mẫu", "https://mau.vn/tin/7"),),
    )
    document = render(feed(row), base_url=BASE + "/")
    read = check(document, schema)
    assert (read.feed.title, read.feed.subtitle) == ("Chính quyền đô thị", "Tin mẫu")
    assert read.feed.id == feed_id("chinh-quyen-do-thi")
    assert read.feed.updated == "2026-03-02T08:30:15+07:00"
    assert [(one.rel, one.href) for one in read.feed.links] == [("self", f"{BASE}/chinh-quyen-do-thi.atom")]
    (shown,) = read.entries
    assert (shown.id, shown.title, shown.link) == (row.id, said.title, said.url)
    assert (shown.published, shown.updated) == ("2026-03-02T07:05:00+07:00", "2026-03-02T08:30:15+07:00")
    assert shown.author == "Lê Thị Mẫu"
    assert {(tag.scheme, tag.term) for tag in shown.tags} >= {("urn:tindothi:document", "97/2019/QH14")}
    assert shown.content[0].type == "text/html"
    assert [(one.rel, one.href, one.get("title")) for one in shown.links] == [
        ("alternate", said.url, None),
        ("related", "https://mau.vn/tin/7", "Báo Mẫu"),
    ]
    assert (shown.source.id, shown.source.title) == ("urn:tindothi:source:phuongmau", "Phường Mẫu")
    assert [one.href for one in shown.source.links] == ["https://phuongmau.vn/"]
    assert b"CDATA" not in document
    assert etree.fromstring(document).get("{http://www.w3.org/XML/1998/namespace}lang") == "vi"


def test_an_entry_without_a_link_is_valid(schema: etree.RelaxNG) -> None:
    read = check(render(feed(entry(article(url="javascript:x()")))), schema)
    assert "links" not in read.entries[0] and "links" not in read.entries[0].source


def test_ids_and_bytes_depend_on_no_address() -> None:
    here, there = (render(feed(entry()), base_url=url) for url in (BASE, "http://10.0.0.7:8000"))
    assert here.replace(BASE.encode(), b"") == there.replace(b"http://10.0.0.7:8000", b"")
    assert render(feed(entry())) == b"".join(line for line in here.splitlines(True) if b'rel="self"' not in line)


def test_feed_ids_and_file_names_are_for_ever() -> None:
    assert feed_id("chinh-quyen-do-thi") == "urn:uuid:be2361f9-fd15-5f29-84d8-7e16ae434d9b"
    assert feed_id("chinh-quyen-hai-cap") == "urn:uuid:3a5ee134-8781-5db3-b2e9-9d32e5ca6fb2"
    assert file_name("chinh-quyen-do-thi") == "chinh-quyen-do-thi.atom"


@pytest.mark.parametrize("base_url", ["phuongmau.vn/feeds", "ftp://phuongmau.vn", "https://a b", "https://a\n", '"'])
def test_a_base_url_that_is_no_address_is_the_users_mistake(base_url: str) -> None:
    with pytest.raises(PublishError, match=r"feed\.base_url"):
        render(feed(), base_url=base_url)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        render(feed(created=datetime(2026, 1, 5)))  # noqa: DTZ001


NASTY = (
    "\x00\x01\x0b\x1f\x7f",
    "\ufffe\uffff",
    "\ud800 \udfff",
    "]]>",
    "<![CDATA[x]]>",
    "<script>alert(1)</script>",
    '<a href="javascript:x()" onclick="y()">z</a>',
    "&nbsp;&#0;&bogus;",
    "\r\n\u2028\u0085",
    "e\u0301" * 10,
    "\U0001fffe\U0010ffff",
    "chính quyền đô thị " * 50_000,
    "",
)


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_whatever_a_page_held_the_feed_is_valid(text: str, schema: etree.RelaxNG) -> None:
    said = article(title=text, lead=text, paragraphs=(text, text), authors=(text,), url="https://a.vn/" + text[:99])
    cited = Citation(key=text, printed=text, family="F1", context=text)
    row = entry(
        said,
        source_title=text,
        place=text,
        citations=(cited,),
        edit=(article(), said),
        also=((text, "https://b.vn/1"),),
    )
    read = check(render(feed(row, title=text, subtitle=text)), schema)
    assert (read.entries[0].id, read.entries[0].title) == (row.id, title(row))
    assert set(re.findall(r"<(\w+)", read.entries[0].content[0].value)) <= {"p", "strong", "a", "em"}


# --- any entries at all ----------------------------------------------------------------------------------------------

HOSTILE_CHARACTERS = st.sampled_from([*"<>&\"']", "\x00", "\x0b", "\x85", "\ufffe", "\ud800", "\u2028", "ở", "\u0309"])
TEXTS = st.text(st.one_of(HOSTILE_CHARACTERS, st.characters()), max_size=80)
TIMES = st.integers(946_684_800, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
ANY_TIMES = st.datetimes(timezones=st.just(UTC))
TAGS = st.sampled_from(["p", "h2", "h3", "li", "blockquote", "td", "figcaption", "x-y"])


@st.composite
def articles(draw: st.DrawFn) -> Article:
    blocks = draw(st.lists(st.builds(Block, text=TEXTS, tag=TAGS), max_size=5))
    said = st.builds(Instant, at=ANY_TIMES, precision=st.sampled_from(Precision), raw=TEXTS)
    return Article(
        key=draw(TEXTS),
        url=draw(st.one_of(TEXTS, TEXTS.map("https://phuongmau.vn/".__add__))),
        source=draw(TEXTS),
        title=draw(st.none() | TEXTS),
        lead=draw(st.none() | TEXTS),
        paragraphs=tuple(block.text for block in blocks),
        published=draw(st.none() | said),
        authors=tuple(draw(st.lists(TEXTS, max_size=3))),
        blocks=tuple(blocks) if draw(st.booleans()) else (),
    )


ENTRIES = st.builds(
    Entry,
    feed=st.just("chinh-quyen-do-thi"),
    id=st.uuids().map(lambda one: one.urn),
    announced=TIMES,
    updated=TIMES,
    article=articles(),
    source_title=TEXTS,
    place=TEXTS,
    matches=st.lists(st.builds(Match, topic=TEXTS, score=st.just(1.0), evidence=st.just(())), max_size=2).map(tuple),
    citations=st.lists(
        st.builds(Citation, key=TEXTS, printed=TEXTS, family=st.just("F1"), context=TEXTS), max_size=3
    ).map(tuple),
    also=st.lists(st.tuples(TEXTS, TEXTS.map("https://mau.vn/{}".format)), max_size=2).map(tuple),
    withdrawn=st.booleans(),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(ENTRIES, max_size=4), name=TEXTS, shuffled=st.randoms(use_true_random=False))
def test_any_entries_make_a_valid_feed_that_says_them(
    rows: list[Entry], name: str, shuffled: Any, schema: etree.RelaxNG
) -> None:
    document = render(feed(*rows, title=name))
    read = check(document, schema)
    told = order(rows)
    assert [one.id for one in read.entries] == [one.id for one in told]
    titles = etree.fromstring(document).iterfind(f"{ATOM}entry/{ATOM}title")  # feedparser takes "Â¡" for a mistake
    assert [one.text for one in titles] == [title(one) for one in told]
    newest = max((CREATED, *(one.updated for one in rows)))
    assert read.feed.updated == newest.astimezone(VIETNAM).replace(microsecond=0).isoformat()
    for node in etree.fromstring(document).iter(f"{ATOM}published", f"{ATOM}updated"):
        assert (node.text or "").endswith("+07:00")
    shuffled.shuffle(rows)
    assert render(feed(*rows, title=name)) == document
