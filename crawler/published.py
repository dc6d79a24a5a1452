"""When an article was published: metadata, the template's date element, or a header line; never running text.

A page prints other dates too: its clock in the head, others' dates in its lists, the year in its foot. So a line
counts only between the headline and the text, or when it is labelled as a publication just before the headline or
right behind the text; a day of something else (a document, an event, a deadline) is told by its label. A clock is never
labelled. Metadata that knows only the day is completed by a header line of the same day. A date of change counts as one
only where it is later than the publication.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from lxml import etree

from crawler.boilerplate import is_event, is_prose
from crawler.dates import labelled_date, page_date, url_day
from crawler.document import Document
from crawler.layout import Layout
from crawler.metadata import Metadata
from crawler.segments import Segment
from crawler.template import Found, candidates
from crawler.text import fold
from crawler.types import VIETNAM, Confidence, Instant, Precision, Statement, Template

_LONGEST = 140  # characters of a header line
_BEFORE = 6  # lines before the headline in which a labelled date may stand
_PRINT = re.compile(r"\b(?:print|gốc|bản in)\b", re.IGNORECASE)
_LABEL = 30  # characters of a label in a line of its own
_HEADLINE = 30  # characters of a link beside a date that is another's headline
_DRAFT = timedelta(days=30)  # between an address and the publication
_BEHIND_LEAD = 3  # lines behind the first prose, which may be the lead, in which a date may stand
_CLOCK = re.compile(r"\W*[012]?\d\s?[:hg]\s?[0-5]\d(?:\s?(?:am|pm|sa|ch))?\W*", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NAMED = re.compile(
    r"(?:^|[-_ ])(?:(?:post|entry|article|item|news|detail)[-_]?(?:date|time|published)(?:[-_]?created)?"
    r"|(?:date|time)[-_]?(?:created|published|post)|created-?date|publish(?:ed)?[-_]?(?:date|time|on)|ngay-?dang)"
    r"(?=$|[-_ ])"
)
_PLAIN = re.compile(r"(?:^|[-_ ])(?:date|time|ngay|thoi-?gian)(?=$|[-_ ])")
_ZONE = re.compile(r"\bGMT ?\+ ?7\b")  # no clock of a page's head prints it beside its hour and minute
_HEADS = frozenset(("header", "site-header", "head", "top", "topbar", "top-bar", "banner", "masthead", "menu", "nav"))
_UPDATED = re.compile(r"label:(?:ngày |thời gian )?(?:cập nhật|(?:last )?(?:updated|modified))", re.IGNORECASE)
_CHANGED = re.compile(r"(?:cập nhật|chỉnh sửa|đã sửa|updated|modified)\b", re.IGNORECASE)
_LAST_CHANGED = re.compile(
    r"(?:lần )?(?:cập nhật|sửa|chỉnh sửa) (?:lần )?cuối|last (?:updated|modified)", re.IGNORECASE
)
_SAID = re.compile(r"label:(?:(?:ngày|thời gian|giờ) )?(?:đăng|xuất bản|phát hành|posted|published)", re.IGNORECASE)
# Days of something else, on folded text: of a document, an event, a deadline.
_OTHERS = re.compile(
    r"\b(?:ban hanh|hieu luc|het han|han (?:chot|cuoi|nop)|dien ra|to chuc|khai mac|be mac|bat dau|ket thuc|ky ngay"
    r"|ngay (?:ky|sinh|cap|hop|tiep nhan)|den ngay|tu ngay)\b[^:]{0,30}:?[^:]{0,12}\d"
)
_PLACE_AND_DAY = re.compile(r"^[^\d,:]{2,30},\s*(?:thứ [^\d,]{2,6},?\s*)?ngày\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """When an article was published and last changed, as far as that is proved; `also`: what was not believed."""

    published: Instant | None = None
    updated: Instant | None = None
    also: tuple[Statement, ...] = ()


def find_dates(
    page: Document,
    facts: Metadata,
    template: Template | None,
    layout: Layout,
    place: int,
    *,
    now: datetime | None,
    order: str,
) -> Dates:
    """The instants of publication and change, with their provenance; None where nothing proves one.

    :param place: of the headline's line, -1 where it has none
    """
    told = [
        *_from_template(page, template, now, order),
        *_from_metadata(facts.published, now),
        *_from_microdata(layout, now),
        *_from_lines(layout, place, now, order),
    ]
    when = _finest(told)
    changes = [
        *_from_metadata(facts.modified, now),
        *(one for one in told if _UPDATED.match(one.origin)),
        *_changes(layout, place, now, order),
    ]
    updated = next((one for one in changes if when is None or _minute(one) > _minute(when)), None)
    chosen = {_minute(one) for one in (when, updated) if one}
    also = [("published", one) for one in told if not _UPDATED.match(one.origin)]
    also += [("updated", one) for one in changes]
    return Dates(
        published=when and replace(when, confidence=_confidence(when, told, url_day(page.url))),
        updated=updated,
        also=tuple(
            Statement(about=about, value=one.raw, origin=one.origin)
            for about, one in also
            if _minute(one) not in chosen and not _is_coarser(one, when)
        ),
    )


def _finest(told: Sequence[Instant]) -> Instant | None:
    """The first; where it knows only the day, the first that knows the minute of that day."""
    if not told:
        return None
    first = told[0]
    if first.precision is Precision.MINUTE:
        return first
    finer = (one for one in told if one.precision is Precision.MINUTE and _day(one) == _day(first))
    return next(finer, first)


def _confidence(when: Instant, told: Sequence[Instant], hint: date | None) -> Confidence:
    """Whether another place of the page agrees on the day; dates of change say nothing.

    The day in an address is that of the first draft: it confirms, and denies only what is far from it.
    """
    day = _day(when)
    days = [_day(one) for one in told if one.origin != when.origin and not _UPDATED.match(one.origin)]
    if day in days or day == hint:
        return Confidence.CONFIRMED
    return Confidence.DISPUTED if days or (hint and abs(day - hint) > _DRAFT) else Confidence.STATED


def _day(when: Instant) -> date:
    return when.at.astimezone(VIETNAM).date()


def _minute(when: Instant) -> datetime:
    return when.at.replace(second=0, microsecond=0)


def _is_coarser(one: Instant, when: Instant | None) -> bool:
    return when is not None and one.precision is Precision.DAY and _day(one) == _day(when)


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


def _from_metadata(said: Iterable[tuple[str, str]], now: datetime | None) -> Iterator[Instant]:
    for raw, origin in said:
        if instant := page_date(raw, now=now, order="DMY"):
            yield replace(instant, origin=origin)


def _from_microdata(layout: Layout, now: datetime | None) -> Iterator[Instant]:
    """What one element of the page alone marks as the date of publication: schema.org's property, hAtom's class."""
    yield from _marked(layout, now, (("itemprop", "itemprop:datePublished"), ("class", "class:published")))


def _marked(layout: Layout, now: datetime | None, marks: Sequence[tuple[str, str]]) -> Iterator[Instant]:
    """The one date that elements with a mark print. `marks`: attributes, each with the origin that names its word."""
    if layout.body is None:
        return
    told = {
        value: origin
        for element in layout.body.getroottree().getroot().iter("time", "abbr", "span")
        for key, origin in marks
        if origin.partition(":")[2] in (element.get(key) or "").split()
        and (value := element.get("content") or element.get("datetime") or element.get("title"))
    }
    instants = [(instant, told[value]) for value in told if (instant := page_date(value, now=now, order="DMY"))]
    if len({instant.at for instant, _ in instants}) == 1:
        instant, origin = instants[0]
        yield replace(instant, origin=origin)


def _changes(layout: Layout, place: int, now: datetime | None, order: str) -> Iterator[Instant]:
    """When it was changed: as marked, as said beside the date of publication, or as the line behind the text says."""
    yield from _marked(layout, now, (("itemprop", "itemprop:dateModified"), ("class", "class:updated")))
    first = _first_prose(layout, place)
    for line in layout.lines[place + 1 : first] if place >= 0 else ():
        if (label := _CHANGED.search(line.text)) and len(line.text) <= _LONGEST:
            yield from _told_change(line.text[label.start() :], now, order)
    for line in _tail(layout):
        if _is_header(line) and _LAST_CHANGED.match(line.text):
            yield from _told_change(line.text, now, order)


def _told_change(said: str, now: datetime | None, order: str) -> Iterator[Instant]:
    found = page_date(said, now=now, order=order)
    if found and found.precision is Precision.MINUTE:
        yield replace(found, origin="label:Cập nhật")


def _from_lines(layout: Layout, place: int, now: datetime | None, order: str) -> Iterator[Instant]:
    """Header lines: behind the headline first, then labelled ones just before it."""
    lines = layout.lines
    first = _first_prose(layout, place)
    texts = [line.text for line in lines[:first]]
    told = [
        _timed(found, lines, at, now, order)
        for at in (range(place + 1, first) if place >= 0 else ())
        if _is_header(lines[at]) and not _is_others(texts, at) and (found := _header_date(lines[at], now, order))
    ]
    # "Cập nhật: …" says when it was published only where no other line does.
    yield from sorted(told, key=lambda one: bool(_UPDATED.match(one.origin)))
    start = max(0, place - _BEFORE) if place >= 0 else 0
    stop = place if place >= 0 else first
    for line in reversed(lines[start:stop]):
        found = labelled_date(line.text, now=now, order=order) if len(line.text) <= _LONGEST else None
        named = found is not None and found.precision is Precision.MINUTE and _is_named(line, layout, place)
        if found and (found.origin.startswith("label:") or _PRINT.search(line.text) or named):
            yield found
    yield from _around_lead(layout, first, now, order)
    yield from _behind(layout, now, order)


def _is_others(texts: Sequence[str], at: int) -> bool:
    """Whether a line tells the day of an event, or stands under a label of another's day, as in a document's table."""
    above = texts[at - 1] if at else ""
    labelled = 0 < len(above) <= _LABEL and not any(map(str.isdigit, above))
    return is_event(texts, at) or (labelled and _OTHERS.search(fold(f"{above} {texts[at]}")) is not None)


def _timed(found: Instant, lines: Sequence[Segment], at: int, now: datetime | None, order: str) -> Instant:
    """A day with the clock that stands alone in the line behind it, or before it."""
    if found.precision is Precision.MINUTE:
        return found
    clocks = [one.text for one in (*lines[at + 1 : at + 2], *lines[max(at - 1, 0) : at]) if _CLOCK.fullmatch(one.text)]
    whole = page_date(f"{lines[at].text} {clocks[0]}", now=now, order=order) if len(clocks) == 1 else None
    return replace(whole, origin=found.origin) if whole and _day(whole) == _day(found) else found


def _is_header(line: Segment) -> bool:
    """Whether a line may print the article's own date: short, and no headline of another beside its date."""
    return len(line.text) <= _LONGEST and line.linked * len(line.text) < _HEADLINE and line.linked < 0.9


def _is_named(line: Segment, layout: Layout, place: int) -> bool:
    """Whether an element near the headline calls itself the date of a post: no clock of a page's head is named so."""
    if place < 0:
        return False
    around = (layout.lines[place].element, *islice(layout.lines[place].element.iterancestors(), 3))
    near = [one for one in around if one.tag not in ("html", "body", "main", "form")]
    above = (line.element, *line.element.iterancestors())
    names = (one.get("class") or "" for one in (*above[:2], *line.element.iter("span", "time", "em")))
    if not any(one in near for one in above):
        return False
    plain = _ZONE.search(line.text) and not any(_is_head(one) for one in above)
    return any((_PLAIN if plain else _NAMED).search(_CAMEL.sub("-", name).lower()) for name in names)


def _is_head(element: etree._Element) -> bool:
    return not _HEADS.isdisjoint((element.get("class") or "").lower().split()) or element.get("id") in _HEADS


def _around_lead(layout: Layout, first: int, now: datetime | None, order: str) -> Iterator[Instant]:
    """The line behind a lead, where it is nothing but a day and a clock, or is a `<time>`; before the text goes on."""
    for line in layout.lines[first + 1 : first + 1 + _BEHIND_LEAD]:
        if is_prose(line.text):
            return
        if not _is_header(line):
            continue
        found = _header_date(line, now, order)
        if found is None:
            continue
        clock = found.precision is Precision.MINUTE and labelled_date(line.text, now=now, order=order)
        if clock or found.origin == "element:time" or _SAID.match(found.origin) or _UPDATED.match(found.origin):
            yield found


def _behind(layout: Layout, now: datetime | None, order: str) -> Iterator[Instant]:
    """The one line behind the text that is labelled as the date of publication."""
    told = [
        found
        for line in _tail(layout)
        if _is_header(line) and (found := labelled_date(line.text, now=now, order=order))
    ]
    said = [one for one in told if _SAID.match(one.origin)]
    if len(said) == 1:
        yield said[0]


def _tail(layout: Layout) -> Sequence[Segment]:
    """The lines right behind the text."""
    last = max((at for at, held in enumerate(layout.inside) if held and is_prose(layout.lines[at].text)), default=-1)
    return layout.lines[last + 1 : last + 1 + _BEFORE] if last >= 0 else ()


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
    for element in sorted(line.element.iter("time"), key=_is_modified):
        for raw in (element.get("datetime"), "".join(map(str, element.itertext()))):
            if raw and (instant := page_date(raw, now=now, order=order)):
                return replace(instant, origin="element:time")
    labelled = labelled_date(line.text, now=now, order=order)
    if labelled and not _UPDATED.match(labelled.origin):
        return labelled
    if _OTHERS.search(fold(line.text)):
        return labelled
    plain = page_date(line.text, now=now, order=order)
    if labelled and (plain is None or plain.at == labelled.at):
        return labelled
    return replace(plain, origin=f"line:{_name(line.element)}") if plain else None


def _is_modified(element: etree._Element) -> bool:
    names = f"{element.get('class') or ''} {element.get('itemprop') or ''}".lower()
    return "modif" in names or "updated" in names


def _name(element: etree._Element) -> str:
    return f"{element.tag}.{(element.get('class') or '').split(' ')[0]}".rstrip(".")
