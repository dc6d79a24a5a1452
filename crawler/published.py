"""When an article was published: metadata, the template's date element, or a header line; never running text.

A page prints other dates too: its clock in the head, others' dates in its lists, the year in its foot. So a line
counts only between the headline and the text, or when it is labelled as a publication just before the headline; a
clock is never labelled. Metadata that knows only the day is completed by a header line of the same day.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from lxml import etree

from crawler.boilerplate import is_prose
from crawler.dates import labelled_date, page_date
from crawler.document import Document
from crawler.layout import Layout
from crawler.metadata import Metadata
from crawler.segments import Segment
from crawler.template import Found, candidates
from crawler.types import Instant, Precision, Template

_LONGEST = 140  # characters of a header line
_BEFORE = 6  # lines before the headline in which a labelled date may stand
_PRINT = re.compile(r"\b(?:print|gốc|bản in)\b", re.IGNORECASE)
_PLACE_AND_DAY = re.compile(r"^[^\d,:]{2,30},\s*(?:thứ [^\d,]{2,6},?\s*)?ngày\b", re.IGNORECASE)


def published(
    page: Document,
    facts: Metadata,
    template: Template | None,
    layout: Layout,
    place: int,
    *,
    now: datetime | None,
    order: str,
) -> Instant | None:
    """The instant of publication, with its provenance; None where nothing proves one.

    :param place: of the headline's line, -1 where it has none
    """
    told = [
        *_from_template(page, template, now, order),
        *_from_metadata(facts, now),
        *_from_lines(layout, place, now, order),
    ]
    if not told:
        return None
    first = told[0]
    if first.precision is Precision.MINUTE:
        return first
    finer = (one for one in told if one.precision is Precision.MINUTE and one.at.date() == first.at.date())
    return next(finer, first)


def _from_template(page: Document, template: Template | None, now: datetime | None, order: str) -> Iterator[Instant]:
    if template is None:
        return
    for found in (*candidates(page.head, template.published), *candidates(page.root, template.published)):
        for raw in _readings(found):
            instant = page_date(raw, now=now, order=order) or labelled_date(raw, now=now, order=order)
            if instant:
                yield replace(instant, origin=f"template:{found.candidate}")
                break


def _readings(found: Found) -> Iterable[str]:
    if "@" in found.candidate:
        return (found.value,)
    return tuple(filter(None, (found.element.get("datetime"), found.element.get("content"), found.value)))


def _from_metadata(facts: Metadata, now: datetime | None) -> Iterator[Instant]:
    for raw, origin in facts.published:
        if instant := page_date(raw, now=now, order="DMY"):
            yield replace(instant, origin=origin)


def _from_lines(layout: Layout, place: int, now: datetime | None, order: str) -> Iterator[Instant]:
    """Header lines: behind the headline first, then labelled ones just before it."""
    lines = layout.lines
    first = _first_prose(layout, place)
    for line in lines[place + 1 : first] if place >= 0 else ():
        if len(line.text) <= _LONGEST and line.linked < 0.9 and (found := _header_date(line, now, order)):
            yield found
    start = max(0, place - _BEFORE) if place >= 0 else 0
    stop = place if place >= 0 else first
    for line in reversed(lines[start:stop]):
        found = labelled_date(line.text, now=now, order=order) if len(line.text) <= _LONGEST else None
        if found and (found.origin.startswith("label:") or _PRINT.search(line.text)):
            yield found


def _first_prose(layout: Layout, place: int) -> int:
    """The place of the first line of text behind the headline."""
    for at in range(max(place + 1, 0), len(layout.lines)):
        if layout.inside[at] and is_prose(layout.lines[at].text) and layout.lines[at].linked < 0.5:
            return at
    return min(max(place, layout.first) + _BEFORE, len(layout.lines))


def _header_date(line: Segment, now: datetime | None, order: str) -> Instant | None:
    """The date of a header line: of its `<time datetime>`, else as labelled, else of a line that is nothing else."""
    if _PLACE_AND_DAY.match(line.text):
        return None
    for element in line.element.iter("time"):
        for raw in (element.get("datetime"), "".join(map(str, element.itertext()))):
            if raw and (instant := page_date(raw, now=now, order=order)):
                return replace(instant, origin="element:time")
    if instant := labelled_date(line.text, now=now, order=order):
        return instant
    if instant := page_date(line.text, now=now, order=order):
        return replace(instant, origin=f"line:{_name(line.element)}")
    return None


def _name(element: etree._Element) -> str:
    return f"{element.tag}.{(element.get('class') or '').split(' ')[0]}".rstrip(".")
