"""Opening the store as the settings say; without Scrapy, so that a command that only reads starts quickly."""

from crawler.config import Config
from storage.policy import Policy
from storage.store import Store


def policy_of(config: Config) -> Policy:
    """The settings that the store needs."""
    return Policy(
        expire_days=config.crawl.expire_days,
        recheck_days=config.crawl.recheck_days,
        recheck_first=config.crawl.recheck_first,
        baseline_items=config.baseline.items,
        baseline_days=config.baseline.days,
        archive_bytes=config.archive.max_mb * 1_000_000,
        min_free_bytes=config.archive.min_free_mb * 1_000_000,
        keep_days=config.archive.keep_days,
    )


def open_store(config: Config) -> Store:
    """The store of the settings, opened for the caller, who closes it."""
    return Store.open(
        config.database_url, config.archive_dir, policy=policy_of(config), timeout=config.database_timeout
    )
