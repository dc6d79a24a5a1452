"""What searches compare: an article's words, as printed and without marks; and in which order hits are worth showing.

No database folds đ, and each cuts words in its own way: so the words are ours, and both engines find the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crawler.query import MOST_LETTERS, Clause, Query, Term
from crawler.text import canonical_tone, fold, nfc, words

MOST_WORDS = 50_000  # of one article; what stands behind is not found


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Words in small letters with one blank between, as printed and folded."""

    title: str
    body: str
    folded_title: str
    folded_body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A query as it is tried: words as printed or folded; all of them in the title, or anywhere."""

    query: Query
    folded: bool
    titled: bool


def texts_of(title: str | None, lead: str | None, paragraphs: Sequence[str]) -> Texts:
    """What an article is found by."""
    title, body = title or "", "\n".join(filter(None, (lead, *paragraphs)))
    return Texts(title=_exact(title), body=_exact(body), folded_title=_folded(title), folded_body=_folded(body))


def tiers(query: Query) -> Iterator[Tier]:
    """The strictest first: words side by side before words apart, as printed before folded, in titles before texts."""
    side_by_side = Query(clauses=(Clause(every=(Term(words=query.plain),)),)) if len(query.plain) > 1 else None
    for one in filter(None, (side_by_side, query)):
        if one.clauses:
            for folded in (False, True):
                for titled in (True, False):
                    yield Tier(query=one, folded=folded, titled=titled)


def _exact(printed: str) -> str:
    return _joined(canonical_tone(nfc(printed)).lower())


def _folded(printed: str) -> str:
    return _joined(fold(printed))


def _joined(text: str) -> str:
    found = words(text.replace("_", " "))[:MOST_WORDS]
    if max(map(len, found), default=0) > MOST_LETTERS:  # rarely; told quicker than done
        found = [word[:MOST_LETTERS] for word in found]
    return " ".join(found)
