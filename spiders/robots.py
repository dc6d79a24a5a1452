"""What the robots.txt files of a crawl said, beside what may be fetched: their sitemaps, and how slowly to ask."""

from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.robotstxt import RobotParser


class RobotsSaid:
    """Listens to what a crawler's own middleware reads, so that no robots.txt is asked for twice."""

    def __init__(self, crawler: Crawler) -> None:
        self._agent = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self.sitemaps: tuple[str, ...] = ()
        self.delay = 0.0  # seconds
        crawler.signals.connect(self._parsed, signal=signals.robots_parsed)

    def _parsed(self, robotparser: RobotParser, request: Any) -> None:
        parsed = getattr(robotparser, "rp", None)  # Protego's: Scrapy hands on no sitemaps
        named = (str(url).strip() for url in getattr(parsed, "sitemaps", ()))
        self.sitemaps = tuple(dict.fromkeys((*self.sitemaps, *named)))
        self.delay = max(self.delay, robotparser.crawl_delay(self._agent) or 0.0)
