"""Which figures, dates, names and document numbers of a text are others in its later form.

Each kind is compared by its own order of appearance: a clause that changed its place is no correction, two figures that
changed places are two. A name is a run of capitalised words, or an abbreviation; the word that begins a sentence is one
only before another.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest

from crawler.citations import occurrences
from crawler.sequences import edits
from crawler.text import canonical_tone, fold, nfc, words

LONGEST = 200_000  # characters of a text that is compared; what stands behind is not
MOST = 100  # corrections of one text
_LONGEST_WORD, _LONGEST_NAME = 30, 10  # letters; words
_ALIKE, _LETTERS = 0.6, 4  # share of a word's letters with which it is another by a slip only, if it has so many

_UNITS = r"(?:\s?%|(?:\s(?:trăm|nghìn|ngàn|vạn|triệu|tỷ|tỉ)\b)+)"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_DATE = re.compile(
    rf"(?<![\w/.,-])(?:\d{{1,2}}(?P<sign>[/.-]){_MONTH}(?P=sign)(?:19|20)\d\d|\d{{1,2}}/{_MONTH}|{_MONTH}/(?:19|20)\d\d)"
    rf"(?![\w/-]|[.,]\d)"
    rf"|(?<!\w)(?:\d{{1,2}}\s)?tháng\s{_MONTH}(?:(?:/|\snăm\s)(?:19|20)\d\d)?(?!\w)|(?<!\w)năm\s(?:19|20)\d\d(?!\w)",
    re.IGNORECASE,
)
_FIGURE = re.compile(rf"(?<![\w/])[\w/]*\d[\w/]*(?:[.,:-]\w*\d\w*)*{_UNITS}?", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+(?!\d)")
_TENS = "hai|ba|bốn|sáu|bảy|tám|chín|mười|trăm|nghìn|ngàn|vạn|triệu|tỷ|tỉ"  # một, năm, không mean other things, too
_IN_WORDS = re.compile(rf"(?<!\w)(?:{_TENS})(?:\s(?:{_TENS}|một|mốt|năm|lăm|tư|mươi|rưỡi))*(?!\w)")
_BEHIND = re.compile(r"\s([^\W\d_]+)")
_LETTERS_ONLY = re.compile(r"[^\W\d_]+")
_REACH = 8  # characters before a word that tell whether it begins a sentence
_BEGINS = re.compile(r"(?:^|[.!?…:;\n“\"(\[–—-])[\s“\"(]*$")


class Matter(StrEnum):
    """What a correction is of."""

    DOCUMENT = "document"
    FIGURE = "figure"
    DATE = "date"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A value that another replaced, as printed; None: there was none, or is none. `unit`: the word behind a figure."""

    matter: Matter
    before: str | None
    after: str | None
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Value:
    """A value where it stands. `key`: what is compared. Of a name each word is one, and `printed` the whole name."""

    key: str
    start: int
    printed: str
    unit: str = ""
    worded: bool = False


def corrections(before: str, after: str) -> tuple[Correction, ...]:
    """What replaced what: document numbers first, then figures, dates and names, each in the text's order."""
    old, new = (canonical_tone(nfc(text[:LONGEST])) for text in (before, after))
    was, now = _values(old), _values(new)
    found = [
        Correction(
            matter=matter,
            before=one.printed if one else None,
            after=other.printed if other else None,
            unit=_unit(one, other),
        )
        for matter in (Matter.DOCUMENT, Matter.FIGURE, Matter.DATE)
        for one, other in _replaced(was[matter], now[matter])
        if (one and other) or not any(value.worded for value in (one, other) if value)
    ]
    found += [Correction(matter=Matter.NAME, before=one, after=other) for one, other in _renamed(old, new, was, now)]
    return tuple(dict.fromkeys(found))[:MOST]


def is_slip(before: str, after: str) -> bool:
    """Whether one text is the other but for slips: punctuation, letters' case, marks, or letters of a word."""
    old, new = (words(fold(text[:LONGEST])) for text in (before, after))
    if "".join(old) == "".join(new):
        return True
    if len(old) != len(new):
        return False
    return all(_is_misspelt(one, other) for one, other in zip(old, new, strict=True) if one != other)


def _is_misspelt(one: str, other: str) -> bool:
    if not one.isalpha() or not other.isalpha() or not _LETTERS <= max(len(one), len(other)) <= _LONGEST_WORD:
        return False
    return abs(len(one) - len(other)) <= 1 and SequenceMatcher(None, one, other).ratio() >= _ALIKE


# --- what stands in a text --------------------------------------------------------------------------------------------


def _values(text: str) -> dict[Matter, list[_Value]]:
    """Every value by its kind; a stretch of text is of one kind only."""
    left = list(text)
    found: dict[Matter, list[_Value]] = {}

    def take(matter: Matter, places: Iterator[tuple[int, int, str]], *, worded: bool = False) -> None:
        for start, end, key in list(places):
            unit = _BEHIND.match(text, end) if matter is Matter.FIGURE else None
            printed = text[start:end].strip()
            one = _Value(key=key, start=start, printed=printed, unit=unit[1] if unit else "", worded=worded)
            found.setdefault(matter, []).append(one)
            left[start:end] = " " * (end - start)

    take(Matter.DOCUMENT, ((one.start, one.end, one.key) for one in occurrences(text) if not one.short))
    take(Matter.DATE, ((m.start(), m.end(), _date_key(m[0])) for m in _DATE.finditer("".join(left))))
    take(Matter.FIGURE, ((m.start(), m.end(), _figure_key(m[0])) for m in _FIGURE.finditer("".join(left))))
    take(Matter.FIGURE, ((m.start(), m.end(), m[0]) for m in _IN_WORDS.finditer("".join(left))), worded=True)
    found[Matter.NAME] = _names("".join(left))
    return {matter: sorted(found.get(matter, ()), key=lambda one: one.start) for matter in Matter}


def _date_key(printed: str) -> str:
    return "/".join(str(int(number)) for number in re.findall(r"\d+", printed))


def _figure_key(printed: str) -> str:
    return _THOUSANDS.sub(lambda one: one[0].replace(".", ""), "".join(printed.casefold().split()))


def _names(text: str) -> list[_Value]:
    """The capitalised words; one that begins a sentence counts only before another."""
    runs: list[list[re.Match[str]]] = []
    for word in _LETTERS_ONLY.finditer(text):
        if not word[0][0].isupper():
            continue
        follows = (
            runs
            and len(runs[-1]) < _LONGEST_NAME
            and runs[-1][-1].end() + 1 == word.start()
            and text[word.start() - 1] in " \xa0"
        )
        if follows:
            runs[-1].append(word)
        else:
            runs.append([word])
    return [
        _Value(key=word[0].casefold(), start=word.start(), printed=text[run[0].start() : run[-1].end()])
        for run in runs
        if len(run) > 1
        or (run[0].end() - run[0].start() > 1 and run[0][0].isupper())
        or not _begins(text, run[0].start())
        for word in run
    ]


def _begins(text: str, at: int) -> bool:
    return bool(_BEGINS.search(text, max(0, at - _REACH), at))


# --- what replaced it -------------------------------------------------------------------------------------------------


def _replaced(was: Sequence[_Value], now: Sequence[_Value]) -> Iterator[tuple[_Value | None, _Value | None]]:
    changed = edits([one.key for one in was], [one.key for one in now])
    if len(was) == len(now):
        pairs = [(one, other) for one, other in zip(was, now, strict=True) if one.key != other.key]
        if len(pairs) <= sum(last - first + end - start for first, last, start, end in changed):
            yield from pairs
            return
    for first, last, start, end in changed:
        yield from zip_longest(was[first:last], now[start:end])


def _unit(one: _Value | None, other: _Value | None) -> str:
    """The word behind both figures, or behind the only one."""
    units = {value.unit.casefold(): value.unit for value in (one, other) if value}
    return next(iter(units.values())) if len(units) == 1 else ""


def _renamed(
    old: str, new: str, was: dict[Matter, list[_Value]], now: dict[Matter, list[_Value]]
) -> Iterator[tuple[str | None, str | None]]:
    """Whole names of which a word changed; a word that is now written small, or with a capital, is none."""
    names, later = was[Matter.NAME], now[Matter.NAME]
    every = [Counter(word.casefold() for word in _LETTERS_ONLY.findall(text)) for text in (old, new)]
    large = [Counter(one.key for one in some) for some in (names, later)]
    for first, last, start, end in edits([one.key for one in names], [one.key for one in later]):
        gone = [one for one in names[first:last] if not _only_case(one.key, large, every)]
        come = [one for one in later[start:end] if not _only_case(one.key, large[::-1], every[::-1])]
        if gone and not come:
            come = _beside(names, first, last, later, start)
        elif come and not gone:
            gone = _beside(later, start, end, names, first)
        whole = (dict.fromkeys(one.printed for one in some) for some in (gone, come))
        yield from zip_longest(next(whole), next(whole))


def _only_case(key: str, large: Sequence[Counter[str]], every: Sequence[Counter[str]]) -> bool:
    return large[0][key] > large[1][key] and every[1][key] >= every[0][key]


def _beside(mine: Sequence[_Value], first: int, last: int, others: Sequence[_Value], at: int) -> list[_Value]:
    """The name in the other text that lost or got a word: the one whose words stand beside that."""
    for outside, there in ((first - 1, at - 1), (last, at)):
        inside = first if outside < first else last - 1
        if 0 <= outside < len(mine) and 0 <= there < len(others) and mine[outside].printed == mine[inside].printed:
            return [others[there]]
    return []
