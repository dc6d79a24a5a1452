"""Two texts side by side: what stands in the one instead of what in the other; quickly, as patience diff does."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

ANCHOR = 3  # words in a row that both texts have, and only once

Gap = tuple[slice, slice]  # words of the one, and those of the other that stand there instead; either may be none


def gaps(one: Sequence[str], other: Sequence[str]) -> Iterator[Gap]:
    """What stands between the words that both have in the same order, without what its ends have in common."""
    whole = slice(0, len(one)), slice(0, len(other))
    first = _trimmed(one, other, whole)
    (start, begin), (old, new) = (side.start for side in first), (one[first[0]], other[first[1]])
    left = right = 0
    for here, there in (*_anchors(old, new), (len(old), len(new))):
        taken = max(0, left - here, right - there)  # anchors overlap; words at the start of this one may be behind us
        if taken >= ANCHOR:
            continue
        mine, theirs = _trimmed(old, new, (slice(left, here + taken), slice(right, there + taken)))
        if length(mine) or length(theirs):
            yield _moved(mine, start), _moved(theirs, begin)
        left, right = here + ANCHOR, there + ANCHOR


def length(words: slice) -> int:
    """How many words there are."""
    return int(words.stop - words.start)


def _moved(words: slice, by: int) -> slice:
    return slice(words.start + by, words.stop + by)


def _trimmed(one: Sequence[str], other: Sequence[str], gap: Gap) -> Gap:
    (left, end), (right, last) = ((side.start, side.stop) for side in gap)
    while left < end and right < last and one[left] == other[right]:
        left, right = left + 1, right + 1
    while left < end and right < last and one[end - 1] == other[last - 1]:
        end, last = end - 1, last - 1
    return slice(left, end), slice(right, last)


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
    for place, shingle in enumerate(zip(*(said[start:] for start in range(ANCHOR)), strict=False)):
        if shingle in places:
            twice.add(shingle)
        places[shingle] = place
    return {shingle: place for shingle, place in places.items() if shingle not in twice}
