"""Scrapy's side of the store: the stages, counts that add up, the lock, the first run; with a spider of the test's."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.exceptions import DropItem

from crawler.config import Config
from crawler.errors import Blocked, NotArticle, NotFound, Rejected, RunLocked, StoreError
from crawler.health import MANY_GONE, healthy
from crawler.stages import FETCHED, LISTINGS, REASON, REJECTED, Refused
from crawler.types import Announcement, Change, Judged, Run, Snapshot, Source
from storage.lock import RunLock
from storage.opening import open_store
from storage.runs import RunRecorder, runs
from storage.stage import Stored, hold, let_go, opened
from storage.store import Store
from tests.storing import OTHER, TEXT, article, match, url_of
from tests.test_lock import other

SOURCE = Source(name="phuong", title="Phường Bến Gỗ", hosts=("phuong.example",), place="Quận Sông Mây")
OUTCOMES = ("listings", "new", "revised", "unchanged", "duplicate", "rejected")


class Toy(Spider):
    """Reads one listing, then yields pages, whose body says what the next stage makes of them."""

    name = "phuong"
    source: ClassVar[Source] = SOURCE
    sources: ClassVar[dict[str, Source]] = {"phuong.example": SOURCE}
    pages: ClassVar[dict[str, str]] = {}
    listing = True

    async def start(self) -> AsyncIterator[Request]:
        yield Request("data:,", callback=self.parse)

    async def parse(self, response: Any, **kwargs: Any) -> AsyncIterator[Snapshot]:
        url, now = "https://phuong.example/", datetime.now(UTC)
        page = Snapshot(requested_url=url, url=url, fetched_at=now, status=200, source="phuong")
        if self.listing:
            self.crawler.stats.inc_value(FETCHED)
            self.crawler.stats.inc_value(LISTINGS)
            found = [Announcement(url=url_of(number), key=f"phuong:{number}") for number in self.pages]
            await asyncio.to_thread(opened(self.settings).announce, "phuong", page, found)
        for number, kind in self.pages.items():
            self.crawler.stats.inc_value(FETCHED)
            body = json.dumps([number, kind]).encode()
            yield replace(page, requested_url=url_of(number), url=url_of(number), body=body)


class Judge:
    """In the place of our own stages."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Judge":
        return cls(crawler)

    def process_item(self, item: Snapshot) -> Judged:
        assert item.record is not None, "archived before it is judged"
        number, kind = json.loads(item.body)
        if kind in ("NotArticle", "Blocked"):
            rejected: Rejected = {"NotArticle": NotArticle, "Blocked": Blocked}[kind](f"this is {kind}")
            self._crawler.stats.inc_value(REJECTED)
            self._crawler.stats.inc_value(REASON + kind)
            raise Refused(rejected, item)
        if kind == "gone":
            self._crawler.stats.inc_value(REJECTED)
            self._crawler.stats.inc_value(REASON + "NotFound")
            raise Refused(NotFound("HTTP 404"), replace(item, status=404))
        if kind == "bug":
            raise RuntimeError("a bug of ours")
        paragraphs = {"text": TEXT, "other": OTHER}.get(kind, (f"{kind}. {TEXT[0]}",))
        said = article(number, paragraphs=paragraphs, published=datetime.now(UTC) - timedelta(hours=1))
        return Judged(snapshot=item, article=said, matches=(match(),))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config.model_validate({"data_dir": tmp_path})


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    with open_store(config) as opened_store:
        yield opened_store


def crawl(config: Config, *spiders: type[Spider], **settings: Any) -> tuple[Run, ...]:
    """A run of some spiders in this process, as `tindothi crawl` starts it in one of its own."""
    stages = {"storage.stage.ArchiveStage": 1, Judge: 2, "storage.stage.StoreStage": 3}
    fixed = {
        "TINDOTHI": config,
        "ITEM_PIPELINES": stages,
        "EXTENSIONS": {"storage.runs.RunRecorder": 1},
        "TWISTED_REACTOR_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
    }
    runner = AsyncCrawlerRunner(fixed | settings)

    async def all_of_them() -> tuple[Run, ...]:
        crawlers = [runner.create_crawler(spider) for spider in spiders]
        await asyncio.gather(*(runner.crawl(crawler) for crawler in crawlers))
        return runs(crawlers)

    return asyncio.run(all_of_them())


def toy(listing: Any = True, **pages: str) -> type[Toy]:
    """A spider of these pages."""
    return type("Toy", (Toy,), {"pages": pages, "listing": listing})


def test_every_page_ends_somewhere_and_the_counts_add_up(config: Config) -> None:
    first = toy(a="text", b="other", c="text", d="NotArticle", e="Blocked", f="bug")
    (run,) = crawl(config, first)
    assert {name: getattr(run, name) for name in OUTCOMES} == {
        "listings": 1, "new": 2, "revised": 0, "unchanged": 0, "duplicate": 1, "rejected": 3,
    }  # fmt: skip
    assert run.fetched == sum(getattr(run, name) for name in OUTCOMES)
    assert run.reasons == {"Blocked": 1, "NotArticle": 1, "RuntimeError": 1}
    assert run.rules == {"views": 3}, "of each new text once"
    assert run.failure is not None
    assert (run.failure.kind, run.failure.message) == ("RuntimeError", "a bug of ours")
    (again,) = crawl(config, toy(a="text", b="other but new", c="text", d="text that is new"))
    assert (again.new, again.revised, again.unchanged, again.failure) == (1, 1, 2, None)
    assert again.rules == {"views": 2}
    with open_store(config) as store:
        assert store.runs("phuong") == (again, run)
        (status,) = store.status()
        assert (status.title, status.place, status.settled) == ("Phường Bến Gỗ", "Quận Sông Mây", True)
        assert (status.pending, status.rejected) == (2, 0), "what is temporary, or our own fault, stays pending"
        assert store.counts().records == 10
    assert not list(config.archive_dir.glob("*.open"))


def test_a_first_run_is_settled_at_its_end(config: Config) -> None:
    crawl(config, toy(a="text", b="other"))
    with open_store(config) as store:
        assert len(store.feed("do-thi", "").entries) == 2


def test_a_first_run_that_read_no_listing_is_none(config: Config) -> None:
    crawl(config, toy(listing=False, a="text"))
    with open_store(config) as store:
        assert not store.status()[0].settled
        assert store.feed("do-thi", "").entries == ()


def test_a_first_run_that_was_stopped_is_not_settled(config: Config) -> None:
    many = {f"a{number}": f"text {number}" for number in range(30)}
    (run,) = crawl(config, toy(**many), CLOSESPIDER_ITEMCOUNT=1)
    assert run.new >= 1
    with open_store(config) as store:
        assert not store.status()[0].settled


def test_a_site_that_answers_404_everywhere_is_told_and_not_believed(config: Config) -> None:
    well = {name: f"{name} text" for name in "abcd"}

    def marked() -> int:
        with open_store(config) as store:
            return sum(entry.withdrawn for entry in store.feed("do-thi", "").entries)

    crawl(config, toy(**well))
    (run,) = crawl(config, toy(**dict.fromkeys(well, "gone")))
    assert run.failure is not None
    assert (run.failure.kind, healthy(run), marked()) == (MANY_GONE, False, 0)
    with open_store(config) as store:
        assert store.runs("phuong", 1) == (run,)
    (run,) = crawl(config, toy(listing=False, **dict.fromkeys(well, "gone")))
    assert marked() == 0, "a run that read no listing says nothing"
    (run,) = crawl(config, toy(**well | {"a": "gone"}))
    assert (run.failure, healthy(run), marked()) == (None, True, 1)


def test_a_replay_settles_and_names_what_it_met(config: Config) -> None:
    class Replay(Spider):
        name = "replay"
        sources: ClassVar[dict[str, Source]] = {"phuong.example": SOURCE, "khac.example": replace(SOURCE, name="khac")}

        async def start(self) -> AsyncIterator[Request]:
            yield Request("data:,", callback=self.parse)

        async def parse(self, response: Any, **kwargs: Any) -> AsyncIterator[Snapshot]:
            self.crawler.stats.inc_value(FETCHED)
            now, body = datetime.now(UTC), b'["a", "text"]'
            yield Snapshot(requested_url=url_of("a"), url=url_of("a"), fetched_at=now, status=200, body=body)

    (run,) = crawl(config, Replay)
    assert (run.source, run.fetched, run.new) == ("replay", 1, 1)
    with open_store(config) as store:
        (status,) = store.status()
        assert (status.name, status.title, status.settled) == ("phuong", "Phường Bến Gỗ", True)


def test_spiders_of_one_process_share_store_and_lock(config: Config) -> None:
    class Second(Toy):
        name = "quan"
        source: ClassVar[Source] = replace(SOURCE, name="quan")
        pages: ClassVar[dict[str, str]] = {"z": "other"}

    done = crawl(config, toy(a="text"), Second)
    assert [(run.source, run.new) for run in done] == [("phuong", 1), ("quan", 1)]
    with RunLock(config.data_dir):
        pass
    assert len(list(config.archive_dir.iterdir())) == 1


def test_another_process_holds_the_lock(config: Config) -> None:
    with other(config.data_dir), pytest.raises(RunLocked, match="another run holds"):
        RunRecorder(Crawler(Toy, {"TINDOTHI": config}))


def test_a_store_that_refuses_gives_the_lock_back(config: Config) -> None:
    (config.data_dir / "tindothi.db").mkdir(parents=True)
    crawler = Crawler(Toy, {"TINDOTHI": config})
    with pytest.raises(StoreError):
        RunRecorder(crawler)
    with other(config.data_dir):
        pass


def test_a_store_that_fails_under_way_is_the_runs_failure(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Change:
        raise StoreError("the disk is full")

    monkeypatch.setattr(Store, "save", refuse)
    (run,) = crawl(config, toy(a="text", b="other"))
    assert (run.rejected, run.reasons) == (2, {"StoreError": 2})
    assert run.fetched == sum(getattr(run, name) for name in OUTCOMES)
    assert run.failure is not None
    assert run.failure.message == "the disk is full"
    monkeypatch.undo()
    with open_store(config) as store:
        assert store.status()[0].pending == 2


def test_one_store_while_somebody_holds_it(config: Config) -> None:
    settings = Crawler(Toy, {"TINDOTHI": config}).settings
    first = hold(settings)
    assert opened(settings) is hold(settings) is first
    let_go(settings)
    assert opened(settings) is first
    let_go(settings)
    second = opened(settings)
    assert second is not first
    hold(settings)
    let_go(settings)


def test_what_leaves_the_flow_names_its_page(config: Config) -> None:
    page = Snapshot(requested_url="x", url="x", fetched_at=datetime.now(UTC), status=200)
    assert Stored(judged=Judged(snapshot=page, article=article(1)), change=Change.NEW).snapshot is page
    assert issubclass(Refused, DropItem)
