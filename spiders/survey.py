"""A look at a site, as a person would take one: what announces articles there today. It stores nothing itself.

    home page ─→ its feeds (announced, or on its page of feeds) ─┐
        ├─ its own links ────────────────────────────────────────┼→ crawler.proposal → what announces, which addresses
        ├─ (thorough) the sections that it leads to ─────────────┤
    robots.txt ─→ sitemaps, of an index the newest child ────────┘

Nothing is asked for that neither the home page nor robots.txt names, and no more than the bounds below.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from crawler.discover import discover
from crawler.document import decode, parse
from crawler.errors import Blocked, Rejected
from crawler.links import Link, Site, read_site
from crawler.patterns import propose
from crawler.proposal import SITEMAP_DAYS, Offered, Proposal, listed, proposal
from crawler.safetynet import blocking
from crawler.sections import sections
from crawler.types import Listing, ListingKind, Snapshot, Source
from crawler.urls import belongs, host_of

FEEDS, INDEXES, SITEMAPS, SECTIONS = 2, 1, 2, 3  # asked for, at most

Get = Callable[[str], Awaitable[Snapshot]]


class Unread(Exception):
    """A page that was asked for and gave nothing; `kind` as of a `Failure`."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was tried: what, where, whether it was well, and what it said."""

    what: str
    url: str
    well: bool
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a look at a site found. `page` is the source of its home page, `title` its name."""

    home: Snapshot | None = None
    page: str = ""  # the home page's source
    title: str = ""
    found: Proposal = field(default_factory=Proposal)
    steps: tuple[Step, ...] = ()


class Surveyor:
    """Looks at one source's site.

    :param get: fetches a page, and raises `Unread`; what it brings counts as its caller wants
    :param sitemaps: what robots.txt names, asked for after the home page was had
    """

    def __init__(self, source: Source, get: Get, sitemaps: Callable[[], Sequence[str]]) -> None:
        self._source = source
        self._get = get
        self._sitemaps = sitemaps
        self._steps: list[Step] = []
        self._links: dict[str, Link] = {}
        self._offered: list[Offered] = []
        self._home = ""

    async def look(self, home: str, *, new: bool, thorough: bool) -> Survey:
        """What announces articles at the site whose home page is given."""
        page = await self._fetched("home page", home)
        if page is None:
            return Survey(steps=tuple(self._steps))
        if refused := await asyncio.to_thread(blocking, page):
            self._note("home page", page.url, well=False, said=f"{refused.reason}: {refused}")
            return Survey(home=page, steps=tuple(self._steps))
        try:
            site = await asyncio.to_thread(_site, page, self._source)
        except Rejected as refusal:
            self._note("home page", page.url, well=False, said=f"{refusal.reason}: {refusal}")
            return Survey(home=page, steps=tuple(self._steps))
        self._home = page.url
        await self._feeds(site)
        await self._page("home page", reachable(home, page.url), page)
        if thorough:
            await self._sections(site)
        for url in [one for one in self._sitemaps() if belongs(self._source, one)][:SITEMAPS]:
            await self._sitemap(url)
        links = tuple(self._links.values())
        found = await asyncio.to_thread(proposal, self._source, self._offered, links, new=new)
        printed = decode(page.body, page.header("content-type"))
        return Survey(home=page, page=printed, title=site.title, found=found, steps=tuple(self._steps))

    async def _feeds(self, site: Site) -> None:
        feeds = list(site.feeds)
        for url in site.indexes[:INDEXES] if len(feeds) < FEEDS else ():
            if (page := await self._fetched("page of feeds", url)) is None:
                continue
            try:
                further = (await asyncio.to_thread(_site, page, self._source)).feeds
            except Rejected:  # it may be a feed itself
                await self._list("feed", Listing(kind=ListingKind.RSS, url=page.url), page)
                continue
            feeds += [one for one in further if one not in feeds]
            self._note("page of feeds", page.url, well=bool(further), said=f"{len(further)} feeds")
        for url in feeds[:FEEDS]:
            if page := await self._fetched("feed", url):
                await self._list("feed", Listing(kind=ListingKind.RSS, url=page.requested_url), page)

    async def _sections(self, site: Site) -> None:
        patterns = await asyncio.to_thread(propose, tuple(self._links.values()))
        for url in sections(site.links, patterns)[:SECTIONS]:
            if page := await self._fetched("section", url):
                await self._page("section", page.requested_url, page)

    async def _sitemap(self, url: str) -> None:
        listing = Listing(kind=ListingKind.SITEMAP, url=url, days=SITEMAP_DAYS)
        if (page := await self._fetched("sitemap", url)) is None:
            return
        try:
            further = (await asyncio.to_thread(discover, self._source, listing, page, page.fetched_at)).further
        except Rejected as refusal:
            self._note("sitemap", url, well=False, said=f"{refusal.reason}: {refusal}")
            return
        if not further:
            await self._list("sitemap", listing, page)
        for child in further:
            if answer := await self._fetched("sitemap", child.url):
                await self._list("sitemap", listing, answer)

    async def _page(self, what: str, url: str, page: Snapshot) -> None:
        """Take a page of links, if it is one."""
        try:
            links = (await asyncio.to_thread(_site, page, self._source)).links
        except Rejected as refusal:
            self._note(what, page.url, well=False, said=f"{refusal.reason}: {refusal}")
            return
        self._take(what, Offered(listing=Listing(kind=ListingKind.PAGE, url=url), page=page), links)

    async def _list(self, what: str, listing: Listing, page: Snapshot) -> None:
        """Take a feed or sitemap, if it is one."""
        one = Offered(listing=listing, page=page)
        try:
            links = await asyncio.to_thread(listed, self._source, one)
        except Rejected as refusal:
            self._note(what, page.url, well=False, said=f"{refusal.reason}: {refusal}")
            return
        self._take(what, one, links)

    def _take(self, what: str, one: Offered, links: Sequence[Link]) -> None:
        for link in links:
            known = self._links.get(link.url)
            if known is None or len(link.text) > len(known.text):
                self._links[link.url] = link
        self._offered.append(one)
        self._note(what, one.page.url, well=bool(links), said=f"{len(links)} addresses on its own hosts")

    async def _fetched(self, what: str, url: str) -> Snapshot | None:
        try:
            page = await self._get(reachable(url, self._home))
        except Unread as failure:
            self._note(what, url, well=False, said=f"{failure.kind}: {failure}")
            return None
        if page.status == 200:
            return page
        said = [f"HTTP {page.status}"]
        if where := page.header("location"):
            said.append(f"to {where[:200]}")
        elif isinstance(refused := await asyncio.to_thread(blocking, page), Blocked):
            said.append(f"{refused.reason}: {refused}")
        self._note(what, url, well=False, said=", ".join(said))
        return None

    def _note(self, what: str, url: str, *, well: bool, said: str) -> None:
        self._steps.append(Step(what=what, url=url, well=well, said=said))


def reachable(url: str, home: str) -> str:
    """A canonical URL as its site is reached: with scheme and `www.` of the home page, where that is on its host."""
    if not home or host_of(url) != host_of(home):
        return url
    own = urlsplit(home)
    return urlunsplit(urlsplit(url)._replace(scheme=own.scheme, netloc=own.netloc))


def _site(page: Snapshot, source: Source) -> Site:
    return read_site(parse(page), source.hosts)
