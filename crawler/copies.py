"""Whether two texts of different places are one: a copy, perhaps edited, or cut after its first part.

    shingles ─┬─ the longer's opening, as long as the shorter ─┐
              └─ all of both                                   ┴─ alike? ─ swapped? ─┬─ no   a copy
                                                                                     └─ yes  another notice of one form

What two authorities send out by one form (calls for applicants, weekly schedules, notices of power cuts) has the same
sentences with other figures and names in them: at a place of the one stands a figure or a name that the other says
nowhere, and the other way round. Such swaps are counted. A copy has few: it drops and adds, shortens names and spells
them out, and what it says anew it does not say instead.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crawler.likeness import MIN_SHINGLES, MOST_WORDS, SHINGLE, Wording, jaccard, plain, shingles
from crawler.text import fold

LEAST = 0.5  # Jaccard index of two copies
LEAST_OF_OPENING = 0.5  # of a cut copy and as much of the whole
MIN_CUT = 40  # shingles of a cut copy
SHORTEST_CUT = 0.25  # of the whole
MOST_SWAPS = 2
PER_SWAP = 100  # words that both say, for each swap
LIKE_TITLES = 0.5

_TOKEN = re.compile(
    r"(?P<figure>\w*\d\w*(?:[/.,:-]\w*\d\w*)*)|(?P<word>\w+)|(?P<stop>[.!?…:;]+(?=\s)|[\"“‘•]|(?<!\S)[-–])"
)
_NUMBER = re.compile(r"\d+")
_THOUSANDS = re.compile(r"(?<=\d)\.(?=\d{3}(?!\d))")
_MOST_PARTS = 4

Gap = tuple[slice, slice]  # words of the one, and those of the other that stand there instead


@dataclass(frozen=True, slots=True, kw_only=True)
class _Printed:
    """Words with the figures and names among them."""

    words: tuple[str, ...]
    telling: Mapping[int, str]  # place → what stands there; of a figure the whole of it, as 2/8/2023
    abbreviations: frozenset[int]
    known: frozenset[str]  # every word, and every part of a figure
    initials: str


def alike(one: Wording, other: Wording) -> bool:
    """Whether the texts are one; what is too short to be told from others is not."""
    if min(len(one.shingles), len(other.shingles)) < MIN_SHINGLES:
        return False
    if jaccard(one.shingles, other.shingles) < LEAST and not _is_cut(*sorted((one, other), key=_length)):
        return False
    return not _is_form(one, other)


def _length(said: Wording) -> int:
    return len(said.words)


def _is_cut(short: Wording, long: Wording) -> bool:
    """Whether the shorter text is, on the whole, the opening of the longer; one quoted in the midst is not."""
    if len(short.shingles) < MIN_CUT or len(short.words) < SHORTEST_CUT * len(long.words):
        return False
    opening = shingles(long.words[: len(short.words)])
    return jaccard(short.shingles, opening) >= LEAST_OF_OPENING


def _is_form(one: Wording, other: Wording) -> bool:
    """Whether what differs are the figures and names that somebody filled in."""
    gaps = list(_gaps(one.words, other.words))
    if any(_length_of(old) and _length_of(new) for old, new in gaps):
        left, right = _printed(one.lines), _printed(other.lines)
        swaps = sum(min(_strange(left, right, old), _strange(right, left, new)) for old, new in gaps)
        same = len(one.words) - sum(_length_of(old) for old, _ in gaps)
        if swaps > MOST_SWAPS or swaps * PER_SWAP > same:
            return True
    return _titles_swap(one, other)


def _length_of(gap: slice) -> int:
    return int(gap.stop - gap.start)


def _titles_swap(one: Wording, other: Wording) -> bool:
    """Whether the titles are one but for what was filled in: a figure, or a name or word that only one article says."""
    left, right = plain(one.title), plain(other.title)
    if left == right or jaccard(frozenset(left), frozenset(right)) < LIKE_TITLES:
        return False
    first, second = _printed([one.title]), _printed([other.title])
    if all(_figures(mine) - theirs.known for mine, theirs in ((first, second), (second, first))):
        return True
    said, answered = _printed([one.title, *one.lines]), _printed([other.title, *other.lines])
    if _strange(first, answered, slice(0, len(left))) and _strange(second, said, slice(0, len(right))):
        return True
    return all(_repeated(mine) - theirs.known for mine, theirs in ((one, answered), (other, said)))


def _figures(title: _Printed) -> set[str]:
    return {said for said in title.telling.values() if said[0].isdigit()}


def _repeated(said: Wording) -> set[str]:
    """The words of the title that the paragraphs have, too."""
    return set(plain(said.title)).intersection(plain(" ".join(said.lines[1:])))


def _strange(mine: _Printed, other: _Printed, gap: slice) -> int:
    """How many runs of figures and names in a gap the other text says nowhere."""
    runs, before = 0, -3
    for place in range(gap.start, gap.stop):
        if mine.telling.get(place, "") in other.known:
            continue
        if place in mine.abbreviations and fold(mine.words[place]) in other.initials:
            continue  # the other spells it out
        runs += before < place - 2  # of a name, a part may stand elsewhere
        before = place
    return runs


def _printed(lines: Iterable[str]) -> _Printed:
    said: list[str] = []
    telling: dict[int, str] = {}
    abbreviations: set[int] = set()
    known: set[str] = {""}
    for line in lines:
        shouted, begins = line.isupper(), True
        for token in _TOKEN.finditer(line):
            if len(said) >= MOST_WORDS:
                break
            word, place = token[0], len(said)
            if token["figure"]:
                parts = plain(word)
                numbers = [number.lstrip("0") or "0" for number in _NUMBER.findall(_THOUSANDS.sub("", word))]
                telling |= dict.fromkeys(range(place, place + len(parts)), "/".join(numbers))
                known |= _parts(numbers)
                said += parts
            elif token["word"]:
                abbreviated = len(word) > 1 and word.isupper() and not shouted
                if abbreviated:
                    abbreviations.add(place)
                if abbreviated or (word[0].isupper() and not shouted and not begins):
                    telling[place] = word.lower()
                said.append(word.lower())
            begins = token["stop"] is not None
    return _Printed(
        words=tuple(said[:MOST_WORDS]),
        telling=telling,
        abbreviations=frozenset(abbreviations),
        known=frozenset(known.union(said)),
        initials=fold("".join(word[0] for word in said)),
    )


def _parts(numbers: Sequence[str]) -> set[str]:
    """What a figure says: itself, and what others print for it (of 2/8/2023 also 2/8, of 14h30 also 14)."""
    starts = range(len(numbers))
    return {"/".join(numbers[start : start + size]) for start in starts for size in range(1, _MOST_PARTS + 1)}


def _gaps(one: Sequence[str], other: Sequence[str]) -> Iterator[Gap]:
    """What stands between the runs that both have in the same order, found by the shingles that are unique in both."""
    begin, end = 0, min(len(one), len(other))
    while begin < end and one[begin] == other[begin]:
        begin += 1
    tail = 0
    while tail < end - begin and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    old, new = one[begin : len(one) - tail], other[begin : len(other) - tail]
    left = right = 0
    for here, there in (*_anchors(old, new), (len(old), len(new))):
        if here > left or there > right:
            yield (
                slice(begin + left, begin + max(here, left)),
                slice(begin + right, begin + max(there, right)),
            )
        left, right = max(left, here + SHINGLE), max(right, there + SHINGLE)


def _anchors(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """The longest run of places, rising in both, of shingles that stand once in each (as patience diff does)."""
    mine, theirs = _places(one), _places(other)
    pairs = sorted((place, theirs[shingle]) for shingle, place in mine.items() if shingle in theirs)
    tails: list[int] = []  # the least end of a rising run of each length
    lasts: list[int] = []
    before: list[int] = []
    for index, (_, there) in enumerate(pairs):
        length = bisect_left(tails, there)
        before.append(lasts[length - 1] if length else -1)
        if length == len(tails):
            tails.append(there)
            lasts.append(index)
        else:
            tails[length], lasts[length] = there, index
    found: list[tuple[int, int]] = []
    index = lasts[-1] if lasts else -1
    while index >= 0:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]


def _places(said: Sequence[str]) -> dict[tuple[str, ...], int]:
    places: dict[tuple[str, ...], int] = {}
    twice: set[tuple[str, ...]] = set()
    for place, shingle in enumerate(zip(said, said[1:], said[2:], strict=False)):
        if shingle in places:
            twice.add(shingle)
        places[shingle] = place
    return {shingle: place for shingle, place in places.items() if shingle not in twice}
