"""Who wrote it, and where it was taken from: author lines, signatures, credits.

A name is believed where metadata names a person, where an element or a label says author, or where the text ends with
a line that is a name and nothing else, set apart as a signature. The outlet itself is no author.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from crawler.boilerplate import line_rule
from crawler.document import Document
from crawler.layout import Layout
from crawler.metadata import Metadata, squeezed
from crawler.segments import Segment
from crawler.template import candidates
from crawler.text import clean, fold
from crawler.types import Template

_CAPITAL = "A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
_SYLLABLE = rf"[{_CAPITAL}][^\W\d_]*\.?"
_DESK = r"(?:nhóm )?(?:p\.? ?v\.?|phóng viên|nhóm phóng viên|ban biên tập|btv|ctv)(?: thực hiện)?"
_PERSON = re.compile(rf"{_SYLLABLE}(?:[ .-]{{1,2}}{_SYLLABLE}){{1,4}}")
_DESKS = re.compile(_DESK, re.IGNORECASE)
_INITIALS = re.compile(rf"[{_CAPITAL}]{{2}}|[{_CAPITAL}](?:\. ?[{_CAPITAL}]){{1,3}}\.?|[{_CAPITAL}]\.[^\W\d_]+")
_SPLIT = re.compile(r"\s*(?:[,;&/+]|\s[-–—]\s|\bvà\b|\bthực hiện\b|\n)\s*", re.IGNORECASE)
_ROLE = re.compile(
    r"^(?:(?:bài|ảnh|bài và ảnh|bài, ảnh|tin, ảnh|tin và ảnh|tin|tác giả|thực hiện|người viết|by|author|phóng viên|pv|biên tập)\s*[:.]?\s+)+(?=\S)",
    re.IGNORECASE,
)
_PHOTOS = re.compile(r"\s*[.;,|/–-]?\s*\(?(?:ảnh|clip|video|đồ họa|đồ hoạ)\s*:.*$", re.IGNORECASE)
_OUTLET = re.compile(r"\b(?:online|news|báo|tạp chí|tv|tivi|plus|media|net|ttxvn)\b", re.IGNORECASE)
_ASIDE = re.compile(r"\s*\([^()]{0,40}\)\s*$")
_CREDIT = re.compile(
    r"^\(?\s*(?:theo|nguồn(?: tin| bài viết)?|source)\s*(?::|\s)\s*(?P<credit>.{2,60}?)\s*\)?$", re.IGNORECASE
)
_ATTRIBUTED = re.compile(r"^(?P<name>[^-–—]{2,40}?)\s*[-–—,/|(]\s*(?:theo )?(?P<rest>[^-–—]{2,40}?)\)?$", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:^|[-_ ])(?:authors?|author-?(?:name|info|top\w*|source)?|tac-?gia|ten-?tac-?gia|by-?line|by|writer|nguoi-?viet|but-?danh|post-?author|creator|meta|post-?meta|info)(?=$|[-_ ])"
)
_SIGNED = re.compile(
    r"(?:^|[-_ ])(?:signature|pen-?name|author\w*|tac-?gia|but-?danh|p?source\w*|nguon)(?=$|[-_ ])|text-?align\s*:\s*right|align-?right|text-?right"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
# A date with its clock, as it stands beside a name.
_DATE = re.compile(
    r"(?:(?:thứ \w+|chủ nhật|t\d|cn),? *)?(?:ngày )?\d{1,2}[/.-]\d{1,2}[/.-]\d{4}(?:[\s,|–-]*\d{1,2}[:h]\d{2}(?::\d{2})?(?: ?[ap]m\b)?)?(?: *\(?gmt ?\+?\d*\)?)?"
    r"|\d{1,2}[:h]\d{2}(?::\d{2})?[\s,|–-]*(?:ngày )?\d{1,2}[/.-]\d{1,2}[/.-]\d{4}",
    re.IGNORECASE,
)
_TAIL = 4  # lines at the end of a text among which a signature stands
_NOT_NAMES = frozenset(
    "ha noi|ho chi minh|viet nam|da nang|hai phong|can tho|thanh pho|trang chu|tin tuc|thoi su|xa hoi|kinh te|phap luat|the gioi|admin"
    "|administrator|admin admin|quan tri|vccorp|ban bien tap|tong bien tap"
    # outlets that sign alone, as "Theo …" would
    "|lao dong|tuoi tre|thanh nien|nhan dan|tien phong|dan tri|tri thuc tre|doi song phap luat|kinh te do thi|ha noi moi"
    "|an ninh thu do|phu nu|nguoi lao dong|gia dinh|suc khoe doi song|phap luat|vietnam plus|dan viet|nguoi dua tin"
    # sections
    "|doi song|van hoa|giao duc|the thao|giai tri|suc khoe|du lich|khoa hoc|cong nghe|bat dong san|quoc te|chinh tri|moi truong"
    "|giao thong|do thi|trong nuoc|dia phuong|nghien cuu|trao doi".split("|")
)


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
    authors = told or said or [*head, *signature]
    return Byline(authors=_unique(authors), credit=credit, places=(*places, *head_places))


def people(text: str, facts: Metadata) -> list[str]:
    """The names in a byline, without roles, outlets and asides; empty where any part of it is no name."""
    if _CREDIT.match(clean(text)):
        return []
    bare = _ASIDE.sub("", _PHOTOS.sub("", _ROLE.sub("", clean(text)))).strip(" .:-–—|")
    if _DESKS.fullmatch(bare):
        return [bare]
    names = [part.strip(" .:") for part in _SPLIT.split(bare) if part.strip(" .:")]
    found = [name for name in names if _is_name(name, facts)]
    return found if found and len(found) >= len(names) - 1 else []


def _is_name(name: str, facts: Metadata) -> bool:
    if line_rule(name) or _OUTLET.search(name):
        return False
    if _DESKS.fullmatch(name) or _INITIALS.fullmatch(name):
        return squeezed(name) not in facts.sites
    shown = name.title() if name.isupper() else name
    if not _PERSON.fullmatch(shown) or len(name) > 40 or fold(name) in _NOT_NAMES:
        return False
    short = squeezed(name)
    return not any(short in site or (len(site) > 3 and site in short) for site in facts.sites)


def _from_template(page: Document, template: Template | None, facts: Metadata) -> list[str]:
    if template is None:
        return []
    for found in candidates(page.root, template.author):
        if names := people(found.value, facts) or people(_ATTRIBUTED.sub(r"\g<name>", clean(found.value)), facts):
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
    end = next((at for at in kept if len(layout.lines[at].text) > 100), layout.first)
    for at in range(max(place + 1, 0), max(end, place + 1)):
        line = layout.lines[at]
        text = _DATE.sub(" ", line.text)
        labelled = bool(_ROLE.match(text)) and ":" in text
        if len(text) > 80 or not (labelled or text != line.text or _is_named(line.element)):
            continue
        found = people(text, facts) or people(_ATTRIBUTED.sub(r"\g<name>", clean(text)), facts)
        if found:
            names += found
            places.append((at, "author"))
    return names, places


def _is_named(element: etree._Element) -> bool:
    elements = (element, *list(element.iterancestors())[:1], *element.iter("a", "span", "b", "strong"))
    return any(_NAMED.search(_names(one)) for one in elements)


def _names(element: etree._Element) -> str:
    names = f"{element.get('class', '')} {element.get('id', '')} {element.get('data-role', '')} {element.get('itemprop', '')} {element.get('rel', '')}"
    return _CAMEL.sub("-", names).lower().strip()


def _tail(layout: Layout, kept: Sequence[int], facts: Metadata) -> tuple[list[str], str | None, list[tuple[int, str]]]:
    """Signature and credit among the last lines of the text."""
    names: list[str] = []
    credit: str | None = None
    places: list[tuple[int, str]] = []
    for at in reversed(kept[-_TAIL:]):
        line = layout.lines[at]
        if len(line.text) > 80:
            break
        if found := _CREDIT.match(line.text):
            credit = credit or found["credit"]
            places.append((at, "credit"))
            continue
        signed = _signature(line, facts)
        if signed:
            names = signed + names
            places.append((at, "signature"))
            break
        if _is_signed(line):
            continue
        break
    return names, credit, places


def _signature(line: Segment, facts: Metadata) -> list[str]:
    if line.text.endswith((".", "!", "?", ":")) and not _INITIALS.fullmatch(line.text):
        return []
    found = people(line.text, facts)
    if not found and (parts := _ATTRIBUTED.match(line.text)):
        found = people(parts["name"], facts)
    if len(found) == 1 and _INITIALS.fullmatch(found[0]) and not _is_signed(line):
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
