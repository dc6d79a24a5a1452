"""The documents that a page offers with its text: PDF, DOC and their like, each with a name that tells what it is.

Where they stand in the text, every such link counts. Beside or behind it only those under a label of attachments, for
a portal's margins are full of other documents.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml import etree

from crawler.boxes import box_of
from crawler.layout import Layout
from crawler.text import clean
from crawler.types import Attachment
from crawler.urls import absolute

MAX_ATTACHMENTS = 50
MAX_SEEN = 500  # links to documents on a page that are looked at
MAX_NAME = 300  # characters

_KINDS = r"\.(?:pdf|docx?|xlsx?|pptx?|od[ts]|rtf|zip|rar|7z)"
# At the end, before a query or fragment, or before the id that Liferay puts behind it.
_DOCUMENT = re.compile(rf"[^/?=&]{_KINDS}(?=$|[?#&]|/[0-9a-f]{{8}}-)", re.IGNORECASE)
_NAMED = re.compile(rf"\w{_KINDS}\b", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:file|tệp|tập|tài liệu|văn bản|phụ lục|biểu mẫu|hồ sơ|dự thảo)[\w ]{0,12} (?:đính|gửi|ban hành)? ?kèm"
    r"|đính kèm|kèm theo\s*:|^\W*(?:tải (?:về|xuống|file|tệp|tài liệu|văn bản)|downloads?\b|attach(?:ed|ments?)\b)",
    re.IGNORECASE,
)
_LABELLED = 600  # characters of a block that holds a label and its links
_CLIMB = 5  # elements up to the block
_BESIDE, _LABEL_LINE = 12, 80  # blocks under one label; characters of its line
_LOOKED = 80  # elements or pieces of text of a block that are looked at
# Words that tell nothing of the document they lead to.
_EMPTY = re.compile(
    r"\W*(?:(?:bấm|nhấn|click|vào|xem|tải|về|xuống|chi tiết|thêm|tại|đây|file|tệp|tin|tài liệu|văn bản|đính kèm"
    r"|kèm theo|download|view|here|toàn văn|nội dung|trước|ngay|pdf|docx?|xlsx?|zip|rar|\d[\d.,]* ?[km]b)(?!\w)\W*)*",
    re.IGNORECASE,
)
_OTHERS = frozenset(("comments", "footer", "menu"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Offered:
    """A link to a document, with the elements round it while the boxes were still in the tree.

    `labelled`: a label of attachments stands over it, beside it, or in its own words.
    """

    url: str
    words: str
    labelled: bool
    around: tuple[etree._Element, ...] = field(repr=False)


def offered(root: etree._Element, base: str) -> tuple[Offered, ...]:
    """The links of a page that lead to documents, in page order. `base`: what its links are relative to."""
    return tuple(islice(_offered(root, base), MAX_SEEN))


def _offered(root: etree._Element, base: str) -> Iterator[Offered]:
    for link in root.iter("a"):
        target = link.get("href")
        if not target:
            continue
        known = _DOCUMENT.search(target)
        if not known and not (link.text and _NAMED.search(link.text)):
            continue
        url = absolute(target, base)
        if not url or (known and not _DOCUMENT.search(_behind_host(url))):
            continue
        words = clean("".join(map(str, islice(link.itertext(), 40))))[:MAX_NAME]
        labelled = bool(_LABEL.search(words)) or _is_labelled(link)
        if known or labelled:
            yield Offered(url=url, words=words, labelled=labelled, around=tuple(link.iterancestors()))


def _behind_host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _is_labelled(link: etree._Element) -> bool:
    """Whether a label stands in a small block round the link, or right before such a block."""
    block = link
    for _ in range(_CLIMB):
        if box_of(block):
            return False
        if _is_under_label(block):
            return True
        parent = block.getparent()
        if parent is None or parent.tag in ("body", "html", "main", "article"):
            return False
        said = _said(parent)
        if len(said) >= _LABELLED:
            return False
        if _LABEL.search(said):
            return True
        block = parent
    return False


def _is_under_label(block: etree._Element) -> bool:
    """Whether a line that is a label stands before a block, or before others of its kind."""
    for before in islice(block.itersiblings(preceding=True), _BESIDE):
        if not any(one.tag == "a" for one in islice(before.iter(), _LOOKED)):
            return _LABEL.search(said := _said(before)) is not None and len(said) <= _LABEL_LINE
        if (before.tag, before.get("class")) != (block.tag, block.get("class")):
            return False
    return False


def _said(element: etree._Element) -> str:
    """The opening of an element's text."""
    said = clean("".join(str(piece)[:_LABELLED] for piece in islice(element.itertext(), _LOOKED))[: 2 * _LABELLED])
    return said[:_LABELLED]


def attachments(links: Sequence[Offered], layout: Layout, rules: Sequence[str | None]) -> tuple[Attachment, ...]:
    """The documents offered with the text, in page order, each address once.

    :param rules: for each line the rule by which it is no text, or None
    """
    if layout.body is None or not links:
        return ()
    places: dict[etree._Element, list[int]] = {}
    for at, line in enumerate(layout.lines):
        places.setdefault(line.element, []).append(at)
    found: dict[str, str] = {}
    for link in links:
        if not _is_own(link, layout, rules, places):
            continue
        if link.url not in found and len(found) == MAX_ATTACHMENTS:
            break
        found[link.url] = _told(found.get(link.url, "")) or _told(link.words)
    return tuple(Attachment(name=name or _file_name(url) or url, url=url) for url, name in found.items())


def _is_own(
    link: Offered, layout: Layout, rules: Sequence[str | None], places: dict[etree._Element, list[int]]
) -> bool:
    box = next((one for one in link.around[:-1] if one.getparent() is None), None)
    if box is not None:
        rule = box_of(box)
        return (link.labelled and rule not in _OTHERS) or rule == "caption"
    if link.labelled:
        return True
    if layout.body not in link.around:
        return False
    near = next((places[one][:_LOOKED] for one in link.around if one in places), [])
    at = next((at for at in near if link.words in layout.lines[at].text), near[0] if near else -1)
    return at < 0 or not (rules[at] or "").endswith("-section")


def _told(words: str) -> str:
    """The words, where they name the document."""
    return "" if _EMPTY.fullmatch(words) else words


def _file_name(url: str) -> str:
    """The name of the file in a path or query, decoded."""
    parts = urlsplit(url)
    values = [pair.partition("=")[2] for pair in parts.query.split("&")]
    for piece in (*reversed(parts.path.split("/")), *values):
        name = unquote(piece)
        if re.search(rf"{_KINDS}$", name, re.IGNORECASE):
            printed = name if " " in name else name.replace("+", " ")
            return clean(re.split(r"[/\\]", printed)[-1])[:MAX_NAME]
    return ""
