"""The stages one by one, and saved pages through all of them."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.settings import Settings
from scrapy.utils.misc import load_object

import crawler.stages
from crawler.errors import Damaged, NotArticle, NotFound, OffSite, Rejected
from crawler.learned import NOTHING, TEXT, Learned, Recurring, key_of
from crawler.stages import Classify, Extract, Log, Refused, article_of, judge
from crawler.types import Judged, Listing, ListingKind, Snapshot, Source
from crawler.urls import owner
from spiders.replay import UNDER_WAY, ReplaySpider
from tests.test_settings import settings_with
from tests.web import Kept, Remembered, calm_settings, run_spider

TITLE = "Phường Bến Gỗ sơ kết một năm thí điểm chính quyền đô thị"
SAID = (
    "Chiều thứ sáu, phường Bến Gỗ họp sơ kết một năm tổ chức mô hình chính quyền đô thị theo Nghị quyết số "
    "97/2019/QH14 của Quốc hội; đại diện mười hai tổ dân phố cùng dự.",
    "Chủ tịch phường cho biết bộ phận một cửa nay trả kết quả trong ngày đối với hơn một nửa số hồ sơ của người dân.",
    "Hội nghị kiến nghị thành phố giữ ổn định đội ngũ công chức và bổ sung kinh phí cho các tổ dân phố trong năm tới.",
)
PAGE = f"""<html><head><title>{TITLE}</title></head><body><div class="menu"><a href="/">Trang chủ</a></div>
<article><h1>{TITLE}</h1><span class="date">Ngày đăng: 20/11/2026 15:30</span>{"".join(f"<p>{p}</p>" for p in SAID)}
</article></body></html>"""
URL = "https://bengo.example.vn/so-ket-123.html"
SOURCE = Source(name="bengo", title="Phường Bến Gỗ", hosts=("bengo.example.vn",), place="Bến Gỗ")
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LESSONS: dict[str, Learned] = {SOURCE.name: NOTHING}


def snapshot(body: str = PAGE, *, url: str = URL, status: int = 200, **headers: str) -> Snapshot:
    named = (("content-type", "text/html; charset=utf-8"), *headers.items())
    return Snapshot(requested_url=url, url=url, fetched_at=NOW, status=status, headers=named, body=body.encode())


class Counts(dict[str, int]):
    """Scrapy's stats, as far as a stage needs them."""

    def inc_value(self, name: str) -> None:
        self[name] = self.get(name, 0) + 1


def with_stage(name: str, settings: Settings | None = None) -> tuple[Any, Counts]:
    counts = Counts()
    spider = SimpleNamespace(owner=lambda url: owner({"bengo.example.vn": SOURCE}, url), learned=LESSONS.__getitem__)
    fake = SimpleNamespace(settings=settings or settings_with(), stats=counts, spider=spider)
    return load_object(f"crawler.stages.{name}").from_crawler(fake), counts


def passed(stage: Any, item: Any) -> Any:
    return asyncio.run(stage.process_item(item))


def test_extract_gives_the_article_with_its_page() -> None:
    stage, counts = with_stage("Extract")
    page = snapshot()
    judged = passed(stage, page)
    assert judged.snapshot is page
    assert judged.article.title == TITLE
    assert judged.article.source == "bengo"
    assert judged.matches == judged.citations == ()
    assert not counts


def test_classify_gives_the_places_and_else_the_sources_own() -> None:
    stage, _ = with_stage("Classify")
    said = passed(with_stage("Extract")[0], snapshot()).article
    assert passed(stage, Judged(snapshot=snapshot(), article=said)).places == ()  # nobody knows where Bến Gỗ is
    assert [one.place for one in judge(snapshot(), said, (), "Cần Thơ").places] == ["can-tho"]
    named = replace(said, title="Hà Giang: " + TITLE)
    assert [one.place for one in judge(snapshot(), named, (), "Cần Thơ").places] == ["ha-giang"]


@pytest.mark.parametrize(("again", "kept"), [(PAGE.replace("thứ sáu", "thứ bảy"), True), ("", False)])
def test_a_second_reading_goes_the_same_way_where_it_is_an_article(again: str, kept: bool) -> None:
    (extract, counts), (classify, _) = with_stage("Extract"), with_stage("Classify")
    judged = passed(classify, passed(extract, replace(snapshot(), second=snapshot(again))))
    assert judged.article.paragraphs == SAID
    assert (judged.second.paragraphs[0] if judged.second else "") == (SAID[0].replace("sáu", "bảy") if kept else "")
    assert judged.citations and not counts


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        pytest.param(snapshot("không có", status=404), NotFound, id="404"),
        pytest.param(snapshot("", status=302, location="https://khac.example.org/"), OffSite, id="redirect elsewhere"),
        pytest.param(snapshot("", status=304), Damaged, id="a 304 that nobody asked for"),
        pytest.param(snapshot("", status=302), Damaged, id="a redirect to nowhere"),
    ],
)
def test_what_is_no_article_is_refused_and_counted_by_its_class(page: Snapshot, reason: type[Rejected]) -> None:
    stage, counts = with_stage("Extract")
    with pytest.raises(Refused) as raised:
        passed(stage, page)
    assert type(raised.value.rejected) is reason
    assert raised.value.snapshot is page
    assert counts == {"tindothi/rejected": 1, f"tindothi/rejected/{reason.__name__}": 1}


LISTED = replace(
    SOURCE,
    articles=(r"-(?P<id>\d+)\.html$", r"^/tin/8$"),
    listings=(
        Listing(kind=ListingKind.PAGE, url="http://bengo.example.vn/tin"),
        Listing(kind=ListingKind.PAGE, url="http://bengo.example.vn/muc?trang={page}"),
    ),
)


@pytest.mark.parametrize(
    ("source", "path", "refused"),
    [
        (LISTED, "tin", True),
        (LISTED, "tin/?page=2", True),
        (LISTED, "tin/7", True),
        (LISTED, "muc?trang=1", True),
        (LISTED, "tin/8", False),
        (LISTED, "so-ket-123.html", False),
        (LISTED, "so-ket.html", False),
        (replace(LISTED, articles=()), "tin", True),
        (replace(LISTED, articles=()), "tin/7", False),
    ],
)
def test_a_listing_of_an_archive_is_no_article(source: Source, path: str, refused: bool) -> None:
    page = snapshot(url=f"https://bengo.example.vn/{path}")
    with pytest.raises(NotArticle, match="listing") if refused else nullcontext():
        assert article_of(page, source).title == TITLE


def test_a_fault_of_ours_is_not_taken_for_a_rejection(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(crawler.stages, "extract", broken)
    stage, counts = with_stage("Extract")
    with pytest.raises(ZeroDivisionError):
        passed(stage, snapshot())
    assert counts == {}


def test_extraction_runs_off_the_reactor(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = set()

    def noted(*_: Any, **__: Any) -> None:
        threads.add(threading.current_thread())
        raise Damaged("x")

    monkeypatch.setattr(crawler.stages, "extract", noted)
    with pytest.raises(Refused):
        passed(with_stage("Extract")[0], snapshot())
    assert threads.isdisjoint({threading.main_thread()})
    assert threads


def test_what_was_learned_of_the_source_is_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Recurring(pages=9, of=10, first=NOW, last=NOW)
    path = next(b.path for b in passed(with_stage("Extract")[0], snapshot()).article.blocks if b.text == SAID[2])
    monkeypatch.setitem(LESSONS, SOURCE.name, Learned(texts={(key_of(SAID[2]), path): seen}))
    article = passed(with_stage("Extract")[0], snapshot()).article
    assert article.paragraphs == SAID[:2]
    assert [block.rule for block in article.blocks if block.text == SAID[2]] == [TEXT]


def test_classify_adds_matches_and_citations() -> None:
    judged = passed(with_stage("Classify")[0], passed(with_stage("Extract")[0], snapshot()))
    assert isinstance(judged, Judged)
    assert "chinh-quyen-do-thi" in [match.topic for match in judged.matches]
    assert [citation.key for citation in judged.citations] == ["97/2019/QH14"]


def test_a_broken_topic_file_is_told_and_the_others_hold(tmp_path: Any, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "hong.toml").write_text("title = 7", encoding="utf-8")
    stage, _ = with_stage("Classify", settings_with(topics={"directories": [tmp_path]}))
    assert "hong.toml" in caplog.text
    assert passed(stage, passed(with_stage("Extract")[0], snapshot())).matches


@pytest.mark.parametrize("stored", [False, True])
def test_the_log_names_an_item_and_prints_no_page(stored: bool) -> None:
    judged = passed(with_stage("Extract")[0], snapshot())
    item: Any = judged if stored else judged.snapshot
    lines = (
        Log().scraped(item, None, None),  # type: ignore[arg-type]
        Log().dropped(item, Refused(Damaged("hỏng"), judged.snapshot), None, None),  # type: ignore[arg-type]
        Log().item_error(item, ValueError(), None, None),  # type: ignore[arg-type]
    )
    for line in lines:
        assert line
        shown = line["msg"] % line["args"]
        assert URL in shown
        assert len(shown) < 200
    assert [line and line["level"] for line in lines] == [logging.DEBUG, logging.INFO, logging.ERROR]


# --- replay ----------------------------------------------------------------------------------------------------------


def replayed(
    snapshots: Iterator[Snapshot], pipelines: dict[Any, int] | None = None, memory: Remembered | None = None
) -> tuple[Kept, dict[str, Any]]:
    kept = Kept()
    settings = calm_settings(memory or Remembered(), kept)
    if pipelines:
        settings.set("ITEM_PIPELINES", pipelines | settings.getdict("ITEM_PIPELINES"), priority="cmdline")
    spider = {"snapshots": snapshots, "sources": {"bengo.example.vn": SOURCE}, "families": {}}
    return kept, asyncio.run(run_spider(ReplaySpider, settings, **spider))


def test_saved_pages_go_the_same_way_as_fetched_ones() -> None:
    pages = [snapshot(), snapshot("không có", status=404), snapshot(url="https://bao.example.org/tin-9.html")]
    kept, stats = replayed(iter(pages), {Extract: 20, Classify: 30})
    assert sorted(judged.article.source for judged in kept) == ["bao.example.org", "bengo"]
    assert all(judged.matches for judged in kept)
    assert (stats["tindothi/fetched"], stats["tindothi/rejected"]) == (3, 1)


def test_each_source_is_asked_once_what_its_pages_teach() -> None:
    seen = Recurring(pages=9, of=10, first=NOW, last=NOW)
    memory = Remembered()
    memory.lessons["bengo"] = Learned(texts={(key_of(SAID[2]), "article>p"): seen})
    pages = [snapshot(), snapshot(url=URL.replace("123", "124")), snapshot(url="https://bao.example.org/tin-9.html")]
    kept, _ = replayed(iter(pages), {Extract: 20}, memory)
    assert sorted(memory.asked_lessons) == ["bao.example.org", "bengo"]
    texts = [(judged.article.source, len(judged.article.paragraphs)) for judged in kept]
    assert sorted(texts) == [("bao.example.org", 3), ("bengo", 2), ("bengo", 2)]


class Slow:
    """A stage that notes how many pages are in it at once, and fails on some."""

    def __init__(self) -> None:
        self.under_way = self.most = self.done = 0

    async def process_item(self, item: Snapshot) -> Snapshot:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.001)
        self.under_way -= 1
        self.done += 1
        if item.status == 500:
            raise ZeroDivisionError
        return item


def test_an_archive_is_read_no_faster_than_its_pages_are_done() -> None:
    slow = Slow()
    ahead = []

    def pages() -> Iterator[Snapshot]:
        for number in range(60):
            ahead.append(number - slow.done)
            yield snapshot(url=f"{URL}?{number}", status=500 if number % 7 == 0 else 200)

    kept, stats = replayed(pages(), {type("Noted", (), {"from_crawler": lambda _: slow}): 10})
    assert len(kept) == 51
    assert stats["tindothi/fetched"] == 60
    assert 1 < slow.most <= UNDER_WAY
    assert max(ahead) <= UNDER_WAY


def test_an_archive_that_is_damaged_is_the_runs_failure_and_what_was_read_is_kept() -> None:
    def pages() -> Iterator[Snapshot]:
        yield snapshot()
        raise Damaged("bị xé giữa chừng")

    kept, stats = replayed(pages())
    assert [page.source for page in kept] == ["bengo"]
    assert stats["tindothi/failure"].kind == "Damaged"
    assert "spider_exceptions/count" not in stats


def test_a_page_is_read_as_at_the_time_it_was_fetched() -> None:
    ahead = snapshot(PAGE.replace("20/11/2026", "20/11/2031"))
    assert passed(with_stage("Extract")[0], ahead).article.published is None
    later = replace(ahead, fetched_at=datetime(2031, 11, 21, tzinfo=UTC))
    assert passed(with_stage("Extract")[0], later).article.published is not None
