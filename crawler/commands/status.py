"""`tindothi status`: how each source is doing."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from crawler.incidents import Incident
    from storage.notices import Channel
    from storage.reading import Counts, SourceStatus
    from storage.store import Store

RUNS = 100  # of a source, in which a rule may have fallen silent; most bring nothing new


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the store tells; by source the rules that fell silent, and the sources that it does not know yet."""

    counts: "Counts"
    sources: "Sequence[SourceStatus]"
    silent: Mapping[str, tuple[str, ...]]
    never: Sequence[str]
    incidents: "Sequence[Incident]"
    channels: "Sequence[Channel]"


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object: counts, each source with its last run, each channel."
)
def command(as_json: bool) -> None:
    """Tell how each source is doing: articles, the latest new one, what is pending, the last run and failure.

    What is wrong stands with its source, since when and what to do. Then who is told of what is new, and of what is
    wrong: when something last reached them, what waits, and why.
    """
    from crawler.commands import alert, push
    from crawler.config import load
    from spiders.read import read_sources
    from storage.opening import open_store

    config = load()
    sources, wrong = read_sources(config.sources.directories)
    with open_store(config) as store:
        seen = _seen(store, sources, {*push.channels(config), *alert.channels(config)})
    if as_json:
        click.echo(json.dumps(_table(seen), ensure_ascii=False, indent=2, default=str))
        return
    _print_sources(seen)
    _print_counts(seen.counts)
    for channel in seen.channels:
        _print_channel(channel)
    for error in wrong:
        click.echo(f"tindothi: {error}", err=True)


def _seen(store: "Store", sources: Iterable[str], channels: Collection[str]) -> _Seen:
    from crawler.health import silent_rules

    known = store.status()
    names = {status.name for status in known}
    return _Seen(
        counts=store.counts(),
        sources=known,
        silent={status.name: silent_rules(store.runs(status.name, RUNS)) for status in known},
        never=[name for name in sources if name not in names],
        incidents=store.incidents.current(),
        channels=[one for one in store.notices.channels() if one.name in channels],
    )


def _table(seen: _Seen) -> dict[str, Any]:
    """All of it for scripts."""
    from crawler.mending import as_table
    from crawler.reports import incident_table

    rows = {
        status.name: asdict(status)
        | {
            "silent_rules": seen.silent[status.name],
            "degraded": as_table(status.last_run.mend if status.last_run else None),
        }
        for status in seen.sources
    }
    return {
        "counts": asdict(seen.counts),
        "incidents": [incident_table(one) for one in seen.incidents],
        "sources": rows,
        "never crawled": seen.never,
        "push": [asdict(one) for one in seen.channels],
    }


def _print_sources(seen: _Seen) -> None:
    for one in (one for one in seen.incidents if not one.source):
        _print_incident(one, "")
    click.echo(f"{'source':<16} {'articles':>8} {'pending':>8} {'rejected':>8}  {'latest new':<16}  {'last run':<16}")
    for status in seen.sources:
        _print(status, seen.silent[status.name])
        for one in (one for one in seen.incidents if one.source == status.name):
            _print_incident(one, f"{'':<16} ")
    for name in seen.never:
        click.echo(f"{name:<16} never crawled")


def _print_counts(counts: "Counts") -> None:
    entries = ", ".join(f"{feed} {count}" for feed, count in counts.entries.items()) or "none"
    click.echo(
        f"\n{counts.articles} articles, {counts.revisions} revisions, {counts.stories} stories, "
        f"{counts.records} archived pages; entries: {entries}"
    )


def _print(status: "SourceStatus", silent: tuple[str, ...]) -> None:
    from crawler.commands.moments import moment
    from crawler.mending import mend_lines

    run = moment(status.last_run.ended or status.last_run.started) if status.last_run else "–"
    numbers = f"{status.articles:>8} {status.pending:>8} {status.rejected:>8}"
    click.echo(f"{status.name:<16} {numbers}  {moment(status.last_new):<16}  {run:<16}")
    if status.restless:
        click.echo(f"{'':<16} {status.restless} articles change at each visit: look at what is not stripped there:")
        for url in status.restless_urls:
            click.echo(f"{'':<18} {url}")
    if silent:
        click.echo(f"{'':<16} rules that stopped firing: {', '.join(silent)}; look whether the site has a new layout")
    for line in mend_lines(status.last_run.mend if status.last_run else None):
        click.echo(f"{'':<16} {line}")
    if status.failure:
        failed = status.failure
        click.echo(f"{'':<16} last failure {moment(failed.at)}: {failed.kind}: {failed.message} — {failed.url}")


def _print_incident(one: "Incident", indent: str) -> None:
    from crawler.alerts import advice, detail, headline, moment

    click.echo(f"{indent}! {headline(one)}, since {moment(one.opened)}: {detail(one)}")
    click.echo(f"{indent}  what to do: {advice(one)}")


def _print_channel(channel: "Channel") -> None:
    from crawler.commands.moments import moment

    line = f"push {channel.name}: last told {moment(channel.told_at)}, {channel.waiting} waiting"
    click.echo(line + (f", {channel.lost} given up" if channel.lost else ""))
    if channel.failure:
        click.echo(f"  last failure {moment(channel.failed_at)}: {channel.failure}")
