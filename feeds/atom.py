"""A feed as an Atom document (RFC 4287): the same feed, the same bytes, on any machine and at any time.

What feedgen 1.0 does by itself and must not: put entries in reverse order, date them now, write CDATA (which Atom does
not know), accept what XML forbids and then fail the whole document. It drops `rel` from an entry's links, and
knows no id of a source: these are written by an extension here.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from feedgen.feed import FeedGenerator
from lxml import etree

from crawler.errors import PublishError
from crawler.text import clean
from crawler.types import Feed
from feeds.definitions import ATOM, KINDS, feed_id, file_name
from feeds.entries import Shown, local, order, show

GENERATOR = "tindothi"  # without a version: a new one of ours is no reason to rewrite every feed
LANGUAGE = "vi"
HISTORY = "http://purl.org/syndication/history/1.0"  # the namespace of RFC 5005


def render(feed: Feed, *, base_url: str = "", hub: str = "") -> bytes:
    """The Atom document, UTF-8. `base_url`: where its folder is served; empty: no self link, and relative ones.

    `hub`: the WebSub hub that is told of its changes (W3C WebSub, 4); empty: none.

    Its `updated` is that of its latest entry, and never before the store's creation: it does not go back.

    :raises ValueError: a time without a zone, which is a mistake of ours
    :raises PublishError: `base_url` is no address of the web
    """
    document: Any = FeedGenerator()
    document.language(LANGUAGE)
    document.id(feed_id(feed.name))
    document.title(clean(feed.title) or feed.name)
    if subtitle := clean(feed.subtitle):
        document.subtitle(subtitle)
    document.author(name=GENERATOR)
    document.generator(GENERATOR)
    for rel, href in _links(feed, base_url):
        document.link(href=href, rel=rel, type=KINDS[ATOM])
    if feed.volume:
        document.register_extension("sealed", _Sealed, rss=False)
    if hub and not feed.volume:
        document.link(href=hub, rel="hub")
    entries = order(feed.entries)
    document.updated(updated(feed))
    for entry in entries:
        _add(document, show(entry, "" if feed.volume else home(base_url)))
    written: bytes = document.atom_str(pretty=True)
    return written


def address(name: str, base_url: str, kind: str = ATOM) -> str:
    """Where the feed with this name is served, as a file of this kind.

    :raises PublishError: `base_url` is no address of the web
    """
    return home(base_url) + quote(file_name(name, kind))


def home(base_url: str) -> str:
    """Where the folder of the feeds is served, with the slash at its end; empty where that is not known.

    :raises PublishError: `base_url` is no address of the web
    """
    if not base_url:
        return ""
    if not base_url.startswith(("http://", "https://")) or any(ord(c) <= 32 or c in '<>"' for c in base_url):
        raise PublishError(
            f"feed.base_url: {base_url!r} is no address; write it as https://host/path, or leave it empty"
        )
    return f"{base_url.rstrip('/')}/"


def _links(feed: Feed, base_url: str) -> Iterator[tuple[str, str]]:
    """The document's links: to itself, and to its neighbours in the feed (RFC 5005, section 4).

    A volume names its neighbours by relative addresses, so that its bytes hold wherever it is served. It does not name
    the next one, which may be absent by that RFC: there is none when it is written, and it is written once.
    """
    before = (feed.volume or feed.volumes + 1) - 1
    folder = home(base_url) if not feed.volume else ""
    if feed.volume:
        yield "current", quote(file_name(feed.name))
    if feed.volume or folder:
        yield "self", folder + quote(file_name(feed.name, volume=feed.volume))
    if before:
        yield "prev-archive", folder + quote(file_name(feed.name, volume=before))


def updated(feed: Feed) -> datetime:
    """When the feed last changed, in +07:00: its latest entry, and never before the store's creation."""
    return max((local(feed.created), *(local(entry.updated) for entry in feed.entries)))


def _add(document: Any, shown: Shown) -> None:
    item = document.add_entry(order="append")
    item.id(shown.id)
    item.title(shown.title)
    item.updated(shown.updated)
    if shown.published is not None:
        item.published(shown.published)
    for name in shown.authors:
        item.author(name=name)
    for category in shown.categories:
        item.category(term=category.term, scheme=category.scheme, label=category.label)
    if shown.link:
        item.link(href=shown.link)
    if shown.summary:
        item.summary(shown.summary)
    item.content(shown.content, type="html")
    item.register_extension("beside", partial(_Beside, shown), rss=False)


class _Sealed:
    """Marks a volume (RFC 5005, section 4)."""

    def extend_ns(self) -> dict[str, str]:
        return {"fh": HISTORY}

    def extend_atom(self, feed: Any) -> None:
        etree.SubElement(feed, f"{{{HISTORY}}}archive")


class _Beside:
    """What feedgen cannot say of an entry: its source (RFC 4287, 4.2.11) and the other places (4.2.7.2)."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def extend_atom(self, entry: Any) -> None:
        for one in self._shown.also:
            etree.SubElement(entry, "link", rel=one.rel, href=one.href, title=one.title)
        source = etree.SubElement(entry, "source")
        etree.SubElement(source, "id").text = self._shown.source.id
        etree.SubElement(source, "title").text = self._shown.source.title
        if self._shown.source.link:
            etree.SubElement(source, "link", href=self._shown.source.link)
