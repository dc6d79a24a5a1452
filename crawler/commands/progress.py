"""What a person sees while a run goes on: one bar on a terminal, nothing in cron."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from scrapy import signals
from scrapy.crawler import Crawler

ENDS = (signals.item_scraped, signals.item_dropped, signals.item_error)  # of a page on its way


@contextmanager
def progress(crawlers: list[Crawler], label: str) -> Iterator[None]:
    """Shows how many of the pages asked for have been done, while the block runs; of a replay, how many so far."""
    if not sys.stderr.isatty():
        yield
        return
    if label == "replay":  # how many pages an archive holds is known at its end
        nothing: Iterable[None] = (None for _ in ())
        with click.progressbar(nothing, label=label, show_pos=True, file=sys.stderr) as pages:
            _connect(crawlers, ENDS, lambda **_: pages.update(1))
            yield
        return
    with click.progressbar(length=1, label=label, show_pos=True, file=sys.stderr) as bar:

        def asked(**_: Any) -> None:
            bar.length = (bar.length or 0) + 1
            bar.update(0)

        _connect(crawlers, (signals.request_scheduled,), asked)
        _connect(crawlers, (signals.response_received,), lambda **_: bar.update(1))
        yield
        bar.update(max(0, (bar.length or 0) - bar.pos))


def _connect(crawlers: list[Crawler], names: Iterable[object], action: Any) -> None:
    for crawler in crawlers:
        for name in names:
            crawler.signals.connect(action, signal=name, weak=False)
