"""A site's sections: the links of a home page that lead to lists of articles, the likeliest first. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

from crawler.links import Link, announces
from crawler.patterns import Pattern, elsewhere, matches
from crawler.text import fold, words
from crawler.urls import is_home

_MOST_WORDS = 8  # of a section's name
# Where portals and newspapers print what the cities' governments do; folded.
_OURS = re.compile(
    r"chinh quyen|chinh tri|cai cach|noi vu|to chuc|xay dung dang|hoat dong|chi dao|dieu hanh|do thi|thoi su|su kien"
)
_NEWS = re.compile(r"\b(?:tin|ban tin|tin tuc|tin moi|news|xa hoi|dia phuong)\b")
_EXTENSION = re.compile(r"\.\w{2,5}$|/$")


def sections(links: Sequence[Link], patterns: Sequence[Pattern]) -> tuple[str, ...]:
    """The addresses of lists: what articles stand under comes first, then what is called like the news we look for."""
    under = Counter(_directory(link.url) for one in patterns for link in one.links)
    ranked: dict[str, tuple[int, int, int]] = {}
    for place, link in enumerate(links):
        said = fold(link.text)
        named = 2 * bool(_OURS.search(said)) + bool(_NEWS.search(said))
        above = under.get(_EXTENSION.sub("", urlsplit(link.url).path), 0)
        if _may_list(link, patterns) and (named or above):
            ranked[link.url] = (-named, -above, place)
    return tuple(sorted(ranked, key=lambda url: ranked[url]))


def _may_list(link: Link, patterns: Sequence[Pattern]) -> bool:
    parts = urlsplit(link.url)
    if not link.text or is_home(link.url) or elsewhere(link.url) or parts.path.count("/") > 4:
        return False
    if announces(link) and len(words(link.text)) > _MOST_WORDS:
        return False
    return not any(matches(one, link.url) for one in patterns)


def _directory(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[0]
