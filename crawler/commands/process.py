"""One Scrapy process for a command: its spiders run together, a person sees them go on, their runs come back."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from crawler.commands.progress import progress
from crawler.config import Config
from crawler.settings import scrapy_settings
from crawler.types import Run
from storage.runs import runs

QUIET = ("filelock", "htmldate", "trafilatura", "charset_normalizer", "dateparser", "warcio", "tldextract")


def crawl(config: Config, spiders: Iterable[tuple[Any, Mapping[str, Any]]], label: str) -> tuple[Run, ...]:
    """Run spiders, each a name or class with its arguments, to their end; gives the runs in the same order."""
    process = AsyncCrawlerProcess(scrapy_settings(config))
    for name in QUIET:  # they tell of each page what the store already knows better
        logging.getLogger(name).setLevel(logging.ERROR)
    crawlers = []
    for spider, arguments in spiders:
        crawler = process.create_crawler(spider)
        crawlers.append(crawler)
        process.crawl(crawler, **arguments)
    if crawlers:
        with progress(crawlers, label):
            process.start()
    return runs(crawlers)
