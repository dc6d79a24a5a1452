"""Unit words before names ("quận", "TP."), and the lists that one opens: "các quận A, B và C", "quận 1, 3 và 5"."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crawler.places import UNIT_WORDS
from crawler.text import fold

REACH = 40  # characters before a name that are looked at
_MOST_ITEMS = 200
_MOST_WORDS = 8  # of a name in a list

_WORD = (
    r"(?<!\w)(?:(?P<word>thành phố|thành ủy|thủ đô|thị xã|thị trấn|thị ủy|tỉnh ủy|quận ủy|huyện ủy|huyện đảo|đặc khu"
    r"|tỉnh|quận|huyện|phường|(?<!tác )xã|tp|tx|tt|t\.p)(?:\.?\s{1,3}|\.)|(?P<letter>[qphx])\.\s{0,3})"
)
_UNIT = re.compile(_WORD)
_UNIT_BEFORE = re.compile(_WORD + "$")
_MANY = re.compile(r"(?<!\w)(?:các|những|hai|ba|bốn|năm|\d{1,3})\s{1,3}$")
_NEXT = re.compile(r"\s{0,3}[,;]\s{0,3}(?:(?P<last>và|cùng|hoặc)\s{1,3})?|\s{1,3}(?P<and>và|hoặc|cùng)\s{1,3}")
_NAME = re.compile(r"\w+")
_SPACE = re.compile(r"\s{1,3}")
# A number of a list is a district's where nothing is counted: "quận 1, 3 và 5 đã họp", not "quận 1 và 3 phường".
_NUMBER = re.compile(r"\d{1,2}(?![\w/%]|[-–.]\d)")
_NOTHING_COUNTED = re.compile(
    r"\s*(?:$|[^\w\s]|(?:và|hoặc|cùng|đã|sẽ|đang|được|bị|có|của|cũng|là|từ|trong|tại|ở|vào|như|với|vẫn|để|phải|không"
    r"|chưa|cũ|thuộc|tp|thành phố)(?!\w))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit word: where it begins, and the kinds of units that it may mean; `many`: "các", it opens a list."""

    start: int
    kinds: tuple[str, ...]
    many: bool


def unit_before(low: str, start: int) -> Unit | None:
    """The unit word right before a name that begins there."""
    found = _UNIT_BEFORE.search(low, max(0, start - REACH), start)
    return _unit(low, found) if found else None


def _unit(low: str, found: re.Match[str]) -> Unit:
    word = fold(found["word"] or found["letter"]).replace(".", " ")
    many = _MANY.search(low, max(0, found.start() - REACH), found.start())
    return Unit(start=found.start(), kinds=UNIT_WORDS[word], many=bool(many))


def listed(printed: str, low: str) -> Mapping[int, Unit]:
    """Where the second and later names of lists begin → the unit word that stands for them, too.

    A list that does not begin with a plural ends with "và": "phường A, B" may be ward and district.
    """
    found: dict[int, Unit] = {}
    for opening in _UNIT.finditer(low):
        first = _item(printed, low, opening.end())
        if first is None or not _NEXT.match(low, first):
            continue
        unit = _unit(low, opening)
        found |= dict.fromkeys(_further(printed, low, first, unit), unit)
    return found


def _further(printed: str, low: str, here: int, unit: Unit) -> Iterator[int]:
    """Where the names behind the first one begin."""
    starts: list[int] = []
    whole = unit.many
    while len(starts) < _MOST_ITEMS and (following := _NEXT.match(low, here)):
        end = _item(printed, low, following.end())
        if end is None:
            break
        starts.append(following.end())
        here = end
        if not unit.many and (following["last"] or following["and"]):
            whole = True
            break
    return iter(starts if whole or (starts and low[starts[0]].isdecimal()) else ())


def _item(printed: str, low: str, start: int) -> int | None:
    """Where the name ends that begins there: words with capitals, or a number; None: there is none."""
    if number := _NUMBER.match(low, start):
        return number.end() if _NOTHING_COUNTED.match(low, number.end()) else None
    if _UNIT.match(low, start):
        return None
    end = None
    for _ in range(_MOST_WORDS):
        word = _NAME.match(printed, start)
        if word is None or not printed[start].isupper():
            break
        end = word.end()
        space = _SPACE.match(printed, end)
        if space is None:
            break
        start = space.end()
    return end
