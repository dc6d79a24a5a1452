"""What recurs on the pages of one source, learned from those already read; and what of a further page it takes.

    pages → one for each headline → how often each text stands at its place → places of prose, places of furniture
          → texts and paths that are no article's own

Nothing is taken because it was said elsewhere: a text counts only where it stands at the same place of many pages, and
only where no page keeps prose of its own; there it must be on nearly all of them. A pure function of the pages: what
no longer occurs on them is forgotten, and what was stripped as learned counts on as if it had been kept.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from crawler.types import Block

PAGES = 40  # pages of a source that are looked at, the latest
TEXT, PATH = "learned-text", "learned-path"
_KEPT = frozenset((None, TEXT, PATH))  # text, as far as no learning goes

_LEAST, _SHARE = 4, 0.3  # pages, and their share, on which furniture stands
_LEAST_LONG, _SHARE_LONG, _LONG = 5, 0.6, 120  # the same for a text of that many characters: articles quote one another
_LEAST_EVERYWHERE, _EVERYWHERE = 8, 0.8  # where articles keep prose of their own
_OFTEN = 0.1  # of its pages: what stands on so many more than once is a label, as of a speaker
_SENTENCE = 60  # characters of a line that is prose if it ends like a sentence
_PROSE = 0.1  # of a path's pages: with prose of their own on so many, it is a place of prose
_FURNISHED = 0.6  # of a path's lines
_MOSTLY = 0.8  # of a path's pages
_CELL = 60  # characters of a cell of a table

_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_LETTER = re.compile(r"[^\W\d_]")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_ENDS = frozenset('.!?…;”"')
# Official documents share their formulas (Nghị định 30/2020/NĐ-CP, Phụ lục I): they are their text.
_FORMULA = re.compile(
    r"[\W\d]*+(?:căn cứ|theo đề nghị|xét đề nghị|xét tờ trình|nơi nhận|như trên|như điều|lưu:|điều 0|khoản 0"
    r"|chương [ivx0]|tm\.|kt\.|tl\.|tuq\.|q\.|cộng hòa xã hội|cộng hoà xã hội|độc lập|kính gửi|số: ?0|phụ lục"
    r"|quyết định|nghị quyết|.*\bcó hiệu lực\b|.*\bchịu trách nhiệm thi hành\b|.*\bngày 0 tháng 0 năm 0$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPage:
    """An article's page as it was read: every line with the verdict on it, and when."""

    blocks: tuple[Block, ...] = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring:
    """A text, or the lines of a path, on `pages` of the `of` pages looked at, read from `first` to `last`."""

    pages: int
    of: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What is no article's own: `texts` by text (see `key_of`) and path, and `paths` of which short lines are none."""

    texts: Mapping[tuple[str, str], Recurring] = field(default_factory=dict)
    paths: Mapping[str, Recurring] = field(default_factory=dict)


NOTHING = Learned()


def key_of(text: str) -> str:
    """The form in which lines are compared: counters and dates differ from page to page."""
    return _NUMBER.sub("0", text).casefold()


def learned_rule(learned: Learned, text: str, tag: str, path: str) -> str | None:
    """The rule by which a line is no text of its page, or None."""
    key = key_of(text)
    if (key, path) in learned.texts:
        return TEXT
    return PATH if path in learned.paths and not _is_part(text, tag) and _is_small(key) else None


def learn(pages: Iterable[SeenPage]) -> Learned:
    """What recurs on the pages of one source, each of another article; any order."""
    times, lines = [], []
    for page in _distinct(pages):
        times.append(page.at)
        lines.append(_lines(page))
    if len(times) < _LEAST:
        return NOTHING
    places = _places(lines, len(times))

    def recurring(on: Iterable[int]) -> Recurring:
        when = [times[number] for number in on]
        return Recurring(pages=len(when), of=len(times), first=min(when), last=max(when))

    return Learned(
        texts={
            (line.text, path): recurring(line.pages)
            for path, place in places.items()
            for line in place.lines
            if line.common and _is_furniture(line, place, len(times))
        },
        paths={path: recurring(place.pages) for path, place in places.items() if _is_furnished(place, len(times))},
    )


def refurnished(before: Sequence[Block], now: Sequence[Block]) -> bool:
    """Whether a page still has the text of before, but other lines where furniture stood that was learned: a new promo.

    It is not known yet, and would look like an edit of every article at once. So would, in a new layout, furniture that
    was learned and stands elsewhere now, or that was text, so far as we knew, and is stripped now.
    """
    known = {key_of(block.text) for block in before if block.rule in (TEXT, PATH)}
    stripped = {key_of(block.text) for block in now if block.rule is not None}
    text: list[str] = []
    furniture: list[list[str]] = [[]]  # its paths, between the lines of the text
    for block in before:
        if block.rule is None:
            text.append(block.text)
            furniture.append([])
        elif block.rule in (TEXT, PATH):
            furniture[-1].append(block.path)
    at = 0
    for block in now:
        if block.rule is not None:
            continue
        while at < len(text) and block.text != text[at] and key_of(text[at]) in stripped:
            at += 1
        if at < len(text) and block.text == text[at]:
            at += 1
        elif block.path in furniture[at]:
            furniture[at].remove(block.path)
        elif key_of(block.text) not in known:
            return False
    return all(key_of(line) in stripped for line in text[at:])


@dataclass(slots=True)
class _Line:
    """A text, in compared form, at its path: on which pages, kept on which, more than once on how many."""

    text: str
    pages: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    repeated: int = 0
    tags: set[str] = field(default_factory=set)
    common: bool = False

    @property
    def is_label(self) -> bool:
        return self.repeated > _OFTEN * len(self.pages)

    @property
    def is_cell(self) -> bool:
        return any(_is_cell(self.text, tag) for tag in self.tags)

    @property
    def is_part(self) -> bool:
        return any(_is_part(self.text, tag) for tag in self.tags)


@dataclass(slots=True)
class _Place:
    """A path: its lines, the pages that have it, and what kind of place it is."""

    lines: list[_Line] = field(default_factory=list)
    pages: frozenset[int] = frozenset()
    prose: bool = False  # pages keep sentences of their own there
    common: bool = False  # most of what stands there recurs


def _places(pages: Sequence[Mapping[tuple[str, str], Sequence[Block]]], count: int) -> Mapping[str, _Place]:
    lines: dict[tuple[str, str], _Line] = {}
    for number, page in enumerate(pages):
        for key, blocks in page.items():
            line = lines.setdefault(key, _Line(key[0]))
            line.pages.append(number)
            line.repeated += len(blocks) > 1
            kept = False
            for block in blocks:
                line.tags.add(block.tag)
                kept = kept or block.rule in _KEPT
            if kept:
                line.kept.append(number)
    places: defaultdict[str, _Place] = defaultdict(_Place)
    for (text, path), line in lines.items():
        least, share = (_LEAST_LONG, _SHARE_LONG) if len(text) > _LONG else (_LEAST, _SHARE)
        line.common = len(line.pages) >= max(least, ceil(share * count))
        places[path].lines.append(line)
    for place in places.values():
        place.pages = frozenset(number for line in place.lines for number in line.pages)
        own = {number for line in place.lines if not line.common and _is_prose(line.text) for number in line.kept}
        place.prose = bool(own) and len(own) >= _PROSE * len(place.pages)
        shared = sum(len(line.pages) for line in place.lines if line.common)
        place.common = shared >= _FURNISHED * sum(len(line.pages) for line in place.lines)
    return places


def _is_furniture(line: _Line, place: _Place, count: int) -> bool:
    """Whether a text that recurs there is no article's own."""
    if line.is_label or line.is_cell or _is_formula(line.text):
        return False
    if len(line.pages) >= max(_LEAST_EVERYWHERE, _EVERYWHERE * count):
        return True
    return place.common and not place.prose and not line.is_part


def _is_furnished(place: _Place, count: int) -> bool:
    """Whether most of its lines stand on other pages too, on most of the pages that have it."""
    if place.prose or len(place.pages) < max(_LEAST, _SHARE * count):
        return False
    held, shared = Counter[int](), Counter[int]()
    for line in place.lines:
        held.update(line.pages)
        if len(line.pages) > 1 and not (line.is_part or line.is_label) and _is_small(line.text):
            shared.update(line.pages)
    full = sum(shared[number] >= _FURNISHED * held[number] for number in place.pages)
    return full >= _MOSTLY * len(place.pages)


def _distinct(pages: Iterable[SeenPage]) -> Iterable[SeenPage]:
    """One page for each headline, the latest: a series ("Lịch công tác tuần 7") repeats more than its furniture."""
    chosen: dict[str, SeenPage] = {}
    for page in sorted(pages, key=_order):
        told = next((key_of(block.text) for block in page.blocks if block.rule == "headline"), None)
        chosen[f"untold {len(chosen)}" if told is None else f"told {told}"] = page
    return chosen.values()


def _order(page: SeenPage) -> tuple[datetime, list[tuple[str, str, str, str]]]:
    return page.at, [(block.text, block.rule or "", block.path, block.tag) for block in page.blocks]


def _lines(page: SeenPage) -> Mapping[tuple[str, str], Sequence[Block]]:
    """The lines by compared text and path; older pages know no paths."""
    found: defaultdict[tuple[str, str], list[Block]] = defaultdict(list)
    for block in page.blocks:
        if block.path:
            found[key_of(block.text), block.path].append(block)
    return found


def _is_prose(text: str) -> bool:
    return len(text) >= _LONG or (len(text) >= _SENTENCE and text[-1] in _ENDS)


def _is_part(text: str, tag: str) -> bool:
    """A heading, a speaker's label or a cell: parts of a text that recur by their nature."""
    return tag in _HEADINGS or text.endswith(":") or _is_cell(text, tag)


def _is_small(text: str) -> bool:
    """Whether it may be an item of a list of others: short, and no formula."""
    return not (_is_prose(text) or _is_formula(text))


def _is_formula(text: str) -> bool:
    """Whether documents share it by their nature, or it says nothing in words. Expects the compared form."""
    return not _LETTER.search(text) or bool(_FORMULA.match(text))


def _is_cell(text: str, tag: str) -> bool:
    return tag in ("td", "th") and len(text) <= _CELL
