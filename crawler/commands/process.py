"""One Scrapy process for a command: its spiders run together, a person sees them go on, their runs come back."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from crawler.commands.progress import progress
from crawler.config import Config
from crawler.endings import LOOK, drop_waiting
from crawler.errors import Stopped
from crawler.middlewares import Refuse
from crawler.settings import scrapy_settings
from crawler.types import Failure, Run
from storage.runs import runs

QUIET = ("filelock", "htmldate", "trafilatura", "charset_normalizer", "dateparser", "warcio", "tldextract")


class Process(AsyncCrawlerProcess):
    """Ends soon after a signal: what waits for its turn is not asked for, what is under way gets a few seconds more.

    Scrapy itself would fetch all that its downloader has taken, with every host's delay in between.
    """

    stopped = False

    async def stop(self) -> None:
        """Stop every spider; Scrapy calls it after a signal, and once more when all have ended."""
        self.stopped = self.stopped or bool(self.crawlers)
        ending = asyncio.ensure_future(super().stop())
        while not (await asyncio.wait({ending}, timeout=LOOK))[0]:
            for crawler in tuple(self.crawlers):
                drop_waiting(crawler, Refuse(Stopped.__name__, "the run was stopped"))
        await ending


def crawl(config: Config, spiders: Iterable[tuple[Any, Mapping[str, Any]]], label: str) -> tuple[Run, ...]:
    """Run spiders, each a name or class with its arguments, to their end; gives the runs in the same order.

    A run that a signal ended before it could be written down is given as `Stopped`, without counts.
    """
    started = datetime.now(UTC)
    ours = {"LOG_INSTALL_ROOT_HANDLER": config.log_format == "text"}  # else there is one (`crawler.logs`)
    logging.getLogger("spiders.loader").setLevel(logging.CRITICAL)  # a wrong file has been told by the command
    process = Process(scrapy_settings(config) | ours)
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
    done = runs(crawlers)
    if process.stopped and len(done) < len(crawlers):
        failure = Failure(url="", kind=Stopped.__name__, message="at once", at=datetime.now(UTC))
        known = {run.source for run in done}
        lost = [crawler.spidercls.name for crawler in crawlers if crawler.spidercls.name not in known]
        done += tuple(Run(source=name, started=started, failure=failure) for name in lost)
    return done
