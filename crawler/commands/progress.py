"""What a person sees while a run goes on: one bar on a terminal, nothing in cron."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from scrapy import signals
from scrapy.crawler import Crawler


@contextmanager
def progress(crawlers: list[Crawler], label: str) -> Iterator[None]:
    """Shows how many of the pages asked for have been done, while the block runs."""
    if not sys.stderr.isatty():
        yield
        return
    with click.progressbar(length=1, label=label, show_pos=True, file=sys.stderr) as bar:

        def asked(**_: Any) -> None:
            bar.length = (bar.length or 0) + 1
            bar.update(0)

        def done(**_: Any) -> None:
            bar.update(1)

        for crawler in crawlers:
            crawler.signals.connect(asked, signal=signals.request_scheduled, weak=False)
            crawler.signals.connect(done, signal=signals.response_received, weak=False)
            for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
                crawler.signals.connect(done if label == "replay" else _nothing, signal=signal, weak=False)
        yield
        bar.update(max(0, (bar.length or 0) - bar.pos))


def _nothing(**_: Any) -> None:
    return None
