"""`tindothi replay`: saved pages through the very same way."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.errors import StoreError

if TYPE_CHECKING:
    from crawler.types import Snapshot


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object: the counts in all.")
def command(paths: tuple[Path, ...], as_json: bool) -> None:
    """Run saved pages (WARC files, or folders of them) through the very same way: extract, classify, store.

    Publishes nothing: `tindothi publish` does. Replaying the same pages again changes nothing.
    """
    from crawler.commands.crawl import report
    from crawler.commands.process import crawl
    from crawler.config import load
    from crawler.health import Exit, refused, stopped
    from spiders.read import read_families, read_sources
    from spiders.replay import ReplaySpider
    from storage.archive import iterate
    from storage.lock import RunLock

    config = load()
    sources, wrong = read_sources(config.sources.directories)
    for error in wrong:
        click.echo(f"tindothi: {error}", err=True)
    families, _ = read_families(config.sources.directories)
    hosts = {host: source for source in sources.values() for host in source.hosts}
    damage: list[StoreError] = []

    def snapshots() -> "Iterator[Snapshot]":
        for path in paths:
            try:
                yield from iterate(path)
            except StoreError as error:  # what was readable has been replayed; the other files follow
                damage.append(error)

    with RunLock(config.data_dir):
        runs = crawl(
            config, [(ReplaySpider, {"snapshots": snapshots(), "sources": hosts, "families": families})], "replay"
        )
    report(runs, {}, (), as_json=as_json)
    for broken in damage:
        click.echo(f"tindothi: {broken}", err=True)
    if refused(runs):
        sys.exit(Exit.STORE)
    if stopped(runs):
        sys.exit(Exit.STOPPED)
    if not any(run.fetched for run in runs):
        click.echo(f"tindothi: no saved page in {', '.join(map(str, paths))}", err=True)
        sys.exit(Exit.NOTHING_FETCHED)
    sys.exit(Exit.SOME_FAILED if damage or wrong else Exit.WELL)
