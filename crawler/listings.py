"""HTML listing pages, HTML fragments and JSON of listing APIs: the announcing elements, as strings."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from cssselect import HTMLTranslator
from lxml import etree, html

from crawler.announced import MAX_FIELD, MAX_ITEMS, Item, plain
from crawler.document import MAX_TAGS, bounded
from crawler.errors import Damaged, TooLarge
from crawler.types import Listing

MAX_LINKS = 20  # candidates for one item's address

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ATTRIBUTE = re.compile(r"@([A-Za-z_][\w:.-]*)$")
_NET_DATE = re.compile(r"/Date\((-?\d{1,17})")


def read_page(text: str, listing: Listing, selectors: Sequence[str] | None = None) -> Iterator[Item]:
    """The announcing elements of a page or fragment in its order: those of the selectors, else every link.

    :raises Damaged: not parsable
    """
    tree = _tree(text)
    if tree is None:
        return
    base = next((element.get("href", "") for element in tree.iter("base")), "")
    chosen = listing.items if selectors is None else selectors
    elements = _select(tree, ", ".join(chosen)) if chosen else []
    for element in islice(elements or tree.iter("a"), MAX_ITEMS):
        yield _element_item(element, listing, base)


def read_api(text: str, listing: Listing) -> Iterator[Item]:
    """The announcing objects of a JSON answer; an answer in HTML, or with HTML in it, is read as a page.

    `items[0]` is the dotted path to the list; where it leads to a string, that is HTML and the other `items` select.

    :raises Damaged: neither JSON nor HTML, :raises TooLarge: beyond the limit
    """
    if text.lstrip("\ufeff \t\r\n")[:1] not in ("{", "[", '"'):
        yield from read_page(text, listing)
        return
    if text.count("[") + text.count("{") > MAX_TAGS:
        raise TooLarge(f"more than {MAX_TAGS} lists and objects")
    try:
        answer = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise Damaged(f"not parsable as JSON: {str(error)[:100]}") from error
    path, *selectors = listing.items or ("",)
    found = _at(answer, path)
    if isinstance(answer, str):
        yield from read_page(answer, listing)
    elif isinstance(found, str):
        yield from read_page(found, listing, selectors)
    elif isinstance(found, dict | list):
        yield from _objects(found.values() if isinstance(found, dict) else found, listing)


def _objects(objects: Iterable[Any], listing: Listing) -> Iterator[Item]:
    for count, one in enumerate(objects):
        if count >= MAX_ITEMS:
            return
        if isinstance(one, str):
            yield from read_page(one, listing, ())
        elif isinstance(one, dict):
            link = _printed(_at(one, listing.link or "url"))
            date = _printed(_at(one, listing.date)) if listing.date else ""
            yield Item(
                links=(link,) if link else (),
                title=plain(_printed(_at(one, listing.title or "title"))),
                published=date[:200],
                published_by=listing.date if date else "",
            )


def _at(value: Any, path: str) -> Any:
    """What the dotted path leads to: keys, or positions in lists; None where it leads nowhere."""
    for part in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isascii() and part.isdigit() and int(part[:9]) < len(value):
            value = value[int(part[:9])]
        else:
            return None
    return value


def _printed(value: Any) -> str:
    """A JSON value as a string; epochs (a number, or .NET's `/Date(…)/`) as ISO 8601."""
    if isinstance(value, str) and (found := _NET_DATE.match(value)):
        value = int(found[1])
    if isinstance(value, int) and not isinstance(value, bool) and value > 10**8:
        seconds = value / 1000 if value > 10**11 else value
        try:
            return datetime.fromtimestamp(seconds, UTC).isoformat()
        except (OverflowError, ValueError, OSError):
            return ""
    return value.strip()[: 4 * MAX_FIELD] if isinstance(value, str) else ""


def _tree(text: str) -> etree._Element | None:
    """The parsed markup; None for an empty answer: what some APIs give behind their last page."""
    legal = bounded(_ILLEGAL.sub("", text).strip())
    if not legal:
        return None
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(legal.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError, ValueError) as error:
        raise Damaged(f"not parsable as HTML: {error}") from error


def _select(element: etree._Element, selector: str, within: bool = False) -> list[etree._Element]:
    """Elements in document order; `within` an element, its descendants alone."""
    found = _compiled(selector, within)(element)
    return [one for one in found if isinstance(one, etree._Element)] if isinstance(found, list) else []


@lru_cache(maxsize=256)
def _compiled(selector: str, within: bool) -> etree.XPath:
    prefix = "descendant::" if within else "descendant-or-self::"
    return etree.XPath(HTMLTranslator().css_to_xpath(selector, prefix=prefix))


def _element_item(element: etree._Element, listing: Listing, base: str) -> Item:
    anchors = [element] if element.tag == "a" else [one for one in element.iter("a") if one.get("href")]
    if listing.link and element.tag != "a":
        anchors = _select(element, _ATTRIBUTE.sub("", listing.link), within=True)
    attribute = found[1] if (found := _ATTRIBUTE.search(listing.link)) else "href"
    links = [one.get(attribute, "") for one in anchors[:MAX_LINKS]]
    date = _value(element, listing.date)
    return Item(
        links=tuple(dict.fromkeys(urljoin(base, link) if base else link for link in links if link)),
        title=_value(element, listing.title)
        or next((said for one in anchors[:MAX_LINKS] if (said := _label(one))), ""),
        published=date[:200],
        published_by=listing.date if date else "",
    )


def _value(element: etree._Element, candidate: str) -> str:
    """What a `selector` or `selector@attribute` yields inside the element."""
    if not candidate:
        return ""
    attribute = found[1] if (found := _ATTRIBUTE.search(candidate)) else ""
    for one in _select(element, _ATTRIBUTE.sub("", candidate), within=True):
        value = one.get(attribute, "") if attribute else "".join(str(part) for part in one.itertext())
        if value.strip():
            return plain(value)
    return ""


def _label(anchor: etree._Element) -> str:
    return plain("".join(str(part) for part in anchor.itertext())) or plain(anchor.get("title", ""))
