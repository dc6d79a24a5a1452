"""`tindothi crawl`: fetch, store, publish; the line for cron."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from crawler.errors import ConfigError, PublishError, RunLocked, StoreError

if TYPE_CHECKING:
    from crawler.commands.done import Done
    from crawler.commands.push import Told
    from crawler.config import Config
    from crawler.types import Source
    from feeds.definitions import Definition
    from feeds.publish import Published


@click.command()
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object: the counts in all and per source.")
def command(names: tuple[str, ...], as_json: bool) -> None:
    """Fetch what is new from the SOURCEs, store it and publish the feeds.

    Without a name, from all whose turn it is: a source is read as often as it publishes (`crawl.interval_min`,
    `crawl.interval_max`), and a host that fails is asked ever more rarely. A source that is named is read at once.

    Only one run at a time works in a data directory. What a run could not fetch, a later one tries again. In cron:

    \b
      */30 * * * *  tindothi crawl
    """
    from crawler.commands.alert import hangs
    from crawler.commands.beat import FAIL, WELL, beat
    from crawler.commands.measure import measure
    from crawler.config import load
    from crawler.health import MEANING, Exit

    config, began = load(), datetime.now(UTC)
    try:
        done = _crawl(config, names, began)
    except RunLocked as error:
        if hangs(config, error):
            beat(config, FAIL, str(error))
        raise
    except BaseException as error:
        beat(config, FAIL, f"{type(error).__name__}: {error}")
        raise
    from crawler.commands.done import report, summary

    measure(config, done.code, began)
    report(done, as_json=as_json)
    alive = done.code in (Exit.WELL, Exit.SOME_FAILED)  # a source's own trouble must not hide that of the machine
    beat(config, WELL if alive else FAIL, f"{done.code.value}: {MEANING[done.code]}\n{summary(done)}")
    sys.exit(done.code)


def _crawl(config: "Config", names: Sequence[str], began: datetime) -> "Done":
    """Fetches, stores, publishes, judges, tells. Who is told is told without the lock: nobody who is slow holds it."""
    from crawler.classify import read_topics
    from crawler.commands.alert import judged
    from crawler.commands.beat import START, beat
    from crawler.commands.done import Done
    from crawler.commands.publish import define_feeds
    from crawler.commands.push import begin
    from crawler.commands.turns import Turns, told_at_the_end, turns
    from crawler.health import Exit, verdict
    from spiders.read import read_sources
    from storage.lock import RunLock
    from storage.opening import open_store

    sources, wrong = read_sources(config.sources.directories)
    topics, wrong_topics = read_topics(config.topics.directories)
    for error in (*wrong, *wrong_topics):
        click.echo(f"tindothi: {error}", err=True)
    chosen = choose(sources, names or config.sources.only)
    with RunLock(config.data_dir, config.fetch.deadline):
        beat(config, START)
        with open_store(config) as store:  # a store that refuses is told before anything is fetched
            store.require_room()
            turn = Turns(due=chosen) if names else turns(store, chosen, config)
            for source in turn.due:
                store.meet(source)
            begin(store, config)
            whole = not (wrong or wrong_topics)
            defined, wrong_feeds = define_feeds(store, topics, sources, config, whole=whole)
        for error in wrong_feeds:
            click.echo(f"tindothi: {error}", err=True)
        from crawler.commands.process import crawl  # the engine takes a second to load: what is wrong is told before

        runs = crawl(config, [(source.name, {"patient": not names}) for source in turn.due], "crawl")
        feeds, unwritten = _publish(config, defined, whole=whole and not wrong_feeds)
        ailing, incidents = judged(config, runs, began, None if wrong else _living(sources), unwritten)
        with open_store(config) as store:
            turn = told_at_the_end(store, turn, chosen)
    mistakes = len((*wrong, *wrong_topics, *wrong_feeds))
    left = {"waiting": turn.waiting, "early": turn.early}
    code = verdict(runs, wrong_files=mistakes, expected=len(turn.due), **left, ailing=ailing)
    if unwritten and code is not Exit.STORE:
        code = Exit.NOT_PUBLISHED
    told = () if code is Exit.STOPPED else tell(config, feeds)
    return Done(code=code, runs=runs, sources=sources, feeds=feeds, told=told, incidents=incidents, turn=turn)


def _publish(config: "Config", defined: "Sequence[Definition]", *, whole: bool) -> "tuple[tuple[Published, ...], str]":
    """The feeds' files, or none and why they could not be written."""
    from crawler.commands.publish import publish_feeds
    from storage.opening import open_store

    try:
        with open_store(config) as store:
            return publish_feeds(store, defined, config, whole=whole), ""
    except PublishError as error:
        click.echo(f"tindothi: {error}", err=True)
        return (), str(error)


def choose(sources: "Mapping[str, Source]", names: Sequence[str]) -> "list[Source]":
    """The sources with these names, or all; dead ones only say why they are not crawled.

    :raises ConfigError: no such source, or none is left
    """
    from crawler.types import SourceState

    if unknown := [name for name in names if name not in sources]:
        raise ConfigError(f"no such source: {', '.join(unknown)}; `tindothi sources` lists them")
    chosen = [source for source in sources.values() if not names or source.name in names]
    for source in chosen:
        if names and source.state is SourceState.DEAD:
            click.echo(f"{source.name} is dead and not crawled: {source.reason}", err=True)
    if living := [source for source in chosen if source.state is not SourceState.DEAD]:
        return living
    raise ConfigError("no source is left to crawl; look at `tindothi sources` and at the setting sources.only")


def _living(sources: "Mapping[str, Source]") -> frozenset[str]:
    from crawler.types import SourceState

    return frozenset(name for name, source in sources.items() if source.state is not SourceState.DEAD)


def tell(config: "Config", feeds: "Sequence[Published]") -> "tuple[Told, ...]":
    """Tells every channel what is new. What fails is said, and is not the crawl's verdict: it is tried again."""
    from crawler.commands import alert, push
    from storage.opening import open_store

    if not (push.channels(config) or alert.channels(config)):
        return ()
    try:
        with open_store(config) as store:
            return (*alert.alert(store, config), *push.push(store, config, feeds))
    except StoreError as error:
        click.echo(f"tindothi: push: {error}", err=True)
        return ()
