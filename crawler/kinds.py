"""Whether a page is an article at all, told from the page: home pages, lists of articles and data tables are not.

A list repeats one structure: a headline that is a link, and a summary. A home page holds many links to articles and
little text under a headline of its own. What a page says of its kind (`og:type`) is no proof: home pages of large
outlets say "article".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from crawler.boilerplate import is_furniture, is_prose
from crawler.document import Document
from crawler.errors import HomeServed, NotArticle
from crawler.headline import Headline
from crawler.layout import Layout
from crawler.metadata import squeezed
from crawler.segments import Segment
from crawler.text import fold, words
from crawler.urls import canonical, is_home

_NAMED_HOME = re.compile(r"(?:.*[-–—|:»•·]\s*)?(?:trang chu|home ?page|home)(?:\s*[-–—|:»•·].*)?")  # folded
_HEADLINE = 25  # characters of a link that announces an article
_SUMMARY, _SUMMARY_END = 60, 400  # characters of a line that may be a summary: at least, at most
_REPEATED = 3  # summaries that make a list
_SMALLEST, _LINKS = 60, 8  # characters of an article; links to articles on a page without one
_LISTED = 0.5  # share of the prose that stands in a list
_SHARE = 0.5  # share of the page's prose that an article has
_MOST, _SHORT = 0.68, 600  # share of the prose, and characters, at which many links are only furniture
_PER_LINK = 25  # characters of text for each link to an article, below which a page is a place to leave
_LONG = 1500  # characters of text that speak for themselves
_UNTITLED = 400  # characters that a page without a headline must have
_TELLING, _SECTION = 5, 800  # words of a headline that no section has; characters under a shorter one
_CELLS = 100  # looked at: each line of a row asks for all of them
_TABLE = 0.8  # share of the text that stands in a table of several columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What speaks for an article and against it. Characters of kept text; `agreed`: headline and metadata agree."""

    kept: int
    sentences: int
    listed: float
    share: float
    links: int
    tabular: float
    headline: bool
    telling: bool
    agreed: bool
    dated: bool


def refuse_home(requested: str, url: str) -> None:
    """Let a page through; raise where its address is the front page's.

    :raises HomeServed: another page was asked for
    :raises NotArticle: the front page was
    """
    if is_home(canonical(url)):
        if is_home(canonical(requested)):
            raise NotArticle("the address of a home page")
        raise HomeServed("sent to the home page")


def home_marks(page: Document) -> tuple[str, ...]:
    """By what a page says to be the front page: its address, its title; nothing where it gives another address.

    A hint and no proof: some CMSs name the front page as the address of each article, or as its title.
    """
    links = [one.get("href") for one in page.head.iter("link") if (one.get("rel") or "").strip().lower() == "canonical"]
    stated = (canonical(said.strip(), page.url) for said in (*links, *_meta(page, "og:url")) if said and said.strip())
    address = next(filter(None, stated), "")
    if address and not is_home(address):
        return ()
    names = {squeezed(said) for said in _meta(page, "og:site_name") if said} - {""}
    titled = _NAMED_HOME.fullmatch(fold(page.title)) or squeezed(page.title) in names
    marks = (f"its address is {address[:80]}" if address else "", f"its title is {page.title[:80]!r}" if titled else "")
    return tuple(mark for mark in marks if mark)


def own_headline(page: Document, title: Headline, *, dated: bool) -> bool:
    """Whether a page that says to be the front page has a headline of its own nevertheless, and not the site's name."""
    return title.agreed or (dated and squeezed(title.text or "") not in squeezed(page.title))


def _meta(page: Document, name: str) -> list[str | None]:
    return [one.get("content") for one in page.head.iter("meta") if (one.get("property") or "").lower() == name]


def weigh(layout: Layout, kept: Sequence[int], items: frozenset[int], title: Headline, *, dated: bool) -> Weight:
    """The weights of a page.

    :param kept: places of the lines of lead and text
    :param items: places of the lines that announce other articles
    :param dated: whether a date of publication is known
    """
    lines = [layout.lines[at] for at in kept]
    prose = [line for line in lines if len(line.text) >= _SUMMARY]
    size = sum(len(line.text) for line in prose)
    whole = sum(
        len(line.text)
        for line in layout.lines
        if line.linked < 0.5 and len(line.text) >= _SUMMARY and not is_furniture(line.text)
    )
    text = sum(len(line.text) for line in lines)
    return Weight(
        kept=text,
        sentences=sum(is_prose(line.text) and line.text[-1] in '.!?…:;”"/' for line in lines),
        listed=max(_in_items(layout, items), _behind_links(layout, kept), _cut_short(prose)),
        share=size / whole if whole else 0.0,
        links=sum(line.linked > 0.8 and len(line.text) >= _HEADLINE for line in layout.lines),
        tabular=sum(len(line.text) for line in lines if columns(line.element) >= 3) / text if text else 0.0,
        headline=title.place >= 0,
        telling=len(words(title.text or "")) >= _TELLING,
        agreed=title.agreed,
        dated=dated,
    )


def no_article(weight: Weight) -> str | None:
    """Why a page of such weights is no article, or None."""
    if weight.kept < _SMALLEST and weight.links >= _LINKS:
        return f"{weight.links} links to articles, and no text"
    if weight.kept < _SMALLEST:
        return None  # no text: another refusal
    if weight.listed >= _LISTED:
        return "a list of articles"
    if not weight.headline and weight.kept < _UNTITLED:
        return "no headline and hardly any text"
    if not weight.telling and not weight.dated and weight.kept < _SECTION:
        return "a section's name for a headline, and hardly any text"
    if not weight.headline and weight.tabular > _TABLE:
        return "a table without a headline"
    if not weight.sentences and not weight.dated:
        return "no sentence"
    crowded = weight.kept < min(_LONG, _PER_LINK * weight.links)
    alone = weight.share >= _MOST and (weight.kept >= _SHORT or (weight.dated and weight.telling))
    weak = weight.share < _SHARE or (crowded and not alone)
    if weak and not weight.agreed:
        return f"{weight.links} links to articles, and little text of its own"
    return None


def _in_items(layout: Layout, items: frozenset[int]) -> float:
    """The share of the body's prose that announces other articles."""
    prose = {
        at: len(line.text)
        for at, (line, inside) in enumerate(zip(layout.lines, layout.inside, strict=True))
        if inside and line.linked < 0.5 and len(line.text) >= _SUMMARY
    }
    return sum(size for at, size in prose.items() if at in items) / sum(prose.values()) if prose else 0.0


def _cut_short(prose: Sequence[Segment]) -> float:
    """The share of the prose in summaries that end in dots, where there are several, or nothing else."""
    short = [line for line in prose if len(line.text) < _SUMMARY_END and line.text.endswith(("...", "…", "[…]"))]
    if not short or len(short) < min(_REPEATED, len(prose)):
        return 0.0
    return sum(len(line.text) for line in short) / sum(len(line.text) for line in prose)


def _behind_links(layout: Layout, kept: Sequence[int]) -> float:
    """The share of the prose that follows a headline that is a link, where there are several: a list without markup."""
    total = behind = count = 0
    for at in kept:
        line = layout.lines[at]
        if len(line.text) < _SUMMARY:
            continue
        total += len(line.text)
        before = layout.lines[max(at - 2, 0) : at]
        if any(one.linked > 0.8 and len(one.text) >= _HEADLINE for one in before):
            behind += len(line.text)
            count += 1
    return behind / total if total and count > _REPEATED else 0.0


def columns(element: etree._Element) -> int:
    """How many cells the table row has in which an element stands; 0 outside of tables. It counts to a hundred."""
    for one in (element, *element.iterancestors()):
        if one.tag == "tr":
            return sum(cell.tag in ("td", "th") for cell in islice(one, _CELLS))
    return 0
