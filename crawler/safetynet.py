"""When a source's own listings find nothing, and what follows: pure.

    listing → Heard ─┬─ announces something, or is as it was (304)   ANNOUNCED
                     ├─ a sitemap without anything new               QUIET
                     ├─ a page without any article                   EMPTY
                     ├─ 404, another page, another kind of file      GONE
                     └─ no answer, refused, blocked                  DOWN
    all of a source's ─→ trouble: why its rules find nothing, or nothing at all is wrong with them
    trouble → the home page, the feeds and sitemaps that it and robots.txt announce (`spiders.survey`) → Mend

A site that does not answer, or lets nobody in, has no trouble that another listing would mend.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crawler.blocked import refuse_blocked, refuse_redirect
from crawler.document import parse
from crawler.errors import Blocked, NotArticle, NoText, NotFound, NotHtml, Rejected, SoftNotFound
from crawler.segments import segments
from crawler.types import Snapshot

# What a page is that the patterns take for an article's, and is none.
NONE_AT_ALL = tuple(kind.__name__ for kind in (NotArticle, NoText, NotHtml, NotFound, SoftNotFound))
_FOR_GOOD = ("HTTP 404", "HTTP 410", "HTTP 301", "HTTP 308")  # gone, or moved to another's host


class Heard(StrEnum):
    """What a listing had to say."""

    ANNOUNCED = "announced"
    QUIET = "quiet"
    EMPTY = "empty"
    GONE = "gone"
    DOWN = "down"


_WORDS = {
    Heard.GONE: "gone",
    Heard.EMPTY: "without an article",
    Heard.QUIET: "without anything new",
    Heard.DOWN: "without an answer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """What came of the articles that a source's listings announced in a run: how many there were.

    `refused`: those that an earlier run judged to be none. `asked`: those that this run asked for as new. `taken`:
    new pages that it stored; `none`: pages that it judged to be none.
    """

    announced: int = 0
    refused: int = 0
    asked: int = 0
    taken: int = 0
    none: int = 0


def without(page: Snapshot, kind: str = "") -> Heard:
    """What a page has said that announces nothing, or (`kind` of the failure) that no listing could be made of.

    One that only blocks the way is no empty one.
    """
    if isinstance(refused := blocking(page), Blocked):
        return Heard.DOWN
    return Heard.GONE if kind or refused else Heard.EMPTY


def unread(kind: str) -> Heard:
    """What a listing has said that answered otherwise than with a page, or not at all. `kind`: of the failure."""
    return Heard.GONE if kind in _FOR_GOOD else Heard.DOWN


def blocking(page: Snapshot) -> Rejected | None:
    """Why a page only stands in another's place: a captcha, a login, maintenance, "not found"; None where it does not.

    What is no page at all stands in no place.
    """
    try:
        refuse_redirect(page.requested_url, page.url)
        document = parse(page)
        refuse_blocked(document.title, [line.text for line in segments(document.root)], page.body)
    except (Blocked, SoftNotFound) as refused:
        return refused
    except Rejected:
        return None
    return None


def trouble(listings: Sequence[tuple[str, Heard]], articles: Yield) -> str:
    """Why a source's own rules find nothing, in words; empty where they do, or where nobody could tell.

    :param listings: the URL of each, and what it had to say
    """
    said = {what for _, what in listings}
    if Heard.ANNOUNCED in said:
        return _barren(articles)
    if said.isdisjoint((Heard.EMPTY, Heard.GONE)):
        return ""
    parts = [(sum(what is kind for _, what in listings), words) for kind, words in _WORDS.items()]
    return f"of its {len(listings)} listings: " + ", ".join(f"{count} {words}" for count, words in parts if count)


def _barren(articles: Yield) -> str:
    """Whether all that was announced is no article: then the patterns tell the wrong pages."""
    left = articles.announced - articles.refused
    if not articles.announced or articles.taken or articles.asked < left or articles.none < left:
        return ""
    return f"none of the {articles.announced} pages that its listings announce is an article"


def counted(counts: Mapping[str, int], kinds: Iterable[str] = NONE_AT_ALL) -> int:
    """How many of a run's refusals were of these kinds."""
    return sum(counts.get(kind, 0) for kind in kinds)
