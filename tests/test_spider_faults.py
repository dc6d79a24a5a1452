"""The spider when things go wrong: sites that fail, packings, robots.txt, a locked store, the deadline."""

import asyncio
import gzip
import time
import zlib
from typing import Any

import pytest
from aiohttp import web
from scrapy import Request
from scrapy.http import Response

import spiders.spider
from crawler.errors import StoreLocked
from crawler.middlewares import MAX_ROBOTS, Whole
from crawler.types import Due
from tests.test_spider import HOST, ONE, PAGE, TWO, failures, listings, pages, run
from tests.web import Remembered, Web, text


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(lambda _: text("", 500), "HTTP 500", id="500"),
        pytest.param(lambda _: text("", 404), "HTTP 404", id="404"),
        pytest.param(lambda request: request.transport.abort(), "DownloadFailedError", id="connection lost"),
    ],
)
def test_a_listing_that_fails_is_recorded_and_the_others_go_on(answer: Any, kind: str) -> None:
    some = Web({f"{HOST}/hong": answer, f"{HOST}/tin": PAGE})
    crawled = run(some, listings(f"{HOST}/hong", f"{HOST}/tin"))
    assert failures(crawled) == [(f"{HOST}/hong", kind)]
    assert crawled.stats["tindothi/failure"].kind == kind
    assert [url for url, _ in pages(crawled)] == [ONE, TWO]


def test_what_is_pending_is_fetched_even_if_every_listing_fails() -> None:
    memory = Remembered()
    memory.pending["binhan:1"] = Due(url=f"https://{ONE}", key="binhan:1", known=False)
    crawled = run(Web({ONE: "<p>Một</p>"}), memory=memory)
    assert pages(crawled) == [(ONE, 200)]


def test_a_source_that_announces_nothing_at_all_is_a_failure_and_one_empty_section_is_not() -> None:
    some = Web({f"{HOST}/a": "<p>Chuyên mục chưa có bài nào</p>", f"{HOST}/b": ""})
    assert failures(run(some, listings(f"{HOST}/a", f"{HOST}/b"))) == [(f"{HOST}/a", "NothingAnnounced")]
    some.answers[f"{HOST}/b"] = PAGE
    assert failures(run(some, listings(f"{HOST}/a", f"{HOST}/b"))) == []


def test_what_stands_in_a_listings_place_is_named() -> None:
    some = Web({f"{HOST}/a": "<p>Hệ thống đang bảo trì</p>", f"{HOST}/tin": PAGE})
    crawled = run(some, listings(f"{HOST}/a", f"{HOST}/tin"))
    assert failures(crawled) == [(f"{HOST}/a", "Maintenance")]
    assert (crawled.count("blind"), [url for url, _ in pages(crawled)]) == (1, [ONE, TWO])


def test_an_empty_listing_does_not_leave_validators_that_would_hide_it() -> None:
    some = Web({f"{HOST}/tin": lambda _: text("<p>Chưa có tin</p>", ETag='"v1"')})
    assert run(some).memory.stored_validators == {}


@pytest.mark.parametrize("empty", ["", "<p>Hết</p>"])
def test_a_later_page_may_be_empty(empty: str) -> None:
    some = Web({f"{HOST}/tin?trang=1": PAGE, f"{HOST}/tin?trang=2": empty})
    assert run(some, listings(f"{HOST}/tin?trang={{page}}", depth=5)).memory.failures == []


def test_an_article_without_answer_stays_pending_and_is_counted() -> None:
    some = Web({f"{HOST}/tin": PAGE, ONE: lambda request: request.transport.abort(), TWO: "<p>Hai</p>"})
    crawled = run(some)
    assert failures(crawled) == [(ONE, "DownloadFailedError")]
    assert pages(crawled) == [(TWO, 200)]
    assert (crawled.count("failed"), crawled.count("fetched")) == (1, 2)


def test_an_unknown_host_is_a_failure() -> None:
    some = Web({})
    crawled = run(some, listings(f"{HOST}/tin"), timeout=2, proxy="http://127.0.0.1:9")
    assert failures(crawled) == [(f"{HOST}/tin", "DownloadConnectionRefusedError")]
    assert crawled.count("fetched") == 0


def test_a_slow_article_is_a_failure_of_its_own() -> None:
    async def forever(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return text("")

    some = Web({f"{HOST}/tin": PAGE, ONE: forever, TWO: "<p>Hai</p>"})
    crawled = run(some, timeout=0.3)
    assert failures(crawled) == [(ONE, "DownloadTimeoutError")]
    assert pages(crawled) == [(TWO, 200)]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda _: text("x" * 200_000), id="plain"),
        pytest.param(
            lambda _: web.Response(body=gzip.compress(b"x" * 5_000_000), headers={"Content-Encoding": "gzip"}),
            id="packed",
        ),
    ],
)
def test_a_page_beyond_the_limit_is_rejected_for_good(answer: Any) -> None:
    some = Web({f"{HOST}/tin": PAGE, ONE: answer, TWO: "<p>Hai</p>"})
    crawled = run(some, max_size=100_000)
    assert crawled.memory.rejections == [(f"https://{ONE}", "TooLarge", False)]
    assert crawled.memory.failures == []
    assert (crawled.count("rejected"), crawled.count("rejected/TooLarge"), crawled.count("fetched")) == (1, 1, 3)
    assert pages(crawled) == [(TWO, 200)]


def packed(body: bytes, encoding: str = "gzip") -> Any:
    return lambda _: web.Response(body=body, headers={"Content-Encoding": encoding})


PLAIN = b"<p>" + bytes(range(32, 127)) * 50
RAW = zlib.compress(PLAIN)[2:-4]  # as some servers mean `deflate`: without zlib's header and check sum


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(packed(gzip.compress(bytes(range(256)) * 50)[:-40]), id="gzip cut off"),
        pytest.param(packed(b"<p>plain</p>"), id="no gzip at all"),
        pytest.param(packed(zlib.compress(PLAIN)[:-40], "deflate"), id="deflate cut off"),
        pytest.param(packed(RAW[:-40], "deflate"), id="raw deflate cut off"),
        pytest.param(packed(b"\x8b\x05\x80<p>\x03", "br"), id="a packing that was not asked for"),
    ],
)
def test_a_damaged_body_is_a_failure_and_never_half_a_page(answer: Any) -> None:
    some = Web({f"{HOST}/tin": PAGE, ONE: answer, TWO: packed(gzip.compress(b"<p>Hai</p>"))})
    crawled = run(some)
    assert failures(crawled) == [(ONE, "Damaged")]
    assert [item.body for item in crawled.items] == [b"<p>Hai</p>"]


@pytest.mark.parametrize("body", [zlib.compress(PLAIN), RAW], ids=["zlib", "raw"])
def test_a_deflated_body_is_read(body: bytes) -> None:
    crawled = run(Web({f"{HOST}/tin": PAGE, ONE: packed(body, "deflate")}))
    assert [item.body for item in crawled.items if item.status == 200] == [PLAIN]


def test_so_much_of_a_robots_txt_is_read_and_no_more() -> None:
    """A server could fill it with rules without end; half of the last line would be another rule."""
    rules = "User-agent: *\nDisallow: /don-\n"
    rules += "#" * (MAX_ROBOTS - len(rules) - 12) + "\nDisallow: /khac\nDisallow: /\n"
    some = Web({f"{HOST}/robots.txt": rules, f"{HOST}/tin": PAGE, ONE: "<p>Một</p>", TWO: "<p>Hai</p>"})
    assert pages(run(some)) == [(ONE, 200)]


@pytest.mark.parametrize("said", ["utf-8", "none", "identity", "gzip, utf-8"])
def test_what_is_no_packing_is_none(said: str) -> None:
    """Some servers name the charset there."""
    body = gzip.compress(PLAIN) if "gzip" in said else PLAIN
    request, answer = Request(f"https://{ONE}"), Response(f"https://{ONE}", body=body)
    answer.headers["Content-Encoding"] = said
    assert Whole(10_000).process_response(request, answer) is answer


def test_a_body_shorter_than_announced_is_a_failure() -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "5000", "Content-Type": "text/html"})
        await response.prepare(request)
        await response.write(b"<p>nua chung")
        assert request.transport
        request.transport.close()
        return response

    crawled = run(Web({f"{HOST}/tin": PAGE, ONE: cut}))
    assert failures(crawled) == [(ONE, "Damaged")]


def test_robots_txt_is_obeyed() -> None:
    some = Web({
        f"{HOST}/robots.txt": "User-agent: tindothi\nDisallow: /hop-\n\nUser-agent: *\nDisallow:",
        f"{HOST}/tin": PAGE,
        TWO: "<p>Hai</p>",
    })  # fmt: skip
    crawled = run(some)
    assert ONE not in some.asked
    assert crawled.memory.rejections == [(f"https://{ONE}", "RobotsForbidden", False)]
    assert (crawled.count("failed"), crawled.memory.failures) == (1, []), "obeying is no failure"
    assert pages(crawled) == [(TWO, 200)]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(lambda _: text("", 503), "HTTP 503", id="503"),
        pytest.param(lambda request: request.transport.abort(), "DownloadFailedError", id="connection lost"),
    ],
)
def test_where_robots_txt_cannot_be_had_nothing_is_fetched_and_nothing_given_up(answer: Any, kind: str) -> None:
    memory = Remembered()
    memory.pending["binhan:1"] = Due(url=f"https://{ONE}", key="binhan:1", known=False)
    some = Web({f"{HOST}/robots.txt": answer, f"{HOST}/tin": PAGE})
    crawled = run(some, memory=memory)
    assert set(some.asked) == {f"{HOST}/robots.txt"}
    assert failures(crawled) == [(f"{HOST}/tin", kind)], "the article waits for the host, which is no attempt"
    assert memory.rejections == []


def test_a_longer_delay_that_robots_txt_asks_for_is_kept() -> None:
    at: list[float] = []

    def page(body: str) -> Any:
        def answer(_: web.Request) -> web.Response:
            at.append(time.monotonic())
            return text(body)

        return answer

    some = Web({f"{HOST}/robots.txt": "User-agent: *\nCrawl-delay: 0.6", f"{HOST}/tin": page(PAGE)})
    some.answers |= {ONE: page("<p>Một</p>"), TWO: page("<p>Hai</p>")}
    run(some)
    assert len(at) == 3
    assert at[-1] - at[0] > 0.6  # of twice that, for a busy machine may see the first one late


def test_what_is_forbidden_as_the_listings_are_is_not_given_up() -> None:
    memory = Remembered()
    memory.pending = {"phuong:1": Due(url=f"https://{ONE}", key="phuong:1", known=False)}
    some = Web({f"{HOST}/robots.txt": "User-agent: *\nDisallow: /", f"{HOST}/tin": PAGE, ONE: "bài"})
    crawled = run(some, memory=memory)
    assert set(some.asked) == {f"{HOST}/robots.txt"}
    assert (crawled.memory.rejections, crawled.count("failed")) == ([], 2)


def test_a_listing_that_robots_txt_forbids_is_a_failure() -> None:
    some = Web({f"{HOST}/robots.txt": "User-agent: *\nDisallow: /", f"{HOST}/tin": PAGE})
    assert failures(run(some)) == [(f"{HOST}/tin", "RobotsForbidden")]


def test_an_address_that_is_no_longer_the_sources_is_given_up_unasked() -> None:
    memory = Remembered()
    memory.pending["binhan:9"] = Due(url="https://thoi.example.org/x-9.html", key="binhan:9", known=False)
    some = Web({f"{HOST}/tin": PAGE})
    crawled = run(some, memory=memory)
    assert crawled.memory.rejections == [("https://thoi.example.org/x-9.html", "OffSite", False)]
    assert not any("thoi.example.org" in key for key in some.asked)


def test_a_fault_of_ours_in_a_listing_is_told_and_the_pending_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("lỗi của ta")

    monkeypatch.setattr(spiders.spider, "discover", broken)
    memory = Remembered()
    memory.pending["binhan:1"] = Due(url=f"https://{ONE}", key="binhan:1", known=False)
    crawled = run(Web({f"{HOST}/tin": PAGE, ONE: "<p>Một</p>"}), memory=memory)
    assert failures(crawled) == [(f"{HOST}/tin", "ZeroDivisionError")]
    assert pages(crawled) == [(ONE, 200)]


class Locked(Remembered):
    """A store that another process holds."""

    def refuse(self, *_: Any, **__: Any) -> Any:
        raise StoreLocked("the database is locked")

    archive = announce = due = fail = validators = hosts = keep_host = refuse


def test_a_locked_store_is_the_runs_failure_and_no_crash() -> None:
    crawled = run(Web({f"{HOST}/tin": PAGE}), memory=Locked())
    assert crawled.stats["tindothi/failure"].kind == "StoreLocked"
    assert crawled.stats["finish_reason"] == "finished"
    assert "spider_exceptions/count" not in crawled.stats


def test_the_deadline_ends_a_run_cleanly_and_what_was_fetched_is_kept() -> None:
    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(0.15)
        return text("<p>Chậm</p>")

    many = "".join(f'<a href="/tin-{number}.html">T</a>' for number in range(50))
    some = Web({f"{HOST}/tin": many} | {f"{HOST}/tin-{number}.html": slow for number in range(50)})
    crawled = run(some, deadline=1.5)
    assert crawled.stats["finish_reason"] == "closespider_timeout"
    assert 0 < len(crawled.items) < 20
    assert crawled.count("fetched") == 1 + len(crawled.items)
    assert crawled.stats["tindothi/failure"].kind == "Deadline"
    assert crawled.memory.failures == [], "what is left counts as no attempt"


@pytest.mark.parametrize("deadline", ["deadline", "source_deadline"])
def test_at_the_deadline_what_waits_for_its_turn_is_not_asked_for(deadline: str) -> None:
    some = Web({f"{HOST}/tin": PAGE, ONE: "<p>Một</p>", TWO: "<p>Hai</p>"})
    began = time.monotonic()
    fetch: Any = {deadline: 0.6, "delay": 20}
    crawled = run(some, **fetch)
    assert some.asked in ([], [f"{HOST}/tin"])
    assert time.monotonic() - began < 15, "the delay alone is longer"
    assert crawled.stats["finish_reason"] == "closespider_timeout"
