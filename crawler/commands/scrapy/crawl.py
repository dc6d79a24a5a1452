"""`scrapy crawl NAME`: Scrapy's own, with our lock, our words and our exit codes. It stores, and does not publish."""

import argparse
import logging

from scrapy.commands import crawl
from scrapy.exceptions import UsageError

from crawler.errors import RunLocked, StoreError
from crawler.health import Exit
from storage.lock import RunLock
from storage.opening import open_store

log = logging.getLogger(__name__)


class Command(crawl.Command):
    """Refuses in one line what Scrapy would show as a traceback."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run one spider.

        :raises UsageError: no such source
        """
        assert self.settings is not None and self.crawler_process is not None  # noqa: S101 (Scrapy has set both)
        config = self.settings["TINDOTHI"]
        try:
            for name in args:
                self.crawler_process.spider_loader.load(name)
            with RunLock(config.data_dir, config.fetch.deadline):
                with open_store(config) as store:
                    store.require_room()
                super().run(args, opts)
        except KeyError as error:
            raise UsageError(error.args[0], print_help=False) from None
        except (RunLocked, StoreError) as error:
            log.error("%s", error)
            self.exitcode = Exit.LOCKED if isinstance(error, RunLocked) else Exit.STORE
