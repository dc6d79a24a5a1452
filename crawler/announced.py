"""RSS, Atom and sitemaps, read tolerantly and within bounds: what stands in them, as strings.

Seen in the wild: byte order marks and UTF-16 under a wrong declaration, HTML entities in XML, titles escaped twice,
`<link/>address`, links only in `guid`, control characters, a missing end. Refused: document type declarations with
entities of their own (XML bombs, external entities), and what unpacks beyond the limit.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from html.entities import html5

from lxml import etree

from crawler import packing
from crawler.document import decode
from crawler.errors import Damaged, NotHtml, TooLarge

MAX_SIZE = 16 * 1024 * 1024  # bytes, unpacked
MAX_TAGS = 2_000_000  # a sitemap of all the protocol allows has half as many
MAX_ITEMS = 50_000  # what the sitemap protocol allows in one file
MAX_FIELD = 2_000  # characters of a title, address or date

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)
_DOCTYPE = re.compile("<!DOCTYPE", re.IGNORECASE)
_WHOLE_DOCTYPE = re.compile(r"[^\[>]*+(\[?)[^>]*+>?")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31});")
_LONE_AMPERSAND = re.compile(r"&(?!#?[A-Za-z0-9]{1,32};)")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(r"<[^<>]{0,500}>")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One announced page, as printed. `links` are the candidates for its address, the likeliest first.

    `published_by` names what printed the date: an element, a selector, a key.
    """

    links: tuple[str, ...]
    title: str = ""
    published: str = ""
    published_by: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """The items of a feed or sitemap, or the children of a sitemap index, in the document's order."""

    items: tuple[Item, ...] = ()
    children: tuple[Item, ...] = ()


def read_feed(body: bytes, content_type: str = "") -> Announced:
    """The items of an RSS (any version) or Atom document.

    :raises NotHtml: it is neither, :raises Damaged: not parsable or not safe, :raises TooLarge: beyond the limit
    """
    root = parse(body, content_type)
    if _name(root) not in ("rss", "rdf", "feed", "channel"):
        raise NotHtml(f"no feed: the document is <{_name(root)}>")
    items = (_feed_item(element) for element in _named(root, ("item", "entry")))
    return Announced(items=tuple(items))


def read_sitemap(body: bytes, content_type: str = "") -> Announced:
    """The pages of a sitemap, news sitemap or sitemap index.

    :raises NotHtml: it is none, :raises Damaged: not parsable or not safe, :raises TooLarge: beyond the limit
    """
    root = parse(body, content_type)
    if _name(root) == "sitemapindex":
        return Announced(children=tuple(_sitemap_item(element) for element in _named(root, ("sitemap",))))
    if _name(root) != "urlset":
        raise NotHtml(f"no sitemap: the document is <{_name(root)}>")
    return Announced(items=tuple(_sitemap_item(element) for element in _named(root, ("url",))))


def unpacked(body: bytes, max_size: int = MAX_SIZE) -> bytes:
    """The body, gunzipped if it is a gzip file (`sitemap.xml.gz`), of one member or many.

    :raises TooLarge: more than `max_size` bytes, :raises Damaged: broken or cut off
    """
    if body.startswith(packing.GZIP_MAGIC):
        return b"".join(packing.unpacked(body, max_size))
    if len(body) > max_size:
        raise TooLarge(f"more than {max_size} bytes")
    return body


def parse(body: bytes, content_type: str = "") -> etree._Element:
    """The root element of an XML document, with whatever could be saved of a broken one."""
    text = _DECLARATION.sub("", _ILLEGAL.sub("", decode(unpacked(body), content_type)).lstrip("\ufeff"), count=1)
    if text.count("<") > MAX_TAGS:
        raise TooLarge(f"more than {MAX_TAGS} tags")
    text = _ENTITY.sub(_letter, _without_doctype(text))
    text = _LONE_AMPERSAND.sub("&amp;", text).strip()
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        encoding="utf-8",
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode("utf-8"), parser=parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Damaged(f"not parsable as XML: {error}") from error
    if root is None:
        raise Damaged("there is no XML in it")
    return root


def _without_doctype(text: str) -> str:
    """The document without its type's declaration, which nobody here needs; no other may come to be one.

    :raises Damaged: it declares entities of its own
    """
    found = _DOCTYPE.search(text)
    whole = _WHOLE_DOCTYPE.match(text, found.end()) if found else None
    if "<!ENTITY" in text or (whole and whole[1]):
        raise Damaged("the XML declares entities of its own")
    if found and whole:
        text = text[: found.start()] + text[whole.end() :]
    return text.replace("<!DOCTYPE", "<!doctype")  # libxml2 knows it in capitals only


def plain(text: str) -> str:
    """Markup's text: unescaped (twice, as some feeds escape), without tags, in one line."""
    once = unescape(text[: 4 * MAX_FIELD])
    return _SPACE.sub(" ", _TAG.sub(" ", unescape(once))).strip()[:MAX_FIELD]


def _letter(found: re.Match[str]) -> str:
    """`&ocirc;` as the letter; what HTML does not know either stays as text."""
    return html5.get(f"{found[1]};", f"&amp;{found[1]};")


def _name(element: etree._Element) -> str:
    """An element's name in small letters without its namespace or prefix; empty for a comment."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower() if isinstance(element.tag, str) else ""


def _named(root: etree._Element, names: tuple[str, ...]) -> Iterator[etree._Element]:
    count = 0
    for element in root.iter():
        if _name(element) in names:
            count += 1
            if count > MAX_ITEMS:
                return
            yield element


def _text(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext()).strip()[: 4 * MAX_FIELD]


def _feed_item(item: etree._Element) -> Item:
    texts: dict[str, str] = {}
    links: list[str] = []
    last_resort: list[str] = []
    for child in item:
        name = _name(child)
        if name == "link":
            links += _links(child)
        elif name == "origlink":  # FeedBurner keeps the site's own address there
            links.insert(0, _text(child))
        elif name in ("guid", "id"):
            (last_resort if child.get("isPermaLink") != "false" else []).append(_text(child))
        elif name:
            texts.setdefault(name, _text(child))
    by = next((name for name in ("pubdate", "published", "date", "issued", "created") if texts.get(name)), "")
    updated = texts.get("updated") or texts.get("modified", "")
    return Item(
        links=tuple(unescape(link).strip()[:MAX_FIELD] for link in (*links, *last_resort) if link.strip()),
        title=plain(texts.get("title", "")),
        published=texts.get(by, "")[:200],
        published_by="pubDate" if by == "pubdate" else by,
        modified=updated[:200],
    )


def _links(element: etree._Element) -> list[str]:
    """An RSS link's text, an Atom link's address, or the text behind an empty `<link/>`."""
    if element.get("rel", "alternate") != "alternate":
        return []
    return [found for found in (element.get("href", ""), _text(element), (element.tail or "").strip()) if found]


def _sitemap_item(item: etree._Element) -> Item:
    texts: dict[str, str] = {}
    for element in item.iter():
        if element is not item and _name(element):
            parent = element.getparent()
            inner = parent is not None and _name(parent) == "image"  # an image has a `loc` and a `title` of its own
            if not inner:
                texts.setdefault(_name(element), _text(element))
    published = texts.get("publication_date", "")[:200]
    return Item(
        links=tuple(unescape(link)[:MAX_FIELD] for link in (texts.get("loc", ""),) if link),
        title=plain(texts.get("title", "")),
        published=published,
        published_by="publication_date" if published else "",
        modified=texts.get("lastmod", "")[:200],
    )
