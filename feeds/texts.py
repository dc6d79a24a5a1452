"""An entry's content as it stands on a page of ours. Pure: HTML that nh3 let through → a tree that asks for nothing.

Pictures become links to them, so that reading a page tells the sites nothing; headings go one step down, below the
entry's own; a wide table scrolls by itself, also by keyboard; links without words, which nobody can follow, go.
"""

from typing import Any

from lxml import html
from lxml.builder import ElementMaker

from crawler.text import clean, nfc

PICTURE = "Ảnh"
TABLE = "Bảng"
MAX_WORDS = 200  # characters of what a picture is said to show

E: Any = ElementMaker(makeelement=html.html_parser.makeelement)
_LOWER = {"h2": "h3", "h3": "h4", "h4": "h5"}


def text(content: str) -> Any:
    """The `<div>` of an entry's content (`feeds.entries.content`)."""
    body: Any = html.fragment_fromstring(nfc(content), create_parent="div")
    for picture in body.xpath(".//img"):
        _replace(picture, _named(picture))
    for link in body.xpath(".//a"):
        if not clean(link.text_content()):
            link.drop_tag()
    for heading in body.xpath(".//h2 | .//h3 | .//h4"):
        heading.tag = _LOWER[heading.tag]
    for table in body.xpath(".//table[not(ancestor::table)]"):
        around = E.div({"class": "table", "role": "region", "aria-label": TABLE, "tabindex": "0"})
        _replace(table, around)
        table.tail = None
        around.append(table)
    return body


def _named(picture: Any) -> Any:
    """A link that says what the picture shows; mere words within another link."""
    said = clean(picture.get("alt", ""))[:MAX_WORDS]
    words = f"{PICTURE}: {said}" if said else PICTURE
    inside = any(True for _ in picture.iterancestors("a"))
    source = picture.get("src")
    return E.span(words) if inside or not source else E.a({"href": source, "rel": "nofollow noopener"}, words)


def _replace(old: Any, new: Any) -> None:
    new.tail = old.tail
    old.getparent().replace(old, new)
