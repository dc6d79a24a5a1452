"""Scrapy's settings, read from ours: every one that matters is said here, none is left to a default.

`scrapy list` and `scrapy crawl NAME` find this module through `scrapy.cfg`; `tindothi` uses `scrapy_settings(config)`.
"""

import sys
from importlib.metadata import version
from typing import Any

from crawler.config import Config, load
from crawler.errors import ConfigError

ITEM_PIPELINES = {
    "storage.stage.ArchiveStage": 100,
    "crawler.stages.Extract": 200,
    "crawler.stages.Classify": 300,
    "storage.stage.StoreStage": 400,
}

# Requests pass from small numbers to large, answers from large to small.
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "crawler.retrying.Retry": 50,  # in its place, but before robots.txt is asked for
    "crawler.middlewares.Robots": 100,  # in its place
    "crawler.middlewares.OwnHosts": 605,  # sees a redirect before Scrapy's own (600) follows it
    "crawler.middlewares.Conditional": 610,
    "crawler.middlewares.Whole": 620,  # sees the packed body before Scrapy (590) unpacks it
    "crawler.middlewares.Network": 740,  # before Scrapy's proxy middleware (750)
}

EXTENSIONS = {
    "storage.runs.RunRecorder": 100,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.closespider.CloseSpider": None,
    "crawler.endings.Deadline": 0,  # in its place
}


def user_agent(contact: str) -> str:
    """Who we are, and how a site's people can reach us."""
    return f"tindothi/{version('tindothi')} (news watcher; {f'+{contact}' if contact else 'no contact set'})"


def scrapy_settings(config: Config) -> dict[str, Any]:
    """All of Scrapy's settings for one configuration of ours."""
    return {**_house(config), **_manners(config), **_limits(config), **_log(config)}


def _house(config: Config) -> dict[str, Any]:
    return {
        "BOT_NAME": "tindothi",
        "TINDOTHI": config,
        "TINDOTHI_MEMORY": "storage.stage.opened",
        "TINDOTHI_PRIVATE_HOSTS": "spiders.loader.private_hosts",
        "SPIDER_LOADER_CLASS": "spiders.loader.SourceLoader",
        "SPIDER_MODULES": [],
        "COMMANDS_MODULE": "crawler.commands.scrapy",
        "ITEM_PIPELINES": ITEM_PIPELINES,
        "DOWNLOADER_MIDDLEWARES": DOWNLOADER_MIDDLEWARES,
        "EXTENSIONS": EXTENSIONS,
        "REMOTE_CONTROL_ENABLED": False,  # would run posted code
        "TELNETCONSOLE_ENABLED": False,
        "HTTPCACHE_ENABLED": False,
        "MEMUSAGE_ENABLED": False,
        "FEEDS": {},
        "CONCURRENT_ITEMS": 4,
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",  # the newest article first, as asked for
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    }


def _manners(config: Config) -> dict[str, Any]:
    """How a site meets us."""
    fetch = config.fetch
    return {
        "USER_AGENT": user_agent(fetch.contact),
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": "tindothi",
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "vi,en;q=0.5",
            "Accept-Encoding": "gzip, deflate",  # those whose end can be checked
        },
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": fetch.concurrency,
        "DOWNLOAD_DELAY": fetch.delay,
        "DOWNLOAD_DELAY_JITTER": 0,  # would go below the delay
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": fetch.delay,
        "AUTOTHROTTLE_MAX_DELAY": max(60.0, fetch.delay),
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(fetch.concurrency),
        "COOKIES_ENABLED": False,
        "REFERER_ENABLED": True,
        "REFERRER_POLICY": "same-origin",
        "METAREFRESH_ENABLED": False,  # portals reload their home page by it
    }


def _limits(config: Config) -> dict[str, Any]:
    fetch = config.fetch
    return {
        "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "crawler.middlewares.Fetching"),
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_TIMEOUT": fetch.timeout,
        "DOWNLOAD_MAXSIZE": fetch.max_size,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "TWISTED_DNS_RESOLVER": "crawler.guards.PublicResolver",
        "DNS_TIMEOUT": min(30.0, fetch.timeout),
        "COMPRESSION_ENABLED": True,
        "RETRY_ENABLED": False,  # Scrapy's: at once, and whatever `Retry-After` says
        "REDIRECT_ENABLED": fetch.redirects > 0,
        "REDIRECT_MAX_TIMES": fetch.redirects,
        "HTTPERROR_ALLOW_ALL": True,  # a refusal is a page too: archived, judged and counted
        "HTTPPROXY_ENABLED": True,
        "CLOSESPIDER_TIMEOUT": min(fetch.deadline, fetch.source_deadline),  # all sources begin at once
        "DEPTH_LIMIT": 0,  # paging is bounded by each listing's own depth
    }


def _log(config: Config) -> dict[str, Any]:
    return {
        "LOG_LEVEL": config.log_level,
        "LOG_FORMATTER": "crawler.stages.Log",
        "LOG_VERSIONS": [],
        "STATS_DUMP": config.log_level == "DEBUG",
        "LOGSTATS_INTERVAL": 60.0,
    }


try:
    globals().update(scrapy_settings(load()))
except ConfigError as mistakes:  # for `scrapy …`; `tindothi` has loaded them before
    for _line in str(mistakes).splitlines():
        sys.stderr.write(f"tindothi: {_line}\n")
    sys.exit(3)  # as `crawler.health.Exit.CONFIG`
