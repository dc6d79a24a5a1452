"""Revisits of other archives made whole: the page they refer to was read lately, or somebody else knows it."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from crawler.types import Snapshot
from storage.warc import Origin, Record

RECENT = 64 * 1024 * 1024  # bytes of pages that are remembered: more than what a replay has under way
_HEADERS = 1000  # bytes that a page without a body counts for

Elsewhere = Callable[[Record], Snapshot | None]


def nowhere(_: Record) -> None:
    """Nobody else knows a page."""


class Originals:
    """The pages that revisits may refer to: those read last, up to `limit` bytes, and those that `elsewhere` knows."""

    def __init__(self, elsewhere: Elsewhere = nowhere, *, limit: int = RECENT) -> None:
        self._elsewhere = elsewhere
        self._left = limit
        self._recent: OrderedDict[str | Origin, Snapshot] = OrderedDict()

    def whole(self, record: Record) -> Snapshot | None:
        """The page with its body; None of a revisit whose body is not to be had."""
        page = record.page
        if not record.revisit:
            self._remember(record)
            return page
        known = (self._recent.get(name) for name in (record.origin, record.digest) if name)
        original = next(filter(None, known), None) or self._elsewhere(record)
        if original is None:
            return None
        headers = (original.status, original.headers) if page.status == 0 else (page.status, page.headers)
        return replace(page, body=original.body, status=headers[0], headers=headers[1])

    def _remember(self, record: Record) -> None:
        page = record.page
        for name in (record.digest, Origin(url=page.url, fetched_at=page.fetched_at)):
            if name and name not in self._recent:
                self._recent[name] = page
                self._left -= _weight(page)
        while self._left < 0:
            self._left += _weight(self._recent.popitem(last=False)[1])


def _weight(page: Snapshot) -> int:
    return len(page.body) + _HEADERS
