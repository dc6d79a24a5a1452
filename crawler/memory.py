"""What the crawl needs to know of earlier runs, as values. `storage.store.Store` implements it.

Every method is short, blocking and thread-safe: the crawl calls them off the reactor (`asyncio.to_thread`).
Times are aware; `now` is given by the caller, so that a clock can be played.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from crawler.learned import Learned
from crawler.types import Announcement, Due, Failure, Host, Snapshot, Validators


class Memory(Protocol):
    """Known pages, validators, pending URLs, and what recurs on pages."""

    def validators(self, url: str) -> Validators:
        """What the server last gave for this listing, once all that it announced was taken down."""
        ...

    def archive(self, snapshot: Snapshot) -> Snapshot:
        """Write the page to the archive and index it; gives the snapshot with its `record`. Call before judging."""
        ...

    def announce(
        self,
        source: str,
        listing: Snapshot,
        found: Iterable[Announcement],
        hint: timedelta | None = None,
        *,
        net: bool = False,
    ) -> int:
        """In one transaction: every announced URL as pending, and the listing's validators. Gives how many were new.

        `hint`: for how long the listing says that it stays as it is. `net`: the safety net found the listing
        (`crawler.safetynet`).
        """
        ...

    def no_articles(self, keys: Collection[str]) -> frozenset[str]:
        """Those of the announced articles whose pages were finally judged to be none."""
        ...

    def due(self, source: str, now: datetime, limit: int) -> Sequence[Due]:
        """Pending URLs, and stored articles whose re-check has come; the newest announcements first."""
        ...

    def fail(self, source: str, failure: Failure) -> None:
        """A fetch got no page: the attempt is counted, the URL stays pending until it expires."""
        ...

    def reject(self, snapshot: Snapshot, reason: str, message: str, *, temporary: bool) -> None:
        """A page was judged to be no article. Temporary: the URL stays pending until it expires."""
        ...

    def unchanged(self, source: str, url: str, at: datetime) -> None:
        """The server said 304 to a re-check."""
        ...

    def learned(self, source: str) -> Learned:
        """What recurs on the pages of the source's articles last read, and is no article's own."""
        ...

    def hosts(self) -> Sequence[Host]:
        """The hosts that were ever asked, by name."""
        ...

    def keep_host(self, host: Host) -> None:
        """Remember how a host answered; what is known of its 304s stays."""
        ...
