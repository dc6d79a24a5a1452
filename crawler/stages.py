"""The stages of the flow as Scrapy item pipelines: one line each around a pure function.

    Snapshot → ArchiveStage → Extract → Classify → StoreStage
                                 └─ Refused (a DropItem): the page is no article; its class name is counted

What a run counts is kept in Scrapy's stats under the names below; `storage.runs` makes the `Run` of them.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol, Self, cast

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure as TwistedFailure

from crawler.citations import citations
from crawler.classify import Topic, classify, read_topics
from crawler.config import Config
from crawler.discover import address
from crawler.document import MAX_SIZE
from crawler.errors import Damaged, NotArticle, OffSite, Rejected, TindothiError
from crawler.extract import extract
from crawler.learned import NOTHING, Learned
from crawler.located import locate
from crawler.parts import number
from crawler.types import VIETNAM, Article, Judged, Snapshot, Source
from crawler.urls import is_article

FETCHED = "tindothi/fetched"  # pages that were received: the sum of the outcomes below and of the store's
LISTINGS = "tindothi/listings"
UNCHANGED = "tindothi/unchanged"
REJECTED = "tindothi/rejected"
REASON = "tindothi/rejected/"  # + class name
RULE = "tindothi/rule/"  # + its name: new, revised and duplicate articles of which it stripped something
FAILED = "tindothi/failed"  # requests that got no page at all; not among the fetched
BLIND = "tindothi/blind"  # listings that could not be read: no answer, a refusal, or nothing announced at all
FAILURE = "tindothi/failure"  # the last `Failure`, as a value
MEND = "tindothi/mend"  # a `Mend`, as a value: the source's own listings find nothing

log = logging.getLogger(__name__)


class KnowsSources(Protocol):
    """A spider that knows whose pages it brings."""

    sources: Mapping[str, Source]  # by host: the only ones it may ask

    def owner(self, url: str) -> Source:
        """The source that a page is of."""
        ...

    def learned(self, source: str) -> Learned:
        """What recurs on a source's pages; the same for a whole run."""
        ...


class Refused(DropItem):
    """A page that is no article leaves the flow here. `rejected` says why, `snapshot` is the page."""

    def __init__(self, rejected: Rejected, snapshot: Snapshot) -> None:
        super().__init__(f"{rejected.reason}: {rejected}", log_level="INFO")
        self.rejected = rejected
        self.snapshot = snapshot


class Extract:
    """Snapshot → Judged, as yet without matches; or Refused."""

    def __init__(self, crawler: Crawler) -> None:
        config: Config = crawler.settings["TINDOTHI"]
        self._max_size = config.fetch.max_size
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_item(self, item: Snapshot) -> Judged:
        spider = cast(KnowsSources, self._crawler.spider)
        try:
            source = spider.owner(item.url)
            learned = spider.learned(source.name)
            article = await asyncio.to_thread(article_of, item, source, self._max_size, learned)
            second = await asyncio.to_thread(_second, item, source, self._max_size, learned)
        except Rejected as rejected:
            self._crawler.stats.inc_value(REJECTED)
            self._crawler.stats.inc_value(REASON + rejected.reason)
            raise Refused(rejected, item) from None
        return Judged(snapshot=item, article=article, second=second)


class Classify:
    """Judged → Judged, with matches, citations and places."""

    def __init__(self, topics: tuple[Topic, ...], crawler: Crawler) -> None:
        self._topics = topics
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        config: Config = crawler.settings["TINDOTHI"]
        topics, errors = read_topics(config.topics.directories)
        for error in errors:
            log.error("%s", error)
        return cls(tuple(topics), crawler)

    async def process_item(self, item: Judged) -> Judged:
        source = cast(KnowsSources, self._crawler.spider).owner(item.snapshot.url)
        judged = await asyncio.to_thread(judge, item.snapshot, item.article, self._topics, source.place)
        return replace(judged, second=item.second)


def article_of(snapshot: Snapshot, source: Source, max_size: int = MAX_SIZE, learned: Learned = NOTHING) -> Article:
    """What the page says, read as at the time it was fetched, whenever that is done.

    :raises Rejected: it is no article. Anything else is a fault of ours: Scrapy's `item_error`, counted by its class
    """
    if 300 <= snapshot.status < 400:
        if target := snapshot.header("location"):
            raise OffSite(f"HTTP {snapshot.status}, to {target[:200]}")
        raise Damaged(f"HTTP {snapshot.status}, and not where to")  # nobody asked whether it changed
    if _is_listing(source, snapshot.url):
        raise NotArticle("a listing of the source")
    return extract(snapshot, source, now=snapshot.fetched_at, max_size=max_size, learned=learned)


def _second(snapshot: Snapshot, source: Source, max_size: int, learned: Learned) -> Article | None:
    """What the page said when it was asked for again; None where it was not, or was no article by then."""
    try:
        return article_of(snapshot.second, source, max_size, learned) if snapshot.second else None
    except Rejected:
        return None


def _is_listing(source: Source, url: str) -> bool:
    """Whether a page, as of an archive, is one of the source's listings, or a further page of one."""
    pages = {number(address(listing)[0], url) for listing in source.listings} - {None}
    return not is_article(source, url) if source.articles and pages else 1 in pages


def judge(snapshot: Snapshot, article: Article, topics: tuple[Topic, ...], place: str) -> Judged:
    """The article with all that is found in it. `place`: where it is about if it names none, as its source declares."""
    said = "\n".join(part for part in (article.title, article.lead, article.text) if part)
    on = article.published.at if article.published else snapshot.fetched_at.astimezone(VIETNAM)
    return Judged(
        snapshot=snapshot,
        article=article,
        matches=classify(article, topics),
        citations=citations(said),
        places=locate(article, place, on.date()),
    )


class Log(LogFormatter):
    """Log lines that name an item by its URL; Scrapy's own would print the whole article."""

    def scraped(self, item: Any, response: Response | TwistedFailure | None, spider: Spider) -> LogFormatterResult:
        return {"level": logging.DEBUG, "msg": "Stored: %(item)s", "args": {"item": _named(item)}}

    def dropped(
        self, item: Any, exception: BaseException, response: Response | TwistedFailure | None, spider: Spider
    ) -> LogFormatterResult:
        level = logging.INFO if isinstance(exception, Refused) else logging.WARNING
        return {"level": level, "msg": "Refused: %(item)s: %(why)s", "args": {"item": _named(item), "why": exception}}

    def item_error(
        self, item: Any, exception: BaseException, response: Response | TwistedFailure | None, spider: Spider
    ) -> LogFormatterResult:
        # What the store refuses is no fault of ours, `RunRecorder` tells it in a line: Scrapy adds a traceback here.
        level = logging.DEBUG if isinstance(exception, TindothiError) else logging.ERROR
        return {"level": level, "msg": "Failed to process %(item)s", "args": {"item": _named(item)}}


def _named(item: Any) -> str:
    snapshot = item if isinstance(item, Snapshot) else getattr(item, "snapshot", None)
    return snapshot.url if isinstance(snapshot, Snapshot) else type(item).__name__
