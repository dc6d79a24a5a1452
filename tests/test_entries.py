"""What the feed shows of an entry, at `feeds.entries`."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.types import Article, Block, Citation, Entry, Evidence, Instant, Match, Precision
from feeds.entries import (
    CONTINUED,
    MAX_CONTENT,
    MAX_SUMMARY,
    MAX_TITLE,
    UNTITLED,
    WITHDRAWN,
    content,
    order,
    published,
    show,
    summary,
    title,
)
from feeds.notes import MAX_ALSO, MAX_CHANGE, MAX_PHRASES, NOTICE, Other

STORED = datetime(2026, 3, 2, 1, 30, 15, 250_000, tzinfo=UTC)
URL = "https://phuongmau.vn/tin/khai-truong-bo-phan-mot-cua-118.html"
TEXT = (
    "Sáng 2/3, UBND phường Mẫu khai trương bộ phận một cửa theo mô hình chính quyền đô thị.",
    "Người dân nộp hồ sơ tại một quầy và nhận kết quả trong ngày.",
)


def article(**changes: Any) -> Article:
    said: dict[str, Any] = {
        "key": "phuongmau:118",
        "url": URL,
        "source": "phuongmau",
        "title": "Phường Mẫu khai trương bộ phận một cửa",
        "lead": "Từ hôm nay, hồ sơ của người dân được trả trong ngày.",
        "paragraphs": TEXT,
    }
    return Article(**said | changes)


def entry(said: Article | None = None, **changes: Any) -> Entry:
    row: dict[str, Any] = {
        "feed": "chinh-quyen-do-thi",
        "id": "urn:uuid:0f6f8d5e-6a53-5a5e-9d0a-3f1c6f1f0a01",
        "announced": STORED,
        "updated": STORED,
        "article": said or article(),
        "source_title": "Phường Mẫu",
        "place": "Phường Mẫu, Hà Nội",
    }
    return Entry(**row | changes)


def instant(at: datetime, precision: Precision = Precision.MINUTE) -> Instant:
    return Instant(at=at, precision=precision, raw=str(at))


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone(timedelta(hours=7)))  # type: ignore[arg-type, misc]


# --- title and summary -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (article(), "Phường Mẫu khai trương bộ phận một cửa"),
        (article(title="  Hai\n dòng\x0b và\ufffe dấu "), "Hai dòng và dấu"),
        (article(title=None), f"{UNTITLED} Từ hôm nay, hồ sơ của người dân được trả trong ngày."),
        (article(title=" \x01 ", lead=None), f"{UNTITLED} {TEXT[0]}"),
        (article(title=None, lead=None, paragraphs=("", "Ngắn.")), f"{UNTITLED} Ngắn."),
        (article(title=None, lead=None, paragraphs=()), f"{UNTITLED} Phường Mẫu"),
        (article(title="<b>Đậm</b> & ]]>"), "<b>Đậm</b> & ]]>"),
    ],
)
def test_title(said: Article, shown: str) -> None:
    assert title(entry(said)) == shown


def test_a_long_title_is_cut_at_a_word_and_marked() -> None:
    shown = title(entry(article(title="chính quyền đô thị " * 5000)))
    assert len(shown) <= MAX_TITLE
    assert re.fullmatch(r"(chính quyền đô thị )*(chính|chính quyền|chính quyền đô)?…|.*thị…", shown)


def test_a_title_without_spaces_is_cut_too() -> None:
    assert len(title(entry(article(title="a" * 100_000)))) == MAX_TITLE


def test_summary_is_the_lead_else_the_opening_of_the_text() -> None:
    assert summary(entry()) == "Từ hôm nay, hồ sơ của người dân được trả trong ngày."
    assert summary(entry(article(lead=None))) == TEXT[0]
    assert summary(entry(article(lead=" ", paragraphs=()))) == ""


def test_a_long_summary_ends_with_a_sentence() -> None:
    sentence = "Phường lấy ý kiến người dân về mô hình mới."
    shown = summary(entry(article(lead=None, paragraphs=(f"{sentence} " * 40,))))
    assert len(shown) > MAX_SUMMARY - len(sentence) - 2
    assert shown == " ".join([sentence] * shown.count(sentence))


def test_one_endless_sentence_is_cut_and_marked() -> None:
    shown = summary(entry(article(lead="phường " * 1000)))
    assert len(shown) <= MAX_SUMMARY
    assert shown.endswith("phường…")


@given(st.text(max_size=900), st.booleans())
def test_a_summary_never_grows_beyond_its_limit(lead: str, withdrawn: bool) -> None:
    shown = summary(entry(article(lead=lead), withdrawn=withdrawn))
    assert len(shown) <= MAX_SUMMARY + len(NOTICE) + 1
    assert "\n" not in shown


def test_a_withdrawn_entry_says_so_in_title_summary_and_content() -> None:
    gone = show(entry(withdrawn=True))
    assert gone.title == f"{WITHDRAWN} Phường Mẫu khai trương bộ phận một cửa"
    assert gone.summary == f"{NOTICE} Từ hôm nay, hồ sơ của người dân được trả trong ngày."
    assert gone.content.startswith(f"<p><em>{NOTICE}</em></p>")
    assert TEXT[1] in gone.content
    assert gone.id == show(entry()).id


# --- content ---------------------------------------------------------------------------------------------------------


def test_content_is_the_lead_marked_and_the_paragraphs() -> None:
    assert content(entry()) == (
        "<p><strong>Từ hôm nay, hồ sơ của người dân được trả trong ngày.</strong></p>\n"
        f"<p>{TEXT[0]}</p><p>{TEXT[1]}</p>"
    )


def test_content_has_the_shape_of_the_kept_blocks() -> None:
    kinds = ("p", "h2", "li", "li", "blockquote", "blockquote", "td", "figcaption", "h6", "pre", "script")
    texts = tuple(f"Câu {n}." for n in range(len(kinds)))
    kept = [Block(text=text, tag=tag) for text, tag in zip(texts, kinds, strict=True)]
    stripped = Block(text="Bình chọn", tag="p", rule="poll")
    shown = content(entry(article(lead=None, paragraphs=texts, blocks=(stripped, *kept, stripped))))
    assert shown.replace("\n", "") == (
        "<p>Câu 0.</p><h2>Câu 1.</h2><ul><li>Câu 2.</li><li>Câu 3.</li></ul>"
        "<blockquote><p>Câu 4.</p><p>Câu 5.</p></blockquote><p>Câu 6.</p><p><em>Câu 7.</em></p><h4>Câu 8.</h4>"
        "<p>Câu 9.</p><p>Câu 10.</p>"
    )


def test_the_paragraphs_are_the_text_whatever_the_blocks_say() -> None:
    other = (Block(text="UBND PHƯỜNG - Câu một.", tag="li"), Block(text="Câu hai.", tag="li"))
    assert content(entry(article(lead=None, paragraphs=("Câu một.",), blocks=other))) == "<p>Câu một.</p>"
    same = content(entry(article(lead=None, paragraphs=("Câu một.", "Câu hai."), blocks=other)))
    assert same == "<ul><li>Câu một.</li><li>Câu hai.</li></ul>"


def test_the_content_is_the_articles_own_html_where_there_is_one() -> None:
    html = (
        f'<h2>Ba việc</h2>\n<ul><li>{TEXT[0]}</li>\n</ul>\n<figure><img src="https://a.vn/a.jpg" alt="">\n</figure>\n'
    )
    shown = content(entry(article(lead="Mở đầu.", html=f"{html}<script>x()</script><p onclick='x()'>a</p>")))
    assert shown == f"<p><strong>Mở đầu.</strong></p>\n{html}<p>a</p>"
    assert content(entry(article(html="<p>x</p>" * MAX_CONTENT))) == content(entry())


HOSTILE = (
    "<script>alert(1)</script>",
    "<p onclick='x()'>a</p>",
    "<a href='javascript:x()'>a</a>",
    "<img src='data:image/png;base64,AAAA'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "]]> <![CDATA[ <!-- --> <?php ?>",
    "</p></content></entry>",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_a_text_is_text(text: str) -> None:
    from lxml import html

    shown = content(entry(article(lead=text, paragraphs=(text,))))
    root = html.fragment_fromstring(shown, create_parent="div")
    assert {str(one.tag) for one in root.iter()} == {"div", "p", "strong"}
    assert not any(one.attrib for one in root.iter())
    assert [paragraph.text_content() for paragraph in root] == [text, text]


def test_an_endless_text_is_cut_and_leads_to_its_page() -> None:
    shown = content(entry(article(paragraphs=("chính quyền đô thị " * 1000,) * 40)))
    assert MAX_CONTENT * 0.9 < len(shown) < MAX_CONTENT * 1.1
    assert CONTINUED not in shown  # there is no page to go on at
    full = show(entry(article(paragraphs=("chính quyền đô thị " * 1000,) * 40))).content
    assert full.endswith(f'<p><a href="{URL}" rel="nofollow noopener">{CONTINUED}</a></p>')


def test_one_endless_paragraph_is_cut_inside() -> None:
    shown = show(entry(article(lead=None, paragraphs=("<" * (MAX_CONTENT + 1),)))).content
    assert len(shown) < 10_000_000
    assert CONTINUED in shown


def test_content_is_never_empty() -> None:
    assert content(entry(article(lead=None, paragraphs=("\x00",)))) == "<p>Phường Mẫu khai trương bộ phận một cửa</p>"


# --- the other places ------------------------------------------------------------------------------------------------

ELSEWHERE = "https://baomau.vn/tin-7.html?a=1&b=2"


@pytest.mark.parametrize(
    ("also", "shown"),
    [
        ((), ""),
        (
            (("Báo Mẫu", ELSEWHERE), ("Sở Mẫu", "http://www.somau.vn/tin/9")),
            '<p>Cùng tin: <a href="https://baomau.vn/tin-7.html?a=1&amp;b=2" rel="nofollow noopener">Báo Mẫu</a>, '
            '<a href="https://somau.vn/tin/9" rel="nofollow noopener">Sở Mẫu</a></p>',
        ),
        (((" ", "https://baomau.vn/7"),), '<p>Cùng tin: <a href="https://baomau.vn/7" rel="nofollow noopener">'
         "https://baomau.vn/7</a></p>"),
        ((("Báo Mẫu", "javascript:x()"), ("Báo Mẫu", URL), ("Báo Mẫu", "data:,x")), ""),
    ],
)  # fmt: skip
def test_the_other_places_are_named_with_links(also: tuple[tuple[str, str], ...], shown: str) -> None:
    assert show(entry(also=also)).content == show(entry()).content + ("\n" + shown if shown else "")
    told = show(entry(also=also))
    assert told == replace(show(entry()), content=told.content, also=told.also)
    assert [
        f'<a href="{one.href}" rel="nofollow noopener">{one.title}</a>'.replace("&b", "&amp;b") for one in told.also
    ] == (re.findall("<a.*?</a>", shown))


def test_a_hostile_name_of_a_place_is_text_and_there_are_not_too_many() -> None:
    hostile = tuple((f"<b onclick=x>{n}</a><script>", f"https://baomau.vn/{n}") for n in range(MAX_ALSO + 5))
    shown = show(entry(also=hostile)).content
    assert "<script" not in shown and "<b" not in shown
    assert shown.count("<a ") == MAX_ALSO


def test_a_text_of_nothing_still_has_its_title_before_the_other_places() -> None:
    shown = content(entry(article(lead=None, paragraphs=()), also=(("Báo Mẫu", ELSEWHERE),)))
    assert shown.startswith("<p>Phường Mẫu khai trương bộ phận một cửa</p>\n<p>Cùng tin: ")


@pytest.mark.parametrize(
    ("credit", "rels"),
    [
        (None, ["related", "related"]),
        ("Theo Báo Mẫu", ["via", "related"]),
        ("somau.vn", ["related", "via"]),
        ("Báo Mẫu Mới", ["related", "related"]),
    ],
)
def test_the_place_that_the_page_credits_is_where_the_text_is_from(credit: str | None, rels: list[str]) -> None:
    also = (("Báo Mẫu", ELSEWHERE), ("Sở Mẫu", "http://www.somau.vn/tin/9"), ("Báo", ELSEWHERE))
    shown = show(entry(article(credit=credit), also=also))
    assert shown.also == (
        Other(rel=rels[0], href=ELSEWHERE, title="Báo Mẫu"),
        Other(rel=rels[1], href="https://somau.vn/tin/9", title="Sở Mẫu"),
    )
    assert (f"<p>Nguồn ghi trên trang: {credit}</p>" in shown.content) == (credit is not None)


@pytest.mark.parametrize("credit", ["", " \x01", "Phường Mẫu", "phuongmau.vn", "Theo phuongmau.vn"])
def test_a_page_that_credits_itself_or_nobody_is_not_quoted(credit: str) -> None:
    assert show(entry(article(credit=credit))) == show(entry())


def test_the_source_is_credited_under_a_name_that_programs_can_compare() -> None:
    shown = show(entry(article(source="phường mẫu"))).source
    assert (shown.id, shown.title) == ("urn:tindothi:source:ph%C6%B0%E1%BB%9Dng%20m%E1%BA%ABu", "Phường Mẫu")
    assert shown.link == "https://phuongmau.vn/"
    nameless = show(entry(article(source="", url="javascript:x()"), source_title="\x00")).source
    assert (nameless.id, nameless.title, nameless.link) == ("urn:tindothi:source:-", "?", "")


# --- why, what changed, what is named --------------------------------------------------------------------------------


def matched(topic: str, *found: tuple[str, str]) -> Match:
    evidence = (Evidence(phrase="core", printed=printed, part=part, context="…") for printed, part in found)
    return Match(topic=topic, score=3.0, evidence=tuple(evidence))


def test_an_entry_tells_why_it_is_told_with_the_words_of_its_own_topic() -> None:
    mine = matched(
        "chinh-quyen-do-thi",
        ("Chính quyền đô thị", "text"),
        ("chính quyền đô thị", "title"),
        ("CQĐT", "text"),
        ("\x00", "lead"),
        ("<b>", "elsewhere"),
    )
    other = matched("chinh-quyen-hai-cap", ("hai cấp", "lead"))
    shown = show(entry(matches=(other, mine))).content
    assert shown.endswith(
        "<p>Vì sao có tin này: “Chính quyền đô thị” trong tiêu đề, nội dung; “CQĐT” trong nội dung; “&lt;b&gt;”</p>"
    )
    assert show(entry(matches=(other,))).content.endswith("<p>Vì sao có tin này: “hai cấp” trong đoạn mở đầu</p>")
    many = matched("chinh-quyen-do-thi", *((f"cụm {n}", "text") for n in range(MAX_PHRASES + 3)))
    assert show(entry(matches=(many,))).content.count("“cụm") == MAX_PHRASES


def test_feeds_that_say_the_same_of_an_entry_share_it() -> None:
    one, other = (matched(name, (name, "title")) for name in ("chinh-quyen-do-thi", "mot-cua"))
    city: dict[str, Any] = {"feed": "hai-phong", "announced": STORED - timedelta(days=1)}
    assert show(entry(matches=(one,))) is show(entry(matches=(one,), **city))
    said = [show(entry(matches=(one, other), feed=name)).content for name in ("chinh-quyen-do-thi", "mot-cua", "hue")]
    assert len(set(said)) == 3, "each topic's feed tells its own reasons, any other one all"


def test_an_edited_entry_says_what_changed_before_its_text() -> None:
    edit = article(paragraphs=("Có 12 phường.",)), article(paragraphs=("Có 13 phường.",))
    shown = show(entry(edit=edit)).content
    assert shown.startswith(
        "<p><em>Trang nguồn sửa bài lúc 08:30, 02/03/2026: 1 con số sửa: 12 → 13 phường</em></p>\n<p><strong>"
    )
    assert "sửa bài" not in show(entry(edit=edit, withdrawn=True)).content
    assert show(entry(edit=(edit[0], edit[0]))) == show(entry()), "nothing that a reader would see"


def test_a_hostile_edit_is_told_in_few_words_that_are_text() -> None:
    names = [" ".join(f"<b>Ông{chr(65 + n % 26)} {word}" for n in range(60)) for word in ("Một", "Hai")]
    shown = show(entry(edit=(article(paragraphs=(names[0],)), article(paragraphs=(names[1],))))).content
    assert "26 tên sửa" in shown and "<b" not in shown
    assert len(shown) < len(show(entry()).content) + 5 * MAX_CHANGE


def test_what_xml_forbids_is_not_in_a_texts_own_html() -> None:
    assert show(entry(article(lead=None, html="<p>một\x0b \ufffehai\x00</p>"))).content == "<p>một hai</p>"


def test_the_documents_that_it_names_are_listed_as_printed() -> None:
    cited = [Citation(key=f"{n}/2019/QH14", printed=f"{n} /2019/QH14", family="F1", context="") for n in (97, 98, 97)]
    shown = show(entry(citations=tuple(cited))).content
    assert shown.endswith("<p>Văn bản được nhắc đến: 97 /2019/QH14, 98 /2019/QH14</p>")


def test_links_and_pictures_of_the_content_are_absolute_or_not_there() -> None:
    html = (
        '<p><a href="/tin/2">a</a><a href="https://a.vn/b">b</a><a href="//a.vn/c">c</a><a href="?d">d</a></p>'
        '<img src="/a.jpg"><img src="https://a.vn/b.jpg"><img src="//a.vn/c.jpg"><img src="data:,d">'
    )
    shown = show(entry(article(html=html))).content
    assert re.findall('(?:href|src)="([^"]*)"', shown) == ["https://a.vn/b", "https://a.vn/b.jpg"]


# --- times -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (None, None),
        (instant(local(2026, 3, 1, 23, 10)), local(2026, 3, 1, 23, 10)),
        (instant(datetime(2026, 3, 1, 16, 10, 5, 999, tzinfo=UTC)), local(2026, 3, 1, 23, 10, 5)),
        (instant(local(2026, 3, 1), Precision.DAY), local(2026, 3, 1)),
        (instant(datetime(2026, 3, 1, tzinfo=UTC), Precision.DAY), local(2026, 3, 1)),
        (instant(local(2026, 3, 2), Precision.DAY), local(2026, 3, 2)),  # the day on which it was stored
        (instant(local(2026, 3, 2, 8, 31)), None),  # a minute after it was stored: cannot be
        (instant(local(2027, 3, 2), Precision.DAY), None),
        (instant(datetime.min.replace(tzinfo=timezone(timedelta(hours=9)))), None),
        (instant(datetime.max.replace(tzinfo=UTC)), None),
    ],
)
def test_published(printed: Instant | None, shown: datetime | None) -> None:
    assert published(entry(article(published=printed))) == shown


def test_times_are_vietnams_in_whole_seconds() -> None:
    assert show(entry()).updated.isoformat() == "2026-03-02T08:30:15+07:00"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        show(entry(updated=datetime(2026, 3, 2)))  # noqa: DTZ001


# --- who, what, where ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "source_title", "shown"),
    [
        (("Lê Thị Mẫu", "PV", "Lê Thị Mẫu"), "Phường Mẫu", ("Lê Thị Mẫu", "PV")),
        ((), "Phường Mẫu", ("Phường Mẫu",)),
        (("\x02", " "), "", ("phuongmau",)),
    ],
)
def test_authors(said: tuple[str, ...], source_title: str, shown: tuple[str, ...]) -> None:
    assert show(entry(article(authors=said), source_title=source_title)).authors == shown


def test_categories_tell_place_source_documents_and_topics_once_each() -> None:
    cited = Citation(key="97/2019/QH14", printed="97 /2019/QH14", family="F1", context="")
    found = Match(topic="chinh-quyen-do-thi", score=3.0, evidence=())
    shown = show(entry(citations=(cited, replace(cited, printed="97/2019/QH14")), matches=(found, found))).categories
    assert [(one.scheme, one.term, one.label) for one in shown] == [
        ("urn:tindothi:place", "Phường Mẫu, Hà Nội", "Phường Mẫu, Hà Nội"),
        ("urn:tindothi:source", "phuongmau", "Phường Mẫu"),
        ("urn:tindothi:document", "97/2019/QH14", "97 /2019/QH14"),
        ("urn:tindothi:topic", "chinh-quyen-do-thi", "chinh-quyen-do-thi"),
    ]
    assert [one.kind for one in show(entry(place="", source_title="")).categories] == ["source"]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "", "https://", "https://a.vn/" + "x" * 3000]
)
def test_only_an_address_of_the_web_is_a_link(url: str) -> None:
    assert show(entry(article(url=url))).link == ""


def test_the_link_is_the_articles_page() -> None:
    assert show(entry()).link == URL


def test_order_is_latest_first_then_by_id_and_every_id_once() -> None:
    def at(seconds: float, name: str) -> Entry:
        return entry(id=name, updated=STORED + timedelta(seconds=seconds))

    rows = [at(1, "c"), at(0.2, "d"), at(3, "a"), at(1, "b"), at(0.4, "e"), at(0, "a")]
    assert [(one.id, one.updated) for one in order(rows)] == [
        (one.id, one.updated) for one in (at(3, "a"), at(1, "b"), at(1, "c"), at(0.4, "e"), at(0.2, "d"))
    ]
    assert order(reversed(rows)) == order(rows)
