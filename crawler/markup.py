"""The kept lines of a page → clean HTML: the text's headings, lists, tables, quotes and pictures.

    page → its images and links to documents (collect) → … → lines + verdicts → what of it is the text's (structured)
    kept lines → the containers round each → open and close them → HTML (render)

Nothing is copied: every tag and attribute is written here, from a closed list, round escaped text. The words are those
of the paragraphs, in their order; besides them only the captions that stand with pictures. White space stands between
all blocks, and the result is a well-formed fragment of XML as well.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby, islice

from lxml import etree

from crawler.attached import Offered, attachments, offered
from crawler.document import Document, base_of
from crawler.layout import Layout
from crawler.pictures import Picture, Seen, pictures, seen_images
from crawler.segments import Look, Segment
from crawler.text import clean
from crawler.types import Attachment, Image
from crawler.urls import absolute

TAGS = frozenset(
    (
        "a", "blockquote", "br", "em", "figcaption", "figure", "h2", "h3", "h4", "img", "li", "ol", "p", "pre",
        "strong", "table", "td", "th", "tr", "ul",
    )
)  # fmt: skip
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "a": frozenset(("href",)),
    "img": frozenset(("src", "alt")),
    "td": frozenset(("colspan", "rowspan")),
    "th": frozenset(("colspan", "rowspan")),
}
_HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}
_HEADING = 200  # characters of a heading; what is longer is a paragraph that looks like one
_BARE = frozenset(("li", "td", "th", "pre", "h2", "h3", "h4"))  # hold their lines without a paragraph
_FRAME, _FRAME_SHARE = 1500, 0.7  # characters in one cell, and its share, by which a table only lays out a page
_MOST_SPANNED = 100  # columns or rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a page has besides its lines, collected before boxes leave the tree. `base`: what its links start from."""

    base: str
    images: tuple[Seen, ...] = ()
    links: tuple[Offered, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What a text is besides its paragraphs."""

    html: str
    images: tuple[Image, ...]
    attachments: tuple[Attachment, ...]


def collect(page: Document) -> Collected:
    """The images of a page, and its links to documents."""
    base = base_of(page)
    return Collected(base=base, images=seen_images(page.root), links=offered(page.root, base))


def structured(
    found: Collected, layout: Layout, rules: Sequence[str | None], paragraphs: Sequence[str], place: int
) -> Structure:
    """The structure of a text.

    :param rules: for each line the rule by which it is no text, or None
    :param paragraphs: one for each kept line
    :param place: of the headline's line, or -1
    """
    shown = pictures(found.images, layout, rules, place, found.base)
    return Structure(
        html=render(layout, rules, paragraphs, shown, found.base),
        images=tuple(one.image for one in shown),
        attachments=attachments(found.links, layout, rules),
    )


Step = tuple[etree._Element, str]  # an element of the page and the tag that stands for it


@dataclass(slots=True)
class _Open:
    """A container that is being written. `bare`: its last child is a line; `cells`: of a row, how many are written."""

    element: etree._Element
    tag: str
    bare: bool = False
    cells: int = 0


def render(
    layout: Layout,
    rules: Sequence[str | None],
    paragraphs: Sequence[str],
    shown: Sequence[Picture] = (),
    base: str = "",
) -> str:
    """The text as HTML.

    :param rules: for each line the rule by which it is no text, or None
    :param paragraphs: one for each kept line: its text, or the end of it where a prefix was cut
    :param shown: the pictures of the text, in page order
    :param base: what the page's links are relative to
    """
    kept = [at for at, rule in enumerate(rules) if rule is None]
    texts = dict(zip(kept, paragraphs, strict=True))
    writer = _Writer(layout, texts, _tables([layout.lines[at] for at in kept], layout.body), base)
    waiting = list(reversed(shown))
    for at in kept:
        while waiting and waiting[-1].at <= at:
            writer.picture(waiting.pop())
        writer.line(at)
    while waiting:
        writer.picture(waiting.pop())
    return writer.finish()


class _Writer:
    """Writes lines and pictures, and the containers round them, as they come."""

    def __init__(self, layout: Layout, texts: Mapping[int, str], tables: frozenset[etree._Element], base: str) -> None:
        self._layout, self._texts, self._tables, self._base = layout, texts, tables, base
        self._out: list[str] = []
        self._open: list[_Open] = []
        self._told: set[int] = set()  # lines that were written as captions
        self._rows: dict[etree._Element, dict[etree._Element, int]] = {}

    def line(self, at: int) -> None:
        if at in self._told:
            return
        line = self._layout.lines[at]
        around = (line.element, *line.element.iterancestors())
        self._enter(_steps(around, self._layout.body, self._tables, heads=len(line.text) <= _HEADING))
        inner = self._open[-1] if self._open else None
        if inner is None or inner.tag not in _BARE:
            self._out.append(f"<p>{self._words(at)}</p>\n")
            return
        if inner.bare:
            self._out.append("\n" if inner.tag == "pre" else "<br/>\n")
        self._out.append(self._words(at, strong=inner.tag in ("li", "td", "pre")))
        inner.bare = True

    def picture(self, shown: Picture) -> None:
        self._enter(_steps(shown.around, self._layout.body, self._tables, heads=False))
        self._part()
        image = shown.image
        self._out.append(f'<figure><img src="{escape(image.url)}" alt="{escape(image.alt)}"/>\n')
        if shown.captions:
            lines = "<br/>\n".join(self._words(at) for at in shown.captions)
            self._out.append(f"<figcaption>{lines}</figcaption>\n")
        self._out.append("</figure>\n")
        self._told.update(shown.captions)

    def finish(self) -> str:
        self._enter([])
        return "".join(self._out)

    def _words(self, at: int, *, strong: bool = True) -> str:
        line = self._layout.lines[at]
        return inline(line, self._texts.get(at, line.text), self._base, strong=strong)

    def _part(self) -> None:
        """White space behind a bare line, before a block in the same container."""
        if self._open and self._open[-1].bare:
            self._out.append("\n")
            self._open[-1].bare = False

    def _enter(self, steps: Sequence[Step]) -> None:
        """Close what the next thing does not stand in, and open what it does."""
        same = 0
        for have, (element, tag) in zip(self._open, steps, strict=False):
            if have.element is not element or have.tag != tag:
                break
            same += 1
        while len(self._open) > same:
            done = self._open.pop()
            if done.tag == "tr":
                self._blanks(done, len(self._cells(done.element)))
            self._out.append(f"</{done.tag}>\n")
        for element, tag in steps[same:]:
            self._part()
            if tag in ("td", "th"):
                row = self._open[-1]
                place = self._cells(row.element)[element]
                self._blanks(row, place)
                row.cells = place + 1
            self._out.append(f"<{tag}{_spans(element) if tag in ('td', 'th') else ''}>")
            self._open.append(_Open(element, tag))

    def _cells(self, row: etree._Element) -> dict[etree._Element, int]:
        """The cells of a row with their places; kept, for each of them asks."""
        if row not in self._rows:
            self._rows[row] = {cell: at for at, cell in enumerate(one for one in row if one.tag in ("td", "th"))}
        return self._rows[row]

    def _blanks(self, row: _Open, until: int) -> None:
        """The empty cells of a row, so that the columns stay."""
        for cell in islice(self._cells(row.element), row.cells, until):
            self._out.append(f"<{cell.tag}{_spans(cell)}></{cell.tag}>\n")


# --- containers ------------------------------------------------------------------------------------------------------


def _steps(
    around: Iterable[etree._Element],
    body: etree._Element | None,
    tables: frozenset[etree._Element],
    *,
    heads: bool,
) -> list[Step]:
    """The containers round something, the outermost first. `around`: it and its ancestors; `heads`: headings too."""
    steps: list[Step] = []
    for element in around:
        if element is body:
            break
        tag = str(element.tag)
        if tag == "li" and (parent := element.getparent()) is not None:
            steps += [(element, "li"), (parent, "ol" if parent.tag == "ol" else "ul")]
        elif tag in ("td", "th"):
            row, table = _row(element)
            if row is not None and table is not None and table in tables:
                steps += [(element, tag), (row, "tr"), (table, "table")]
        elif tag == "blockquote":
            steps.append((element, tag))
        elif not steps and heads and (tag in _HEADINGS or tag == "pre"):
            steps.append((element, _HEADINGS.get(tag, tag)))
    return steps[::-1]


def _row(cell: etree._Element) -> tuple[etree._Element | None, etree._Element | None]:
    """The row and the table of a cell."""
    row = cell.getparent()
    if row is None or row.tag != "tr":
        return None, None
    return row, next(row.iterancestors("table"), None)


def _spans(cell: etree._Element) -> str:
    said = ""
    for name in ("colspan", "rowspan"):
        found = re.fullmatch(r"\s*(\d{1,3})\s*", cell.get(name) or "", re.ASCII)
        if found and 1 < int(found[1]) <= _MOST_SPANNED:
            said += f' {name}="{int(found[1])}"'
    return said


def _tables(kept: Sequence[Segment], body: etree._Element | None) -> frozenset[etree._Element]:
    """The tables of data: a row has several cells with text. The others only lay out the page, or frame a box."""
    sizes: dict[etree._Element, dict[etree._Element, int]] = {}
    rows: dict[etree._Element, set[etree._Element]] = {}
    for line in kept:
        for element in (line.element, *line.element.iterancestors()):
            if element is body:
                break
            if element.tag not in ("td", "th"):
                continue
            row, table = _row(element)
            if row is not None and table is not None:
                cells = sizes.setdefault(table, {})
                cells[element] = cells.get(element, 0) + len(line.text)
                rows.setdefault(row, set()).add(element)
    wide = {table for cells in rows.values() if len(cells) > 1 for table in [_row(next(iter(cells)))[1]]}
    return frozenset(
        table
        for table, cells in sizes.items()
        if table in wide and not _FRAME < max(cells.values()) > _FRAME_SHARE * sum(cells.values())
    )


# --- words -----------------------------------------------------------------------------------------------------------


def inline(line: Segment, text: str, base: str, *, strong: bool = True) -> str:
    """A line's words with its links and stresses. `text`: the line's, or the end of it; `strong`: bold is meant."""
    runs = _runs(line, base, strong)
    cut = len(line.text) - len(text)
    if not runs or not line.text.endswith(text):
        return escape(text)
    out: list[str] = []
    end = cut
    for link, group in groupby(runs, key=lambda run: run[2].link):
        said: list[str] = []
        for start, stop, look in group:
            start, stop = max(start, cut), max(stop, cut)
            if start < stop:
                (said if said else out).append(escape(line.text[end:start]))
                said.append(_marked(escape(line.text[start:stop]), look))
                end = stop
        out += [f'<a href="{escape(link)}">', *said, "</a>"] if link and said else said
    return "".join([*out, escape(line.text[end:])])


def _runs(line: Segment, base: str, strong: bool) -> list[tuple[int, int, Look]]:
    """Where in a line's text each of its looks begins and ends; none where the pieces do not make up the text."""
    runs: list[tuple[int, int, Look]] = []
    end = 0
    for piece, printed in line.runs:
        said = clean(piece)
        if not said:
            continue
        start = end + (line.text[end : end + 1] == " " and not said.startswith(" "))
        if not line.text.startswith(said, start):
            return []
        look = Look(False, strong and printed.bold, printed.italic, _link(printed.link, base))
        end = start + len(said)
        if runs and runs[-1][2] == look:
            runs[-1] = (runs[-1][0], end, look)
        else:
            runs.append((start, end, look))
    return runs if end == len(line.text) else []


def _link(link: str, base: str) -> str:
    """The address of a link that leads to another page."""
    return absolute(link, base) if link and not link.startswith("#") else ""


def _marked(said: str, look: Look) -> str:
    if look.italic:
        said = f"<em>{said}</em>"
    return f"<strong>{said}</strong>" if look.bold else said
