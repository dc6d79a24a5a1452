"""Feeds to files, in a folder that no other process writes to meanwhile: each feed's documents, then the lists of all.

What says what it said when its files were made is left alone (`feeds.made`). A volume is written once, before the
document that leads to it, and has no page. Whatever fails, the last good feed stays, the other feeds are written, and
no temporary file is left.
"""

import os
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from crawler.errors import PublishError
from crawler.types import Entry, Feed
from feeds import atom, jsonfeed, made, opml, rss
from feeds.definitions import ATOM, JSON, KINDS, RSS, feed_of, file_name
from feeds.files import PACKED, Folder, locked, write
from feeds.notes import MENTIONS
from feeds.pages import INDEX, File, Listed, index, latest, mentions, page, page_name

RENDERERS = {ATOM: atom.render, RSS: rss.render, JSON: jsonfeed.render}
NO_GROUPS: Mapping[str, str] = MappingProxyType({})
LABELS = {ATOM: "Atom", RSS: "RSS", JSON: "JSON Feed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A file that one subscribes to, as it is now: a format of a feed, a volume, or the list of all feeds.

    `entries`: of the list of all, the feeds. `written`: False where it held these very bytes before. `volume`: see
    `Feed`.
    """

    path: Path
    entries: int
    written: bool
    volume: int = 0


@dataclass(slots=True, kw_only=True)
class _Told:
    """What has been published so far."""

    done: list[Published] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    feeds: list[Feed] = field(default_factory=list)  # without their entries
    latest: tuple[Entry, ...] = ()
    citing: list[Entry] = field(default_factory=list)  # those that name a legal document
    broken: set[str] = field(default_factory=set)  # feeds of which a volume is not there
    files: made.Made = field(default_factory=dict)


def publish(
    feeds: Iterable[Feed],
    directory: Path,
    *,
    base_url: str = "",
    hub: str = "",
    groups: Mapping[str, str] = NO_GROUPS,
    whole: bool = True,
) -> tuple[Published, ...]:
    """Writes each feed to its files in the directory, one a format, and its page; then the page of all, and OPML.

    The directory is made where there is none. `feeds` is read while it is locked: given as a generator over the store,
    no older state of it can overwrite a newer one. `base_url`: where the directory is served, for the self links, and
    for OPML, which is not made without it; `hub`: see `atom.render`. `groups`: by a feed's name, the heading under
    which the page of all folds it up. `whole`: these are all feeds that there are; else the OPML stays as it is, for
    what a broken file does not tell of is no less there.

    :raises PublishError: names each file that could not be written and how to mend it (the others are written); or
        `base_url` is no address
    """
    told = _Told()
    with locked(directory) as folder:
        told.files = made.read(directory)
        for feed in feeds:
            if feed.volume:
                _publish_volume(folder, feed, told)
            elif feed.name not in told.broken:
                _publish_current(folder, feed, base_url, hub, told)
        if base_url and whole:
            document = opml.render(told.feeds, base_url)
            _note(folder, opml.FILE_NAME, len(told.feeds), _write(folder, opml.FILE_NAME, document, told), told)
        listed = [replace(_listed(one), group=groups.get(one.name, "")) for one in told.feeds]
        also = [File(name=opml.FILE_NAME, media_type="text/x-opml", label="OPML")] if base_url else []
        _write(folder, INDEX, index(listed, told.latest, base_url=base_url, also=also), told)
        _write(folder, MENTIONS, mentions(told.citing), told)
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
    return tuple(number for number in range(1, feed.volumes + 1) if file_name(feed.name, volume=number) not in there)


def ended(directory: Path, names: Collection[str]) -> tuple[str, ...]:
    """The feeds whose files lie in the directory, and that are none of these: nobody writes them any more."""
    try:
        with os.scandir(directory) as found:
            return tuple(sorted({feed_of(one.name)[0] for one in found if one.is_file()} - {"", *names}))
    except FileNotFoundError:
        return ()


def _listed(feed: Feed) -> Listed:
    files = (File(name=file_name(feed.name, kind), media_type=KINDS[kind], label=LABELS[kind]) for kind in RENDERERS)
    return Listed(
        name=feed.name, title=feed.title, subtitle=feed.subtitle, files=tuple(files), page=page_name(feed.name)
    )


def _publish_volume(folder: Folder, feed: Feed, told: _Told) -> None:
    name = file_name(feed.name, volume=feed.volume)
    written = _write(folder, name, atom.render(feed), told)
    if written is None:
        told.broken.add(feed.name)
    _note(folder, name, len(feed.entries), written, told, feed.volume)


def _publish_current(folder: Folder, feed: Feed, base_url: str, hub: str, told: _Told) -> None:
    """The feed's documents and its page, unless they say what they said."""
    told.feeds.append(replace(feed, entries=()))
    told.latest = latest((*told.latest, *feed.entries))
    told.citing += (one for one in feed.entries if one.citations)
    of = made.source(feed, base_url, hub)
    for kind, render in RENDERERS.items():
        name = file_name(feed.name, kind)
        held = _holds(folder, name, of, told)
        written = not held and _make(folder, name, render(feed, base_url=base_url, hub=hub), of, told)
        _note(folder, name, len(feed.entries), written, told)
    if (name := page_name(feed.name)) and not _holds(folder, name, of, told):
        _make(folder, name, page(feed, _listed(feed), home=atom.home(base_url)), of, told)


def _holds(folder: Folder, name: str, of: str, told: _Told) -> bool:
    return made.holds(told.files, folder.path / name, of) and (folder.path / f"{name}{PACKED}").is_file()


def _make(folder: Folder, name: str, document: bytes, of: str, told: _Told) -> bool | None:
    told.files[name] = [of, made.digest(document)]
    return _write(folder, name, document, told)


def _note(folder: Folder, name: str, entries: int, written: bool | None, told: _Told, volume: int = 0) -> None:
    if written is not None:
        told.done.append(Published(path=folder.path / name, entries=entries, written=written, volume=volume))


def _write(folder: Folder, name: str, document: bytes, told: _Told) -> bool | None:
    """Whether the file changed; None where it could not be written, which is noted."""
    try:
        return write(folder, name, document)
    except PublishError as error:
        told.failed.append(str(error))
        return None
