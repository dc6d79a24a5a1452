"""A row of the ledger → what the feed shows of it. Pure: the same entry, the same words.

    title       as printed; of an untitled article its first sentence, marked; of a withdrawn one marked, too
    summary     the lead, else the opening of the text, in whole sentences
    content     what the site changed; the lead, marked; the text as the page had it: headings, lists, tables,
                pictures with their captions; then whom the page credits, where else it stands, the documents that it
                names, and why it is told; as HTML that nh3 let through
    published   as printed, where known; never later than what we had it by

The words are Vietnamese, for they are read beside Vietnamese titles. All text is one line, NFC, legal in XML.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from html import escape
from itertools import groupby
from urllib.parse import quote, urlsplit

import nh3

from crawler.text import clean, cut, first_sentence, nfc
from crawler.types import VIETNAM, Article, Entry, Precision
from crawler.urls import canonical
from feeds import notes
from feeds.notes import NOTICE

MAX_TITLE = 300  # characters; also of a name and a category
MAX_SUMMARY = 400
MAX_CONTENT = 300_000  # characters of text: libxml2, which reads many a feed, refuses a node of 10 MB

UNTITLED = "[Không tiêu đề]"
WITHDRAWN = "[Đã gỡ]"
CONTINUED = "Đọc tiếp ở trang gốc"

SCHEME = "urn:tindothi:"  # and what a category tells: place, source, document, topic

# What a reader's program is given: the tags below, links to web pages, the text's own pictures; nothing that runs.
_CLEANER = nh3.Cleaner(
    tags={
        "a", "blockquote", "br", "em", "figcaption", "figure", "h2", "h3", "h4", "img", "li", "ol", "p", "pre",
        "strong", "table", "td", "th", "tr", "ul",
    },
    attributes={
        "a": {"href"}, "img": {"src", "alt"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"},
    },
    url_schemes={"http", "https"},
    url_relative="deny",
    link_rel="nofollow noopener",
)  # fmt: skip
# For a text without HTML of its own, or a longer one than is shown: a block's tag → what stands around a run of such
# blocks, and around each. A cell is a paragraph, which is right for the many pages that lay out their text in a table.
_PLAIN = ("{}", "<p>{}</p>")
_CAPTION = ("{}", "<p><em>{}</em></p>")
_SHAPES = {
    "blockquote": ("<blockquote>{}</blockquote>", "<p>{}</p>"),
    "caption": _CAPTION,
    "figcaption": _CAPTION,
    "h1": ("{}", "<h2>{}</h2>"),
    "h2": ("{}", "<h2>{}</h2>"),
    "h3": ("{}", "<h3>{}</h3>"),
    "h4": ("{}", "<h4>{}</h4>"),
    "h5": ("{}", "<h4>{}</h4>"),
    "h6": ("{}", "<h4>{}</h4>"),
    "li": ("<ul>{}</ul>", "<li>{}</li>"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What an entry is about: `term` for programs, `label` for people."""

    kind: str  # place, source, document, topic
    term: str
    label: str

    @property
    def scheme(self) -> str:
        """The URI of its kind; a name, not an address."""
        return SCHEME + self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """The source whose text is shown: a name for programs, one for people, and its home page or nothing."""

    id: str
    title: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An entry as the document has it: one-line texts, HTML content, times in +07:00 and whole seconds.

    `link` is the article's own page; empty where its address is none that a browser opens.
    """

    id: str
    title: str
    updated: datetime
    published: datetime | None
    authors: tuple[str, ...]
    categories: tuple[Category, ...]
    link: str
    summary: str
    content: str
    source: Credit
    also: tuple[notes.Other, ...]


def show(entry: Entry, home: str = "") -> Shown:
    """What the feed says of an entry. `home`: the address of the feeds' folder, where it is known.

    :raises ValueError: a time without a zone, which is a mistake of ours
    """
    topics = {one.topic for one in entry.matches}
    told = entry.feed if entry.feed in topics and len(topics) > 1 else ""  # else it says the same in every feed
    return _show(replace(entry, feed=told, announced=entry.updated), home)


@lru_cache(maxsize=1024)  # each format shows the same entries, and so do many feeds
def _show(entry: Entry, home: str) -> Shown:
    link = canonical(entry.article.url)
    return Shown(
        id=entry.id,
        title=title(entry),
        updated=local(entry.updated),
        published=published(entry),
        authors=authors(entry),
        categories=tuple(dict.fromkeys(_categories(entry))),
        link=link,
        summary=summary(entry),
        content=content(entry, link, home),
        source=_source(entry, link),
        also=notes.others(entry, link),
    )


def order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The latest updated first, by id where that is equal; every id once, as it was last updated."""
    unique: dict[str, Entry] = {}
    for entry in sorted(sorted(entries, key=lambda one: one.id), key=lambda one: one.updated, reverse=True):
        unique.setdefault(entry.id, entry)
    return tuple(unique.values())


def local(at: datetime) -> datetime:
    """The instant in Vietnam's time, in whole seconds.

    :raises ValueError: no time zone
    """
    if at.utcoffset() is None:
        raise ValueError(f"{at} has no time zone")
    return at.astimezone(VIETNAM).replace(microsecond=0)


def title(entry: Entry) -> str:
    """The article's title, or what stands for it; never empty."""
    article = entry.article
    printed = cut(clean(article.title or ""), MAX_TITLE)
    if not printed:
        opening = first_sentence(next(_passages(article), ""))
        printed = f"{UNTITLED} {opening or _source_title(entry)}".strip()
    return f"{WITHDRAWN} {printed}" if entry.withdrawn else printed


def summary(entry: Entry) -> str:
    """The lead, else the opening of the text; empty where there is neither."""
    opening = _opening(next(_passages(entry.article), ""), MAX_SUMMARY)
    return f"{NOTICE} {opening}".strip() if entry.withdrawn else opening


def content(entry: Entry, link: str = "", home: str = "") -> str:
    """The lead and the text as HTML; the title where there is no text; what is to be known of it before and behind.

    A text longer than `MAX_CONTENT` is cut and ends with a link to the page.
    """
    text = list(_pieces(entry, link)) or [f"<p>{escape(title(entry))}</p>"]
    documents = {one.term: one.label for one in _categories(entry) if one.kind == "document"}
    behind = notes.behind(entry, link, _source_title(entry), documents, home)
    return nfc(_CLEANER.clean("\n".join([*notes.before(entry, local(entry.updated)), *text, *behind])))


def published(entry: Entry) -> datetime | None:
    """When the article says it was published, in +07:00; a mere day is its 00:00.

    None where it does not say, or names a time later than `updated`, when we had the text: then it is not known.
    """
    printed = entry.article.published
    if printed is None:
        return None
    try:
        at = local(printed.at)
        if printed.precision is Precision.DAY:
            at = datetime(printed.at.year, printed.at.month, printed.at.day, tzinfo=VIETNAM)
    except OverflowError:  # the first or the last day of the calendar
        return None
    return at if at <= entry.updated else None


def authors(entry: Entry) -> tuple[str, ...]:
    """The article's authors, else its source, for Atom wants one (RFC 4287, 4.2.1)."""
    named = tuple(dict.fromkeys(cut(clean(name), MAX_TITLE) for name in entry.article.authors if clean(name)))
    return named or (_source_title(entry) or "?",)


# --- inside ----------------------------------------------------------------------------------------------------------


def _passages(article: Article) -> Iterator[str]:
    """Lead and paragraphs, without empty ones."""
    return (line for line in map(clean, (article.lead or "", *article.paragraphs)) if line)


def _source_title(entry: Entry) -> str:
    return cut(clean(entry.source_title) or clean(entry.article.source), MAX_TITLE)


def _categories(entry: Entry) -> Iterator[Category]:
    said = [("place", entry.place, entry.place), ("source", entry.article.source, entry.source_title)]
    said += [("document", one.key, one.printed) for one in entry.citations]
    said += [("topic", one.topic, one.topic) for one in entry.matches]
    seen = set()
    for kind, term, label in ((kind, cut(clean(term), MAX_TITLE), label) for kind, term, label in said):
        if term and (kind, term) not in seen:
            seen.add((kind, term))
            yield Category(kind=kind, term=term, label=cut(clean(label), MAX_TITLE) or term)


def _pieces(entry: Entry, link: str) -> Iterator[str]:
    """The text's HTML before nh3 looked at it."""
    left = MAX_CONTENT
    if lead := clean(entry.article.lead or ""):
        yield f"<p><strong>{escape(cut(lead, left))}</strong></p>"
        left -= len(lead)
    if 0 < len(entry.article.html) <= left:
        yield entry.article.html
        return
    for (around, each), run in groupby(_shaped(entry.article), key=lambda one: one[0]):
        texts = []
        for _, text in run:
            if left > 0:
                texts.append(each.format(escape(cut(text, left))))
            left -= len(text)
        if texts:
            yield around.format("".join(texts))
    if left < 0 and link:
        yield f'<p><a href="{escape(link)}">{CONTINUED}</a></p>'


def _source(entry: Entry, link: str) -> Credit:
    name = quote(cut(clean(entry.article.source), MAX_TITLE), safe="") or "-"
    home = f"{urlsplit(link).scheme}://{urlsplit(link).netloc}/" if link else ""
    return Credit(id=f"{SCHEME}source:{name}", title=_source_title(entry) or "?", link=home)


def _shaped(article: Article) -> Iterator[tuple[tuple[str, str], str]]:
    """The paragraphs, each with the shape of its block.

    The paragraphs are what is compared and stored; the kept blocks, one to each, only tell how they looked.
    """
    tags = [block.tag for block in article.blocks if block.rule is None]
    if len(tags) != len(article.paragraphs):
        tags = ["p"] * len(article.paragraphs)
    for tag, paragraph in zip(tags, article.paragraphs, strict=True):
        if text := clean(paragraph):
            yield _SHAPES.get(tag, _PLAIN), text


def _opening(line: str, limit: int) -> str:
    """The first sentences of a line, as many as fit."""
    end = 0
    while end < len(line):
        sentence = first_sentence(line[end:], limit - end)
        if end + len(sentence) > limit or not line.startswith(sentence, end):
            break
        end += len(sentence) + 1
    return line[:end].rstrip() or first_sentence(line, limit)
