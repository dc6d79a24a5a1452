"""How alike two texts are, and the keys under which texts that are alike find one another; pure, with pinned bytes.

A text is compared by its shingles: runs of three words (in Vietnamese, syllables), normalised as for `text_key`, in
lower case, figures without leading zeros. One-permutation MinHash with 64 bins, empty bins filled as in optimal
densification (Shrivastava, ICML 2017), makes 16 band keys of four bins each: texts with a Jaccard index of 0.8 share
one for certain, of 0.5 in two cases of three. A copy that is cut to its first third has an index of a third only; so
six more keys are the least hashes of the longer shingles in the opening, which such a copy shares whatever stands
before it. Keys only find candidates: whether two texts are one is decided by `crawler.copies`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from struct import pack, unpack

from crawler.text import normal, words

VERSION = 1  # of the keys; raise it when anything here, or `crawler.text.normal`, gives another key for some text
SHINGLE = 3
MIN_SHINGLES = 20  # a shorter text is only compared whole (`crawler.text.text_key`)
MOST_WORDS = 10_000  # what stands behind them is not compared
BINS, BANDS = 64, 16
OPENING, OPENING_SHINGLE, OPENING_KEYS = 160, 8, 6
MOST_KEYS = BANDS + OPENING_KEYS

_ROWS = BINS // BANDS
_LONGEST = 20 * MOST_WORDS  # characters of a line
_WORD = 2**64
_SHINGLE, _BAND, _OPENING = (
    blake2b(digest_size=8, person=purpose, salt=pack(">Q", VERSION)) for purpose in (b"shingle", b"band", b"opening")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A text as it is compared: its words as printed but for their normal form, line by line, and its shingles."""

    title: str
    lines: tuple[str, ...]
    words: tuple[str, ...]  # of the lines, as `plain`
    shingles: frozenset[str]


def wording(title: str | None, lead: str | None, paragraphs: Iterable[str]) -> Wording:
    """An article's text, ready for comparing; the lead is part of it, for many a site prints it as a paragraph."""
    lines: list[str] = []
    found: list[str] = []
    for line in (lead or "", *paragraphs):
        if len(found) >= MOST_WORDS:
            break
        lines.append(normal(line[:_LONGEST]))
        found += plain(lines[-1])
    said = tuple(found[:MOST_WORDS])
    return Wording(title=normal(title or ""), lines=tuple(lines), words=said, shingles=shingles(said))


def plain(text: str) -> list[str]:
    """The words of a normal text as they are compared: lower case, figures without leading zeros (02/08 is 2/8)."""
    return [word if word[0] > "9" else word.lstrip("0") or "0" for word in words(text.lower())]


def shingles(said: Sequence[str], size: int = SHINGLE) -> frozenset[str]:
    """The runs of `size` words."""
    return frozenset(map(" ".join, zip(*(said[start:] for start in range(size)), strict=False)))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of what either has both have, from 0 to 1."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def keys(said: Wording) -> tuple[int, ...]:
    """The keys of a text: signed 64-bit numbers, at most `MOST_KEYS`; none for a text too short to be alike another."""
    if len(said.shingles) < MIN_SHINGLES:
        return ()
    bins = signature(said.shingles)
    bands = [pack(">5Q", band, *bins[band * _ROWS : (band + 1) * _ROWS]) for band in range(BANDS)]
    opening = [one.encode() for one in shingles(said.words[:OPENING], OPENING_SHINGLE)]
    least = sorted(_hashed(_OPENING, opening, "q"))[:OPENING_KEYS]
    return tuple(dict.fromkeys((*_hashed(_BAND, bands, "q"), *least)))


def signature(found: frozenset[str]) -> tuple[int, ...]:
    """The least hash in each of the bins; an empty bin takes that of another one. Expects at least one shingle."""
    falling = sorted(_hashed(_SHINGLE, [one.encode() for one in found], "Q"), reverse=True)
    least = {hashed % BINS: hashed for hashed in falling}  # the last one of a bin stays
    return tuple(least[_filled(place, least)] for place in range(BINS))


def _hashed(purpose: blake2b, texts: Sequence[bytes], form: str) -> tuple[int, ...]:
    """The hashes of some texts for one purpose, as numbers of a form of `struct`; half of the keys' time goes here."""
    digests = []
    for text in texts:
        hashed = purpose.copy()  # three times as quick as one made anew
        hashed.update(text)
        digests.append(hashed.digest())
    return unpack(f">{len(digests)}{form}", b"".join(digests))


def _filled(place: int, least: dict[int, int]) -> int:
    """The bin itself, or the first filled one of the random walk that begins there."""
    attempt, found = 0, place
    while found not in least:
        attempt += 1
        found = _mixed(place << 32 | attempt) % BINS
    return found


def _mixed(number: int) -> int:
    """A number well stirred (the finaliser of splitmix64)."""
    number = (number + 0x9E3779B97F4A7C15) % _WORD
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 % _WORD
    number = (number ^ number >> 27) * 0x94D049BB133111EB % _WORD
    return number ^ number >> 31
