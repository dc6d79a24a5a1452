"""What a page also says of its article and was not believed, kept beside what was: nobody has to guess why.

A value that only says the same in other letters, or a part of it, is no conflict.
"""

from collections.abc import Iterator, Sequence

from crawler.boilerplate import without_prefix
from crawler.headline import without_site
from crawler.metadata import Metadata
from crawler.names import people
from crawler.text import fold, folded_words
from crawler.types import Statement

_MOST = 20  # statements of a page
_OPENING = 3  # texts that a description may repeat
_LONGEST = 160  # characters by which two values are compared


def lost(
    facts: Metadata, title: str | None, texts: Sequence[str], authors: Sequence[str], dates: Sequence[Statement]
) -> tuple[Statement, ...]:
    """The titles, leads, dates and authors that lost, each once. `texts`: lead and paragraphs."""
    told: dict[tuple[str, str], Statement] = {}
    for one in (*_unsaid(facts, title, texts), *dates, *_others(facts, authors)):
        told.setdefault((one.about, one.value), one)
    return tuple(told.values())[:_MOST]


def _unsaid(facts: Metadata, title: str | None, texts: Sequence[str]) -> Iterator[Statement]:
    titles, openings = [_key(title or "")], [_key(text) for text in texts[:_OPENING]]
    for one in facts.said:
        key = _key(without_site(one.value, facts) if one.about == "title" else one.value)
        if key and not any(_says_so(key, known) for known in (titles if one.about == "title" else openings)):
            yield one


def _says_so(key: str, known: str) -> bool:
    return bool(known) and (known.startswith(key) or key.startswith(known))


def _others(facts: Metadata, authors: Sequence[str]) -> Iterator[Statement]:
    known = {fold(author) for author in authors}
    for value, origin in facts.authors:
        names = {fold(name) for name in people(value, facts)} or {fold(value)}
        if not names & known:
            yield Statement(about="author", value=value, origin=origin)


def _key(text: str) -> str:
    return folded_words(without_prefix(text[:_LONGEST])[0].rstrip("…. "))
