"""What differs between two readings of an article: field by field, the text line by line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from crawler.types import Article, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A value that changed: `about` is the field (title, lead, text, published, updated, authors); None: not there."""

    about: str
    before: str | None
    after: str | None


def differences(before: Article, after: Article) -> tuple[Difference, ...]:
    """What a reader would see change, in the page's order."""
    fields = (
        ("title", before.title, after.title),
        ("published", _said(before.published), _said(after.published)),
        ("updated", _said(before.updated), _said(after.updated)),
        ("authors", ", ".join(before.authors) or None, ", ".join(after.authors) or None),
        ("lead", before.lead, after.lead),
    )
    changed = (Difference(about=about, before=old, after=new) for about, old, new in fields if old != new)
    return (*changed, *_lines(before.paragraphs, after.paragraphs))


def _said(when: Instant | None) -> str | None:
    return f"{when.at.isoformat()} ({when.precision.value})" if when else None


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    for kind, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for line in before[first:last]:
            yield Difference(about="text", before=line, after=None)
        for line in after[start:end]:
            yield Difference(about="text", before=None, after=line)
