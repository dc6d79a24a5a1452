"""`tindothi publish`: the feeds' files from the store."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from crawler.classify import Topic
    from crawler.config import Config
    from crawler.errors import ConfigError
    from crawler.types import Feed, Source
    from feeds.definitions import Definition
    from feeds.publish import Published
    from storage.store import Store


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object: each file and each channel.")
def command(as_json: bool) -> None:
    """Write the feeds from the store: one per topic, and those of your feeds.toml; each as Atom, RSS and JSON Feed.

    A file is replaced as a whole, and only if its feed says something else than before; older entries go into volumes
    (NAME.0001.atom, …), which are written once. `tindothi crawl` does this at its end; do it by hand after a full disk,
    a change of settings ([feed] directory, base_url, entries), or of feeds.toml. Where base_url is set, feeds.opml
    lists all feeds.
    """
    from crawler.classify import read_topics
    from crawler.commands.push import as_table, push, report
    from crawler.config import load
    from crawler.health import Exit
    from feeds.publish import ended
    from spiders.read import read_sources
    from storage.opening import open_store

    config = load()
    topics, errors = read_topics(config.topics.directories)
    sources, wrong_sources = read_sources(config.sources.directories)
    with open_store(config) as store:
        whole = not (errors or wrong_sources)
        feeds, wrong = define_feeds(store, topics, sources, config, whole=whole)
        done = publish_feeds(store, feeds, config, whole=whole and not wrong)
        told = push(store, config, done)
    over = ended(config.feed_dir, {one.name for one in feeds}) if whole and not wrong else ()
    if as_json:
        files = [{"path": str(one.path), "entries": one.entries, "written": one.written} for one in done]
        click.echo(json.dumps({"feeds": files, "ended": over, "push": as_table(told)}, ensure_ascii=False))
    else:
        for one in done:
            click.echo(f"{one.path}: {one.entries} entries, {'written' if one.written else 'unchanged'}")
        for name in over:
            click.echo(
                f"{config.feed_dir / name}.*: no feed of that name is declared; declare it again, or delete these files"
            )
    report(told, as_json=as_json)
    for error in (*errors, *wrong):
        click.echo(f"tindothi: {error}", err=True)
    sys.exit(Exit.CONFIG if errors or wrong else Exit.WELL)


def define_feeds(
    store: "Store", topics: "Iterable[Topic]", sources: "Mapping[str, Source]", config: "Config", *, whole: bool
) -> "tuple[tuple[Definition, ...], tuple[ConfigError, ...]]":
    """Tells the store which feeds there are; gives them, and what is wrong in their file.

    No feed ends while a file is wrong: theirs, or (not `whole`) one of a topic or a source, which they may name.
    """
    from feeds.declared import read_feeds
    from feeds.definitions import definitions

    topics = tuple(topics)
    file = config.feed.definitions
    own, errors = read_feeds(file, topics, sources) if file else ((), ())
    store.define({one.name: one.search for one in own if one.search is not None}, whole=whole and not errors)
    return (*definitions(topics), *own), errors


def publish_feeds(
    store: "Store", feeds: "Iterable[Definition]", config: "Config", *, whole: bool
) -> "tuple[Published, ...]":
    """Every feed from the store to its files; where they are the `whole` of them, the list of all, too.

    :raises PublishError: names each file that could not be written; the others are
    """
    from feeds.publish import missing, publish

    feeds, where = tuple(feeds), config.feed

    def documents() -> "Iterator[Feed]":
        """Read while the directory is locked."""
        for one in feeds:
            feed = store.current(one.name, one.title, one.subtitle, where.entries)
            yield from (store.volume(feed, number) for number in missing(feed, config.feed_dir))
            yield feed

    groups = {one.name: one.group for one in feeds}
    return publish(documents(), config.feed_dir, base_url=where.base_url, hub=where.hub, groups=groups, whole=whole)
