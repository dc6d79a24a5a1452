"""Feeds to files, in a folder that no other process writes to meanwhile: each feed's documents, then the page of all.

Whatever fails, the last good feed stays, the other feeds are written, and no temporary file is left.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from crawler.errors import PublishError
from crawler.types import Entry, Feed
from feeds.atom import render
from feeds.definitions import file_name
from feeds.files import Folder, locked, write
from feeds.pages import INDEX, File, Listed, index, latest, page, page_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A feed's file as it is now. `written`: False where it held these very bytes before."""

    path: Path
    entries: int
    written: bool


@dataclass(slots=True, kw_only=True)
class _Told:
    """What has been published so far."""

    done: list[Published] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    latest: tuple[Entry, ...] = ()


def publish(feeds: Iterable[Feed], directory: Path, *, base_url: str = "", hub: str = "") -> tuple[Published, ...]:
    """Writes each feed and its page to the directory, which is made where there is none, and then the page of all.

    `feeds` is read while the directory is locked: given as a generator over the store, no older state of it can
    overwrite a newer one. `base_url`: where the directory is served, for the self links; `hub`: see `render`.

    :raises PublishError: names each file that could not be written and how to mend it (the others are written); or
        `base_url` is no address
    """
    told = _Told()
    with locked(directory) as folder:
        for feed in feeds:
            listed = Listed(
                name=feed.name,
                title=feed.title,
                subtitle=feed.subtitle,
                files=formats(feed.name),
                page=page_name(feed.name),
            )
            told.listed.append(listed)
            told.latest = latest((*told.latest, *feed.entries))
            written = _write(folder, file_name(feed.name), render(feed, base_url=base_url, hub=hub), told)
            if written is not None:
                path = directory / file_name(feed.name)
                told.done.append(Published(path=path, entries=len(feed.entries), written=written))
            if listed.page:
                _write(folder, listed.page, page(feed, listed), told)
        _write(folder, INDEX, index(told.listed, told.latest, base_url=base_url), told)
    if told.failed:
        raise PublishError("\n".join(told.failed))
    return tuple(told.done)


def formats(name: str) -> tuple[File, ...]:
    """The files of the feed with this name, for those who subscribe."""
    return (File(name=file_name(name), media_type="application/atom+xml", label="Atom"),)


def _write(folder: Folder, name: str, document: bytes, told: _Told) -> bool | None:
    """Whether the file changed; None where it could not be written, which is noted."""
    try:
        return write(folder, name, document)
    except PublishError as error:
        told.failed.append(str(error))
        return None
