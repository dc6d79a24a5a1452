"""The proof: every visible line of a page in page order, kept or stripped, and by which rule."""

from collections.abc import Sequence

from crawler.layout import Layout
from crawler.segments import Segment
from crawler.template import Cleared
from crawler.types import Block

STRIP = "strip:"  # + the template's selector


def blocks(layout: Layout, rules: Sequence[str | None], cleared: Cleared) -> tuple[Block, ...]:
    """The lines with their rules, and, where they stood, those that the template took before any rule saw them."""
    found: list[Block] = []
    gone = sorted(cleared.lines, key=lambda one: one[0])
    taken = 0
    for line, rule in zip(layout.lines, rules, strict=True):
        place = cleared.places.get(line.element, 0)
        while taken < len(gone) and gone[taken][0] < place:
            found.append(_block(gone[taken][1], STRIP + gone[taken][2]))
            taken += 1
        found.append(_block(line, rule))
    return (*found, *(_block(line, STRIP + selector) for _, line, selector in gone[taken:]))


def _block(line: Segment, rule: str | None) -> Block:
    return Block(text=line.text, tag=line.tag, rule=rule, path=line.path)
