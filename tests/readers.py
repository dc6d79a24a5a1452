"""Model feed readers, as strict as the worst of them: whatever they are shown again with another date counts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin

import feedparser
from lxml import etree

from feeds.atom import HISTORY

BASE = "https://phuongmau.vn/feeds/"


@dataclass
class Reader:
    """Subscribes to one file. `poll` gives the ids that are news to it, and those that moved."""

    path: Path
    known: dict[str, datetime] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    updated: datetime | None = None

    def poll(self, now: datetime, limit: int = 100) -> tuple[set[str], set[str]]:
        read = feedparser.parse(self.path.read_bytes())
        assert not read.bozo
        shown = {entry.id: datetime.fromisoformat(entry.updated) for entry in read.entries}
        assert len(shown) == len(read.entries), "an id stands twice"
        assert list(shown.values()) == sorted(shown.values(), reverse=True)
        assert all(at <= now for at in shown.values()), "dated in the future"
        assert all(at >= self.known.get(name, at) for name, at in shown.items()), "went back in time"
        assert len(shown) == limit or not set(self.known) - set(shown), "an entry went missing"
        updated = datetime.fromisoformat(read.feed.updated)
        assert (self.updated or updated) <= updated == max([updated, *shown.values()]), "the document went back in time"
        self.updated = updated
        new = set(shown) - set(self.known)
        moved = {name for name, at in shown.items() if at > self.known.get(name, at)}
        self.known |= shown
        self.titles = {entry.id: entry.title for entry in read.entries}
        return new, moved


@dataclass
class Subscriber:
    """Follows RFC 5005, section 4: the current document, then back, archive by archive, to the first that it has."""

    current: Path
    archives: set[str] = field(default_factory=set)
    known: dict[str, datetime] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def poll(self) -> list[str]:
        """The ids that are news to it; what a newer document says of an entry holds."""
        said: dict[str, feedparser.FeedParserDict] = {}
        for document in self.documents():
            assert not document.bozo
            for entry in document.entries:
                newer = said.setdefault(entry.id, entry)
                assert dated(entry) <= dated(newer), "an older document says it newer"
        new = [name for name in said if name not in self.known]
        self.known |= {name: dated(entry) for name, entry in said.items()}
        self.titles |= {name: entry.title for name, entry in said.items()}
        self.links |= {name: entry.get("link", "") for name, entry in said.items()}
        return new

    def documents(self) -> Iterator[feedparser.FeedParserDict]:
        home = BASE + self.current.name
        address = home
        while address and address not in self.archives:
            content = (self.current.parent / address.removeprefix(BASE)).read_bytes()
            is_archive = etree.fromstring(content).find(f"{{{HISTORY}}}archive") is not None
            assert is_archive == (address != home)
            document = feedparser.parse(content)
            links = {link.rel: urljoin(address, link.href) for link in document.feed.get("links", ())}
            assert not is_archive or (links["self"], links["current"]) == (address, home)
            self.archives |= {address} if is_archive else set()
            address = links.get("prev-archive", "")
            yield document


def dated(entry: feedparser.FeedParserDict) -> datetime:
    """When an entry was last updated, as it says."""
    return datetime.fromisoformat(entry.updated)
