"""Whether only noise changed on a page: what differs between two readings of it, one right after the other.

No site edits an article in the seconds between two requests: what differs there is a counter, a clock, or a block
filled by chance. So an earlier text is still the article's if it has all that both readings share, and where they
differ no more than they have there themselves. Lines that differ in their numbers correspond, and are compared word by
word.
"""

from collections.abc import Sequence

from crawler.learned import key_of
from crawler.sequences import gaps
from crawler.text import normal
from crawler.types import Article

_SHARED = 0.5  # of the characters of a text, or of a line, which two readings share at least, or nothing is proved
_LINES = 40  # in which some words differ, at most: each is compared word by word


def differ(first: Article, second: Article) -> bool:
    """Whether two readings say different things."""
    return _fields(first) != _fields(second) or _texts(first) != _texts(second)


def only_noise(before: Article, first: Article, second: Article) -> bool:
    """Whether an earlier text differs from today's two readings only where these differ from each other."""
    fields = zip(_fields(before), _fields(first), _fields(second), strict=True)
    if any(one == other != was for was, one, other in fields):
        return False
    texts = _texts(before), _texts(first), _texts(second)
    lines = _fit(*([key_of(line) for line in some] for some in texts))
    if lines is None:
        return False
    compared = [tuple(some[at] for some, at in zip(texts, places, strict=True)) for places in lines]
    unlike = sum(one != other for _, one, other in compared)
    return unlike <= _LINES and all(_same_line(*line) for line in compared)


def _fields(article: Article) -> tuple[str, str]:
    return normal(article.title or ""), normal(article.lead or "")


def _texts(article: Article) -> list[str]:
    return [text for text in map(normal, article.paragraphs) if text]


def _fit(before: Sequence[str], first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int, int]] | None:
    """The places of the items that correspond; None where before lacks what both share, or has more than they allow.

    Between what both share, before may have as many items as they have there.
    """
    shared, between = gaps(first, second)
    if sum(len(first[at]) for at in shared) < _SHARED * max(sum(map(len, first)), sum(map(len, second))):
        return None
    found, at, there = [], 0, 0
    for place, (one, other) in enumerate(between):
        most = at + max(len(one), len(other))
        window = before[at : most + 1]
        last = place == len(shared)
        if len(before) > most if last else first[shared[place]] not in window:
            return None
        end = len(before) if last else at + window.index(first[shared[place]])
        if end - at == len(one) == len(other) == 1:
            found.append((at, one[0], other[0]))
        there += len(other)
        if not last:
            found.append((end, shared[place], there))
        at, there = end + 1, there + 1
    return found


def _same_line(before: str, first: str, second: str) -> bool:
    """Where both readings have most words, their other ones are the noise; where they have few, all of it is."""
    if first == second:
        return before == first
    words = before.split(), first.split(), second.split()
    shared, _ = gaps(words[1], words[2])
    mostly = sum(len(words[1][at]) for at in shared) >= _SHARED * max(len(first), len(second))
    return not mostly or _fit(*words) is not None
