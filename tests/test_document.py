"""Bytes → page: charsets, what is no page, bounds."""

import unicodedata
from datetime import UTC, datetime

import pytest

from crawler.document import Document, decode, parse
from crawler.errors import Damaged, NotHtml, Rejected, TooLarge
from crawler.text import nfc
from crawler.types import Snapshot
from tests.effort import at_most

SENTENCE = "Ủy ban nhân dân phường Bến Đá tổ chức đối thoại với người dân về việc đặt tên đường"
PAGE = f"<html><head><title>Thử</title></head><body><p>{SENTENCE}</p></body></html>"
TONES = "\u0300\u0301\u0303\u0309\u0323"


def page(body: bytes, content_type: str = "") -> Document:
    headers = (("content-type", content_type),) if content_type else ()
    url = "https://example.vn/tin-1.html"
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    return parse(Snapshot(requested_url=url, url=url, fetched_at=moment, status=200, headers=headers, body=body))


def seen(document: Document) -> str:
    return " ".join("".join(map(str, document.root.itertext())).split())


def cp1258(text: str) -> bytes:
    """As old editors wrote it: letters with their own marks, tones apart."""
    pieces = []
    for letter in text:
        marks = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES))
        pieces.append(base + "".join(mark for mark in marks if mark in TONES))
    return "".join(pieces).encode("cp1258")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(PAGE.encode(), "", id="utf-8"),
        pytest.param(b"\xef\xbb\xbf" + PAGE.encode(), "", id="utf-8 with mark"),
        pytest.param(PAGE.encode(), "text/html; charset=iso-8859-1", id="utf-8, declared Latin-1"),
        pytest.param(PAGE.encode(), "text/html; charset=klingon", id="unknown declaration"),
        pytest.param(PAGE.encode("utf-16"), "", id="utf-16 with mark"),
        pytest.param(PAGE.encode("utf-16-le"), "", id="utf-16-le without mark"),
        pytest.param(PAGE.encode("utf-16-be"), "", id="utf-16-be without mark"),
        pytest.param(cp1258(PAGE), "", id="windows-1258"),
        pytest.param(cp1258(PAGE), "text/html; charset=windows-1252", id="windows-1258, declared 1252"),
        pytest.param(unicodedata.normalize("NFD", PAGE).encode(), "", id="decomposed"),
    ],
)
def test_charset(body: bytes, content_type: str) -> None:
    assert nfc(seen(page(body, content_type))) == SENTENCE


def test_a_cut_letter_does_not_change_the_charset() -> None:
    cut = PAGE.encode().replace("người".encode(), "người".encode()[:-3])
    assert "phường Bến Đá" in decode(cut)


@pytest.mark.parametrize(
    ("body", "content_type", "refusal"),
    [
        (b"", "", Damaged),
        (b" \n\t ", "", Damaged),
        (b"<?xml version='1.0'?><rss><channel/></rss>", "text/html", NotHtml),
        (b"\xef\xbb\xbf<!-- x --><feed xmlns='http://www.w3.org/2005/Atom'/>", "", NotHtml),
        (b"<urlset><url/></urlset>", "", NotHtml),
        (b"%PDF-1.7 ...", "", NotHtml),
        (b"\x89PNG\r\n", "", NotHtml),
        (b'{"items": []}', "", NotHtml),
        (b"chi la chu", "", NotHtml),
        (b"<p>x</p>", "application/pdf", NotHtml),
    ],
)
def test_no_page(body: bytes, content_type: str, refusal: type[Rejected]) -> None:
    with pytest.raises(refusal):
        page(body, content_type)


def test_xhtml_is_a_page() -> None:
    assert seen(page(b'<?xml version="1.0" encoding="utf-8"?><html><body><p>xin</p></body></html>')) == "xin"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<html><body>" + b"<i></i>" * 70_000, id="elements"),
        pytest.param(b"x" * (16 * 1024 * 1024 + 1), id="bytes"),
    ],
)
def test_too_large(body: bytes) -> None:
    with pytest.raises(TooLarge):
        page(body)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<div>" * 100_000 + "x" + "</div>" * 100_000, id="deep"),
        pytest.param("<table><tr><td>" * 50_000, id="deep tables"),
        pytest.param("<div " + " ".join(f"a{n}='>'" for n in range(60_000)) + ">x</div>", id="attributes"),
        pytest.param("<" * 500_000, id="openings"),
        pytest.param("<a href='" * 100_000, id="quotes"),
        pytest.param("<!--" * 200_000, id="comments"),
    ],
)
def test_bounded_time(body: str) -> None:
    with at_most(200):
        page(f"<html><body><p>Trước.</p>{body}</body></html>".encode())


def test_hidden_parts_and_scripts_go_and_the_text_around_them_stays() -> None:
    hidden = '<b>một</b><script>var x</script> hai <p style="display: none">ẩn</p>ba<p class="hidden x">ẩn</p>'
    shown = "bốn năm sáu bảy tám chín mười"
    assert seen(page(f"<html><body><div>{hidden} {shown}</div></body></html>".encode())) == f"một hai ba {shown}"


def test_a_page_that_hides_itself_until_its_script_runs_is_seen() -> None:
    assert (
        seen(page(f'<html><body><div style="display:none"><p>{SENTENCE}</p></div></body></html>'.encode())) == SENTENCE
    )


def test_control_characters_go() -> None:
    assert nfc(seen(page("<html><body><p>ph\x00ư\x07ờng&#0;&#x1f; xã&#60;</p></body></html>".encode()))) == "phường xã<"


def test_what_a_cms_escaped_twice_is_read_as_meant() -> None:
    twice = PAGE.replace(
        "phường Bến Đá", "phường&amp;nbsp;Bến&nbsp;Đá &amp;ldquo;mới&amp;rdquo; R&amp;amp;D &amp;lt;b&amp;gt;"
    )
    assert "phường Bến Đá “mới” R&D &lt;b&gt;" in seen(page(twice.encode()))
