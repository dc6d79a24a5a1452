"""The lines of a page with where each stands: in which box, voted for as text, inside the body.

tree → lines → boxes → votes (trafilatura) → body → first and last line of the text
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from crawler.boxes import boxed
from crawler.document import Document, drop
from crawler.mainbody import main_element, trafilatura_text, votes
from crawler.segments import Segment
from crawler.template import body_element, select
from crawler.types import Template

_BODY = (
    "[itemprop=articleBody]", ".cms-body", ".afcbc-body", ".article-body", ".article__body", ".entry-content",
    ".post-content", ".detail-content", ".article-content", ".journal-content-article", ".content-detail",
    ".news-content", ".detail-body", ".noi-dung", ".noidung", ".fck_detail", ".ArticleContent",
)  # fmt: skip
_SHARE = 0.5  # of the voted text that a marked body must hold to be the body
_PROSE = 60  # characters of a line that begins a text


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Parallel tuples, one place a line. `inside`: in the body, in no box of it; `first`, `last`: of these, or -1."""

    lines: tuple[Segment, ...] = field(repr=False)
    boxes: tuple[str | None, ...]
    voted: tuple[bool, ...]
    inside: tuple[bool, ...]
    body: etree._Element | None
    first: int
    last: int

    @property
    def size(self) -> int:
        """Characters inside the body that are no links."""
        return sum(
            int(len(line.text) * (1 - line.linked)) for line, held in zip(self.lines, self.inside, strict=True) if held
        )


def lay_out(
    page: Document, lines: tuple[Segment, ...], template: Template | None, headlines: Sequence[etree._Element]
) -> Layout:
    """The layout of a page's lines. `headlines`: elements that no box may hold. A template's body is believed.

    Takes the boxes out of the tree; their lines stay among the lines.
    """
    told = body_element(page.root, template) if template else None
    marked = [told] if told is not None else _marked(page.root)
    boxes, elements = boxed(lines, [*headlines, *marked])
    drop(page.root, elements)
    voted = votes(lines, boxes, trafilatura_text(page.root if told is None else told))
    body = told if told is not None else _choose(lines, boxes, voted, marked)
    held = _held(lines, body)
    inside = tuple(is_in and box is None for is_in, box in zip(held, boxes, strict=True))
    places = [place for place, is_in in enumerate(inside) if is_in]
    return Layout(
        lines=lines,
        boxes=boxes,
        voted=voted,
        inside=inside,
        body=body,
        first=places[0] if places else -1,
        last=places[-1] if places else -1,
    )


def _marked(root: etree._Element) -> list[etree._Element]:
    """Elements whose class or microdata says that they are the body, if the page has just one of the kind."""
    for selector in _BODY:
        found = select(root, selector)
        if len(found) == 1:
            return found
    return []


def _choose(
    lines: Sequence[Segment], boxes: Sequence[str | None], voted: Sequence[bool], marked: Sequence[etree._Element]
) -> etree._Element | None:
    """The marked body where it holds most of what was voted for, else the element of the votes."""
    total = sum(len(line.text) for line, vote in zip(lines, voted, strict=True) if vote)
    for element in marked:
        held = _held(lines, element)
        own = sum(len(line.text) for line, vote, is_in in zip(lines, voted, held, strict=True) if vote and is_in)
        if total and own > _SHARE * total:
            return element
    return main_element(lines, boxes, voted)


def _held(lines: Sequence[Segment], body: etree._Element | None) -> tuple[bool, ...]:
    if body is None:
        return (False,) * len(lines)
    return tuple(line.element is body or any(one is body for one in line.element.iterancestors()) for line in lines)


def orphans(layout: Layout, rules: Sequence[str | None]) -> list[int]:
    """Headings of boxes of which nothing else is kept: in the body, the next element up holds stripped lines only."""
    kept = [at for at, rule in enumerate(rules) if rule is None]
    held: dict[etree._Element, list[int]] = {}
    for at, line in enumerate(layout.lines):
        for element in (line.element, *line.element.iterancestors()):
            if element is layout.body:
                break
            held.setdefault(element, []).append(at)
    wanted = set(kept)

    def is_orphan(at: int) -> bool:
        line = layout.lines[at]
        if not (line.bold > 0.9 or line.tag.startswith("h")) or len(line.text) > 100:
            return False
        for element in (line.element, *line.element.iterancestors()):
            if element is layout.body:
                return False
            if len(held.get(element, ())) > 1:
                return not any(one in wanted for one in held[element] if one != at)
        return False

    return [at for at in kept if is_orphan(at)]
