"""A listing's response → the articles it announces, in its own order, and the listings to fetch after it. Pure.

Only the source's own hosts, only what its patterns call articles, each article once, under its canonical URL.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urljoin

from cssselect import SelectorError
from lxml import etree

from crawler.announced import Announced, Item, read_feed, read_sitemap, unpacked
from crawler.blocked import refuse_blocked
from crawler.dates import feed_date, page_date
from crawler.document import decode, parse
from crawler.errors import Blocked, Damaged, NotHtml, Rejected
from crawler.listings import read_api, read_page
from crawler.segments import segments
from crawler.types import Announcement, Discovery, Instant, Listing, ListingKind, Snapshot, Source
from crawler.urls import article_key, belongs, canonical, is_article

MAX_ANNOUNCED = 5_000  # of one response

_NUMBER = re.compile(r"\d{1,9}")


def address(listing: Listing) -> tuple[str, dict[str, str]]:
    """URL and form of the listing's next page: `{page}` is its `first_page`."""
    page = str(listing.first_page)
    form = {name: value.replace("{page}", page) for name, value in listing.form.items()}
    return listing.url.replace("{page}", page), form


def discover(source: Source, listing: Listing, snapshot: Snapshot, now: datetime) -> Discovery:
    """What a listing's response announces; `further` are the pages or child sitemaps to read after it.

    `listing` stands for the page that was fetched: its `first_page` is that page's number, `depth` counts it and those
    that may follow. Of a sitemap, which never ends, only what is younger than `days`, or undated, is announced; of an
    index the newest `depth` children are read.

    :raises Rejected: it is not what the listing's kind says, it is damaged, or something stands before it
    """
    try:
        try:
            read = _read(listing, snapshot)
        except NotHtml:
            _refuse_blocked(snapshot)  # a captcha in a feed's place is no broken feed
            raise
        said = (_dated(item, source, listing, now) for item in read.items)
        if listing.kind is not ListingKind.SITEMAP:
            announced = _announcements(source, said, snapshot.url)
            if not announced:
                _refuse_blocked(snapshot)
            return Discovery(announcements=announced, further=_next_page(listing, announced, now))
        since = now - timedelta(days=listing.days)
        return Discovery(
            announcements=_announcements(source, (one for one in said if _is_young(one, since)), snapshot.url),
            further=_children(source, listing, read.children, snapshot.url, now),
        )
    except (ValueError, RecursionError, MemoryError, SelectorError, etree.LxmlError) as error:
        raise Damaged(f"the listing cannot be read: {type(error).__name__}: {str(error)[:200]}") from error


def _refuse_blocked(snapshot: Snapshot) -> None:
    """Raise for a captcha, a WAF and the like in the place of a listing; an empty one may say "not found"."""
    try:
        page = parse(snapshot)
        refuse_blocked(page.title, [line.text for line in segments(page.root)], snapshot.body)
    except Blocked:
        raise
    except Rejected:  # it is no page: nothing is said to a reader
        pass


def _read(listing: Listing, snapshot: Snapshot) -> Announced:
    content_type = snapshot.header("content-type")
    if listing.kind is ListingKind.SITEMAP:
        return read_sitemap(snapshot.body, content_type)
    if listing.kind is ListingKind.RSS:
        return read_feed(snapshot.body, content_type)
    read = read_api if listing.kind is ListingKind.API else read_page
    return Announced(items=tuple(read(decode(unpacked(snapshot.body), content_type), listing)))


Dated = tuple[Item, Instant | None, datetime | None]  # with when it was published and modified


def _dated(item: Item, source: Source, listing: Listing, now: datetime) -> Dated:
    of_feed = listing.kind in (ListingKind.RSS, ListingKind.SITEMAP)
    origin = f"{'feed' if of_feed else 'listing'}:{item.published_by}"
    if of_feed:
        published = feed_date(item.published, now=now, origin=origin)
    else:
        published = page_date(item.published, now=now, order=source.date_order, origin=origin)
    return item, published, _moment(item.modified, now)


def _moment(raw: str, now: datetime) -> datetime | None:
    """A sitemap's `lastmod`, a feed's `updated`; aware."""
    instant = feed_date(raw, now=now) if raw else None
    return instant.at if instant else None


def _is_young(dated: Dated, since: datetime) -> bool:
    _, published, modified = dated
    moments = [moment for moment in (published and published.at, modified) if moment]
    return not moments or max(moments) >= since


def _announcements(source: Source, said: Iterable[Dated], base: str) -> tuple[Announcement, ...]:
    """Canonical, own, article-like, and each key once: a later mention adds what the first did not know."""
    by_key: dict[str, Announcement] = {}
    for item, published, modified in said:
        url = next((own for link in item.links if (own := _own_article(source, link, base))), "")
        if not url:
            continue
        key = article_key(source, url)
        if key not in by_key and len(by_key) >= MAX_ANNOUNCED:
            break
        known = by_key.get(key, Announcement(url=url, key=key))
        by_key[key] = replace(
            known,
            title=known.title or item.title,
            published=known.published or published,
            modified=known.modified or modified,
        )
    return tuple(by_key.values())


def _own_article(source: Source, link: str, base: str) -> str:
    url = canonical(link, base)
    return url if url and belongs(source, url) and is_article(source, url) else ""


def _next_page(listing: Listing, announced: Sequence[Announcement], now: datetime) -> tuple[Listing, ...]:
    """The page after this one: if pages are left, and this one announced something that is not too old."""
    paged = "{page}" in listing.url or any("{page}" in value for value in listing.form.values())
    if not paged or listing.depth <= 1 or not announced:
        return ()
    since = now - timedelta(days=listing.days)
    if all(one.published and one.published.at < since for one in announced):
        return ()
    return (replace(listing, first_page=listing.first_page + 1, depth=listing.depth - 1),)


def _children(
    source: Source, listing: Listing, children: Sequence[Item], base: str, now: datetime
) -> tuple[Listing, ...]:
    """The newest `depth` child sitemaps, by `lastmod`'s day, then by the numbers in their names; none is an index."""
    since = now - timedelta(days=listing.days)
    ranked: dict[str, tuple[datetime, list[int]]] = {}
    for child in children:
        url = urljoin(base, child.links[0]) if child.links else ""
        modified = _moment(child.modified, now)
        if url and belongs(source, url) and not (modified and modified < since):
            day = (modified or since).replace(hour=0, minute=0, second=0, microsecond=0)
            ranked[url] = (day, [int(number) for number in _NUMBER.findall(url)])
    newest = sorted(ranked, key=lambda url: ranked[url], reverse=True)
    return tuple(replace(listing, url=url, depth=0) for url in newest[: listing.depth])
