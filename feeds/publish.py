"""Feeds to files, in a folder that no other process writes to meanwhile: each feed's documents, then the lists of all.

Whatever fails, the last good feed stays, the other feeds are written, and no temporary file is left.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from crawler.errors import PublishError
from crawler.types import Entry, Feed
from feeds import atom, jsonfeed, opml, rss
from feeds.definitions import ATOM, JSON, KINDS, RSS, file_name
from feeds.files import Folder, locked, write
from feeds.pages import INDEX, File, Listed, index, latest, page, page_name

RENDERERS = {ATOM: atom.render, RSS: rss.render, JSON: jsonfeed.render}
LABELS = {ATOM: "Atom", RSS: "RSS", JSON: "JSON Feed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A file that one subscribes to, as it is now: a format of a feed, or the list of all, whose `entries` are feeds.

    `written`: False where it held these very bytes before.
    """

    path: Path
    entries: int
    written: bool


@dataclass(slots=True, kw_only=True)
class _Told:
    """What has been published so far."""

    done: list[Published] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    feeds: list[Feed] = field(default_factory=list)  # without their entries
    latest: tuple[Entry, ...] = ()


def publish(
    feeds: Iterable[Feed], directory: Path, *, base_url: str = "", hub: str = "", whole: bool = True
) -> tuple[Published, ...]:
    """Writes each feed to its files in the directory, one a format, and its page; then the page of all, and OPML.

    The directory is made where there is none. `feeds` is read while it is locked: given as a generator over the store,
    no older state of it can overwrite a newer one. `base_url`: where the directory is served, for the self links, and
    for OPML, which is not made without it; `hub`: see `atom.render`. `whole`: these are all feeds that there are; else
    the OPML stays as it is, for what a broken file does not tell of is no less there.

    :raises PublishError: names each file that could not be written and how to mend it (the others are written); or
        `base_url` is no address
    """
    told = _Told()
    with locked(directory) as folder:
        for feed in feeds:
            for kind, render in RENDERERS.items():
                document = render(feed, base_url=base_url, hub=hub)
                _publish(folder, directory / file_name(feed.name, kind), document, len(feed.entries), told)
            if page_name(feed.name):
                _write(folder, page_name(feed.name), page(feed, _listed(feed)), told)
            told.feeds.append(replace(feed, entries=()))
            told.latest = latest((*told.latest, *feed.entries))
        if base_url and whole:
            _publish(folder, directory / opml.FILE_NAME, opml.render(told.feeds, base_url), len(told.feeds), told)
        also = [File(name=opml.FILE_NAME, media_type="text/x-opml", label="OPML")] if base_url else []
        _write(folder, INDEX, index(list(map(_listed, told.feeds)), told.latest, base_url=base_url, also=also), told)
    if told.failed:
        raise PublishError("\n".join(told.failed))
    return tuple(told.done)


def _listed(feed: Feed) -> Listed:
    files = (File(name=file_name(feed.name, kind), media_type=KINDS[kind], label=LABELS[kind]) for kind in RENDERERS)
    return Listed(
        name=feed.name, title=feed.title, subtitle=feed.subtitle, files=tuple(files), page=page_name(feed.name)
    )


def _publish(folder: Folder, path: Path, document: bytes, entries: int, told: _Told) -> None:
    written = _write(folder, path.name, document, told)
    if written is not None:
        told.done.append(Published(path=path, entries=entries, written=written))


def _write(folder: Folder, name: str, document: bytes, told: _Told) -> bool | None:
    """Whether the file changed; None where it could not be written, which is noted."""
    try:
        return write(folder, name, document)
    except PublishError as error:
        told.failed.append(str(error))
        return None
