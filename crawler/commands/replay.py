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
@click.option(
    "--host", "hosts", multiple=True, help="Only pages of this host and those below it, as gov.vn; repeatable."
)
@click.option("--vietnamese", is_flag=True, help="Only pages whose text is Vietnamese.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object: the counts in all.")
def command(paths: tuple[Path, ...], hosts: tuple[str, ...], vietnamese: bool, as_json: bool) -> None:
    """Run saved pages (WARC files, or folders of them) through the very same way: extract, classify, store.

    Files of any size and of any tool, as of Common Crawl's news crawl: one page after the other is read. Publishes
    nothing: `tindothi publish` does. Replaying the same pages again changes nothing.
    """
    from crawler.commands.crawl import report
    from crawler.commands.process import crawl
    from crawler.config import load
    from crawler.health import Exit, refused, stopped
    from crawler.urls import by_host
    from spiders.read import read_families, read_sources
    from spiders.replay import ReplaySpider
    from storage.archive import iterate
    from storage.lock import RunLock

    config = load()
    sources, wrong = read_sources(config.sources.directories)
    for error in wrong:
        click.echo(f"tindothi: {error}", err=True)
    families, _ = read_families(config.sources.directories)
    declared = by_host(sources.values())
    damage: list[StoreError] = []

    left_out = 0

    def snapshots() -> "Iterator[Snapshot]":
        nonlocal left_out
        for path in paths:
            try:
                for page in iterate(path):
                    if _wanted(page, hosts, vietnamese):
                        yield page
                    else:
                        left_out += 1
            except StoreError as error:  # what was readable has been replayed; the other files follow
                damage.append(error)

    with RunLock(config.data_dir):
        runs = crawl(
            config, [(ReplaySpider, {"snapshots": snapshots(), "sources": declared, "families": families})], "replay"
        )
    report(runs, {}, (), as_json=as_json)
    if left_out:
        click.echo(f"tindothi: {left_out} pages of other hosts or languages left out", err=True)
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


def _wanted(page: "Snapshot", hosts: tuple[str, ...], vietnamese: bool) -> bool:
    from crawler.language import is_vietnamese
    from crawler.urls import host_of

    host = host_of(page.url)
    if hosts and not any(
        host == one or host.endswith(f".{one}") for one in (said.lower().strip("./") for said in hosts)
    ):
        return False
    return not vietnamese or is_vietnamese(page)
