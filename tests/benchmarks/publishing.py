"""`make bench-publish`: what a run costs that publishes one new item, with many articles in the store.

Every article of the store has an entry; what no longer fits into the feed's document is in volumes, all written before.
"""

import tempfile
import time
from pathlib import Path
from uuid import uuid5

import click
from sqlalchemy import insert

from crawler.commands.publish import publish_feeds
from crawler.config import Config
from feeds.definitions import NAMESPACE, Definition
from storage import schema
from storage.standing import Standing
from storage.store import Store
from tests.benchmarks.store import START, article, rows

AT_ONCE = 500
FEED = "mot-chu-de"


def add(store: Store, first: int, last: int) -> None:
    """Articles with these numbers, and the entries that tell of them."""
    with store._database.writing() as db:
        for table, values in rows([(number, article(number)) for number in range(first, last + 1)]).items():
            db.execute(insert(table), values)
        entries = [
            {"uuid": uuid5(NAMESPACE, str(number)).urn, "feed": FEED, "article_id": number, "story_id": number}
            | {"revision_id": number, "state": Standing.PUBLISHED, "announced": at, "updated": at, "withdrawn": False}
            for number in range(first, last + 1)
            for at in [article(number).published.at]  # type: ignore[union-attr]
        ]
        db.execute(insert(schema.entry), entries)


@click.command()
@click.option("--articles", default=100_000, show_default=True)
def main(articles: int) -> None:
    """Publish a store, again, and again with one item more."""
    with tempfile.TemporaryDirectory() as name:
        config = Config.model_validate({"data_dir": name, "feed": {"base_url": "https://tin.example.vn/"}})
        feeds = [Definition(name=FEED, title="Một chủ đề")]
        with Store.open(f"sqlite:///{name}/bench.db", Path(name, "archive")) as store:
            with store._database.writing() as db:
                names = [f"nguon-{number}" for number in range(50)]
                db.execute(
                    insert(schema.source), [{"name": one, "first_run_at": START, "run_at": START} for one in names]
                )
            for first in range(1, articles + 1, AT_ONCE):
                add(store, first, min(first + AT_ONCE - 1, articles))

            def publish(what: str) -> None:
                before = {path: path.stat().st_mtime_ns for path in config.feed_dir.glob("*")}
                began = time.perf_counter()
                publish_feeds(store, feeds, config, whole=True)
                spent = time.perf_counter() - began
                changed = [one for one in config.feed_dir.glob("*") if before.get(one) != one.stat().st_mtime_ns]
                click.echo(
                    f"{what:<24}{spent:>9.2f} s{len(changed):>9} files of {len(list(config.feed_dir.glob('*')))}"
                )

            publish("all for the first time")
            publish("nothing is new")
            for number in (1, 2, 3):
                add(store, articles + number, articles + number)
                publish("one more item")


if __name__ == "__main__":
    main()
