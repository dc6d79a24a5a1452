"""The feeds for people: a page of all (`index.html`) and one of each feed's latest texts. Pure: same feeds, same bytes.

A page asks for nothing from anywhere: no script, no picture, its style in itself, and its policy forbids the rest.
Trees are built, never strings, so that what a site printed is text; the texts' own HTML is what nh3 let through for the
feed (see `feeds.texts`). The words are Vietnamese, the times +07:00.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from lxml import html
from lxml.builder import ElementMaker

from crawler.text import clean
from crawler.types import Entry, Feed, Precision
from crawler.urls import canonical
from feeds.entries import local, order, published, show, summary, title
from feeds.notes import MENTIONS
from feeds.texts import text

INDEX = "index.html"
LATEST = 20  # entries on the page of all
IN_FULL = 30  # entries on a feed's page
MAX_TEXT = 400_000  # characters of HTML in the texts of a page; entries beyond show their summary

TITLE = "Tin đô thị"
INTRODUCTION = (
    "Trang này theo dõi cổng thông tin và báo của các địa phương, gom tin mới về chính quyền đô thị ở Việt Nam. "
    "Mỗi tin hiện một lần và dẫn tới bài gốc; tin được sửa hay bị gỡ đều được ghi rõ."
)
HOW = (
    "Mỗi kênh là một địa chỉ. Sao chép địa chỉ của kênh (nhấn giữ hoặc bấm chuột phải vào tên định dạng) rồi dán vào "
    "ô “thêm nguồn” (Add feed, Subscribe) của chương trình đọc tin, như Feedly, Inoreader, NetNewsWire, Thunderbird "
    "hay newsboat. Tin mới sẽ tự đến, không cần tài khoản."
)
NOTHING = "Chưa có tin nào. Bạn vẫn theo dõi được kênh: khi có, tin sẽ tự đến."
TIMES = "Giờ ghi trên trang là giờ Việt Nam (UTC+7). Tin do máy gom từ trang nguồn; bản quyền thuộc về nơi đăng."
EDITED = "Đã sửa"
DOCUMENTS = "Văn bản được nhắc đến"
MENTIONED = "Những văn bản pháp luật mà các tin đang có trong kênh nhắc đến, và tin nào nhắc đến."
READ = "Đọc tại đây"
_DAYS = ("thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật")

STYLE = files("feeds").joinpath("page.css").read_text(encoding="utf-8")
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src data:; base-uri 'none'; form-action 'none'"

E: Any = ElementMaker(makeelement=html.html_parser.makeelement)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that one subscribes to: its name in the folder, its media type, and what its format is called."""

    name: str
    media_type: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A feed as the page of all lists it. `files`: its formats, the best known first; `page`: of its latest texts.

    `group`: the heading under which feeds of one kind fold up; empty for those that always show.
    """

    name: str
    title: str
    subtitle: str = ""
    files: tuple[File, ...] = ()
    page: str = ""
    group: str = ""


def page_name(name: str) -> str:
    """The file of the page of the feed with this name; empty for one whose place the page of all has."""
    file = f"{name}.html"
    return "" if file == INDEX else file


def index(feeds: Sequence[Listed], entries: Iterable[Entry], *, base_url: str = "", also: Sequence[File] = ()) -> bytes:
    """The page of all: what these feeds are, how to subscribe, the latest `LATEST` of the entries.

    An article that several feeds have shows once. `also`: files about all feeds (OPML). `base_url`: where the folder
    is served, for the addresses in full; empty: only links.
    """
    shown = latest(entries)
    pages = {one.name: one.page for one in feeds}
    items = [_entry(one, E.h3, *_summary(one, pages.get(one.feed, ""))) for one in shown]
    return _document(
        TITLE,
        INTRODUCTION,
        _header(TITLE, INTRODUCTION, (("#theo-doi", "Theo dõi"), ("#tin-moi", "Tin mới nhất"), (MENTIONS, DOCUMENTS))),
        E.main(
            {"id": "noi-dung"},
            E.section(
                {"aria-labelledby": "theo-doi"},
                E.h2({"id": "theo-doi"}, "Theo dõi"),
                E.p(HOW),
                *_groups(feeds, base_url),
                *([E.p("Tất cả các kênh: ", *_joined([_link(one) for one in also], ", "))] if also else []),
            ),
            E.section(
                {"aria-labelledby": "tin-moi"},
                E.h2({"id": "tin-moi"}, "Tin mới nhất"),
                *(items or [E.p(NOTHING)]),
            ),
        ),
        alternates=[(one.title, file) for one in feeds for file in one.files],
    )


def page(feed: Feed, listed: Listed, *, home: str = "") -> bytes:
    """A feed's latest `IN_FULL` texts in full, at most `MAX_TEXT` characters of them. `home`: see `show`."""
    name = clean(feed.title) or feed.name
    items, left = [], MAX_TEXT
    for one in order(feed.entries)[:IN_FULL]:
        said = show(one, home).content if left > 0 else ""
        left -= len(said)
        items.append(_entry(one, E.h2, *([text(said)] if said and left >= 0 else _summary(one, ""))))
    return _document(
        f"{name} – {TITLE}",
        clean(feed.subtitle) or name,
        _header(name, clean(feed.subtitle), ((INDEX, "Tất cả các kênh"),), listed.files),
        E.main({"id": "noi-dung"}, *(items or [E.p(NOTHING)])),
        alternates=[(name, file) for file in listed.files],
    )


def mentions(entries: Iterable[Entry]) -> bytes:
    """Which of the entries name a legal document, by document: that which most of them name first."""
    named: dict[str, dict[str, Entry]] = {}
    printed: dict[str, str] = {}
    for entry in order(entries):
        for cited in entry.citations:
            key = clean(cited.key)
            printed.setdefault(key, clean(cited.printed) or key)
            named.setdefault(key, {}).setdefault(entry.article.key, entry)
    sections = [
        E.section(
            {"aria-labelledby": key},
            E.h2({"id": key}, printed[key]),
            E.ul({"class": "mentions"}, *(E.li(_named(one), _facts(one)) for one in told.values())),
        )
        for key, told in sorted(named.items(), key=lambda one: (-len(one[1]), one[0]))
    ]
    return _document(
        DOCUMENTS,
        MENTIONED,
        _header(DOCUMENTS, MENTIONED, ((INDEX, "Tất cả các kênh"),)),
        E.main({"id": "noi-dung"}, *(sections or [E.p(NOTHING)])),
        alternates=(),
    )


def latest(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The `LATEST` of the entries, the latest updated first; one for each article."""
    once: dict[str, Entry] = {}
    for one in order(entries):
        once.setdefault(one.article.key, one)
    return tuple(once.values())[:LATEST]


# --- the page around -------------------------------------------------------------------------------------------------


def _document(title: str, description: str, *body: Any, alternates: Iterable[tuple[str, File]]) -> bytes:
    head = E.head(
        E.meta({"charset": "utf-8"}),
        E.meta({"http-equiv": "Content-Security-Policy", "content": POLICY}),
        E.meta({"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        E.meta({"name": "color-scheme", "content": "light dark"}),
        E.meta({"name": "referrer", "content": "no-referrer"}),
        E.meta({"name": "description", "content": description}),
        E.title(title),
        E.link({"rel": "icon", "href": "data:,"}),  # else a browser asks for one
    )
    for name, file in alternates:
        named = f"{clean(name)} ({file.label})"
        head.append(E.link({"rel": "alternate", "type": file.media_type, "title": named, "href": quote(file.name)}))
    head.append(E.style(STYLE))
    tree = E.html(
        {"lang": "vi"},
        head,
        E.body(
            E.a({"class": "skip", "href": "#noi-dung"}, "Tới nội dung chính"), *body, E.footer({"class": "end"}, TIMES)
        ),
    )
    document: bytes = html.tostring(tree, encoding="utf-8", doctype="<!DOCTYPE html>")
    return document + b"\n"


def _header(title: str, said: str, links: Iterable[tuple[str, str]], formats: Sequence[File] = ()) -> Any:
    return E.header(
        {"class": "top"},
        E.h1(title),
        *([E.p(said)] if said else []),
        E.nav(
            {"aria-label": "Lối tắt"},
            E.ul(*(E.li(E.a({"href": href}, words)) for href, words in links), *(E.li(_link(one)) for one in formats)),
        ),
    )


def _groups(feeds: Sequence[Listed], base_url: str) -> Iterator[Any]:
    """The feeds; those of a group folded up under its heading, behind those of none."""
    if not feeds:
        yield E.p("Chưa có kênh nào.")
    groups: dict[str, list[Listed]] = {"": []}
    for one in feeds:
        groups.setdefault(clean(one.group), []).append(one)
    for group, members in groups.items():
        listed = E.ul({"class": "feeds"}, *(_listed(one, base_url) for one in members))
        if members:
            yield E.details(E.summary(f"{group} ({len(members)} kênh)"), listed) if group else listed


def _listed(one: Listed, base_url: str) -> Any:
    title = clean(one.title) or one.name
    item = E.li(E.h3(E.a({"href": quote(one.page)}, title) if one.page else title))
    if said := clean(one.subtitle):
        item.append(E.p(said))
    if base_url and one.files:
        item.append(E.p(E.code(f"{base_url.rstrip('/')}/{quote(one.files[0].name)}")))
    item.append(E.ul({"class": "files"}, *(E.li(_link(file, title)) for file in one.files)))
    return item


def _link(file: File, of: str = "") -> Any:
    more = {"aria-label": f"{file.label}: {of}"} if of else {}
    return E.a({"href": quote(file.name), "type": file.media_type, **more}, file.label)


def _joined(pieces: Sequence[Any], between: str) -> Iterator[Any]:
    for number, piece in enumerate(pieces):
        if number:
            yield between
        yield piece


# --- an entry --------------------------------------------------------------------------------------------------------


def _entry(entry: Entry, heading: Any, *said: Any) -> Any:
    name = _anchor(entry)
    labelled = {"id": name, "aria-labelledby": f"{name}-t"}
    return E.article(labelled, heading({"id": f"{name}-t"}, _named(entry)), _facts(entry), *said)


def _named(entry: Entry) -> Any:
    """The title, which leads to the article's own page."""
    link = canonical(entry.article.url)
    return E.a({"href": link, "rel": "noopener"}, title(entry)) if link else E.span(title(entry))


def _facts(entry: Entry) -> Any:
    """Whether it was edited, its source and place, and its times, in one line."""
    edited = entry.updated != entry.announced
    told = [said for said in (clean(entry.source_title), clean(entry.place)) if said]
    if (at := published(entry)) is None:
        told.append(E.span("ghi nhận ", _moment(local(entry.announced))))
    else:
        printed = entry.article.published
        day = printed is not None and printed.precision is Precision.DAY
        told.append(E.span("đăng ", _moment(at, day=day)))
    if edited:
        told.append(E.span("cập nhật ", _moment(local(entry.updated))))
    marks = [E.span({"class": "mark"}, EDITED), " "] if edited and not entry.withdrawn else []  # its title tells
    return E.p({"class": "facts"}, *marks, *_joined(told, " · "))


def _moment(at: datetime, *, day: bool = False) -> Any:
    """A time as Vietnamese says it: "07:05 thứ hai 2/3/2026", of a mere day without the hour."""
    date = f"{_DAYS[at.weekday()]} {at.day}/{at.month}/{at.year}"
    if day:
        return E.time({"datetime": f"{at:%Y-%m-%d}"}, date)
    return E.time({"datetime": at.isoformat()}, f"{at:%H:%M} {date}")


def _summary(entry: Entry, where: str) -> Iterator[Any]:
    """The summary, and a link to the text in full on a page of ours, where there is one."""
    if said := summary(entry):
        yield E.p(said)
    if where:
        label = {"aria-label": f"{READ}: {title(entry)}"}
        yield E.p(E.a({"href": f"{quote(where)}#{_anchor(entry)}", **label}, READ))


def _anchor(entry: Entry) -> str:
    return "tin-" + re.sub(r"[^0-9A-Za-z]+", "-", entry.id.removeprefix("urn:uuid:"))
