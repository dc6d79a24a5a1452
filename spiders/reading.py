"""A listing on its way through its pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from scrapy import Request

from crawler.discover import address
from crawler.hints import hint
from crawler.types import Announcement, Listing, Snapshot


class ListingError(Exception):
    """A listing's answer has a status that is no page; the message is its kind, as `HTTP 503`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is still to be read of a listing, its first page's answer, and by key what all pages announced so far.

    All of it is taken down at once at the end: were it done page by page, a run that is killed in between would know
    the first page's articles, and the next run could not tell that it never saw the others.

    `hint`: for how long the first page says that it stays as it is. `doubted`: it said 304 just now; is that true?
    """

    listing: Listing
    first: Snapshot | None = None
    found: Mapping[str, Announcement] = field(default_factory=dict)
    hint: timedelta | None = None
    doubted: bool = False


def listing_request(listing: Listing, **more: Any) -> Request:
    """For a listing's page, as its file says that it is asked for; `more`: what else Scrapy is to know."""
    url, form = address(listing)
    typed = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"} if form else {}
    headers = {**typed, **listing.headers}
    return Request(url, method=listing.method, headers=headers, body=urlencode(form), dont_filter=True, **more)


def with_page(reading: Reading, page: Snapshot, announced: Iterable[Announcement]) -> Reading:
    """The reading with what another page announces; an earlier mention of an article stays."""
    new = {one.key: one for one in announced if one.key not in reading.found}
    found = {**reading.found, **new}
    if reading.first:
        return replace(reading, found=found)
    return replace(reading, first=replace(page, body=b""), found=found, hint=hint(page))
