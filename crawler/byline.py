"""Who wrote it, and where it was taken from: author lines, signatures, credits.

A name is believed where metadata names a person, where an element or a label says author, or where the text ends with
a line that is a name and nothing else, set apart as a signature. The outlet itself is no author.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lxml import etree

from crawler.boilerplate import is_prose
from crawler.document import Document
from crawler.layout import Layout
from crawler.metadata import Metadata
from crawler.names import are_initials, attributed, credit_of, is_person, is_topic, labelled_author, people
from crawler.segments import Segment
from crawler.template import candidates
from crawler.text import fold
from crawler.types import Template

_WORDS = (
    "authors?", r"author-?(?:name|info|top\w*|source)?", "created-?by", "tac-?gia", "ten-?tac-?gia", "by-?line", "by",
    "writer", "nguoi-?viet", "but-?danh", "post-?author", "creator",
)  # fmt: skip
_ROWS = ("meta", "post-?meta", "info")  # hold a section's name as well
_NAMED = re.compile(rf"(?:^|[-_ ])(?:{'|'.join(_WORDS)})(?=$|[-_ ])")
_ROW = re.compile(rf"(?:^|[-_ ])(?:{'|'.join(_ROWS)})(?=$|[-_ ])")
_SIGNED = re.compile(
    r"(?:^|[-_ ])(?:signature|pen-?name|author\w*|tac-?gia|but-?danh|p?source\w*|nguon)(?=$|[-_ ])"
    r"|text-?align\s*:\s*right|align-?right|text-?right"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
# A date with its clock, as it stands beside a name.
_DAY, _TIME = r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}", r"\d{1,2}[:h]\d{2}(?::\d{2})?"
_DATE = re.compile(
    rf"(?:(?:thứ \w+|chủ nhật|t\d|cn),? *)?(?:ngày )?{_DAY}(?:[\s,|–-]*{_TIME}(?: ?(?:[ap]m|sa|ch)\b)?)?"
    r"(?: *\(?gmt ?\+?\d*\)?)?"
    rf"|{_TIME}[\s,|–-]*(?:ngày )?{_DAY}"
    rf"|(?:ngày )?\d{{1,2}} tháng [^\W\d_]{{2,4}}(?: (?:một|hai))?,? (?:năm )?\d{{4}}",
    re.IGNORECASE,
)
_CREDITED = re.compile(r"(?:theo|nguồn)\s*:?", re.IGNORECASE)
_COUNTED = re.compile(
    r"\b[\d.,]+ (?:bình luận|lượt (?:xem|đọc|truy cập)|views?|comments?|phút đọc)\b"
    r"|\b(?:số )?(?:lượt (?:xem|đọc|truy cập)|views?|đã xem)\s*:?\s*[\d.,]+|(?<=[|\s])[\d.,]+$",
    re.IGNORECASE,
)
# The office over the name of who signs a document: no author's.
_SIGNER = re.compile(
    r"(?:(?:tm|kt|tl|tuq|q)\. ?.{2,60}|(?:quyền |phó )?(?:chủ tịch|giám đốc|bí thư|chánh văn phòng|trưởng (?:ban|phòng)"
    r"|hiệu trưởng|thủ trưởng|bộ trưởng|thủ tướng|tổng giám đốc|chủ nhiệm|cục trưởng)(?: .{2,40})?)",
    re.IGNORECASE,
)
_TAIL = 4  # lines at the end of a text among which a signature stands
_LONGEST = 80  # characters of an author line


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """Authors and source credit, with the places of the lines that are nothing else, each with its rule."""

    authors: tuple[str, ...] = ()
    credit: str | None = None
    places: tuple[tuple[int, str], ...] = ()


def find_byline(
    page: Document, facts: Metadata, template: Template | None, layout: Layout, place: int, kept: Sequence[int]
) -> Byline:
    """The byline. `place`: of the headline's line; `kept`: places of the lines of the text, in page order."""
    signature, credit, places = _tail(layout, kept, facts)
    head, head_places = _head(layout, place, kept, facts)
    told = _from_template(page, template, facts)
    said = _from_metadata(facts, layout)
    authors = told or said or [*head, *signature] or _introduced(layout, facts)
    return Byline(authors=_unique(authors), credit=credit, places=(*places, *head_places))


def _from_template(page: Document, template: Template | None, facts: Metadata) -> list[str]:
    if template is None:
        return []
    for found in candidates(page.root, template.author):
        if names := people(found.value, facts) or attributed(found.value, facts):
            return names
    return []


def _from_metadata(facts: Metadata, layout: Layout) -> list[str]:
    """JSON-LD's persons; of meta elements, where outlets name themselves, only whom a short line of the page names."""
    names: list[str] = []
    for value, origin in facts.authors:
        found = people(value, facts)
        if origin != "json-ld:author":
            found = [name for name in found if _is_shown(name, layout)]
        if found and origin != "json-ld:author" and names:
            break
        names += found
    return names


def _is_shown(name: str, layout: Layout) -> bool:
    wanted = fold(name)
    return any(wanted in fold(line.text) for line in layout.lines if len(line.text) < 100)


def _head(layout: Layout, place: int, kept: Sequence[int], facts: Metadata) -> tuple[list[str], list[tuple[int, str]]]:
    """Author lines between the headline and the text, named or labelled so."""
    names: list[str] = []
    places: list[tuple[int, str]] = []
    end = next((at for at in kept if is_prose(layout.lines[at].text)), layout.first)
    for at in range(max(place + 1, 0), max(end, place + 1)):
        line = layout.lines[at]
        text = _beside(line.text)
        told = labelled_author(text) or _is_named(line.element, _NAMED)
        beside = text != line.text or _is_named(line.element, _ROW)
        if len(text) > _LONGEST or not (told or (beside and not is_topic(text))):
            continue
        found = people(text, facts) or attributed(text, facts)
        if found:
            names += found
            places.append((at, "author"))
    return names, places


def _beside(text: str) -> str:
    """What stands beside the date and the counters of a header line, in its first field of words."""
    fields = (field.strip(" -–—|:,") for field in re.split(r"[|•·]", _COUNTED.sub("|", _DATE.sub("|", text))))
    return next((field for field in fields if re.search(r"[^\W\d_]", field)), " ") if _DATE.search(text) else text


def _is_named(element: etree._Element, names: re.Pattern[str]) -> bool:
    elements = (element, *list(element.iterancestors())[:1], *element.iter("a", "span", "b", "strong"))
    return any(names.search(_names(one)) for one in elements)


def _names(element: etree._Element) -> str:
    names = " ".join(element.get(key) or "" for key in ("class", "id", "data-role", "itemprop", "rel"))
    return _CAMEL.sub("-", names).lower().strip()


def _introduced(layout: Layout, facts: Metadata) -> list[str]:
    """Whom a box introduces under the name: "Lê Cát", and below "Tác giả Lê Cát là …"."""
    for name, line in pairwise(layout.lines):
        if len(name.text) <= _LONGEST and line.text.startswith(f"Tác giả {name.text} ") and is_person(name.text, facts):
            return [name.text]
    return []


def _tail(layout: Layout, kept: Sequence[int], facts: Metadata) -> tuple[list[str], str | None, list[tuple[int, str]]]:
    """Signature and credit among the last lines of the text."""
    names: list[str] = []
    credit: str | None = None
    places: list[tuple[int, str]] = []
    below: int | None = None  # a line set apart as a signature that names no person
    for at in reversed(kept[-_TAIL:]):
        line = layout.lines[at]
        if len(line.text) > _LONGEST:
            break
        if _is_outlet(layout, kept, at):
            credit = credit or line.text
            places.append((at, "credit"))
            continue
        if _CREDITED.fullmatch(line.text):
            places.append((at, "credit"))
            continue
        if found := credit_of(line.text):
            places.append((at, "credit"))
            if below is not None and at == max(one for one in kept if one < below) and is_person(found, facts):
                names, credit = [found], credit or layout.lines[below].text  # "Theo Lê Cát", and below it the outlet
                places.append((below, "credit"))
                break
            credit = credit or found
            continue
        above = max((one for one in kept if one < at), default=-1)
        if above >= 0 and _SIGNER.fullmatch(layout.lines[above].text):
            break
        signed = _signature(line, facts)
        if signed:
            names = signed + names
            places.append((at, "signature"))
            break
        if _is_signed(line):
            below = at
            continue
        break
    return names, credit, places


def _is_outlet(layout: Layout, kept: Sequence[int], at: int) -> bool:
    """Whether a short line stands under one that says "Theo" or "Nguồn" and no more."""
    before = [layout.lines[one].text for one in kept if one < at][-1:]
    return len(layout.lines[at].text) <= 60 and any(_CREDITED.fullmatch(text) for text in before)


def _signature(line: Segment, facts: Metadata) -> list[str]:
    if line.text.endswith((".", "!", "?", ":")) and not are_initials(line.text):
        return []
    found = people(line.text, facts) or attributed(line.text, facts)
    if len(found) == 1 and are_initials(found[0]) and not _is_signed(line):
        return []
    return found


def _is_signed(line: Segment) -> bool:
    """Set apart as a signature: to the right, or named so, or bold or italic."""
    for one in (line.element, *list(line.element.iterancestors())[:2]):
        if _SIGNED.search(
            f"{_names(one)} {one.get('style', '')} {'text-right' if one.get('align') == 'right' else ''}"
        ):
            return True
    return line.bold > 0.9 or line.italic > 0.9


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(fold(name), name)
    return tuple(found.values())
