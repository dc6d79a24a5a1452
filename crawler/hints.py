"""How long a listing says that it stays as it is: `Cache-Control: max-age`, RSS `<ttl>`, `sy:updatePeriod`. Pure."""

import re
from datetime import timedelta

from crawler.types import Snapshot

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NOT_KEPT = re.compile(r"(?:^|[\s,])no-(?:cache|store)(?:$|[\s,=])", re.IGNORECASE)
_HEAD = 20_000  # bytes of a feed in which its own elements stand
_ITEM = re.compile(rb"<(?:item|entry)[\s>]")
_TTL = re.compile(rb"<ttl>\s*(?:<!\[CDATA\[)?\s*(\d{1,6})\b")  # minutes
_PERIOD = re.compile(rb"<sy:updatePeriod>\s*(hourly|daily|weekly|monthly|yearly)\b")
_FREQUENCY = re.compile(rb"<sy:updateFrequency>\s*(\d{1,4})\b")
_PERIODS = {b"hourly": 1, b"daily": 24, b"weekly": 7 * 24, b"monthly": 30 * 24, b"yearly": 365 * 24}  # hours


def hint(page: Snapshot) -> timedelta | None:
    """The longest time for which the listing says that it need not be asked for again; None where it says nothing."""
    head = page.body[:_HEAD]
    first = _ITEM.search(head)
    said = [_max_age(page.header("cache-control")), *_of_feed(head[: first.start()] if first else head)]
    return max((one for one in said if one), default=None)


def _max_age(header: str) -> timedelta | None:
    found = None if _NOT_KEPT.search(header) else _MAX_AGE.search(header)
    return timedelta(seconds=int(found[1])) if found else None


def _of_feed(head: bytes) -> tuple[timedelta | None, ...]:
    ttl, period, frequency = _TTL.search(head), _PERIOD.search(head), _FREQUENCY.search(head)
    often = max(int(frequency[1]), 1) if frequency else 1
    return (
        timedelta(minutes=int(ttl[1])) if ttl else None,
        timedelta(hours=_PERIODS[period[1]]) / often if period else None,
    )
