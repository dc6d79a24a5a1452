"""`make bench`: what each room costs, as ratios within one run (absolute times depend on the machine).

Measured on generated pages of the portals, in their own markup with their related boxes, captions and counters. CPU
time of this process, best of three; the first visit to the store can only be measured once. Real pages are longer and
messier: `make bench-extraction` measures extraction on those.
"""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

import click
import trafilatura

from crawler.citations import citations
from crawler.classify import classify, read_topics
from crawler.extract import extract
from crawler.located import locate
from crawler.portal import SITES, LocalWeb, render_article
from crawler.types import Article, Judged, Snapshot
from crawler.urls import by_host
from feeds.atom import render
from spiders.read import read_sources
from storage.store import Store

PAGES_PER_SITE = 20
RELATED = 5
ROUNDS = 3


def cost(work: Callable[[], object]) -> float:
    """CPU seconds, the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def pages(folder: Path) -> list[Snapshot]:
    """One page for each generated post, as its portal serves it."""
    found = []
    with LocalWeb(folder, articles_per_site=PAGES_PER_SITE) as web:
        for site in SITES:
            posts = web.posts(site)
            for visit, (url, post) in enumerate(posts.items()):
                html = render_article(
                    site,
                    title=post.title,
                    lead=post.lead,
                    published=post.published,
                    author=post.author,
                    paragraphs=post.paragraphs,
                    section=post.section,
                    credit=post.credit,
                    captions=post.captions,
                    related=[(other, posts[other].title) for other in islice((o for o in posts if o != url), RELATED)],
                    visit=visit,
                )
                found.append(
                    Snapshot(requested_url=url, url=url, fetched_at=datetime.now(UTC), status=200, body=html.encode())
                )
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name))


def measure(folder: Path) -> None:
    """Print a line for each room."""
    snapshots = pages(folder)
    declared, _ = read_sources()
    hosts = by_host(declared.values())
    topics, _ = read_topics()
    articles: list[Article] = []

    def ours() -> None:
        articles[:] = [extract(page, hosts[page.url.split("/")[2].removeprefix("www.")]) for page in snapshots]

    base = cost(lambda: [trafilatura.bare_extraction(page.body, with_metadata=True) for page in snapshots])
    rooms = {
        "extract": cost(ours),
        "classify": cost(lambda: [classify(article, topics) for article in articles]),
        "citations": cost(lambda: [citations(article.text) for article in articles]),
        "places": cost(lambda: [locate(article, "Hà Nội", date(2026, 9, 1)) for article in articles]),
    }
    judged = [
        Judged(snapshot=page, article=article, matches=classify(article, topics))
        for page, article in zip(snapshots, articles, strict=True)
    ]
    with Store.open(f"sqlite:///{folder / 'bench.db'}", folder / "archive") as store:
        start = time.process_time()
        for one in judged:
            store.save(one)
        rooms["store, first visit"] = time.process_time() - start
        rooms["store, nothing new"] = cost(lambda: [store.save(one) for one in judged])
        for name in {one.article.source for one in judged}:
            store.settle(name)
        rooms["publish"] = cost(lambda: render(store.feed("chinh-quyen-do-thi", "chính quyền đô thị"), base_url=""))
    click.echo(
        f"{len(snapshots)} pages; 1.00 is trafilatura with metadata, {1000 * base / len(snapshots):.1f} ms a page"
    )
    for name, seconds in rooms.items():
        click.echo(f"{name:<20} {seconds / base:6.2f}")


if __name__ == "__main__":
    main()
