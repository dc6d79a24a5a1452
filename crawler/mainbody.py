"""Where the text of a page stands: trafilatura says which lines are text, the tree says which element holds them.

trafilatura drops a share of the headings, lists and short paragraphs of a text, and now and then takes a line from a
box. So its lines vote: the element with the most of them, and the least of anything else, is the body, and all its
lines are judged by the rules.
"""

import logging
from collections.abc import Sequence
from copy import deepcopy

from lxml import etree
from trafilatura import bare_extraction
from trafilatura.settings import Document

from crawler.segments import Segment
from crawler.text import clean

_VOTER = 25  # characters of a line that votes
_SEARCHED = 300_000  # characters of a text in which a line is searched
_AGAINST = 0.6  # weight of a character that is no text, to one that is

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # a page without text is our NoText, not its error


def trafilatura_text(root: etree._Element) -> str:
    """What trafilatura takes for the text of a tree; empty where it finds none or cannot read it."""
    page = etree.Element("html")
    body = deepcopy(root)
    body.tag, body.tail = "body", None
    page.append(body)
    try:
        found = bare_extraction(page, include_comments=False, include_tables=True, with_metadata=False)
    except Exception:  # whatever it stumbles over in a hostile tree: the density of the lines decides alone
        return ""
    return found.text or "" if isinstance(found, Document) else ""


def votes(lines: Sequence[Segment], boxes: Sequence[str | None], text: str) -> tuple[bool, ...]:
    """For each line whether it is text: in trafilatura's, or, where that is empty, prose without links."""
    if not text:
        return tuple(
            box is None and len(line.text) > 2 * _VOTER and line.linked < 0.3
            for line, box in zip(lines, boxes, strict=True)
        )
    known = {clean(line) for line in text.split("\n")}
    joined = clean(text) if len(text) < _SEARCHED else ""  # a line may be part of a table's row, or of a longer line
    return tuple(
        box is None and len(line.text) >= _VOTER and (line.text in known or line.text in joined)
        for line, box in zip(lines, boxes, strict=True)
    )


def main_element(lines: Sequence[Segment], boxes: Sequence[str | None], voted: Sequence[bool]) -> etree._Element | None:
    """The element that holds the text, the innermost of equals; None where no line voted."""
    scores: dict[etree._Element, float] = {}
    order: list[etree._Element] = []
    for line, box, vote in zip(lines, boxes, voted, strict=True):
        if box is not None:
            continue
        weight = len(line.text) if vote else -_AGAINST * len(line.text)
        for element in (line.element, *line.element.iterancestors()):
            if element not in scores:
                order.append(element)
            scores[element] = scores.get(element, 0.0) + weight
    best = max((scores[element] for element in order), default=0.0)
    if best <= 0:
        return None
    equals = [element for element in order if scores[element] == best]
    return max(equals, key=lambda element: sum(1 for _ in element.iterancestors()))
