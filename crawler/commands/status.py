"""`tindothi status`: how each source is doing."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from crawler.incidents import Incident
    from storage.notices import Channel
    from storage.reading import SourceStatus

RUNS = 100  # of a source, in which a rule may have fallen silent; most bring nothing new


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
    from crawler.health import silent_rules
    from crawler.mending import as_table
    from crawler.reports import incident_table
    from spiders.read import read_sources
    from storage.opening import open_store

    config = load()
    sources, wrong = read_sources(config.sources.directories)
    with open_store(config) as store:
        known, counts = store.status(), store.counts()
        names = {*push.channels(config), *alert.channels(config)}
        told = [one for one in store.notices.channels() if one.name in names]
        incidents = store.incidents.current()
        silent = {status.name: silent_rules(store.runs(status.name, RUNS)) for status in known}
    if as_json:
        rows = {
            status.name: asdict(status)
            | {
                "silent_rules": silent[status.name],
                "degraded": as_table(status.last_run.mend if status.last_run else None),
            }
            for status in known
        }
        never = [name for name in sources if name not in rows]
        table = {
            "counts": asdict(counts),
            "incidents": [incident_table(one) for one in incidents],
            "sources": rows,
            "never crawled": never,
            "push": [asdict(one) for one in told],
        }
        click.echo(json.dumps(table, ensure_ascii=False, indent=2, default=str))
        return
    for one in (one for one in incidents if not one.source):
        _print_incident(one, "")
    click.echo(f"{'source':<16} {'articles':>8} {'pending':>8} {'rejected':>8}  {'latest new':<16}  {'last run':<16}")
    for status in known:
        _print(status, silent[status.name])
        for one in (one for one in incidents if one.source == status.name):
            _print_incident(one, f"{'':<16} ")
    for name in (name for name in sources if name not in {status.name for status in known}):
        click.echo(f"{name:<16} never crawled")
    entries = ", ".join(f"{feed} {count}" for feed, count in counts.entries.items()) or "none"
    click.echo(
        f"\n{counts.articles} articles, {counts.revisions} revisions, {counts.stories} stories, "
        f"{counts.records} archived pages; entries: {entries}"
    )
    for channel in told:
        _print_channel(channel)
    for error in wrong:
        click.echo(f"tindothi: {error}", err=True)


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
