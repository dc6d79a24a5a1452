"""Articles that a site splits over several pages: which pages follow, whether a page is such a one, and the whole.

A further page has the first one's address with a page number in it (`?page=2`, `?trang=2`, `-p2.html`, `-trang-2.htm`,
`/page/2`, `/2`), and is believed only where a pager says so that stands right behind the text: links whose words are
that number, "Trang sau", "Xem tiếp trang 2", or a link with `rel=next`. A list's pager or that of the comments is none.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

from crawler.boilerplate import is_prose, section_rule
from crawler.boxes import box_of
from crawler.document import Document, base_of
from crawler.errors import NoText, Rejected
from crawler.headline import Headline
from crawler.segments import Segment, segments
from crawler.types import Article, Block, Snapshot
from crawler.urls import absolute, canonical

MAX_PARTS = 20  # pages of one article
FURTHER = "a further page of an article"

_QUERY = re.compile(r"(?:page|paged|pg|p|trang)=(\d{1,2})", re.IGNORECASE)
_PATH = re.compile(r"(?:[-_/](?:page|trang|p)[-_/]?|/)(\d{1,2})(/?(?:\.\w{2,5})?)$", re.IGNORECASE)
_NUMBERED = re.compile(
    r"[?&;](?:page|paged|pg|p|trang)=\d{1,2}(?:[&#]|$)"
    r"|(?:[-_/](?:page|trang|p)[-_/]?|/)\d{1,2}/?(?:\.\w{2,5})?(?:[?#]|$)",
    re.IGNORECASE,
)

_STEP = (
    r"trang (?:sau|trước|tiếp(?: theo)?|kế(?: tiếp)?|đầu|cuối)|(?:(?:xem|đọc) )?tiếp(?: theo)?(?: trang \d{1,2})?"
    r"|(?:xem )?trang \d{1,2}(?: ?/ ?\d{1,2})?|sau|trước|đầu|cuối|next(?: page)?|prev(?:ious)?(?: page)?|first|last"
    r"|page \d{1,2}(?: of \d{1,2})?"
)
_PAGER = re.compile(rf"\W*(?:\b(?:các )?(?:trang|pages?)\b\W*)?(?:\b(?:\d{{1,2}}|{_STEP})\b\W*)*", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_LONGEST = 120  # characters of a pager's line
_BACK = 12  # lines between the text and its pager: author, source, tags, buttons
_HEADLINE = 25  # characters of a link that may be another article's headline
_PROSE = 60  # characters of a line that is not printed on two pages by chance
_FOREIGN = frozenset(("comments", "related", "sidebar", "footer"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pager:
    """Where the lines of a pager stand, and the pages that it links to, by number."""

    places: range
    pages: Mapping[int, str]


def number(first: str, url: str) -> int | None:
    """Which page of the article that `first` begins stands at `url`: 1, 2, …; None for another thing's address."""
    wanted = _same(first)
    if not urlsplit(wanted).path.strip("/") and not urlsplit(wanted).query:
        return None
    mine = {wanted} | {base for base, printed in _bases(first) if printed == 1}
    if _same(url) in mine:
        return 1
    return next((printed for base, printed in _bases(url) if base in mine and 1 <= printed <= MAX_PARTS), None)


def further(page: Document, first: str, after: int = 1) -> tuple[str, ...]:
    """The addresses of the article's pages after this one, in order, as far as this page names them without a gap.

    :param first: the address of the first page
    :param after: this page's own number
    """
    pages: dict[int, str] = {}
    for pager in _pagers(segments(page.root), page, first) if _has_numbers(page) else ():
        pages |= pager.pages
    found: list[str] = []
    while after < MAX_PARTS and (following := pages.get(after + 1)):
        found.append(following)
        after += 1
    return tuple(found)


def is_part(page: Document) -> bool:
    """Whether the page is a further page of an article: its address has a number, and its pager names the first one."""
    lines: tuple[Segment, ...] | None = None
    for first, printed in _bases(page.url):
        if 1 < printed <= MAX_PARTS and number(first, page.url) == printed:
            lines = segments(page.root) if lines is None else lines
            if any(1 in pager.pages for pager in _pagers(lines, page, first)):
                return True
    return False


def turning(page: Document, lines: Sequence[Segment], before: Article | None) -> list[tuple[int, str]]:
    """The places of the lines that are there because the article is split, each with its rule.

    They are its pager, and on a further page what the pages `before` have said: headline, lead, whole paragraphs.
    """
    if before is None and not _has_numbers(page):
        return []
    first = before.url if before else page.url
    found = [(at, "pager") for pager in _pagers(lines, page, first) for at in pager.places]
    if before:
        said = {before.title, before.lead, *(text for text in before.paragraphs if len(text) >= _PROSE)}
        found += [(at, "repeated") for at, line in enumerate(lines) if line.text in said]
    return found


def repeated_title(lines: Sequence[Segment], before: Article) -> Headline:
    """The place of the article's headline on a further page, which has none of its own."""
    return Headline(text=None, place=next((at for at, line in enumerate(lines) if line.text == before.title), -1))


def whole(
    article: Article, parts: Sequence[Snapshot], left: int, read: Callable[[Snapshot, int, Article], Article]
) -> Article:
    """The article with its further pages. One that is refused for good adds only a block that says so.

    :param left: bytes that they may have in all
    :param read: reads a page of so many bytes as one that follows an article
    :raises Rejected: a page may be had later: half a text would be stored, and the rest look like the site's edit
    """
    for part in parts:
        try:
            said = read(part, left, article)
            if not said.paragraphs:
                raise NoText("it says nothing that the pages before it do not")
            article = _joined(article, said)
        except Rejected as refused:
            if refused.temporary:
                raise
            note = Block(text=f"{part.url}: {refused.reason}: {refused}", rule="refused-page")
            article = replace(article, blocks=(*article.blocks, note))
        left -= len(part.body)
    return article


def _joined(first: Article, part: Article) -> Article:
    """What stands at an article's head is the first page's; a signature may stand on the last."""
    return replace(
        first,
        paragraphs=first.paragraphs + part.paragraphs,
        authors=first.authors or part.authors,
        credit=first.credit or part.credit,
        html=first.html + part.html,
        images=tuple(dict.fromkeys(first.images + part.images)),
        attachments=tuple(dict.fromkeys(first.attachments + part.attachments)),
        blocks=first.blocks + part.blocks,
    )


# --- addresses -------------------------------------------------------------------------------------------------------


def _same(url: str) -> str:
    """One form of an address, whether or not its path ends with a slash."""
    parts = urlsplit(canonical(url))
    return urlunsplit(parts._replace(path=parts.path.rstrip("/")))


def _bases(url: str) -> Iterator[tuple[str, int]]:
    """For each page number that may be in an address: the address without it, and the number."""
    parts = urlsplit(canonical(url))
    pairs = parts.query.split("&")
    for at, pair in enumerate(pairs):
        if found := _QUERY.fullmatch(pair):
            rest = "&".join(pairs[:at] + pairs[at + 1 :])
            yield _same(urlunsplit(parts._replace(query=rest))), int(found[1])
    if found := _PATH.search(parts.path):
        yield _same(urlunsplit(parts._replace(path=parts.path[: found.start()] + found[2]))), int(found[1])


def _has_numbers(page: Document) -> bool:
    """Whether any link may lead to a further page: a quick look, for most pages have none."""
    return any(_NUMBERED.search(link.get("href") or "") for link in page.root.iter("a"))


# --- pagers ----------------------------------------------------------------------------------------------------------


def _pagers(lines: Sequence[Segment], page: Document, first: str) -> list[_Pager]:
    """The pagers of the article that `first` begins; each stands behind the text."""
    base = base_of(page)
    stated = {
        absolute(link.get("href") or "", base)
        for link in (*page.head.iter("link"), *page.root.iter("a"))
        if {"next", "prev"} & set((link.get("rel") or "").lower().split())
    }
    found: list[_Pager] = []
    at = 0
    while at < len(lines):
        end = at
        pages: dict[int, str] = {}
        while end < len(lines) and (linked := _linked(lines[end], base, first, stated)) is not None:
            pages |= linked
            end += 1
        if pages and _is_behind_text(lines, at):
            found.append(_Pager(places=range(at, end), pages=pages))
        at = max(end, at + 1)
    return found


def _linked(line: Segment, base: str, first: str, stated: set[str]) -> dict[int, str] | None:
    """The pages of the article that a line of a pager links to; None for any other line."""
    turns = len(line.text) <= _LONGEST and _PAGER.fullmatch(line.text)
    if not turns and line.linked < 0.9:
        return None
    pages: dict[int, str] = {}
    for link in line.element.iter("a") if line.linked else ():
        words = " ".join("".join(map(str, link.itertext())).split())
        url = absolute(link.get("href") or "", base)
        if not url or len(words) > _LONGEST or not (url in stated or _PAGER.fullmatch(words)):
            continue
        printed = [int(digits) for digits in _DIGITS.findall(words)[:1]]
        which = number(first, url)
        if which and (url in stated or printed in ([], [which])):
            pages.setdefault(which, url)
    return pages if turns or pages else None


def _is_behind_text(lines: Sequence[Segment], place: int) -> bool:
    """Whether paragraphs stand right before a place, no list of other articles and no comments."""
    first = next((at for at in range(place) if _is_text(lines[at])), place)
    if any(section_rule(line.text) == "comments-section" for line in lines[first:place]):
        return False
    if place < len(lines) and _in_foreign_box(lines[place], lines[first]):
        return False
    paragraphs = 0
    for line in reversed(lines[max(first, place - _BACK) : place]):
        if line.tag == "h1":
            break
        if section_rule(line.text) or (line.linked > 0.8 and len(line.text) > _HEADLINE):
            return False
        paragraphs += _is_text(line)
        if paragraphs == 2:
            break
    return paragraphs > 0


def _is_text(line: Segment) -> bool:
    return line.linked < 0.3 and is_prose(line.text)


def _in_foreign_box(line: Segment, text: Segment) -> bool:
    """Whether a line stands in a box that is of another kind, and not around the text too."""
    around = {text.element, *text.element.iterancestors()}
    for element in (line.element, *line.element.iterancestors()):
        if element in around:
            return False
        if box_of(element) in _FOREIGN:
            return True
    return False
