"""The lead (sapo): the paragraph that a page sets apart between headline and text.

Proof is one of: the template's element, an element named so, the page's own description standing there word for
word, a first paragraph that alone is set bold, one that bears the outlet's bylined prefix, or one before a text that at
least three subheadings order. Else there is none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from crawler.boilerplate import is_prose, line_rule, without_prefix
from crawler.dates import labelled_date
from crawler.document import Document
from crawler.layout import Layout
from crawler.metadata import Metadata
from crawler.segments import Segment
from crawler.template import candidates
from crawler.text import folded_words
from crawler.types import Template

_NAMED = re.compile(
    r"(?:^|[-_ ])(?:(?:article|post|entry|news|detail|content|singular|cms|single|longform|header)[-_]*)*"
    r"(?:sapo|lead|lede|chapo|summary|excerpt|standfirst|abstract|intro|introtext|desc|description|mo-?ta|tom-?tat|trich-?dan|dek|headnote|home-?text|sub-?title|short-?(?:desc\w*|intro)|sub-?headline)"
    r"(?:[-_]*(?:detail|news|article|content|post|text|cms))*(?=$|[-_ ])"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PICTURE = re.compile(
    r"(?:^|[-_ ])(?:img|image|images|photo|photos|pic|picture|thumb|thumbnail|avatar|figure|gallery|slide)(?=$|[-_ ])"
)
_NUMBERED = re.compile(r"^(?:[-–•*+]|\(?[\dIVX]{1,4}[.)]|[a-zđ]\))")
_NOTE = re.compile(r"^(?:LTS|TS|Lời (?:tòa|toà) soạn)\b")  # the editors' note stands before the lead, and is none
_SHORTEST, _LONGEST = 30, 1200  # characters
_HEADS = 3  # subheadings that order a text
_HEAD = 5  # lines of text among which a lead may stand


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """The lead, the places of its lines, and what proves it."""

    text: str
    places: tuple[int, ...]
    proof: str


def find_lead(page: Document, facts: Metadata, template: Template | None, layout: Layout, place: int) -> Lead | None:
    """The lead, prefix and all, or None. `place`: of the headline's line, -1 where it has none."""
    around = _around(layout, place)
    return (
        _from_template(page, template, layout)
        or _named(layout, around)
        or _described(facts, layout, around)
        or _bold(layout, around)
        or _prefixed(layout, around)
        or _repeated(layout, around)
        or _alone(layout, around)
    )


def _around(layout: Layout, place: int) -> tuple[int, ...]:
    """Places where a lead may stand: behind the headline, up to the first lines of the text; no widgets, no boxes."""
    free: list[int] = []
    inside: list[int] = []
    for at in range(max(place + 1, 0), layout.last + 1):
        if not _is_free(layout, at):
            continue
        free.append(at)
        if layout.inside[at] and is_prose(layout.lines[at].text):
            inside.append(at)
        if len(inside) == _HEAD:
            break
    stop = inside[-1] if inside else layout.first
    return tuple(at for at in free if at <= stop)


def _is_free(layout: Layout, at: int) -> bool:
    line = layout.lines[at]
    return (
        layout.boxes[at] is None
        and not line_rule(line.text)
        and line.linked < 0.5
        and not _is_summary(layout, at)
        and not _NOTE.match(line.text)
        and not labelled_date(line.text)
    )


def _is_summary(layout: Layout, at: int) -> bool:
    """Whether it stands under a headline that is a link: the summary of another article, or of an author's life."""
    line, before = layout.lines[at], layout.lines[at - 1]
    return (
        at > 0 and before.linked > 0.8 and before.element.getparent() is line.element.getparent() and before.bold > 0.9
    )


def _lead(layout: Layout, places: Sequence[int], proof: str) -> Lead | None:
    text = " ".join(layout.lines[at].text for at in places)
    if not _SHORTEST <= len(text) <= _LONGEST:
        return None
    return Lead(text=text, places=tuple(places), proof=proof)


def _from_template(page: Document, template: Template | None, layout: Layout) -> Lead | None:
    for found in candidates(page.root, template.lead) if template else ():
        places = [
            at
            for at, line in enumerate(layout.lines)
            if layout.boxes[at] is None and line.linked < 0.5 and _is_in(line.element, found.element)
        ]
        if places and (lead := _lead(layout, places, f"template:{found.candidate}")):
            return lead
    return None


def _is_in(element: etree._Element, outer: etree._Element) -> bool:
    return element is outer or any(one is outer for one in element.iterancestors())


def _named(layout: Layout, around: Sequence[int]) -> Lead | None:
    """The first element between headline and text that is named as a lead."""
    for at in around:
        element = _lead_element(layout.lines[at].element, layout.body)
        if element is None or _is_picture(layout.lines[at].element):
            continue
        places = [one for one in around if _is_in(layout.lines[one].element, element)]
        own = [one for one in places if not _is_under_picture(layout.lines[one].element, element)]
        if lead := _lead(layout, own or places, "named"):
            return lead
    return None


def _lead_element(element: etree._Element, body: etree._Element | None) -> etree._Element | None:
    """The element or an ancestor of it, outside the body or within it, that is named as a lead."""
    for one in (element, *list(element.iterancestors())[:3]):
        if one is body or one.tag in ("body", "html"):
            return None
        names = f"{one.get('class', '')} {one.get('id', '')} {one.get('data-role', '')} {one.get('itemprop', '')}"
        if _NAMED.search(_CAMEL.sub("-", names).lower().strip()):
            return one
    return None


def _is_picture(element: etree._Element) -> bool:
    """Whether the words belong to a picture."""
    return any(
        one.tag == "figure" or _PICTURE.search(_CAMEL.sub("-", one.get("class") or "").lower())
        for one in (element, *list(element.iterancestors())[:2])
    )


def _is_under_picture(element: etree._Element, lead: etree._Element) -> bool:
    """Whether a block within the lead's element holds the line together with a picture: its caption."""
    while element is not lead:
        if element.find(".//img") is not None:
            return True
        parent = element.getparent()
        if parent is None:
            return False
        element = parent
    return False


def _described(facts: Metadata, layout: Layout, around: Sequence[int]) -> Lead | None:
    """The line that stands word for word in the page's own description."""
    known = {_key(description) for description in facts.descriptions}
    for at in around:
        text = layout.lines[at].text
        if _key(text) in known or _key(without_prefix(text)[0]) in known:
            return _lead(layout, [at], "described")
    return None


def _key(text: str) -> str:
    return folded_words(without_prefix(text)[0])


def _bold(layout: Layout, around: Sequence[int]) -> Lead | None:
    """The first paragraph, where it alone of the first ones is bold or a heading of a sentence's length."""
    prose = [at for at in around if is_prose(layout.lines[at].text)]
    if len(prose) < 2:
        return None
    first, second = layout.lines[prose[0]], layout.lines[prose[1]]
    if first.bold > 0.9 and second.bold < 0.5 and len(first.text) >= 60:
        return _lead(layout, [prose[0]], "bold")
    return None


def _prefixed(layout: Layout, around: Sequence[int]) -> Lead | None:
    """The first paragraph that bears the outlet's own prefix, where a caption or a picture parts it from the text."""
    prose = [at for at in around if is_prose(layout.lines[at].text)]
    if len(prose) < 2 or without_prefix(layout.lines[prose[0]].text)[1] is None:
        return None
    return _lead(layout, [prose[0]], "prefixed")


def _repeated(layout: Layout, around: Sequence[int]) -> Lead | None:
    """The paragraph that stands twice: once as the summary, and again where the text begins."""
    prose = [at for at in around if is_prose(layout.lines[at].text)]
    if len(prose) < 2 or layout.lines[prose[0]].text != layout.lines[prose[1]].text:
        return None
    return _lead(layout, [prose[0]], "repeated")


def _is_caption(element: etree._Element) -> bool:
    """Whether a picture without words stands right before the line, in its block or in the one before."""
    pictures = element.xpath("preceding-sibling::*[1][descendant-or-self::img][not(normalize-space())]")
    return bool(pictures) or element.find(".//img") is not None


def _alone(layout: Layout, around: Sequence[int]) -> Lead | None:
    """The one paragraph before the first of several subheadings, on a text that is ordered by them."""
    inside = [at for at in range(len(layout.lines)) if layout.inside[at] and not line_rule(layout.lines[at].text)]
    after = [at for at in inside if around and at >= around[0]]
    first = next((place for place, at in enumerate(after) if is_prose(layout.lines[at].text)), None)
    if first is None or len(after) < first + 4:
        return None

    def is_head(place: int) -> bool:
        line = layout.lines[after[place]]
        return (
            line.tag in ("h2", "h3", "h4", layout.lines[after[first]].tag)
            and is_prose(layout.lines[after[place + 1]].text)
            and _is_subheading(line)
        )

    if not is_head(first + 1) or sum(map(is_head, range(first + 1, len(after) - 1))) < _HEADS:
        return None
    return _lead(layout, [after[first]], "alone")


def _is_subheading(line: Segment) -> bool:
    if not 15 <= len(line.text) <= 100 or line.text[-1] in ".,:;!?…)" or _NUMBERED.match(line.text):
        return False
    day = labelled_date(line.text)
    if day and not day.origin.startswith("label:"):  # the days of a chronicle order a text, but announce no lead
        return False
    return not _is_caption(line.element)
