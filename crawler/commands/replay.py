"""`tindothi replay`: saved pages through the very same way."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.errors import StoreError

if TYPE_CHECKING:
    from crawler.types import Snapshot
    from storage.store import Store
    from storage.warc import Record

UNWANTED = "pages of other hosts or languages left out"
BODILESS = "revisit records left out: the pages that they refer to are in no archive read so far"


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
    nothing: `tindothi publish` does. Replaying the same pages again changes nothing. A revisit record takes its body
    from the page that it refers to, read just before or archived earlier; where that is neither, it is left out.
    """
    from crawler.commands.done import Done, report
    from crawler.commands.process import crawl
    from crawler.config import load
    from crawler.health import Exit, refused, stopped
    from crawler.urls import by_host
    from spiders.read import read_families, read_sources
    from spiders.replay import ReplaySpider
    from storage.lock import RunLock
    from storage.opening import open_store

    config = load()
    sources, wrong = read_sources(config.sources.directories)
    for error in wrong:
        click.echo(f"tindothi: {error}", err=True)
    families, _ = read_families(config.sources.directories)
    declared = by_host(sources.values())
    damage: list[StoreError] = []
    left_out: Counter[str] = Counter()
    with RunLock(config.data_dir), open_store(config) as store:
        store.require_room()
        snapshots = _snapshots(store, paths, hosts, vietnamese, left_out, damage)
        runs = crawl(
            config, [(ReplaySpider, {"snapshots": snapshots, "sources": declared, "families": families})], "replay"
        )
    report(Done(runs=runs), as_json=as_json)
    for why, count in left_out.items():
        click.echo(f"tindothi: {count} {why}", err=True)
    for broken in damage:
        click.echo(f"tindothi: {broken}", err=True)
    if refused(runs):
        sys.exit(Exit.STORE)
    if stopped(runs):
        sys.exit(Exit.STOPPED)
    if not any(run.fetched for run in runs):
        click.echo(f"tindothi: no saved page in {', '.join(map(str, paths))}", err=True)
        sys.exit(Exit.NOTHING_FETCHED)
    sys.exit(Exit.SOME_FAILED if damage or wrong or left_out[BODILESS] else Exit.WELL)


def _snapshots(
    store: "Store",
    paths: Iterable[Path],
    hosts: tuple[str, ...],
    vietnamese: bool,
    left_out: Counter[str],
    damage: list[StoreError],
) -> "Iterator[Snapshot]":
    """The wanted pages of the files; counts what is left out, and notes what cannot be read."""
    from storage.archive import Originals, iterate

    def original(revisit: "Record") -> "Snapshot | None":
        page = store.original(revisit)
        if page is None and _is_of(revisit.page, hosts):
            left_out[BODILESS] += 1
        return page

    originals = Originals(original)
    for path in paths:
        try:
            for page in iterate(path, originals=originals):
                if _wanted(page, hosts, vietnamese):
                    yield page
                else:
                    left_out[UNWANTED] += 1
        except StoreError as error:  # what was readable has been replayed; the other files follow
            damage.append(error)


def _wanted(page: "Snapshot", hosts: tuple[str, ...], vietnamese: bool) -> bool:
    from crawler.language import is_vietnamese

    return _is_of(page, hosts) and (not vietnamese or is_vietnamese(page))


def _is_of(page: "Snapshot", hosts: tuple[str, ...]) -> bool:
    from crawler.urls import host_of

    host = host_of(page.url)
    wanted = (said.lower().strip("./") for said in hosts)
    return not hosts or any(host == one or host.endswith(f".{one}") for one in wanted)
