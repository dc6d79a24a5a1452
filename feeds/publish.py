"""Feeds to files, in a folder that no other process writes to meanwhile: each feed's documents, then the page of all.

What says what it said when its files were made is left alone (`feeds.made`). A volume is written once, before the
document that leads to it, and has no page. Whatever fails, the last good feed stays, the other feeds are written, and
no temporary file is left.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from crawler.errors import PublishError
from crawler.types import Entry, Feed
from feeds import made
from feeds.atom import render
from feeds.definitions import file_name
from feeds.files import PACKED, Folder, locked, write
from feeds.pages import INDEX, File, Listed, index, latest, page, page_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A feed's file as it is now. `written`: False where it held these very bytes before. `volume`: see `Feed`."""

    path: Path
    entries: int
    written: bool
    volume: int = 0


@dataclass(slots=True, kw_only=True)
class _Told:
    """What has been published so far."""

    done: list[Published] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    latest: tuple[Entry, ...] = ()
    broken: set[str] = field(default_factory=set)  # feeds of which a volume is not there
    files: made.Made = field(default_factory=dict)


def publish(feeds: Iterable[Feed], directory: Path, *, base_url: str = "", hub: str = "") -> tuple[Published, ...]:
    """Writes each feed and its page to the directory, which is made where there is none, and then the page of all.

    `feeds` is read while the directory is locked: given as a generator over the store, no older state of it can
    overwrite a newer one. `base_url`: where the directory is served, for the self links; `hub`: see `render`.

    :raises PublishError: names each file that could not be written and how to mend it (the others are written); or
        `base_url` is no address
    """
    told = _Told()
    with locked(directory) as folder:
        told.files = made.read(directory)
        for feed in feeds:
            if feed.volume:
                _publish(folder, feed, file_name(feed.name, feed.volume), render(feed), told)
            elif feed.name not in told.broken:
                _publish_current(folder, feed, base_url, hub, told)
        _write(folder, INDEX, index(told.listed, told.latest, base_url=base_url), told)
        told.files = {name: one for name, one in told.files.items() if (directory / name).is_file()}
        with suppress(PublishError):  # then all is rendered again
            write(folder, made.FILE, made.line(told.files))
    if told.failed:
        raise PublishError("\n".join(told.failed))
    return tuple(told.done)


def missing(feed: Feed, directory: Path) -> tuple[int, ...]:
    """The volumes of a feed that have no file yet; the others are never written again."""
    with os.scandir(directory) as found:
        there = {one.name for one in found if one.is_file()}
    return tuple(number for number in range(1, feed.volumes + 1) if file_name(feed.name, number) not in there)


def formats(name: str) -> tuple[File, ...]:
    """The files of the feed with this name, for those who subscribe."""
    return (File(name=file_name(name), media_type="application/atom+xml", label="Atom"),)


def _publish_current(folder: Folder, feed: Feed, base_url: str, hub: str, told: _Told) -> None:
    """The feed's document and its page, unless they say what they said."""
    listed = Listed(
        name=feed.name,
        title=feed.title,
        subtitle=feed.subtitle,
        files=formats(feed.name),
        page=page_name(feed.name),
    )
    told.listed.append(listed)
    told.latest = latest((*told.latest, *feed.entries))
    names = [file_name(feed.name), *filter(None, [listed.page])]
    of = made.source(feed, base_url, hub)
    if all(made.holds(told.files, folder.path / name, of) and _is_packed(folder, name) for name in names):
        told.done.append(Published(path=folder.path / names[0], entries=len(feed.entries), written=False))
        return
    documents = [render(feed, base_url=base_url, hub=hub), *([page(feed, listed)] if listed.page else [])]
    _publish(folder, feed, names[0], documents[0], told)
    for name, document in zip(names[1:], documents[1:], strict=True):
        _write(folder, name, document, told)
    told.files |= {name: [of, made.digest(document)] for name, document in zip(names, documents, strict=True)}


def _publish(folder: Folder, feed: Feed, name: str, document: bytes, told: _Told) -> None:
    written = _write(folder, name, document, told)
    if written is None:
        told.broken.add(feed.name)
    else:
        path, entries = folder.path / name, len(feed.entries)
        told.done.append(Published(path=path, entries=entries, written=written, volume=feed.volume))


def _is_packed(folder: Folder, name: str) -> bool:
    return (folder.path / f"{name}{PACKED}").is_file()


def _write(folder: Folder, name: str, document: bytes, told: _Told) -> bool | None:
    """Whether the file changed; None where it could not be written, which is noted."""
    try:
        return write(folder, name, document)
    except PublishError as error:
        told.failed.append(str(error))
        return None
