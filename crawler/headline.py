"""The headline of a page: the line that looks and is named like one, in agreement with what the page says of itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from crawler.boilerplate import line_rule, section_rule
from crawler.boxes import box_of
from crawler.dates import page_date
from crawler.document import Document
from crawler.metadata import Metadata, squeezed
from crawler.segments import Segment
from crawler.template import candidates
from crawler.text import clean, fold, words
from crawler.types import Template

_NAMED = re.compile(
    r"(?:^|[-_ ])(?:(?:article|post|entry|news|detail|content|page|title|single|cms|main|bai-viet|tin)[-_]*)*"
    r"(?:titles?|headline|heading|header|tieu-?de|ten-bai|ten-tin)"
    r"(?:[-_]*(?:detail|news|main|article|page|post|chi-?tiet|bai))*(?=$|[-_ ])"
)
_LEVELS = {"h1": 4.0, "h2": 2.0, "h3": 1.5, "h4": 1.5, "h5": 0.5}
_SHORTEST, _LONGEST = 3, 60  # words
_ENOUGH = 3.0
_TELLING = 5  # words of a title that is no section's name
_ELSEWHERE = frozenset(
    ("comments", "counter", "follow", "footer", "login", "menu", "poll", "popup", "related", "tags", "weblinks")
)
_SPLIT = re.compile(r"\s+[-–—|»•·:]{1,2}\s+|\s*\|\s*")
_SITE = re.compile(
    r"\b(?:báo|cổng|trang|tạp chí|đài|sở|ủy ban|ubnd|hđnd|portal|home|trang chủ|news|online|tin tức|mobile)\b"
    r"|\.(?:vn|com|net|org)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The title as printed, and the place of its line among the lines; -1 where only metadata names it.

    `agreed`: a line and what the page says of itself agree on a title of some length that is not the site's name.
    """

    text: str | None
    place: int = -1
    agreed: bool = False


def headline(lines: Sequence[Segment], facts: Metadata, page_title: str, prose: int) -> Headline:
    """The headline among the lines, else from metadata, else none.

    :param page_title: the `<title>`
    :param prose: place of the first line of prose voted for; a headline far behind it is another article's
    """
    said = [*facts.titles, *_parts(page_title)]
    known = {_key(title) for title in said}
    scored = [
        (_score(line, known, facts) + _by_place(lines, place, prose), -abs(prose - place), place)
        for place, line in enumerate(lines)
        if _SHORTEST <= len(words(line.text)) <= _LONGEST or _key(line.text) in known
    ]
    best = max(scored, default=(0.0, 0, -1))
    if best[0] >= _ENOUGH:
        text = lines[best[2]].text
        agreed = _key(text) in known and len(words(text)) >= _TELLING and not _SITE.match(text)
        return Headline(text=text, place=best[2], agreed=agreed)
    told = _from_metadata(facts, page_title)
    return Headline(text=told) if told else _opening(lines, prose)


def _opening(lines: Sequence[Segment], prose: int) -> Headline:
    """On a page that names no title anywhere: the last line before the prose that could be one."""
    for place in range(min(prose, len(lines)) - 1, -1, -1):
        line = lines[place]
        if (
            line.linked < 0.5
            and _TELLING <= len(words(line.text)) <= _LONGEST
            and line.text[-1] not in ".:;,…"
            and not (line_rule(line.text) or section_rule(line.text) or page_date(line.text))
        ):
            return Headline(text=line.text, place=place)
    return Headline(text=None)


def _score(line: Segment, known: set[str], facts: Metadata) -> float:
    key = _key(line.text)
    if not key or squeezed(line.text) in facts.sites or line_rule(line.text) or section_rule(line.text):
        return 0.0
    score = _LEVELS.get(_level(line.element), 0.0)
    score += 2.0 * _titled(line.element)
    if key in known:
        score += 4.0
    elif any(len(key) > 24 and title.startswith(key) for title in known):
        score += 3.0
    if line.linked > 0.8:
        score -= 1.0 if key in known else 4.0
    if _in_list(line.element):
        score -= 3.0
    return score


def _by_place(lines: Sequence[Segment], place: int, prose: int) -> float:
    """Behind the first prose there are headlines of others; right before a line with a date there is the page's own."""
    if place > prose:
        return -4.0
    line = lines[place]
    if line.linked > 0.5 or line.text[-1] in ".:;," or len(words(line.text)) < _TELLING:
        return 0.0
    if page_date(line.text):
        return 0.0
    following = [one.text for one in lines[place + 1 : place + 3] if len(one.text) <= 100]
    return 3.0 + line.bold if any(page_date(text) for text in following) else 0.0


def _level(element: etree._Element) -> str:
    for one in (element, *list(element.iterancestors())[:2]):
        if one.tag in _LEVELS:
            return str(one.tag)
    return ""


def _titled(element: etree._Element) -> float:
    for one in (element, element.getparent()):
        if one is None:
            break
        names = " ".join(one.get(key) or "" for key in ("class", "id", "data-role", "itemprop")).strip().lower()
        if names and _NAMED.search(names):
            return 1.0
    return 0.0


def _in_list(element: etree._Element) -> bool:
    """Whether it stands in a list, or a box of others: there headlines are others'."""
    return any(one.tag == "li" or box_of(one) in _ELSEWHERE for one in (element, *element.iterancestors()))


def _key(title: str) -> str:
    return " ".join(words(fold(title)))


def _parts(page_title: str) -> list[str]:
    """A `<title>` and what is left of it without the site's name at its end or its beginning."""
    pieces = _SPLIT.split(page_title)
    shorter = [page_title[: match.start()] for match in _SPLIT.finditer(page_title)]
    return [page_title, *shorter, *([pieces[-1]] if len(pieces) > 1 else [])]


def _from_metadata(facts: Metadata, page_title: str) -> str | None:
    for title in (*facts.titles, page_title):
        bare = without_site(title, facts)
        if bare and squeezed(bare) not in facts.sites and len(words(bare)) >= 2:
            return bare
    return None


def without_site(title: str, facts: Metadata) -> str:
    """A title without the site's name after its last bar or dash."""
    splits = list(_SPLIT.finditer(title))
    for split in reversed(splits):
        tail = title[split.end() :]
        named_so = any(
            (squeezed(tail) and squeezed(tail) in site) or (site and site in squeezed(tail)) for site in facts.sites
        )
        if not (named_so or (_SITE.search(tail) and len(words(tail)) <= 12)):
            break
        title = title[: split.start()]
    return clean(title)


def told_headline(page: Document, lines: Sequence[Segment], facts: Metadata, template: Template) -> Headline | None:
    """The headline that the template's candidates find; None where they find none."""
    for found in (*candidates(page.root, template.title), *candidates(page.head, template.title)):
        text = clean(found.value)
        place = next((at for at, line in enumerate(lines) if _is_in(line.element, found.element)), -1)
        if text:
            agreed = _key(text) in {_key(title) for title in facts.titles} or len(words(text)) >= _TELLING
            return Headline(text=without_site(text, facts) if place < 0 else text, place=place, agreed=agreed)
    return None


def _is_in(element: etree._Element, outer: etree._Element) -> bool:
    return element is outer or any(one is outer for one in element.iterancestors())
