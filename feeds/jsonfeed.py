"""A feed as a JSON Feed (https://jsonfeed.org/version/1.1): the same feed, the same bytes."""

import json
from typing import Any

from crawler.text import clean
from crawler.types import Feed
from feeds.atom import GENERATOR, LANGUAGE, address, home
from feeds.definitions import JSON
from feeds.entries import Shown, order, show

VERSION = "https://jsonfeed.org/version/1.1"


def render(feed: Feed, *, base_url: str = "", hub: str = "") -> bytes:
    """The JSON document, UTF-8. `base_url`: where its folder is served; empty: it names no address of its own.

    `hub`: see `feeds.atom.render`.

    :raises ValueError: a time without a zone, which is a mistake of ours
    :raises PublishError: `base_url` is no address of the web
    """
    document: dict[str, Any] = {"version": VERSION, "title": clean(feed.title) or feed.name}
    if base_url:
        document |= {"home_page_url": home(base_url), "feed_url": address(feed.name, base_url, JSON)}
    if subtitle := clean(feed.subtitle):
        document["description"] = subtitle
    document |= {"language": LANGUAGE, "authors": [{"name": GENERATOR}]}
    if hub:
        document["hubs"] = [{"type": "WebSub", "url": hub}]
    document["items"] = [_item(show(entry, home(base_url))) for entry in order(feed.entries)]
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _item(shown: Shown) -> dict[str, Any]:
    """What is not known is left out; no date is null."""
    known = {
        "id": shown.id,
        "url": shown.link,
        "title": shown.title,
        "content_html": shown.content,
        "summary": shown.summary,
        "date_published": shown.published and shown.published.isoformat(),
        "date_modified": shown.updated.isoformat(),
        "authors": [{"name": name} for name in shown.authors],
        "tags": list(dict.fromkeys(category.label for category in shown.categories)),
    }
    return {name: value for name, value in known.items() if value}
