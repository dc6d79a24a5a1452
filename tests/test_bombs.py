"""Listings that are made to blow up: nothing is expanded or fetched, and each ends soon, read or refused."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.announced import MAX_TAGS, parse
from crawler.discover import MAX_ANNOUNCED
from crawler.document import MAX_TAGS as MAX_PAGE_TAGS
from crawler.document import bounded
from crawler.errors import Damaged, Rejected, TooLarge
from crawler.listings import read_api
from crawler.types import Listing
from crawler.urls import MAX_LENGTH
from tests.effort import at_most
from tests.test_discover import API, HOME, MAP, PAGE, RSS, found, keys

LAUGHS = "".join(f'<!ENTITY {a} "{f"&{b};" * 10}">' for a, b in zip("bcdefghij", "abcdefghi", strict=True))
DEFAULTS = f'<!ATTLIST i x CDATA "{"ha" * 30_000}">'
LINK = "https://binhan.example.vn/hop-dan-101.html"
RSS_ITEM = f"<rss><channel><item><title>%s</title><link>{LINK}</link></item></channel></rss>"
ATOM_ITEM = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>%s</title><link href="{LINK}"/></entry></feed>'
MAP_ITEM = f"<urlset><url><loc>{LINK}</loc><title>%s</title></url></urlset>"
FORMS = [(RSS, RSS_ITEM), (RSS, ATOM_ITEM), (MAP, MAP_ITEM)]


@pytest.mark.parametrize(("listing", "form"), FORMS, ids=["rss", "atom", "sitemap"])
@pytest.mark.parametrize(
    "head",
    [
        pytest.param(f'<!DOCTYPE x [<!ENTITY a "ha">{LAUGHS}]>', id="laughs"),
        pytest.param('<!DOCTYPE x [<!ENTITY j SYSTEM "file:///etc/passwd">]>', id="file"),
        pytest.param('<!DOCTYPE x [<!ENTITY j SYSTEM "http://127.0.0.1/">]>', id="address"),
        pytest.param('<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd">%p;]>', id="parameter"),
        pytest.param(f'<!DOCTYPE x><!DOCTYPE x [<!ENTITY a "ha">{LAUGHS}]>', id="in the second"),
        pytest.param(f'<!DOC\0TYPE x [<!ENT\x01ITY a "ha">{LAUGHS}]>', id="behind control characters"),
        pytest.param(f'<!-- --><?p?><!DOCTYPE x\n[\n<!ENTITY a "ha">{LAUGHS}]>', id="behind others"),
    ],
)
def test_entities_are_refused(listing: Listing, form: str, head: str) -> None:
    with at_most(20), pytest.raises(Damaged, match="entities of its own"):
        found(listing, '<?xml version="1.0"?>' + head + form % "&j;")


def test_no_second_declaration_gives_every_element_an_attribute() -> None:
    declared = f"<!DOCTYPE rss [{DEFAULTS}]>"
    for head in (f"<!DOCTYPE rss>{declared}", f"<!DOCTYPE rss><!-- -->{declared}", f"<!DOCTYPE rss><?p?>{declared}"):
        with at_most(20), pytest.raises(Damaged):
            parse(f"{head}<rss>{'<i/>' * 5000}</rss>".encode())


def test_nothing_is_included(tmp_path: Path) -> None:
    (tmp_path / "bi-mat").write_text("bí mật", encoding="utf-8")
    inside = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="{tmp_path / "bi-mat"}"/>'
    style = f'<?xml-stylesheet href="file://{tmp_path / "bi-mat"}"?>'
    (one,) = found(RSS, style + RSS_ITEM % inside).announcements
    assert one.title == ""


@pytest.mark.parametrize(
    ("listing", "body"),
    [
        pytest.param(RSS, "<!DOCTYPE" * 200_000, id="declarations"),
        pytest.param(RSS, "<rss>" + "<!DOCTYPE x" * 200_000, id="declarations inside"),
        pytest.param(RSS, "<?xml " * 200_000, id="openings"),
        pytest.param(RSS, "<rss>" + "<a>" * 500_000, id="deep"),
        pytest.param(MAP, "<sitemapindex>" + "<sitemapindex>" * 100_000, id="an index in an index"),
        pytest.param(RSS, "<rss " + " ".join(f'a{n}="1"' for n in range(50_000)) + "/>", id="attributes"),
        pytest.param(RSS, RSS_ITEM % ("a" * 12_000_000), id="text"),
        pytest.param(RSS, RSS_ITEM % ("&lt;" * 500_000), id="escaped"),
        pytest.param(RSS, "<rss>" + "&" * 200_000, id="ampersands"),
        pytest.param(RSS, "<rss>" + "&eacute;" * 100_000, id="letters"),
        pytest.param(API, "[" * 1_000_000, id="lists"),
        pytest.param(API, '{"a":' * 500_000, id="objects"),
        pytest.param(API, "[" + "9" * 1_000_000 + "]", id="a number"),
        pytest.param(API, "[" + "1e" + "9" * 1_000_000 + "]", id="an exponent"),
        pytest.param(API, '["' + "<a>" * 100_000 + '"]', id="markup in a string"),
        pytest.param(PAGE, "<a " + " ".join(f"a{n}" for n in range(100_000)), id="attributes of a link"),
    ],
)
def test_it_ends_soon(listing: Listing, body: str) -> None:
    with at_most(300):
        try:
            announced = found(listing, body).announcements
        except Rejected as refused:
            assert refused.reason in ("Damaged", "NotHtml", "TooLarge")
        else:
            assert keys(announced) in ([], ["101"])


@pytest.mark.parametrize(
    ("listing", "body", "limit"),
    [
        (RSS, "<rss>" + "<a/>" * MAX_TAGS, MAX_TAGS),
        (API, "[" + "[]," * MAX_PAGE_TAGS + "1]", MAX_PAGE_TAGS),
        (API, "[" + "{}," * MAX_PAGE_TAGS + "1]", MAX_PAGE_TAGS),
        (PAGE, "<b>" * (MAX_PAGE_TAGS + 1), MAX_PAGE_TAGS),
    ],
    ids=["elements", "lists", "objects", "tags"],
)
def test_a_flood_is_refused_before_it_fills_the_memory(listing: Listing, body: str, limit: int) -> None:
    with at_most(100), pytest.raises(TooLarge, match=f"more than {limit} "):
        found(listing, body)


def test_numbers_that_are_none_and_too_large_ones_are_passed_over() -> None:
    body = f'[{{"url": NaN}}, {{"url": Infinity}}, {{"url": 1e999}}, {{"url": "{LINK}", "title": -Infinity}}]'
    assert keys(found(replace(API, date="date"), body).announcements) == ["101"]
    (item,) = read_api(json.dumps([{"url": LINK, "date": 10**17}]), replace(API, date="date"))
    assert item.published == ""


def test_a_listing_announces_so_many_and_no_more() -> None:
    links = "".join(f'<a href="/tin-{number}.html">' for number in range(100, MAX_ANNOUNCED + 300))
    assert len(found(PAGE, links).announcements) == MAX_ANNOUNCED


def test_a_long_address_is_none() -> None:
    room = MAX_LENGTH - len(f"{HOME}/-101.html")
    links = "".join(f'<a href="{HOME}/{"a" * (room + more)}-{101 + more}.html">' for more in (0, 1, 100_000))
    assert keys(found(PAGE, links).announcements) == ["101"]


def test_packed_sitemaps_of_several_members_are_read_whole() -> None:
    body = (MAP_ITEM % "").encode()
    assert keys(found(MAP, gzip.compress(body[:40]) + gzip.compress(body[40:])).announcements) == ["101"]
    with pytest.raises(TooLarge):
        found(MAP, gzip.compress(b" " * 1_000_000) * 17)
    with pytest.raises(Rejected):
        found(MAP, gzip.compress(gzip.compress(body)))


NAMES = [f"a{number}" for number in range(50_000)]


@pytest.mark.parametrize(
    "tag",
    [
        pytest.param("<a " + " ".join(f"{name}=1" for name in NAMES), id="plain"),
        pytest.param("<a " + " ".join(f'{name}="<"' for name in NAMES), id="quoting openings"),
        pytest.param("<a " + " ".join(f"{name}='>'" for name in NAMES), id="quoting ends"),
        pytest.param("<a " + " ".join(f"<{name}" for name in NAMES), id="named like tags"),
        pytest.param("<a " + "".join(f'{name}="1"' for name in NAMES), id="side by side"),
        pytest.param("<a" + "".join(f"/{name}" for name in NAMES), id="behind slashes"),
        pytest.param("<a " + " ".join(f"={name}" for name in NAMES), id="with odd names"),
    ],
)
def test_a_tag_keeps_its_name_where_its_attributes_are_too_many(tag: str) -> None:
    with at_most(100):
        assert len(bounded(f"<p>một {tag}>hai")) < 20


@pytest.mark.parametrize("start", ["<a b=", '<a b="', "<a b='\"", "<a ", "<a/b=", "<!-- <a b='"])
def test_no_markup_takes_the_square_of_its_length(start: str) -> None:
    with at_most(100):
        bounded(start * 50_000)
        bounded("<a b=" + start * 50_000)


def test_other_markup_stays_as_it_is() -> None:
    for markup in ("<p>một", '<a href="/x?a=1&b=2" title="a > b" data-x=\'<b>\'>hai</a>', "i < 5 && j > 3", "<<<"):
        assert bounded(markup) == markup
