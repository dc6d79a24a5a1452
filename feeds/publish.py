"""Feeds to files: for each feed its document, in a folder that no other process writes to meanwhile.

Whatever fails, the last good feed stays, the other feeds are written, and no temporary file is left.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crawler.errors import PublishError
from crawler.types import Feed
from feeds.atom import render
from feeds.definitions import file_name
from feeds.files import locked, write


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A feed's file as it is now. `written`: False where it held these very bytes before."""

    path: Path
    entries: int
    written: bool


def publish(feeds: Iterable[Feed], directory: Path, *, base_url: str = "") -> tuple[Published, ...]:
    """Writes each feed to its file in the directory, which is made where there is none.

    `feeds` is read while the directory is locked: given as a generator over the store, no older state of it can
    overwrite a newer one. `base_url`: where the directory is served, for the self links.

    :raises PublishError: names each file that could not be written and how to mend it (the others are written); or
        `base_url` is no address
    """
    done: list[Published] = []
    failed: list[str] = []
    with locked(directory) as folder:
        for feed in feeds:
            name = file_name(feed.name)
            document = render(feed, base_url=base_url)
            try:
                written = write(folder, name, document)
            except PublishError as error:
                failed.append(str(error))
            else:
                done.append(Published(path=directory / name, entries=len(feed.entries), written=written))
    if failed:
        raise PublishError("\n".join(failed))
    return tuple(done)
