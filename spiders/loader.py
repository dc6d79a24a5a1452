"""One Scrapy spider for each source file, so that `scrapy list` and `scrapy crawl NAME` work."""

import builtins
import logging
from typing import Self

from scrapy import Request, Spider
from scrapy.settings import BaseSettings
from scrapy.utils.misc import load_object

from crawler.config import Config
from crawler.types import Source, SourceState
from crawler.urls import host_of
from spiders.read import read_sources
from spiders.spider import SourceSpider

log = logging.getLogger(__name__)


class SourceLoader:
    """Scrapy's spider loader over the source files. Dead sources are not listed, and loading one says why."""

    def __init__(self, settings: BaseSettings) -> None:
        config: Config = settings["TINDOTHI"]
        self._sources, errors = read_sources(config.sources.directories)
        for error in errors:
            log.error("%s", error)

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        return cls(settings)

    def load(self, spider_name: str) -> type[Spider]:
        """The spider class of a source.

        :raises KeyError: no such source, or a dead one (this is what Scrapy expects)
        """
        source = self._sources.get(spider_name)
        if source is None:
            raise KeyError(f"no usable source {spider_name!r}; known are {', '.join(self.list())}")
        if source.state is SourceState.DEAD:
            raise KeyError(f"the source {spider_name!r} is dead and not crawled: {source.reason}")
        return spider_class(source)

    def list(self) -> list[str]:
        """The names of all sources that can be crawled."""
        return [name for name, source in self._sources.items() if source.state is not SourceState.DEAD]

    def find_by_request(self, request: Request) -> builtins.list[str]:
        """The names of the sources on whose hosts the request is."""
        host = host_of(request.url)
        return [name for name in self.list() if host in self._sources[name].hosts]


def private_hosts(config: Config) -> frozenset[str]:
    """The hosts of sources that their files declare to be on the operator's own network."""
    sources, _ = read_sources(config.sources.directories)
    return frozenset(host for source in sources.values() if source.private for host in source.hosts)


def spider_class(source: Source) -> type[Spider]:
    """A spider class for the source: its own, where its file names one."""
    base: type[Spider] = load_object(source.spider) if source.spider else SourceSpider
    return type(f"{source.name.title()}Spider", (base,), {"name": source.name, "source": source})
