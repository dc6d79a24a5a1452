"""`tindothi crawl`: fetch, store, publish; the line for cron."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from crawler.errors import ConfigError, PublishError, StoreError

if TYPE_CHECKING:
    from crawler.commands.push import Told
    from crawler.commands.turns import Turns
    from crawler.config import Config
    from crawler.types import Run, Source
    from feeds.publish import Published

OUTCOMES = ("listings", "new", "revised", "unchanged", "duplicate", "rejected")


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
    from crawler.classify import read_topics
    from crawler.commands.publish import define_feeds, publish_feeds
    from crawler.commands.push import begin
    from crawler.commands.turns import Turns, told_at_the_end, turns
    from crawler.config import load
    from crawler.health import Exit, verdict
    from spiders.read import read_sources
    from storage.lock import RunLock
    from storage.opening import open_store

    config = load()
    sources, wrong = read_sources(config.sources.directories)
    topics, wrong_topics = read_topics(config.topics.directories)
    for error in (*wrong, *wrong_topics):
        click.echo(f"tindothi: {error}", err=True)
    chosen = choose(sources, names or config.sources.only)
    with RunLock(config.data_dir, config.fetch.deadline):
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
        mistakes = len((*wrong, *wrong_topics, *wrong_feeds))
        code = verdict(runs, wrong_files=mistakes, expected=len(turn.due), waiting=turn.waiting)
        try:
            with open_store(config) as store:
                turn = told_at_the_end(store, turn, chosen)
                feeds = publish_feeds(store, defined, config, whole=whole and not wrong_feeds)
        except PublishError as error:
            click.echo(f"tindothi: {error}", err=True)
            feeds, code = (), code if code is Exit.STORE else Exit.NOT_PUBLISHED
    told = () if code is Exit.STOPPED else tell(config, feeds)  # without the lock: nobody who is slow holds it
    report(runs, sources, feeds, told, turn, as_json=as_json)
    sys.exit(code)


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


def tell(config: "Config", feeds: "Sequence[Published]") -> "tuple[Told, ...]":
    """Tells every channel what is new. What fails is said, and is not the crawl's verdict: it is tried again."""
    from crawler.commands.push import channels, push
    from storage.opening import open_store

    if not channels(config):
        return ()
    try:
        with open_store(config) as store:
            return push(store, config, feeds)
    except StoreError as error:
        click.echo(f"tindothi: push: {error}", err=True)
        return ()


def report(
    runs: "Sequence[Run]",
    sources: "Mapping[str, Source]",
    feeds: "Sequence[Published]",
    told: "Sequence[Told]" = (),
    turn: "Turns | None" = None,
    *,
    as_json: bool,
) -> None:
    """What was done: a line for each source, feed and channel, or one JSON object."""
    from crawler.commands.mending import as_table as mend_table
    from crawler.commands.mending import mend_lines
    from crawler.commands.push import as_table
    from crawler.commands.push import report as report_push
    from crawler.commands.turns import as_table as table_of_turns
    from crawler.commands.turns import report_turns
    from crawler.health import total

    report_push(told, as_json=as_json)

    if as_json:
        each = {
            run.source: {
                **total([run]),
                "rules": dict(run.rules),
                "failure": _failure(run),
                "degraded": mend_table(run.mend),
            }
            for run in runs
        }
        written = [{"path": str(feed.path), "entries": feed.entries, "written": feed.written} for feed in feeds]
        left = table_of_turns(turn) if turn else {}
        table = {**total(runs), "sources": each, **left, "feeds": written, "push": as_table(told)}
        click.echo(json.dumps(table, ensure_ascii=False))
        return
    for run in runs:
        source = sources.get(run.source)
        state = f" ({source.state.value})" if source and source.state.value != "verified" else ""
        click.echo(f"{run.source}{state}: {counted(total([run]))}")
        if run.failure:
            where = f" — {run.failure.url}" if run.failure.url else ""
            click.echo(f"  last failure: {run.failure.kind}: {run.failure.message}{where}")
        for line in mend_lines(run.mend):
            click.echo(f"  {line}")
    if turn:
        report_turns(turn)
    for feed in feeds:
        click.echo(f"{feed.path}: {feed.entries} entries, {'written' if feed.written else 'unchanged'}")


def counted(sums: "Mapping[str, Any]") -> str:
    """The counts as a line: `23 fetched: 3 listings, 18 new, 2 rejected (NotArticle 2)`."""
    parts = [f"{sums[name]} {name}" for name in OUTCOMES if sums[name]]
    reasons = ", ".join(f"{reason} {count}" for reason, count in sums["reasons"].items())
    line = f"{sums['fetched']} fetched" + (f": {', '.join(parts)}" if parts else "")
    line += f" ({reasons})" if reasons else ""
    return line + (f"; {sums['failed']} without an answer" if sums["failed"] else "")


def _failure(run: "Run") -> dict[str, str] | None:
    if run.failure is None:
        return None
    return {"url": run.failure.url, "kind": run.failure.kind, "message": run.failure.message}
