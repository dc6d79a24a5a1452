"""What differs between two readings of an article: field by field, the text line by line, what matters marked.

A change of figures, dates, names or document numbers is substantive; of other words, of order or of letters' case it is
one of wording.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from crawler.types import Article, Instant

_FIGURE = re.compile(r"[\w/.,:%-]*\d[\w/.,:%-]*(?<![.,:-])")  # a figure, a date, a document number
_CAPITALS = re.compile(r"\b[^\W\d_a-zà-ỹđ]{2,}\b")
_CAPITALISED = re.compile(
    r"(?<![.!?…:\n“\"] )(?<!^)(?<!\n)\b[^\W\d_a-zà-ỹđ][^\W\d_]*"
)  # not by its place in a sentence
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A value that changed: `about` is the field (title, lead, text, published, updated, authors); None: not there."""

    about: str
    before: str | None
    after: str | None
    substantive: bool = False


def differences(before: Article, after: Article) -> tuple[Difference, ...]:
    """What a reader would see change, in the page's order."""
    fields = (
        ("title", before.title, after.title),
        ("published", _said(before.published), _said(after.published)),
        ("updated", _said(before.updated), _said(after.updated)),
        ("authors", ", ".join(before.authors) or None, ", ".join(after.authors) or None),
        ("lead", before.lead, after.lead),
    )
    changed = (
        Difference(about=about, before=old, after=new, substantive=about != "lead" or _matters([old], [new]))
        for about, old, new in fields
        if old != new
    )
    return (*changed, *_lines(before.paragraphs, after.paragraphs))


def _said(when: Instant | None) -> str | None:
    return f"{when.at.isoformat()} ({when.precision.value})" if when else None


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    for kind, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        old, new = before[first:last], after[start:end]
        matters = _matters(old, new)
        for line in old:
            yield Difference(about="text", before=line, after=None, substantive=matters)
        for line in new:
            yield Difference(about="text", before=None, after=line, substantive=matters)


def _matters(before: Sequence[str | None], after: Sequence[str | None]) -> bool:
    """Whether other figures or names stand there now."""
    old, new = ("\n".join(line for line in lines if line) for lines in (before, after))
    if Counter(_FIGURE.findall(old)) != Counter(_FIGURE.findall(new)):
        return True
    names = {
        name.casefold() for text in (old, new) for shape in (_CAPITALS, _CAPITALISED) for name in shape.findall(text)
    }
    return _named(old, names) != _named(new, names)


def _named(text: str, names: set[str]) -> Counter[str]:
    return Counter(word for word in map(str.casefold, _WORD.findall(text)) if word in names)
