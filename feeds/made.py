"""What each file was made of, so that a feed that says what it said is not rendered again.

`.made.json` beside the files: for each a digest of what it was made of, and one of the bytes that came of that. Both
must hold, so a file that somebody touched is made anew; and everything is after an update of ours, or of a library that
writes it. It is a shortcut and no more: where it is lost or wrong, all is rendered, and the bytes are the same.
"""

import hashlib
import json
from functools import cache
from importlib.metadata import version
from pathlib import Path

import crawler
import feeds
from crawler.types import Feed

FILE = ".made.json"
WRITERS = ("feedgen", "lxml", "nh3")

Made = dict[str, list[str]]


def read(directory: Path) -> Made:
    """What is known of the files in a directory; nothing where it cannot be read."""
    try:
        found = json.loads((directory / FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def line(made: Made) -> bytes:
    """What is to be kept of it."""
    return json.dumps(made, sort_keys=True, indent=1).encode()


def source(feed: Feed, base_url: str, hub: str) -> str:
    """A digest of all that a document of the feed depends on."""
    return digest(f"{_recipe()} {base_url!r} {hub!r} {feed!r}".encode("utf-8", "surrogatepass"))


def digest(data: bytes) -> str:
    """A digest of bytes, in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def holds(made: Made, path: Path, of: str) -> bool:
    """Whether the file is what came of this, the last time."""
    try:
        return made.get(path.name) == [of, digest(path.read_bytes())]
    except OSError:
        return False


@cache
def _recipe() -> str:
    """A digest of the code that makes documents."""
    rooms = (Path(module.__file__ or "").parent for module in (crawler, feeds))
    code = b"".join(path.read_bytes() for room in rooms for path in sorted([*room.glob("*.py"), *room.glob("*.css")]))
    return digest(code + " ".join(map(version, WRITERS)).encode())
