"""The headline of a page: the line that looks and is named like one, in agreement with what the page says of itself."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from lxml import etree

from crawler.boilerplate import is_furniture, is_prose, line_rule, section_rule
from crawler.boxes import box_of
from crawler.dates import page_date
from crawler.document import MAX_TITLE, Document
from crawler.metadata import Metadata, squeezed
from crawler.segments import Segment
from crawler.template import candidates
from crawler.text import clean, folded_words, words
from crawler.types import Template
from crawler.urls import absolute

_NAMED = re.compile(
    r"(?:^|[-_ ])(?:(?:article|post|entry|news|detail|content|page|title|single|cms|main|bai-viet|tin)[-_]*)*"
    r"(?:titles?|headline|heading|header|tieu-?de|ten-bai|ten-tin)"
    r"(?:[-_]*(?:detail|news|main|article|page|post|chi-?tiet|bai))*(?=$|[-_ ])"
)
_LEVELS = {"h1": 4.0, "h2": 2.0, "h3": 1.5, "h4": 1.5, "h5": 0.5}
_SHORTEST, _LONGEST = 3, 60  # words
_ENOUGH = 3.0
_NEAR = 300  # lines before the prose in which a date below tells the headline; the known pages need 194 at most
_MARKS = 20  # characters by which a line may be longer than the same title elsewhere
_BROKEN = 4  # lines of a headline
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
_HOME = re.compile(r"(?:https?://[^/]+)?/?(?:(?:index|default|home|trang-?chu)(?:\.\w{2,5})?)?/?", re.IGNORECASE)
_OWN = re.compile(r"(?:trang|cổng) (?:thông tin|tin)\b|(?:báo|tạp chí) điện tử\b|website\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The title as printed, and the place of its line among the lines; -1 where only metadata names it.

    `agreed`: a line and what the page says of itself agree on a title of some length that is not the site's name.
    """

    text: str | None
    place: int = -1
    agreed: bool = False


def headline(lines: Sequence[Segment], facts: Metadata, page_title: str, prose: int, url: str = "") -> Headline:
    """The headline among the lines, else from metadata, else none.

    :param page_title: the `<title>`
    :param prose: place of the first line of prose voted for; a headline far behind it is another article's
    :param url: of the page; a headline that links to it is as one without a link
    """
    lines = [
        replace(line, linked=0.0) if line.linked > 0.8 and _leads_to(line.element, url) else line for line in lines
    ]
    said = [*facts.titles, *_parts(page_title)]
    printed = _by_places(lines, prose)
    known = {_key(title) for title in said}
    longest = max(map(len, said), default=0) + _MARKS
    scored = [
        (_score(line, known, facts) + printed[place], -abs(prose - place), place)
        for place, line in enumerate(lines)
        if len(line.text) <= MAX_TITLE
        and (_looks_so(line) or (place <= prose and (len(line.text) <= longest or printed[place] > 0)))
        and (_SHORTEST <= len(words(line.text)) <= _LONGEST or _key(line.text) in known)
    ]
    best = max(scored, default=(0.0, 0, -1))
    if best[0] >= _ENOUGH:
        place, text = _whole(lines, best[2])
        agreed = _key(text) in known and len(words(text)) >= _TELLING and not _SITE.match(text)
        return Headline(text=text, place=place, agreed=agreed)
    told = _from_metadata(facts, page_title)
    if told and not _SITE.match(told):
        return Headline(text=told)
    opening = _opening(lines, prose)
    return opening if opening.text else Headline(text=told)


def _whole(lines: Sequence[Segment], place: int) -> tuple[int, str]:
    """The headline that a `<br>` broke, in one, and the place of its last line."""
    first = last = place
    while first and lines[first - 1].broken and _is_one(lines[first - 1], lines[first]):
        first -= 1
    while last + 1 < len(lines) and lines[last].broken and _is_one(lines[last], lines[last + 1]):
        last += 1
    text = " ".join(line.text for line in lines[first : last + 1])
    if last - first < _BROKEN and len(text) <= MAX_TITLE and len(words(text)) <= _LONGEST and first < last:
        return last, text
    return place, lines[place].text


def _is_one(first: Segment, second: Segment) -> bool:
    """Whether two lines of one element are one headline: a heading, or both bold and in capitals."""
    if first.element is not second.element or first.text.endswith((".", ":", ";")):
        return False
    if first.tag in ("h1", "h2", "h3"):
        return page_date(second.text) is None and len(words(first.text)) >= _SHORTEST
    return min(first.bold, second.bold) > 0.9 and first.text.isupper() and second.text.isupper()


def _opening(lines: Sequence[Segment], prose: int) -> Headline:
    """On a page that names no title anywhere: the last line before the prose that could be one."""
    plain = ((at, one.text) for at, one in enumerate(lines) if one.linked < 0.5)
    sentence = (at for at, text in plain if is_prose(text) and not is_furniture(text))
    for place in range(min(next(sentence, prose), prose, len(lines)) - 1, -1, -1):
        line = lines[place]
        if (
            line.linked < 0.5
            and len(line.text) <= MAX_TITLE
            and _TELLING <= len(words(line.text)) <= _LONGEST
            and line.text[-1] not in ".:;,…"
            and not (is_furniture(line.text) or section_rule(line.text) or page_date(line.text))
        ):
            return Headline(text=line.text, place=place)
    return Headline(text=None)


def _looks_so(line: Segment) -> bool:
    """Whether markup makes it a headline; a plain line is one only by what the page says, or by a date below it."""
    return bool(_level(line.element) or _titled(line.element))


def _score(line: Segment, known: set[str], facts: Metadata) -> float:
    key = _key(line.text)
    if not key or squeezed(line.text) in facts.sites or line_rule(line.text) or section_rule(line.text):
        return 0.0
    if line.linked > 0.8 and _OWN.search(line.text) and _leads_home(line.element):
        return 0.0
    score = _LEVELS.get(_level(line.element), 0.0)
    score += 2.0 * _titled(line.element)
    if key in known:
        score += 4.0 if len(words(line.text)) >= _TELLING else 1.5  # what is shorter may be a section's name
    elif any(len(key) > 24 and title.startswith(key) for title in known):
        score += 3.0
    elif _OWN.match(line.text):
        score -= 3.0
    if line.linked > 0.8:
        score -= 1.0 if key in known else 4.0
    if _in_list(line.element):
        score -= 3.0
    return score


def _leads_home(element: etree._Element) -> bool:
    return all(_HOME.fullmatch(link) for link in _links(element))


def _leads_to(element: etree._Element, url: str) -> bool:
    return bool(url) and all("#" not in link and absolute(link, url) == url for link in _links(element))


def _links(element: etree._Element) -> list[str]:
    """The addresses of the links in an element, or round it."""
    links = (*islice(element.iter("a"), _BROKEN), *islice(element.iterancestors("a"), 1))
    return [(one.get("href") or "").strip() for one in links] or ["#"]


def _by_places(lines: Sequence[Segment], prose: int) -> list[float]:
    """What speaks for each line by where it stands. To read a date takes time: only near the prose, and each once."""

    @cache
    def dated(place: int) -> bool:
        return page_date(lines[place].text) is not None

    return [
        0.0 if place < prose - _NEAR or len(line.text) > MAX_TITLE else _by_place(lines, place, prose, dated)
        for place, line in enumerate(lines)
    ]


def _by_place(lines: Sequence[Segment], place: int, prose: int, dated: Callable[[int], bool]) -> float:
    """Behind the first prose there are headlines of others; right before a line with a date there is the page's own."""
    if place > prose:
        return -4.0
    line = lines[place]
    if line.linked > 0.5 or line.text[-1] in ".:;," or len(words(line.text)) < _TELLING:
        return 0.0
    if dated(place):
        return 0.0
    below = [at for at in range(place + 1, min(place + 3, len(lines))) if len(lines[at].text) <= 100]
    return 3.0 + line.bold if any(map(dated, below)) else 0.0


def _level(element: etree._Element) -> str:
    for one in (element, *islice(element.iterancestors(), 2)):
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
    return folded_words(title)


def _parts(page_title: str) -> list[str]:
    """A `<title>` and what is left of it without the site's name at its end or its beginning."""
    pieces = _SPLIT.split(page_title)
    shorter = [page_title[: match.start()] for match in _SPLIT.finditer(page_title)]
    named = page_title.partition(": ")[2]  # "The blog: the article"; a short rest may be a section
    behind = [named] if len(words(named)) > _TELLING else []
    return [page_title, *shorter, *([pieces[-1]] if len(pieces) > 1 else []), *behind]


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
        if 0 < len(text) <= MAX_TITLE:
            agreed = _key(text) in {_key(title) for title in facts.titles} or len(words(text)) >= _TELLING
            return Headline(text=without_site(text, facts) if place < 0 else text, place=place, agreed=agreed)
    return None


def _is_in(element: etree._Element, outer: etree._Element) -> bool:
    return element is outer or any(one is outer for one in element.iterancestors())
