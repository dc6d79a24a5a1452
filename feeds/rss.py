"""A feed as an RSS 2.0 document, after the RSS Advisory Board's Best Practices Profile; the same feed, the same bytes.

What RSS cannot say by itself, it says in its usual modules: authors who have no mail address (`dc:creator`), the text
(`content:encoded`; `description` is the summary), where the document is (`atom:link`; by another one it leads to the
volumes, which are Atom: RFC 5005, section 4), and when an item last changed (`atom:updated`). `pubDate` is when an item
was published, and absent where that is not known. Written with lxml: feedgen 1.0 cannot say `atom:updated`, and wants
CDATA, which "]]>" in a text would end.
"""

from email.utils import format_datetime
from html import escape
from urllib.parse import quote

from lxml import etree

from crawler.text import clean
from crawler.types import Feed
from feeds.atom import GENERATOR, LANGUAGE, address, home, updated
from feeds.definitions import ATOM, KINDS, RSS, feed_id, file_name
from feeds.entries import Shown, order, show

DOCS = "https://www.rssboard.org/rss-specification"
_SPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
# The profile's way to write them in a text: a reader that decodes once too often still sees a character, no mark-up.
_WRITTEN = ((b"&amp;", b"&#x26;"), (b"&lt;", b"&#x3C;"))


def render(feed: Feed, *, base_url: str = "", hub: str = "") -> bytes:
    """The RSS document, UTF-8. `base_url`: where its folder is served; empty: no self link, and a URN as its link.

    `hub`: see `feeds.atom.render`.

    :raises ValueError: a time without a zone, which is a mistake of ours
    :raises PublishError: `base_url` is no address of the web
    """
    document = etree.Element("rss", {"version": "2.0"}, nsmap=_SPACES)
    channel = etree.SubElement(document, "channel")
    title = clean(feed.title) or feed.name
    _say(channel, "title", title)
    _say(channel, "link", home(base_url) if base_url else feed_id(feed.name))
    _say(channel, "description", escape(clean(feed.subtitle) or title, quote=False))
    _say(channel, "language", LANGUAGE)
    _say(channel, "lastBuildDate", format_datetime(updated(feed)))
    _say(channel, "generator", GENERATOR)
    _say(channel, "docs", DOCS)
    if base_url:
        etree.SubElement(
            channel, _in("atom", "link"), href=address(feed.name, base_url, RSS), rel="self", type=KINDS[RSS]
        )
    if feed.volumes:
        older = home(base_url) + quote(file_name(feed.name, volume=feed.volumes))
        etree.SubElement(channel, _in("atom", "link"), href=older, rel="prev-archive", type=KINDS[ATOM])
    if hub:
        etree.SubElement(channel, _in("atom", "link"), href=hub, rel="hub")
    for entry in order(feed.entries):
        _add(etree.SubElement(channel, "item"), show(entry, home(base_url)))
    written: bytes = etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    for usual, profile in _WRITTEN:
        written = written.replace(usual, profile)
    return written


def _add(item: etree._Element, shown: Shown) -> None:
    _say(item, "title", shown.title)
    if shown.link:
        _say(item, "link", shown.link)
    if shown.summary:
        _say(item, "description", escape(shown.summary, quote=False))  # readers take it for HTML
    _say(item, _in("content", "encoded"), shown.content)
    for name in shown.authors:
        _say(item, _in("dc", "creator"), name)
    for category in shown.categories:
        _say(item, "category", category.label).set("domain", category.scheme)
    _say(item, "guid", shown.id).set("isPermaLink", "false")
    if shown.published is not None:
        _say(item, "pubDate", format_datetime(shown.published))
    _say(item, _in("atom", "updated"), shown.updated.isoformat())


def _say(parent: etree._Element, tag: str, text: str) -> etree._Element:
    said = etree.SubElement(parent, tag)
    said.text = text
    return said


def _in(space: str, name: str) -> str:
    return f"{{{_SPACES[space]}}}{name}"
