"""What differs between two readings of an article: field by field, the text line by line, what matters first.

A change of figures, dates, names or document numbers is substantive, and so is another title; other words, punctuation,
another order of the lines, and letters' case are wording. White space and the place of a tone are no difference at all.
What exactly was corrected is told by `crawler.corrections`, and in a sentence by `summary`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from crawler.corrections import Correction, Matter, corrections, is_slip
from crawler.sequences import edits
from crawler.text import normal
from crawler.types import Article, Instant

_EXAMPLES = 2  # corrections of one kind that a summary shows
_LONGEST = 60  # characters of a corrected value in a summary

# How a summary counts what was corrected.
_COUNTED = {
    Matter.FIGURE: "con số",
    Matter.DATE: "ngày tháng",
    Matter.NAME: "tên",
    Matter.DOCUMENT: "số hiệu văn bản",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A value that changed: `about` is the field (title, lead, text, published, updated, authors); None: not there.

    Of the text it is a line, or a line and the one that took its place. `corrections`: the figures, dates, names and
    document numbers that others replaced; those of a line that only came or went make it substantive and are not told.
    """

    about: str
    before: str | None
    after: str | None
    substantive: bool = False
    corrections: tuple[Correction, ...] = ()


def differences(before: Article, after: Article) -> tuple[Difference, ...]:
    """What a reader would see change: what is substantive first, each part in the page's order."""
    found = (*_fields(before, after), *_lines(before.paragraphs, after.paragraphs))
    return tuple(sorted(found, key=lambda one: not one.substantive))


def summary(found: Sequence[Difference]) -> str:
    """The differences in one Vietnamese sentence: "Tiêu đề đổi; 1 con số sửa: 12 → 13 phường"; empty: there is none."""
    told = [*_told_fields(found), *_told_corrections(found), *_told_lines(found)]
    if found and not told:
        told = ["sửa câu chữ"]
    said = "; ".join(told)
    return said[:1].upper() + said[1:]


def is_retitled(one: Difference) -> bool:
    """Whether the article has another title, and not only a slip in it less."""
    return one.about == "title" and not is_slip(one.before or "", one.after or "")


def corrected(one: Difference) -> tuple[Correction, ...]:
    """The corrections to tell of a difference: another title names other things, and corrects what it counts only."""
    if not is_retitled(one):
        return one.corrections
    return tuple(each for each in one.corrections if each.before and each.after and each.matter is not Matter.NAME)


# --- field by field ---------------------------------------------------------------------------------------------------


def _fields(before: Article, after: Article) -> Iterator[Difference]:
    for about, old, new in (("title", before.title, after.title), ("lead", before.lead, after.lead)):
        if normal(old or "") != normal(new or ""):
            yield _said(about, old, new)
    for about, was, now in (
        ("published", before.published, after.published),
        ("updated", before.updated, after.updated),
    ):
        if _printed(was) != _printed(now):
            moved = about == "published" and _day(was) != _day(now)  # `updated` is the site's clock of its own edits
            yield Difference(about=about, before=_printed(was), after=_printed(now), substantive=moved)
    if before.authors != after.authors:
        names = (", ".join(one.authors) or None for one in (before, after))
        yield Difference(about="authors", before=next(names), after=next(names), substantive=True)


def _said(about: str, old: str | None, new: str | None) -> Difference:
    found = corrections(old or "", new or "")
    said = Difference(about=about, before=old, after=new, substantive=bool(found), corrections=found)
    return replace(said, substantive=True) if is_retitled(said) else said


def _printed(when: Instant | None) -> str | None:
    return f"{when.at.isoformat()} ({when.precision.value})" if when else None


def _day(when: Instant | None) -> str:
    return when.at.date().isoformat() if when else ""


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    old, new = [normal(line) for line in before], [normal(line) for line in after]
    changed = edits(old, new)
    went = Counter(line for first, last, _, _ in changed for line in old[first:last])
    moved = went & Counter(line for _, _, start, end in changed for line in new[start:end])
    for first, last, start, end in changed:
        gone = [before[at] for at in range(first, last) if old[at] not in moved]
        come = [after[at] for at in range(start, end) if new[at] not in moved]
        yield from (_line(before[at], None) for at in range(first, last) if old[at] in moved)
        yield from _replaced(gone, come)
        yield from (_line(None, after[at]) for at in range(start, end) if new[at] in moved)


def _replaced(gone: Sequence[str], come: Sequence[str]) -> Iterator[Difference]:
    """As many lines for as many: each for its own; else what was corrected is told with the first of them."""
    if len(gone) == len(come):
        yield from (_said("text", one, other) for one, other in zip(gone, come, strict=True))
        return
    found = corrections("\n".join(gone), "\n".join(come))
    for place, (one, other) in enumerate(zip_longest(gone, come)):
        told = found if gone and come and place == 0 else ()
        yield _line(one, other, substantive=bool(found), corrections=told)


def _line(before: str | None, after: str | None, **judged: Any) -> Difference:
    return Difference(about="text", before=before, after=after, **judged)


# --- in a sentence ----------------------------------------------------------------------------------------------------


def _told_fields(found: Sequence[Difference]) -> Iterator[str]:
    changed = {one.about for one in found if one.substantive}
    if any(is_retitled(one) for one in found):
        yield "tiêu đề đổi"
    if "published" in changed:
        yield "ngày đăng đổi"
    if "authors" in changed:
        yield "tác giả đổi"


def _told_corrections(found: Sequence[Difference]) -> Iterator[str]:
    every = dict.fromkeys(each for one in found for each in corrected(one))
    for matter, name in _COUNTED.items():
        mine = [one for one in every if one.matter is matter]
        gone, come = {one.before for one in mine}, {one.after for one in mine}
        for verb, some in (
            ("sửa", [one for one in mine if one.before and one.after]),
            ("đổi chỗ", [one for one in mine if not one.before and one.after in gone]),
            ("thêm", [one for one in mine if not one.before and one.after not in gone]),
            ("bỏ", [one for one in mine if not one.after and one.before not in come]),
        ):
            if some:
                more = ", …" if len(some) > _EXAMPLES else ""
                yield f"{len(some)} {name} {verb}: {', '.join(map(_shown, some[:_EXAMPLES]))}{more}"


def _shown(one: Correction) -> str:
    values = (value if len(value) <= _LONGEST else value[:_LONGEST] + "…" for value in (one.before, one.after) if value)
    return " ".join(filter(None, (" → ".join(values), one.unit[:_LONGEST])))


def _told_lines(found: Sequence[Difference]) -> Iterator[str]:
    lines = [one for one in found if one.about == "text"]
    gone = Counter(normal(one.before) for one in lines if one.before is not None and one.after is None)
    come = Counter(normal(one.after) for one in lines if one.after is not None and one.before is None)
    for verb, count in (
        ("thêm", (come - gone).total()),
        ("bỏ", (gone - come).total()),
        ("đổi chỗ", (gone & come).total()),
    ):
        if count:
            yield f"{verb} {count} đoạn"
