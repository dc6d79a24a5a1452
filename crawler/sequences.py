"""Two sequences compared in bounded time: what they share, and what stands between."""

from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher

MOST = 250_000  # items of one times those of the other that are compared; beyond, all between both ends is replaced


def edits(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[tuple[int, int, int, int]]:
    """What must change to get from one to the other, in order: `before[a:b]` became `after[c:d]`; one may be empty."""
    shorter = min(len(before), len(after))
    head = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    tail = next((at for at in range(shorter - head) if before[-1 - at] != after[-1 - at]), shorter - head)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if not old and not new:
        return []
    if not old or not new or len(old) * len(new) > MOST:
        return [(head, head + len(old), head, head + len(new))]
    matcher = SequenceMatcher(None, old, new)  # what recurs often is no anchor: that bounds it
    return [
        (head + first, head + last, head + start, head + end)
        for kind, first, last, start, end in matcher.get_opcodes()
        if kind != "equal"
    ]


def gaps(before: Sequence[Hashable], after: Sequence[Hashable]) -> tuple[list[int], list[tuple[range, range]]]:
    """What both share, by its places in `before`; and what stands round it: one gap more than there are places."""
    shared: list[int] = []
    found, gap, at = [], (range(0), range(0)), 0
    for first, last, start, end in [*edits(before, after), (len(before),) * 2 + (len(after),) * 2]:
        for place in range(at, first):
            shared.append(place)
            found.append(gap)
            gap = (range(0), range(0))
        if last > first or end > start:
            gap = (range(first, last), range(start, end))
        at = last
    return shared, [*found, gap]
