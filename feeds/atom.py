"""A feed as an Atom document (RFC 4287): the same feed, the same bytes, on any machine and at any time.

What feedgen 1.0 does by itself and must not: put entries in reverse order, date them now, write CDATA (which Atom does
not know), accept what XML forbids and then fail the whole document. It drops `rel` from an entry's links, so that only
the alternate one can be given.
"""

from datetime import datetime
from typing import Any

from feedgen.feed import FeedGenerator

from crawler.errors import PublishError
from crawler.text import clean
from crawler.types import Feed
from feeds.definitions import ATOM, KINDS, feed_id, file_name
from feeds.entries import Shown, local, order, show

GENERATOR = "tindothi"  # without a version: a new one of ours is no reason to rewrite every feed
LANGUAGE = "vi"


def render(feed: Feed, *, base_url: str = "", hub: str = "") -> bytes:
    """The Atom document, UTF-8. `base_url`: where its folder is served; empty: no self link.

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
    if base_url:
        document.link(href=address(feed.name, base_url), rel="self", type=KINDS[ATOM])
    if hub:
        document.link(href=hub, rel="hub")
    entries = order(feed.entries)
    document.updated(updated(feed))
    for entry in entries:
        _add(document, show(entry))
    written: bytes = document.atom_str(pretty=True)
    return written


def address(name: str, base_url: str, kind: str = ATOM) -> str:
    """Where the feed with this name is served, as a file of this kind.

    :raises PublishError: `base_url` is no address of the web
    """
    return home(base_url) + file_name(name, kind)


def home(base_url: str) -> str:
    """Where the folder of the feeds is served, with the slash at its end.

    :raises PublishError: `base_url` is no address of the web
    """
    if not base_url.startswith(("http://", "https://")) or any(ord(c) <= 32 or c in '<>"' for c in base_url):
        raise PublishError(
            f"feed.base_url: {base_url!r} is no address; write it as https://host/path, or leave it empty"
        )
    return f"{base_url.rstrip('/')}/"


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
