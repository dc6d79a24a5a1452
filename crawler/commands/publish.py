"""`tindothi publish`: the Atom feeds from the store."""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from crawler.classify import Topic
    from crawler.config import Config
    from crawler.types import Feed
    from feeds.publish import Published
    from storage.store import Store


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object: each feed and each channel.")
def command(as_json: bool) -> None:
    """Write the Atom feeds from the store, one per topic.

    A file is replaced as a whole, and only if its feed says something else than before; older entries go into volumes
    (NAME.0001.atom, …), which are written once. `tindothi crawl` does this at its end; do it by hand after a full disk
    or a change of settings ([feed] directory, base_url, entries).
    """
    from crawler.classify import read_topics
    from crawler.commands.push import as_table, push, report
    from crawler.config import load
    from crawler.health import Exit
    from storage.opening import open_store

    config = load()
    topics, errors = read_topics(config.topics.directories)
    with open_store(config) as store:
        done = publish_topics(store, topics, config)
        told = push(store, config, done)
    if as_json:
        feeds = [{"path": str(one.path), "entries": one.entries, "written": one.written} for one in done]
        click.echo(json.dumps({"feeds": feeds, "push": as_table(told)}, ensure_ascii=False))
    else:
        for one in done:
            click.echo(f"{one.path}: {one.entries} entries, {'written' if one.written else 'unchanged'}")
    report(told, as_json=as_json)
    for error in errors:
        click.echo(f"tindothi: {error}", err=True)
    sys.exit(Exit.CONFIG if errors else Exit.WELL)


def publish_topics(store: "Store", topics: "Iterable[Topic]", config: "Config") -> "tuple[Published, ...]":
    """Every topic's feed from the store to its file.

    :raises PublishError: names each file that could not be written; the others are
    """
    from feeds.definitions import definitions
    from feeds.publish import missing, publish

    def documents() -> "Iterator[Feed]":
        """Read while the directory is locked."""
        for one in definitions(topics):
            feed = store.current(one.name, one.title, one.subtitle, config.feed.entries)
            yield from (store.volume(feed, number) for number in missing(feed, config.feed_dir))
            yield feed

    return publish(documents(), config.feed_dir, base_url=config.feed.base_url, hub=config.feed.hub)
