"""Which feeds exist: one per topic, and those of `feeds.toml` (`feeds.declared`). Their ids and file names.

Subscribers hold on to both; they never change.
"""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from crawler.classify import Topic
from storage.searches import SavedSearch

NAMESPACE = uuid.UUID("b7d3a4a9-54be-5f0e-8d51-2f6c1b0a9e37")  # ours, fixed for ever: every feed's id depends on it
ATOM, RSS, JSON = "atom", "rss", "json"
KINDS = {  # a file's ending → what it is served as
    ATOM: "application/atom+xml",
    RSS: "application/rss+xml",
    JSON: "application/feed+json",
}


_FILE = re.compile(rf"(?P<name>[^.].*?)(?:\.(?P<volume>\d{{4,}})(?=\.{ATOM}$))?\.(?:{'|'.join(KINDS)})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A feed that is to be: `name` is its ledger key and file name; it is a topic's, or keeps a search.

    `group`: what it has in common with others that one declaration makes, in words for people; empty: it stands alone.
    """

    name: str
    title: str
    subtitle: str = ""
    search: SavedSearch | None = None
    group: str = ""


def definitions(topics: Iterable[Topic]) -> tuple[Definition, ...]:
    """The feeds of these topics, by name."""
    found = (Definition(name=topic.name, title=topic.title, subtitle=topic.subtitle) for topic in topics)
    return tuple(sorted(found, key=lambda one: one.name))


def file_name(name: str, kind: str = ATOM, *, volume: int = 0) -> str:
    """The file of the feed with this name, or of one of its volumes; servers know `.atom` as application/atom+xml."""
    return f"{name}.{volume:04d}.{kind}" if volume else f"{name}.{kind}"


def feed_of(file: str) -> tuple[str, int]:
    """The feed that a file with this name is of, and its volume (0: none); an empty name: it is no feed's."""
    found = _FILE.fullmatch(file)
    return (found["name"], int(found["volume"] or 0)) if found else ("", 0)


def feed_id(name: str) -> str:
    """The Atom id of the feed with this name, `urn:uuid` version 5: wherever it is served, it is the same feed."""
    return uuid.uuid5(NAMESPACE, name).urn
