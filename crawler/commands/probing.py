"""One look at a source's site for a command: Scrapy with all its manners, without run lock, store and feeds."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from crawler.commands.process import QUIET, Process
from crawler.config import Config
from crawler.errors import Stopped
from crawler.settings import scrapy_settings
from crawler.types import Source
from spiders.probe import Probe, probe_class

T = TypeVar("T")


def probe(config: Config, source: Source, look: Callable[[Probe], Awaitable[T]]) -> T:
    """What the look gives.

    :raises Stopped: a signal, or the deadline, ended it
    """
    alone: dict[str, Any] = {
        "ITEM_PIPELINES": {},
        "EXTENSIONS": {"scrapy.extensions.telnet.TelnetConsole": None},
    }
    process = Process({**scrapy_settings(config), **alone})
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
    kept: list[T | Exception] = []
    process.crawl(process.create_crawler(probe_class(source)), look=look, kept=kept)
    process.start()
    if process.stopped or not kept:
        raise Stopped("stopped before the look was done, by a signal or at its deadline; nothing was written")
    found = kept[0]
    if isinstance(found, Exception):
        raise found
    return found
