"""A response of Scrapy's as what the flow takes."""

from datetime import UTC, datetime

from scrapy.http import Response

from crawler.guards import WAIVED
from crawler.types import Snapshot

WIRE_HEADERS = frozenset((b"transfer-encoding", b"content-length", b"connection", b"keep-alive"))  # not the page's


def received(response: Response, requested: str, source: str) -> Snapshot:
    """The snapshot of a response that has just come. `requested`: the URL as it was announced."""
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
        if name.lower() not in WIRE_HEADERS
    )
    return Snapshot(
        requested_url=requested,
        url=response.url,
        fetched_at=datetime.now(UTC),
        status=response.status,
        headers=headers,
        body=response.body,
        source=source,
        waived=next((flag.removeprefix(WAIVED) for flag in response.flags if flag.startswith(WAIVED)), ""),
    )
