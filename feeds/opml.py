"""The list of all feeds as OPML 2.0 (http://opml.org/spec2.opml), for readers that subscribe to many at once.

Each is named once, as its Atom file, by its absolute address: so there is a list only where `feed.base_url` is set.
"""

from collections.abc import Iterable

from lxml import etree

from crawler.text import clean
from crawler.types import Feed
from feeds.atom import GENERATOR, address, home

FILE_NAME = "feeds.opml"


def render(feeds: Iterable[Feed], base_url: str) -> bytes:
    """The OPML document, UTF-8; it changes only with the feeds' names and titles.

    :raises PublishError: `base_url` is no address of the web
    """
    document = etree.Element("opml", {"version": "2.0"})
    etree.SubElement(etree.SubElement(document, "head"), "title").text = GENERATOR
    body = etree.SubElement(document, "body")
    for feed in feeds:
        title = clean(feed.title) or feed.name
        outline = {"type": "rss", "text": title, "title": title, "xmlUrl": address(feed.name, base_url)}
        if subtitle := clean(feed.subtitle):
            outline["description"] = subtitle
        etree.SubElement(body, "outline", outline | {"htmlUrl": home(base_url)})
    written: bytes = etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written
