"""What a look at a site's pages says of how it announces articles, as values and pure functions of them.

pages of lists → links with their words → patterns (the source's own, where they hold) → what each list announces
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from crawler.discover import discover
from crawler.errors import Rejected
from crawler.links import Link, announces
from crawler.patterns import Pattern, elsewhere, matches, propose, target, without_id
from crawler.types import Announcement, Listing, ListingKind, Mend, Snapshot, Source
from crawler.urls import belongs, is_article

SITEMAP_DAYS = 3
_DATED = 0.5  # share of a sitemap's pages that must bear a date: else it would bring the whole archive
_HOLD, _FEW = 0.5, 3  # share of the links that look like articles, or how many, that own patterns must tell to hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A place that may announce articles, as it was fetched."""

    listing: Listing
    page: Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A listing that announces articles. `page` is its answer, `found` what it announces, each article once."""

    listing: Listing
    page: Snapshot
    found: tuple[Announcement, ...]

    @property
    def newest(self) -> datetime | None:
        """The latest date that the listing prints."""
        return max((one.published.at for one in self.found if one.published), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """How a site announces articles today. `patterns` are none where the source's own hold."""

    readings: tuple[Reading, ...] = ()
    patterns: tuple[str, ...] = ()
    not_articles: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()  # those that look like articles

    @property
    def articles(self) -> tuple[Announcement, ...]:
        """All that is announced, each article once, in the order of the listings."""
        found: dict[str, Announcement] = {}
        for one in (one for reading in self.readings for one in reading.found):
            found.setdefault(one.key, one)
        return tuple(found.values())


def listed(source: Source, one: Offered) -> tuple[Link, ...]:
    """All links of a list on the source's hosts, whatever their shape, with what it says of them.

    :raises Rejected: it is no such list
    """
    every = replace(source, articles=(), not_articles=())
    found = discover(every, one.listing, one.page, one.page.fetched_at)
    return tuple(Link(url=said.url, text=said.title or spelled(said.url)) for said in found.announcements)


def untold(source: Source, page: Snapshot) -> bool:
    """Whether a sitemap holds young articles, by the words of their addresses, that the patterns do not tell."""
    listing = Listing(kind=ListingKind.SITEMAP, url=page.requested_url, days=SITEMAP_DAYS)
    every = replace(source, articles=(), not_articles=())
    try:
        found = discover(every, listing, page, page.fetched_at).announcements
    except Rejected:
        return False
    young = [one for one in found if (one.published or one.modified) and not is_article(source, one.url)]
    return sum(announces(Link(url=one.url, text=spelled(one.url))) for one in young) >= _FEW


def spelled(url: str) -> str:
    """The words of an address: what a sitemap says of an article that it does not name."""
    path = urlsplit(url).path.rstrip("/")
    best = max(re.split(r"/", path), key=lambda part: part.count("-"), default="")
    return re.sub(r"\.\w{2,5}$", "", best).replace("-", " ")


def proposal(source: Source, offered: Sequence[Offered], links: Sequence[Link], *, new: bool) -> Proposal:
    """What the lists announce, by the source's own patterns where they hold, else by those that the links propose.

    :param links: of all lists, each address once
    :param new: nothing of this source is stored, so that a number may name an article; else another site that took its
        place may use the same numbers
    """
    patterns = propose(links)
    like = tuple(dict.fromkeys(link for one in patterns for link in one.links))
    if source.articles and _hold(source, links, like):
        read = source
        told: tuple[str, ...] = ()
        refused: tuple[str, ...] = ()
    else:
        told = tuple(one.regex if new else without_id(one.regex) for one in patterns)
        refused = _not_articles(links, patterns)
        read = replace(source, articles=told or ("(?!)",), not_articles=(*source.not_articles, *refused))
    readings = tuple(reading for one in offered if (reading := _reading(read, one)))
    return Proposal(readings=readings, patterns=told, not_articles=refused, links=like)


def _hold(source: Source, links: Iterable[Link], like: Sequence[Link]) -> bool:
    """Whether the source's own patterns still tell articles."""
    own = {link.url for link in (*links, *like) if announces(link) and is_article(source, link.url)}
    return len(own) >= _FEW or (bool(own) and len(own) >= _HOLD * len(like))


def needed(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The listings that a file needs: the first, and each that announces some articles more than those before it."""
    kept: list[Reading] = []
    known: set[str] = set()
    for one in readings:
        keys = {said.key for said in one.found}
        if not kept or len(keys - known) >= _FEW:
            kept.append(one)
        known |= keys
    return tuple(kept)


def as_mend(because: str, found: Proposal) -> Mend:
    """What is to be put into the source's file."""
    return Mend(
        because=because,
        listings=tuple((one.listing.kind.value, one.listing.url) for one in needed(found.readings)),
        articles=found.patterns,
        found=len(found.articles),
    )


def _reading(source: Source, one: Offered) -> Reading | None:
    try:
        found = discover(source, one.listing, one.page, one.page.fetched_at).announcements
    except Rejected:
        return None
    dated = sum(bool(said.published or said.modified) for said in found)
    endless = one.listing.kind is ListingKind.SITEMAP and dated < _DATED * len(found)
    own = tuple(said for said in found if belongs(source, said.url))
    return Reading(listing=one.listing, page=one.page, found=own) if own and not endless else None


def _not_articles(links: Iterable[Link], patterns: Sequence[Pattern]) -> tuple[str, ...]:
    """Directories of what has an article's address and is none: only those that the site has."""
    named: dict[str, None] = {}
    for link in links:
        if elsewhere(link.url) and announces(link) and any(matches(one, link.url) for one in patterns):
            directory = re.escape(target(link.url).split("/")[1]).replace(r"\-", "-")
            named.setdefault(f"^/{directory}/", None)
    return tuple(named)
