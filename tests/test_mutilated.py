"""Mutilated pages at the public door: cut, garbled, hostile ones give an article fit for the store, or a refusal.

The one bound of time is generous by a factor of fifty: it tells what grows with the square of a page from what does
not, not a fast machine from a slow one.
"""

import csv
import json
import random
import re
import unicodedata
from collections.abc import Callable, Mapping
from html import escape
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import at_most
from tests.mutilation import EDITS, FEW, FORMS, LEAD, PAGES, TEXT, TITLE, Edit, address, edited, read

# --- what is left of a page ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("site", FORMS)
def test_the_whole_page_is_an_article(site: str) -> None:
    article = read(PAGES[site], address(site))
    assert article
    assert article.title == TITLE
    assert set(TEXT) <= set(article.paragraphs)


@pytest.mark.parametrize("site", FEW)
def test_a_page_cut_anywhere(site: str) -> None:
    """Within tags, attributes, entities and letters; what is kept is the page's own words, the last line cut."""
    body = PAGES[site].replace("Ủ", "&#7910;").encode()
    for end in range(FEW.index(site), len(body), len(body) // 20 | 1):
        article = read(body[:end], address(site))
        for line in article.paragraphs[:-1] if article else ():
            assert line in (LEAD, *TEXT) or len(line) < 80, line


# --- one thing wrong -------------------------------------------------------------------------------------------------


def before(mark: str, added: str) -> Callable[[str], str]:
    return lambda page: page.replace(mark, added + mark, 1)


def inside(added: str) -> Callable[[str], str]:
    """Within the text, before its second paragraph."""
    return before(TEXT[1], added)


def everywhere(old: str, new: str) -> Callable[[str], str]:
    return lambda page: page.replace(old, new)


REFERENCES = "&#xD800;&#xDFFF;&#55296;&#xFFFE;&#65535;&#0;&#1a;&#x1F;&#128;&#x110000;&#99999999999;&#xFFFEG;&#12;&#"
MUTATIONS: Mapping[str, Callable[[str], str | bytes]] = {
    "references in the text": inside(REFERENCES),
    "references behind a script": inside(f"a<script></script>{REFERENCES}<b hidden>x</b>{REFERENCES}"),
    "references in the title": everywhere(TITLE, TITLE + REFERENCES),
    "references in the lead": everywhere(LEAD, REFERENCES + LEAD),
    "references in attributes": before(
        "</head>", f'<meta name="author" content="{REFERENCES}"><link rel="{REFERENCES}">'
    ),
    "controls": inside("".join(map(chr, [*range(32), *range(127, 160)])) + "\ud800\ufffe\uffff"),
    "doubly escaped": lambda page: page.replace(TEXT[1], escape(escape(escape(f"<p>{TEXT[1]}</p>&nbsp;")))),
    "decomposed": lambda page: unicodedata.normalize("NFD", page),
    "marks of direction": lambda page: page.replace(" ", "\u200f \u202e\u2066"),
    "marks piled": inside("a" + "\u0301\u0323\u0344" * 200),
    "two charsets": lambda page: page.encode() + page.encode("cp1258", "replace"),
    "another charset within": lambda page: page[:2000].encode() + page[2000:].encode("utf-16"),
    "declared wrong": lambda page: re.sub(r"charset=.?utf-8", "charset=utf-16", page, flags=re.IGNORECASE).encode(),
    "zeros between": lambda page: b"\0".join(page.encode()[at : at + 7] for at in range(0, len(page), 7)),
    "comment unclosed": inside("<!-- "),
    "comment unclosed in the head": before("</head>", "<!-- "),
    "script unclosed": inside("<script>var x = '<p>"),
    "style unclosed": inside("<style>p {"),
    "CDATA unclosed": inside("<![CDATA["),
    "title unclosed": before("</head>", "<title>"),
    "textarea unclosed": inside("<textarea>"),
    "plaintext": inside("<plaintext>"),
    "attribute unclosed": inside('<a href="'),
    "attributes many": inside("<p " + " ".join(f"a{n}='>'" for n in range(3000)) + ">"),
    "attributes with odd names": inside("<p \"='\" <x a'b=c hidden><x\"y hidden>một</x\"y><o:p class='menu'>hai</o:p>"),
    "declarations": before("<html", "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><?php echo 1 ?>"),
    "frames": inside("<frameset><frame src=x><noframes>một</noframes></frameset><iframe src=javascript:x>hai</iframe>"),
    "bases": before("</head>", "<base href='javascript:x'><base href='//[::1'><base href='http://\\'><base>"),
    "nested deep": inside("<div>" * 3000),
    "formatting deep": inside("<b><i><font>" * 400),
    "tables deep": inside("<table><tr><td>" * 300),
    "nothing closed": lambda page: re.sub(r"</\w+>", "", page),
    "nothing opened": lambda page: re.sub(r"<[a-z]\w*[^>]*>", "", page),
    "quotes gone": lambda page: page.replace('"', ""),
    "all upper case": lambda page: re.sub(r"</?\w+", lambda found: found[0].upper(), page),
    "twice": lambda page: page + page,
    "inside out": lambda page: page[len(page) // 2 :] + page[: len(page) // 2],
    "every line twice": lambda page: "\n".join(f"{line}\n{line}" for line in page.splitlines()),
    "in the head": lambda page: page.replace("<body", "<head", 1),
    "bodies": inside("</body></html><html><body hidden><body class=menu>"),
}


@pytest.mark.parametrize(("name", "site"), list(zip(MUTATIONS, cycle(FEW), strict=False)))
def test_a_page_with_one_thing_wrong(name: str, site: str) -> None:
    page = MUTATIONS[name](PAGES[site])
    read(page, address(site), declared=False)
    assert read(page, address(site)) == read(page, address(site))
    assert page != PAGES[site]


@pytest.mark.parametrize(
    "kind", ["text/html; charset=utf-16", "text/html; charset=utf-7", "text/html; charset=x-zzz", ";"]
)
def test_another_charset_is_promised(kind: str) -> None:
    article = read(PAGES["anninhthudo"], address("anninhthudo"), kind=kind)
    assert article
    assert article.title == TITLE


# --- what the page says of itself ------------------------------------------------------------------------------------

KEYS = (
    "@type", "headline", "description", "datePublished", "author", "publisher", "articleSection", "name", "@graph",
    "mainEntityOfPage", "isPartOf",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, -1, 1e308, "", [], {}, [[[]]], {"name": {"name": []}}, {"@value": [1]}, ["a", 1, None, {}], "\0\ud800",
    "\u202eA\u0301" * 40, "Phường " * 6_000, "2026-13-45T99:99", "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00", "2026-03-14T09:30:00+99:99", [{"name": "Lê Văn Sen"}, {}] * 900,
)  # fmt: skip


def with_json(page: str, text: str) -> str:
    return page.replace("</head>", f'<script type="application/ld+json">{text}</script></head>', 1)


@pytest.mark.parametrize("key", KEYS)
def test_json_ld_with_anything_for_a_value(key: str) -> None:
    said = {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-03-14T09:30:00Z", "author": "Trần Sen"}
    for value in VALUES[KEYS.index(key) % 3 :: 3]:
        article = read(
            with_json(PAGES["haiphong"], json.dumps({**said, key: value})), address("haiphong"), declared=False
        )
        assert article
        assert article.title == TITLE


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"@graph":' * 50_000 + "1" + "}" * 50_000, id="deep"),
        pytest.param("[" * 200_000, id="open"),
        pytest.param('{"@type":"NewsArticle","headline":' + "9" * 10_000 + "}", id="number"),
        pytest.param('{"@type":"NewsArticle","datePublished":"2026-03-14T09', id="cut"),
        pytest.param('x "datePublished":"99999999999999" y', id="no JSON"),
        pytest.param(json.dumps([{"@type": "NewsArticle", "headline": str(n)} for n in range(9000)]), id="many"),
        pytest.param("null", id="null"),
    ],
)
def test_json_ld_that_is_broken(text: str) -> None:
    article = read(with_json(PAGES["haiphong"], text), address("haiphong"))
    assert article
    assert article.title == TITLE


@pytest.mark.parametrize(
    "said",
    [
        "nonsense", "2026-13-45", "9999-99-99T99:99", "32/13/2026", "14/03/2026 25:61", "٢٠٢٦-٠٣-١٤", "-1", "1e400",
        "2026-03-14T09:30:00-23:59", "2026-02-30", "1" * 5000, "2026-03-14 " * 3000, "999999999999999 giờ trước",
        "ngày 14 tháng 3 năm 99999", "\u202e14/03/2026", "0001-01-01T00:00:00+14:00", "14/03/2027 09:30",
    ],
)  # fmt: skip
def test_a_date_of_nonsense_is_no_date_or_the_printed_one(said: str) -> None:
    page = PAGES["anninhthudo"].replace("</head>", f'<meta property="article:published_time" content="{said}"></head>')
    page = re.sub(r'datetime="[^"]*"', f'datetime="{said}"', page)
    article = read(page, address("anninhthudo"))
    assert article
    assert article.published is None or article.published.at.date().isoformat() == "2026-03-14"


@pytest.mark.parametrize("long", ["x" * 40_000, "Phường " * 6_000, "Bến - " * 7_000, "Bến | Mây: " * 4_000])
@pytest.mark.parametrize("declared", [True, False])
def test_what_is_too_long_is_no_title_and_no_section(long: str, declared: bool) -> None:
    page = PAGES["anninhthudo"]
    named = read(re.sub("<title>[^<]*", f"<title>{long}", page), address("anninhthudo"), declared=declared)
    unnamed = read(page.replace(TITLE, long), address("anninhthudo"), declared=declared)
    section = before("</head>", f'<meta property="article:section" content="{long}">')(page)
    placed = read(section, address("anninhthudo"), declared=declared)
    assert named
    assert named.title == TITLE
    assert unnamed is None or long not in (unnamed.title or "")
    assert placed
    assert len(placed.section or "") < 100


def test_a_breadcrumb_that_ends_in_an_arrow_names_its_last_section() -> None:
    rows = "".join(f"<p>{text}</p>" for text in TEXT)
    page = f"<html><body><div class='breadcrumb'>Trang chủ › Đời sống ›</div><h1>{TITLE}</h1>{rows}</body></html>"
    article = read(page, "https://benmay.example.vn/tin/1.html", declared=False)
    assert article
    assert article.section == "Đời sống"


# --- too much of one thing -------------------------------------------------------------------------------------------

NAMES = ", ".join(f"Nguyễn Văn {first}{second}" for first in "ABCDEGHIKL" for second in "abcdeghikl")
MUCH = {
    "scripts between words": inside("<script></script>một hai ba bốn " * 4_000),
    "hidden parts between words": inside("<i hidden></i>một hai ba bốn " * 4_000),
    "hidden parts in hidden ones": inside(("<div hidden>" * 100 + "x" + "</div>" * 100) * 40),
    "boxes between words": inside(("<nav>Trang chủ</nav>" + "một hai ba bốn " * 20) * 600),
    "empty elements": inside("<p></p><span></span>" * 5_000),
    "empty spans in a box": inside("<div class='x'>" + "<span></span>" * 15_000 + "</div>"),
    "cells of a row": inside(f"<table><tr>{'<td>một hai</td>' * 7_000}</tr></table>"),
    "headings": inside("".join(f"<h1>{TITLE} lần {n}</h1>" for n in range(5_000))),
    "class names": inside(f"<h2 class='{'article-' * 30_000}'>Một dòng chữ của phường</h2>"),
    "styles": inside(f"<h2 style='{'display ' * 30_000}'>Một dòng chữ của phường</h2>"),
    "an attribute": inside(f"<p id='{'a' * 1_000_000}'>"),
    "authors": before("</head>", f"<meta name='author' content='{NAMES * 100}'>" * 2),
    "titles": before("</head>", "".join(f"<meta property='og:title' content='{TITLE} {n}'>" for n in range(3_000))),
    "marks on a letter": inside("a" + "\u0301\u0323" * 60_000),
    "one word": inside("a" * 150_000),
    "openings": inside("<" * 150_000),
    "comments": inside("<!--" * 60_000),
}


@pytest.mark.parametrize("name", MUCH)
def test_too_much_of_one_thing(name: str) -> None:
    page = MUCH[name](PAGES["longbien"])
    with at_most(700):
        read(page, address("longbien"), declared=False)


# --- anything --------------------------------------------------------------------------------------------------------

POINTS = st.integers(0, 1_000_000)
SOME_EDITS = st.lists(st.tuples(st.sampled_from(EDITS), POINTS, POINTS, POINTS), min_size=1, max_size=5)


@settings(max_examples=25)
@given(site=st.sampled_from(FORMS), edits=SOME_EDITS, declared=st.booleans())
def test_any_edits(site: str, edits: list[Edit], declared: bool) -> None:
    body = PAGES[site].encode()
    for edit in edits:
        body = edited(body, edit)
    assert read(body, address(site), declared=declared) == read(body, address(site), declared=declared)


def test_real_pages_mutilated(shared: Path) -> None:
    """Every tenth of the saved pages, each mutilated in a way that the page's name decides."""
    table = (shared / "pages" / "manifest.tsv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))[::10]
    assert len(rows) > 10
    for row in rows:
        rng = random.Random(row["file"])
        body = (shared / "pages" / "html" / row["file"]).read_bytes()[:100_000]
        for _ in range(4):
            start, to, third = (rng.randrange(1_000_000) for _ in range(3))
            body = edited(body, (rng.choice(EDITS[1:]), start, to, third))
        read(body, row["url"], declared=rng.random() < 0.5)
