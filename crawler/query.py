"""What somebody types to find articles: words, "phrases", beginnings*, AND, OR, NOT; and what to show of a hit.

    chính quyền đô thị          side by side, else all of them anywhere
    "đô thị" phường             the phrase and the word
    thí điểm OR sắp xếp         either side of OR; words beside each other belong together
    đô thị NOT "khu đô thị"     not what follows NOT, or a minus sign: -dự
    Hải*                        words that begin so

Operators are in capitals. Nothing that is typed is an error: what is no operator is a word.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from crawler.text import canonical_tone, fold, nfc, words

MOST = 32  # words of a query
Wanted = list[tuple[tuple[str, ...], bool]]  # words without marks, and whether the last one only begins so
MOST_LETTERS = 64  # of a word: what is longer is cut
_PIECE = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))(?P<star>\*?)')
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Words that stand side by side, as typed in small letters; `prefix`: the last one only begins so."""

    words: tuple[str, ...]
    prefix: bool = False
    quoted: bool = False

    @property
    def folded(self) -> tuple[str, ...]:
        """The words without marks."""
        return tuple(fold(word)[:MOST_LETTERS] for word in self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Terms that must all be there, and terms that must not."""

    every: tuple[Term, ...] = ()
    none: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Clauses, one of which must hold."""

    clauses: tuple[Clause, ...] = ()

    @property
    def plain(self) -> tuple[str, ...]:
        """The words, where they are nothing else than words; else nothing."""
        if len(self.clauses) != 1 or self.clauses[0].none:
            return ()
        terms = self.clauses[0].every
        if any(term.quoted or term.prefix for term in terms):
            return ()
        return tuple(word for term in terms for word in term.words)


def parse(typed: str) -> Query:
    """The query that somebody typed; clauses without a term to find are left out."""
    clauses: list[tuple[list[Term], list[Term]]] = [([], [])]
    negated, left = False, MOST
    for piece in _PIECE.finditer(nfc(typed)):
        word = piece["word"]
        if word in ("AND", "OR", "NOT"):
            negated = word == "NOT"
            if word == "OR":
                clauses.append(([], []))
            continue
        term = _term(piece, left)
        if term is None:
            continue
        left -= len(term.words)
        clauses[-1][negated or bool(piece["minus"])].append(term)
        negated = False
    return Query(clauses=tuple(Clause(every=tuple(every), none=tuple(none)) for every, none in clauses if every))


def _term(piece: re.Match[str], left: int) -> Term | None:
    said = piece["word"] if piece["phrase"] is None else piece["phrase"]
    found = tuple(word[:MOST_LETTERS] for word in words(canonical_tone(said).lower().replace("_", " ")))[:left]
    prefix = bool(piece["star"]) or (piece["phrase"] is None and said.endswith("*"))
    return Term(words=found, prefix=prefix, quoted=piece["phrase"] is not None) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A cut of a text, and where in it (start, end) the words of a query stand."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def snippet(texts: Iterable[str], query: Query, width: int = 160) -> Snippet:
    """The part of the first text with the most of the query's words, in whole words, with or without their marks."""
    wanted = [(term.folded, term.prefix) for clause in query.clauses for term in clause.every]
    best = Snippet(text="")
    for text in texts:
        found = _cut(text, wanted, width)
        if len(found.marks) > len(best.marks) or not best.text:
            best = found
    return best


def _cut(text: str, wanted: Wanted, width: int) -> Snippet:
    spans = list(_hits(text, wanted))
    if not spans:
        return Snippet(text="")
    ends = [end for _, end in spans]
    first = max(range(len(spans)), key=lambda at: (bisect_right(ends, spans[at][0] + width) - at, -at))
    start = text.rfind(" ", 0, max(spans[first][0] - width // 4, 0)) + 1 if spans[first][0] > width // 4 else 0
    end = len(text) if len(text) <= start + width else max(text.rfind(" ", start, start + width), spans[first][1])
    marks = tuple((one - start, last - start) for one, last in spans if start <= one and last <= end)
    return Snippet(text=text[start:end], marks=marks)


def _hits(text: str, wanted: Wanted) -> Iterator[tuple[int, int]]:
    places = [(found.start(), found.end()) for found in _WORD.finditer(text)]
    said = [_bare(text[start:end]) for start, end in places]
    at = 0
    while at < len(places):
        long = max((len(words) for words, prefix in wanted if _stands(said, at, words, prefix)), default=0)
        if long:
            yield places[at][0], places[at + long - 1][1]
        at += max(long, 1)


@lru_cache(maxsize=1 << 15)  # a language has few syllables
def _bare(word: str) -> str:
    return fold(canonical_tone(nfc(word[:MOST_LETTERS])))


def _stands(said: list[str], at: int, words: tuple[str, ...], prefix: bool) -> bool:
    if not prefix:
        return said[at] == words[0] and said[at : at + len(words)] == list(words)
    last = at + len(words) - 1
    return last < len(said) and said[last].startswith(words[-1]) and said[at:last] == list(words[:-1])
