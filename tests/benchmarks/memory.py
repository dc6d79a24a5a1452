"""`make bench-memory`: what a replay of many generated pages takes of memory, at each quarter of it.

The pages go the very same way as fetched ones: archived, read, judged, stored. After the first quarter, in which
libraries and tables are loaded and every cache is filled, more pages should take no more memory.
"""

import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from html import escape
from os import sysconf
from pathlib import Path

import click

from crawler.commands.process import crawl
from crawler.config import Config
from crawler.types import VIETNAM, Snapshot, Source
from crawler.urls import by_host
from spiders.replay import ReplaySpider
from storage.lock import RunLock
from storage.opening import open_store
from tests.benchmarks.store import SOURCES, START, article

PARTS = 4
FURNITURE = '<div class="menu"><a href="/">Trang nhất</a> <a href="/tin">Tin phường</a></div>' * 20


def page(number: int) -> Snapshot:
    """The page of the article of that number."""
    said = article(number)
    at = said.published.at.astimezone(VIETNAM) if said.published else START
    text = "".join(f"<p>{escape(line)}</p>" for line in said.paragraphs)
    body = (
        f'<html lang="vi"><head><title>{said.title}</title><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="{at.isoformat()}"></head><body>{FURNITURE}'
        f'<h1>{said.title}</h1><div class="content"><p class="sapo">{said.lead}</p>{text}</div>'
        f"{FURNITURE}</body></html>"
    )
    return Snapshot(
        requested_url=said.url,
        url=said.url,
        fetched_at=START + timedelta(minutes=number, days=1),
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"),),
        body=body.encode(),
    )


def resident() -> int:
    """Bytes of memory that this process has now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * sysconf("SC_PAGE_SIZE")


def measured(pages: int) -> Iterator[Snapshot]:
    """The pages; tells the memory when each quarter of them was taken."""
    began = time.perf_counter()
    for number in range(1, pages + 1):
        yield page(number)
        if number * PARTS % pages < PARTS:
            spent = time.perf_counter() - began
            click.echo(f"{number:>9} pages{resident() / 1e6:>9.0f} MB{spent / number * 1000:>9.1f} ms a page")


@click.command()
@click.option("--pages", default=100_000, show_default=True)
def main(pages: int) -> None:
    """Replay so many generated pages into a store of their own."""
    names = [f"nguon-{number}" for number in range(SOURCES)]
    sources = by_host(Source(name=name, title=name, hosts=(f"{name}.example.vn",)) for name in names)
    with tempfile.TemporaryDirectory() as folder:
        config = Config.model_validate({"data_dir": folder, "archive": {"min_free_mb": 0}})
        with RunLock(config.data_dir), open_store(config):
            click.echo(f"{0:>9} pages{resident() / 1e6:>9.0f} MB")
            taken = {"snapshots": measured(pages), "sources": sources, "families": {}}
            (run,) = crawl(config, [(ReplaySpider, taken)], "replay")
    click.echo(f"{run.new} new, {run.duplicate} duplicate, {run.rejected} rejected of {run.fetched}")


if __name__ == "__main__":
    main()
