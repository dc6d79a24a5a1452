"""The visible lines of a page, in page order, each with how it looks: what a reader sees of the tree.

A block element or a `<br>` ends a line. A sentence that a single `<br>` merely wraps is one line.
"""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from lxml import etree

from crawler.errors import TooLarge
from crawler.paths import path_of
from crawler.text import clean

MAX_LINES = 8_000  # the longest of the known pages has 2,000
INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "kbd",
        "label",
        "mark",
        "nobr",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "o:p",
        "st1:place",
        "st1:city",
        "button",
        "picture",
        "source",
    ]
)
_KINDS = frozenset(
    [
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "td",
        "th",
        "dt",
        "dd",
        "blockquote",
        "figcaption",
        "caption",
        "pre",
        "address",
    ]
)
_FIELDS = frozenset(("a", "span", "time", "button", "i"))
_MOST_FIELDS, _FIELD = 8, 40  # elements side by side, characters of each
_BOLD = frozenset(("b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "th"))
_ITALIC = frozenset(("i", "em", "cite"))
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_BOLD_CLASS = re.compile(r"(?:^|[\s_-])(?:bold|strong|fw-?b|fw-?[67]00|font-?(?:semi-?|extra-?)?bold)(?=$|[\s_-])")
_ITALIC_STYLE = re.compile(r"font-style\s*:\s*italic", re.IGNORECASE)
_PRE_STYLE = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
_ENDS = re.compile(r"[.!?…:;”\"»)\]/*|]$")
_PLACE = re.compile(r"(?:^|[-_ ])(?:location|stamp|dateline|dia-?danh)(?=$|[-_ ])")  # parted by style from what follows
_WORD = re.compile(r"\w")
_OPENS_LOWER = re.compile(r"^[a-zà-ỹđ]")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segment:
    """One visible line. `element` is the block element that holds it, `path` its place in the whole page.

    `linked`, `bold`, `italic` are shares 0…1. `runs`: its pieces with how each looks, where not all are plain.
    `pictures`: how many `img` elements stand before its first word.
    """

    text: str
    tag: str
    element: etree._Element = field(repr=False)
    linked: float = 0.0
    bold: float = 0.0
    italic: float = 0.0
    broken: bool = False  # the line ended at a <br>
    path: str = ""
    runs: "tuple[tuple[str, Look], ...]" = field(default=(), repr=False)
    pictures: int = 0


class Look(NamedTuple):
    """How a piece of text looks. `link`: the `href` of the link it stands in, as printed."""

    linked: bool = False
    bold: bool = False
    italic: bool = False
    link: str = ""


_PLAIN = Look()
_MOST_RUNS = 400  # pieces of a joined line


@dataclass(slots=True)
class _Line:
    """The line under way: pieces of text with how each looks."""

    pictures: int = 0
    pieces: list[tuple[str, Look]] = field(default_factory=list)
    size: int = 0
    linked: int = 0
    bold: int = 0
    italic: int = 0

    def add(self, text: str, look: Look) -> None:
        self.pieces.append((text, look))
        if text.isspace():
            return
        weight = len(text)
        self.size += weight
        if look is not _PLAIN:
            self.linked += weight * look.linked
            self.bold += weight * look.bold
            self.italic += weight * look.italic


def segments(root: etree._Element) -> tuple[Segment, ...]:
    """The lines of a tree in page order; lines without a letter or digit are left out.

    :raises TooLarge: more lines than a page has
    """
    lines = tuple(islice(_join(_walk(root)), MAX_LINES + 1))
    if len(lines) > MAX_LINES:
        raise TooLarge(f"more than {MAX_LINES} lines")
    return lines


def _walk(root: etree._Element) -> Iterator[Segment]:
    line = _Line()
    looks: list[Look] = [_PLAIN]
    pictures = 0
    steps: dict[etree._Element, str] = {}
    blocks: list[etree._Element] = [root]
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if not isinstance(tag, str):
            continue
        inline = tag in INLINE
        if event == "start":
            if tag == "br" or not inline:
                yield from _finish(line, blocks[-1], steps, broken=tag == "br")
                line = _Line(pictures)
            if tag == "img":
                pictures += 1
                if not line.size:
                    line.pictures = pictures
            if tag != "br" and not inline:
                blocks.append(element)
            elif _stands_apart(element):
                line.add(" ", looks[-1])
            looks.append(_look(element, looks[-1]))
            if element.text and tag != "br":
                line = yield from _add(line, element.text, looks[-1], blocks[-1], steps)
            continue
        looks.pop()
        if not inline and tag != "br":
            yield from _finish(line, blocks.pop(), steps, broken=False)
            line = _Line(pictures)
        if element.tail and element is not root:
            if inline and element.tail[0].isupper() and _PLACE.search(element.get("class") or ""):
                line.add(" ", looks[-1])
            line = yield from _add(line, element.tail, looks[-1], blocks[-1], steps)
    yield from _finish(line, root, steps, broken=False)


def _add(
    line: _Line, text: str, look: Look, block: etree._Element, steps: dict[etree._Element, str]
) -> Generator[Segment, None, _Line]:
    """Add text to the line under way; in preformatted text a line break ends it."""
    pieces = text.split("\n") if _is_preformatted(block) else [text]
    for piece in pieces[:-1]:
        line.add(piece, look)
        yield from _finish(line, block, steps, broken=True)
        line = _Line(line.pictures)
    line.add(pieces[-1], look)
    return line


def _stands_apart(element: etree._Element) -> bool:
    """Whether markup alone parts it from the inline element before it: a link and its date, two named spans."""
    before = element.getprevious()
    if before is None or before.tail or before.tag not in _FIELDS or element.tag not in INLINE:
        return False
    if before.tag in ("a", "button") or element.tag == "button":
        return True
    if before.get("class") and element.get("class"):
        return True
    return not _goes_on(before, element) and _is_row(element.getparent())


def _goes_on(before: etree._Element, element: etree._Element) -> bool:
    """Whether a word may be parted between them: a letter, and a small letter behind it."""
    first, second = ("".join(map(str, one.itertext())) for one in (before, element))
    return first[-1:].isalpha() and second[:1].islower()


def _is_row(parent: etree._Element | None) -> bool:
    """Whether an element holds nothing but fields side by side: named boxes of spans, as of author, date and counter.

    Never a paragraph: text pasted from a word processor comes in spans that part words.
    """
    return (
        parent is not None
        and parent.tag == "div"
        and bool(parent.get("class"))
        and not (parent.text or "").strip()
        and next(islice(parent, _MOST_FIELDS, None), None) is None  # counting all is slow where they are many
        and all(one.tag in _FIELDS and not (one.tail or "").strip() for one in parent)
        and all(len("".join(map(str, one.itertext()))) <= _FIELD for one in parent)
    )


def _is_preformatted(block: etree._Element) -> bool:
    return block.tag == "pre" or bool((style := block.get("style")) and _PRE_STYLE.search(style))


def _look(element: etree._Element, around: Look) -> Look:
    tag, style, names = element.tag, element.get("style"), element.get("class")
    link = element.get("href") if tag == "a" else None
    if link is None and not style and not names and tag not in _BOLD and tag not in _ITALIC:
        return around
    return Look(
        around.linked or link is not None,
        around.bold
        or tag in _BOLD
        or bool(style and _BOLD_STYLE.search(style))
        or bool(names and _BOLD_CLASS.search(names)),
        around.italic or tag in _ITALIC or bool(style and _ITALIC_STYLE.search(style)),
        link or around.link,
    )


def _finish(line: _Line, block: etree._Element, steps: dict[etree._Element, str], *, broken: bool) -> Iterator[Segment]:
    if not line.size:
        return
    text = clean("".join([piece for piece, _ in line.pieces]))
    if not _WORD.search(text):
        return
    yield Segment(
        text=text,
        tag=_kind(block),
        element=block,
        linked=line.linked / line.size,
        bold=line.bold / line.size,
        italic=line.italic / line.size,
        broken=broken,
        path=path_of(block, steps),
        runs=tuple(line.pieces) if line.linked or line.bold or line.italic else (),
        pictures=line.pictures,
    )


def _kind(block: etree._Element) -> str:
    tag = str(block.tag)
    if tag in _KINDS and tag != "p":
        return tag
    for _ in range(2):
        parent = block.getparent()
        if parent is None:
            break
        if parent.tag in ("li", "blockquote", "figcaption", "td", "th"):
            return str(parent.tag)
        block = parent
    return "p"


def _join(lines: Iterator[Segment]) -> Iterator[Segment]:
    """Lines that a single <br> merely wrapped, as one."""
    held: Segment | None = None
    for line in lines:
        if held and held.broken and held.element is line.element and _wraps(held.text, line.text):
            held = _joined(held, line)
            continue
        if held:
            yield held
        held = line
    if held:
        yield held


def _wraps(first: str, second: str) -> bool:
    return not _ENDS.search(first) and bool(_OPENS_LOWER.search(second)) and len(first) > 30


def _joined(first: Segment, second: Segment) -> Segment:
    size, more = len(first.text), len(second.text)

    def mean(one: float, two: float) -> float:
        return (one * size + two * more) / (size + more)

    return Segment(
        text=f"{first.text} {second.text}",
        tag=first.tag,
        element=first.element,
        linked=mean(first.linked, second.linked),
        bold=mean(first.bold, second.bold),
        italic=mean(first.italic, second.italic),
        broken=second.broken,
        path=first.path,
        runs=(*_runs(first), (" ", _PLAIN), *_runs(second)) if first.runs or second.runs else (),
        pictures=first.pictures,
    )


def _runs(line: Segment) -> "tuple[tuple[str, Look], ...]":
    """The pieces of a line; of one that was joined of very many, the whole as one: copying them takes the square."""
    return line.runs if 0 < len(line.runs) <= _MOST_RUNS else ((line.text, _PLAIN),)
