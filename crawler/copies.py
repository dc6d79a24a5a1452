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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crawler.alignment import Gap, gaps, length
from crawler.likeness import MIN_SHINGLES, MOST_WORDS, Wording, jaccard, plain, shingles
from crawler.text import fold

LEAST = 0.5  # Jaccard index of two copies
LEAST_OF_OPENING = 0.5  # of a cut copy and as much of the whole
MIN_CUT = 40  # shingles of a cut copy
SHORTEST_CUT = 0.25  # of the whole
MOST_SWAPS = 1
PER_SWAP = 100  # words that both say, for each swap
LIKE_TITLES = 0.5
FEW = 6  # words

_TOKEN = re.compile(
    r"(?P<figure>\w*\d\w*(?:[/.,:-]\w*\d\w*)*)|(?P<word>\w+)|(?P<stop>[.!?…:;]+(?=\s)|[\"“‘•]|(?<!\S)[-–])"
)
_NUMBER = re.compile(r"\d+")
_THOUSANDS = re.compile(r"(?<=\d)\.(?=\d{3}(?!\d))")
_MOST_PARTS = 4


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


def nearest(said: Wording, others: Sequence[Wording]) -> int | None:
    """Which of these texts it is a copy of: of several the most alike, of equals the first; None: of none."""
    order = sorted(range(len(others)), key=lambda place: -jaccard(others[place].shingles, said.shingles))
    return next((place for place in order if alike(others[place], said)), None)


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
    between = list(gaps(one.words, other.words))
    if any(length(old) and length(new) for old, new in between):
        left, right = _printed(one.lines), _printed(other.lines)
        swaps = sum(_swaps(left, right, gap) for gap in between)
        same = len(one.words) - sum(length(old) for old, _ in between)
        if swaps > MOST_SWAPS or swaps * PER_SWAP > same:
            return True
    return _titles_swap(one, other)


def _titles_swap(one: Wording, other: Wording) -> bool:
    """Whether the titles are one but for what was filled in: a figure, or a name or word that only one article says."""
    left, right = plain(one.title), plain(other.title)
    if left == right or jaccard(frozenset(left), frozenset(right)) < LIKE_TITLES:
        return False
    first, second = _printed([one.title]), _printed([other.title])
    if any(_figures_swap(first, second, gap) for gap in gaps(first.words, second.words)):
        return True
    said, answered = _printed([one.title, *one.lines]), _printed([other.title, *other.lines])
    if _strange(first, answered, slice(0, len(left))) and _strange(second, said, slice(0, len(right))):
        return True
    return all(_repeated(mine) - theirs.known for mine, theirs in ((one, answered), (other, said)))


def _swaps(left: _Printed, right: _Printed, gap: Gap) -> int:
    strange = _strange(left, right, gap[0]), _strange(right, left, gap[1])
    return min(strange) or int(_figures_swap(left, right, gap) or (any(strange) and _names_swap(left, right, gap)))


def _names_swap(left: _Printed, right: _Printed, gap: Gap) -> bool:
    """Whether a name stands instead of another, of as many words: a swap, though the one be said elsewhere, too."""
    if length(gap[0]) != length(gap[1]):
        return False
    return all(
        place in side.telling
        for side, where in zip((left, right), gap, strict=True)
        for place in range(where.start, where.stop)
    )


def _figures_swap(left: _Printed, right: _Printed, gap: Gap) -> bool:
    """Whether a few words stand instead of a few others, with figures in both that are not the same."""
    if max(map(length, gap)) > FEW:
        return False
    mine, theirs = (
        {side.telling[place] for place in range(where.start, where.stop) if side.telling.get(place, " ")[0].isdigit()}
        for side, where in zip((left, right), gap, strict=True)
    )
    return bool(_unsaid(mine, theirs) and _unsaid(theirs, mine))


def _unsaid(figures: set[str], others: set[str]) -> set[str]:
    return figures - {part for figure in others for part in _parts(figure.split("/"))}


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
