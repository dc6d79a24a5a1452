"""What a page of a site leads to: its links with their words, its feeds and its name, as values. Pure.

page → Site: links (own hosts, canonical, each address once) · feeds that it announces · what it is called
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from crawler.document import Document, base_of
from crawler.text import clean, fold, words
from crawler.urls import canonical, host_of, is_home

MAX_LINKS = 5_000  # of one page
MAX_TEXT = 300  # characters of a link's words

_FEED_TYPES = re.compile(r"application/(?:rss|atom|rdf)\+xml", re.IGNORECASE)
_NO_FEED = re.compile(r"comments?(?:/|$)|binh-luan|oembed|[?&]withoutcomments", re.IGNORECASE)
_FEED_PAGE = re.compile(r"/(?:[\w-]*[-_])?rss(?:[-_][\w-]*)?(?:\.\w{2,5})?/?$", re.IGNORECASE)
_FEED_NAMES = frozenset(("rss", "rss feed", "kenh rss", "atom", "feed", "rss 2.0", "tin rss", "nguon rss"))
_FEED_FILE = re.compile(
    r"\.(?:rss|rdf|atom)$|(?:/|[-_])(?:rss|feed|atom)\.(?:xml|aspx|ashx|php)$|/feed/?$", re.IGNORECASE
)
_HOME_WORDS = re.compile(r"^(?:trang chu|trang nhat|home(?: ?page)?|index)$")
_PARTS = re.compile(r"\s*[|»•·]\s*|\s+[-–—]\s+")
_HEADLINE_WORDS, _HEADLINE = 6, 24  # syllables and characters of words that announce an article


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link to a page of the site: its canonical URL, and the longest of what its anchors say."""

    url: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a page leads to. `feeds` it announces as such; `indexes` are pages that seem to list feeds."""

    title: str = ""
    links: tuple[Link, ...] = ()
    feeds: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()


def read_site(page: Document, hosts: Collection[str] = ()) -> Site:
    """What the page leads to on the hosts (in canonical form; none: the page's own)."""
    own = frozenset(hosts) or frozenset((host_of(page.url),))
    base = base_of(page)
    links = _links(page.root, base, own)
    announced = [
        canonical(one.get("href", ""), base)
        for one in page.head.iter("link")
        if "alternate" in (one.get("rel") or "").lower() and _FEED_TYPES.search(one.get("type") or "")
    ]
    named = [link.url for link in links if fold(link.text) in _FEED_NAMES or _FEED_PAGE.search(link.url)]
    files = [link.url for link in links if _FEED_FILE.search(link.url)]
    feeds = [url for url in (*announced, *files) if host_of(url) in own and not is_home(url)]
    return Site(
        title=_title(page),
        links=tuple(links),
        feeds=tuple(url for url in dict.fromkeys(feeds) if not _NO_FEED.search(url)),
        indexes=tuple(url for url in dict.fromkeys(named) if url not in feeds),
    )


def announces(link: Link) -> bool:
    """Whether a link's words are a headline's: some syllables, and more than a section's name."""
    return len(link.text) >= _HEADLINE and len(words(link.text)) >= _HEADLINE_WORDS


def _links(root: etree._Element, base: str, own: Collection[str]) -> list[Link]:
    found: dict[str, str] = {}
    for anchor in islice(root.iter("a"), MAX_LINKS):
        url = canonical(href, base) if (href := anchor.get("href")) else ""
        if url and host_of(url) in own:
            found[url] = max(found.get(url, ""), _said(anchor), key=len)
    return [Link(url=url, text=text) for url, text in found.items()]


def _said(anchor: etree._Element) -> str:
    """What a link says: its text, else its title, else that of its picture."""
    candidates = (
        "".join(map(str, anchor.itertext())),
        anchor.get("title") or "",
        *(image.get("alt") or "" for image in anchor.iter("img")),
    )
    return next((text[:MAX_TEXT] for said in candidates if (text := clean(said))), "")


def _title(page: Document) -> str:
    """The site's own name: as its metadata say, else of the page's title the part that is no "Trang chủ"."""
    named = (one.get("content") for one in page.head.iter("meta") if (one.get("property") or "") == "og:site_name")
    if stated := next((clean(name) for name in named if name and name.strip()), ""):
        return stated
    parts = [part for part in _PARTS.split(page.title) if part and not _HOME_WORDS.match(fold(part))]
    return max(parts, key=len, default="")
