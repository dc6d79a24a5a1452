"""What a source's templates say of a page: the layout that fits, and the elements its candidates find."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from cssselect import HTMLTranslator, SelectorError
from lxml import etree

from crawler.document import Document, drop
from crawler.segments import Segment, segments
from crawler.types import Template

_ATTRIBUTE = re.compile(r"^(.*?)(?:@([A-Za-z_][\w:.-]*))?$", re.DOTALL)
_ENOUGH = 120  # characters of a body


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a candidate found: the element, the string of its attribute where it names one, and the candidate."""

    element: etree._Element
    value: str
    candidate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """What `strip` took: each line with its place and its selector; and the places of all elements, in page order."""

    lines: tuple[tuple[int, Segment, str], ...] = ()
    places: Mapping[etree._Element, int] = field(default_factory=dict, repr=False)


@lru_cache(maxsize=2048)
def _xpath(selector: str) -> etree.XPath | None:
    try:
        return etree.XPath(HTMLTranslator().css_to_xpath(selector))
    except (SelectorError, etree.XPathError, RecursionError):
        return None  # a family is checked when it is read; whoever builds a Template by hand gets no match


def select(root: etree._Element, selector: str) -> list[etree._Element]:
    """The elements of a CSS selector, in page order; none for a selector that is none."""
    xpath = _xpath(selector)
    found = xpath(root) if xpath is not None else []
    return [element for element in found if isinstance(element, etree._Element)] if isinstance(found, list) else []


def fitting(page: Document, templates: Sequence[Template]) -> Template | None:
    """The first template whose `when` selectors are all on the page, and its body, where it names one, too."""
    for template in templates:
        if all(select(page.root, selector) or select(page.head, selector) for selector in template.when) and (
            not template.body or any(True for _ in candidates(page.root, template.body))
        ):
            return template
    return None


def clear(root: etree._Element, template: Template) -> Cleared:
    """Take the template's `strip` out of the tree, and unwrap its `unwrap`; gives the lines that went."""
    places = {element: place for place, element in enumerate(root.iter())} if template.strip else {}
    lines: list[tuple[int, Segment, str]] = []
    for selector in template.strip:
        found = dict.fromkeys(element for element in select(root, selector) if element is not root)
        outer = [element for element in found if not any(above in found for above in element.iterancestors())]
        lines += ((places[element], line, selector) for element in outer for line in segments(element))
        drop(root, outer)
    for selector in template.unwrap:
        for element in select(root, selector):
            if element.getparent() is not None:
                element.tag = "span"
                element.attrib.clear()
    return Cleared(lines=tuple(lines), places=places)


def candidates(root: etree._Element, selectors: Sequence[str]) -> Iterator[Found]:
    """Everything the candidates find, the best candidate first."""
    for candidate in selectors:
        matched = _ATTRIBUTE.match(candidate)
        selector, attribute = (matched[1], matched[2]) if matched else (candidate, None)
        for element in select(root, selector):
            value = (element.get(attribute) or "") if attribute else "".join(map(str, element.itertext()))
            if value.strip():
                yield Found(element=element, value=value.strip(), candidate=candidate)


def body_element(root: etree._Element, template: Template) -> etree._Element | None:
    """The element of the text: the longest of the first candidate that finds enough; else the longest of all."""
    best: etree._Element | None = None
    length = 0
    for selector in template.body:
        for found in candidates(root, (selector,)):
            size = len(" ".join(found.value.split()))
            if size > length:
                best, length = found.element, size
        if length >= _ENOUGH:
            return best
    return best
