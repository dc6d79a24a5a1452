"""The spider against a small web on loopback: what it asks and remembers, and what it does when things go wrong."""

import asyncio
import gzip
import time
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from scrapy import Request
from scrapy.http import Response

import spiders.spider
from crawler.errors import StoreLocked
from crawler.middlewares import MAX_ROBOTS, Whole
from crawler.types import Due, Listing, ListingKind, Snapshot, Source, Validators
from spiders.loader import spider_class
from spiders.spider import SourceSpider
from tests.test_settings import settings_with
from tests.web import Crawled, Remembered, Web, crawl, text

HOST = "binhan.example.vn"
SOURCE = Source(
    name="binhan",
    title="Phường Bình An",
    hosts=(HOST, "cu.example.vn"),
    articles=(r"-(?P<id>\d+)\.html$",),
    listings=(Listing(kind=ListingKind.PAGE, url=f"http://{HOST}/tin"),),
)
PAGE = '<a href="/hop-to-1.html">Họp tổ</a><a href="/don-ve-sinh-2.html">Dọn vệ sinh</a>'
LISTED = '<a href="/hop-to-1.html">Họp tổ</a>'
ONE, TWO = f"{HOST}/hop-to-1.html", f"{HOST}/don-ve-sinh-2.html"


def run(some: Web, source: Source = SOURCE, memory: Remembered | None = None, **fetch: Any) -> Crawled:
    return asyncio.run(crawl(some, spider_class(source), memory, **fetch))


def listings(*urls: str, **how: Any) -> Source:
    return replace(SOURCE, listings=tuple(Listing(kind=ListingKind.PAGE, url=f"http://{url}", **how) for url in urls))


def pages(crawled: Crawled) -> list[tuple[str, int]]:
    return [(item.requested_url.removeprefix("https://"), item.status) for item in crawled.items]


def failures(crawled: Crawled) -> list[tuple[str, str]]:
    return [(one.url.split("://")[-1], one.kind) for one in crawled.memory.failures]


# --- the way ---------------------------------------------------------------------------------------------------------


def test_what_a_listing_announces_is_fetched_in_its_order() -> None:
    some = Web({f"{HOST}/tin": PAGE, ONE: "<p>Một</p>", TWO: "<p>Hai</p>"})
    crawled = run(some)
    assert some.asked == [f"{HOST}/tin", ONE, TWO]
    assert sorted(pages(crawled)) == sorted([(ONE, 200), (TWO, 200)])  # in the order in which they were looked at
    snapshot = next(item for item in crawled.items if item.requested_url == f"https://{ONE}")
    assert isinstance(snapshot, Snapshot)
    assert snapshot.source == "binhan"
    assert snapshot.body == b"<p>M\xe1\xbb\x99t</p>"
    assert snapshot.header("content-type").startswith("text/html")
    assert [one.url for one in crawled.memory.archived] == [f"http://{HOST}/tin"], "the listing is archived too"
    assert (crawled.count("fetched"), crawled.count("listings"), crawled.count("failed")) == (3, 1, 0)
    assert crawled.memory.failures == []


def test_the_store_is_asked_once_what_is_due_after_all_listings_have_spoken() -> None:
    some = Web({f"{HOST}/a": PAGE, f"{HOST}/b": '<a href="/ba-3.html">Ba</a>'})
    crawled = run(some, listings(f"{HOST}/a", f"{HOST}/b"))
    assert crawled.memory.asked_due == 1
    assert crawled.memory.asked_lessons == ["binhan"]
    assert some.asked[:2] == [f"{HOST}/a", f"{HOST}/b"]
    assert len(some.asked) == len(set(some.asked)) == 5


def test_a_source_is_reached_as_its_listing_is_written() -> None:
    some = Web({f"www.{HOST}/tin": PAGE, f"www.{ONE}": "<p>Một</p>"})
    crawled = run(some, listings(f"www.{HOST}/tin"))
    assert f"www.{ONE}" in some.asked
    assert {item.requested_url for item in crawled.items} == {f"https://{ONE}", f"https://{TWO}"}, "as announced"


def test_we_say_who_we_are() -> None:
    some = Web({f"{HOST}/tin": PAGE})
    run(some, contact="lien-he@example.vn")
    agent = some.headers[ONE]["User-Agent"]
    assert agent.startswith("tindothi/")
    assert "+lien-he@example.vn" in agent


def test_no_more_than_the_limit_is_fetched() -> None:
    many = "".join(f'<a href="/tin-{number}.html">T</a>' for number in range(30))
    crawled = run(Web({f"{HOST}/tin": many}), limit=7)
    assert [url for url, _ in pages(crawled)] == [f"{HOST}/tin-{number}.html" for number in range(7)]


def test_pages_of_every_status_go_down_the_pipeline() -> None:
    some = Web({f"{HOST}/tin": PAGE, ONE: lambda _: text("hỏng", 503), TWO: lambda _: text("mất", 410)})
    assert pages(run(some)) == [(ONE, 503), (TWO, 410)]


def test_a_form_is_posted() -> None:
    api = Listing(
        kind=ListingKind.API,
        url=f"http://{HOST}/api",
        method="POST",
        form={"PageIndex": "{page}", "Chuyen": "đô thị"},
        headers={"X-Requested-With": "XMLHttpRequest"},
        first_page=0,
        depth=2,
    )
    some = Web({f"{HOST}/api": PAGE})
    run(some, replace(SOURCE, listings=(api,)))
    assert some.asked.count(f"{HOST}/api") == 2, "the second page announces nothing new; there is no third"
    assert some.bodies[f"{HOST}/api"] == "PageIndex=1&Chuyen=%C4%91%C3%B4+th%E1%BB%8B"
    assert some.headers[f"{HOST}/api"]["X-Requested-With"] == "XMLHttpRequest"
    assert "If-None-Match" not in some.headers[f"{HOST}/api"]


# --- paging and sitemaps ---------------------------------------------------------------------------------------------


def test_paging_ends_at_a_page_that_announces_nothing_new() -> None:
    def paged(request: web.Request) -> web.Response:
        number = int(request.query["trang"])
        return text(f'<a href="/tin-{max(number, 0) if number < 4 else 3}.html">T</a>')

    some = Web({f"{HOST}/tin?trang={number}": paged for number in range(1, 10)})
    run(some, listings(f"{HOST}/tin?trang={{page}}", depth=9))
    assert [key for key in some.asked if "trang" in key] == [f"{HOST}/tin?trang={number}" for number in (1, 2, 3, 4)]


def test_all_pages_of_a_listing_are_taken_down_at_once() -> None:
    """Killed between two pages, a run leaves nothing of the listing, so that the next one reads it all."""
    some = Web({f"{HOST}/tin?trang=1": PAGE, f"{HOST}/tin?trang=2": '<a href="/ba-3.html">Ba</a>'})
    memory = run(some, listings(f"{HOST}/tin?trang={{page}}", depth=2)).memory
    assert memory.announced == [(f"http://{HOST}/tin?trang=1", 3)]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda _: text("", 503), id="503"),
        pytest.param(lambda request: request.transport.abort(), id="connection lost"),
    ],
)
def test_where_a_later_page_fails_the_first_ones_articles_come_and_the_listing_is_read_again(broken: Any) -> None:
    some = Web({f"{HOST}/tin?trang=1": lambda _: text(PAGE, ETag='"v1"'), f"{HOST}/tin?trang=2": broken})
    crawled = run(some, listings(f"{HOST}/tin?trang={{page}}", depth=3))
    assert [url for url, _ in pages(crawled)] == [ONE, TWO]
    assert set(crawled.memory.stored_validators.values()) == {Validators()}
    assert len(crawled.memory.failures) == 1


def test_a_sitemap_index_is_followed() -> None:
    index = f"<?xml version='1.0'?><sitemapindex><sitemap><loc>http://{HOST}/con.xml</loc></sitemap></sitemapindex>"
    child = f"<urlset><url><loc>http://{ONE}</loc></url></urlset>"
    some = Web({f"{HOST}/sitemap.xml": lambda _: text(index, ETag='"v1"'), f"{HOST}/con.xml": child})
    crawled = run(
        some, replace(SOURCE, listings=(Listing(kind=ListingKind.SITEMAP, url=f"http://{HOST}/sitemap.xml"),))
    )
    assert some.asked == [f"{HOST}/sitemap.xml", f"{HOST}/con.xml", ONE]
    kept = crawled.memory.stored_validators[f"http://{HOST}/sitemap.xml"]
    assert kept == Validators(), "a 304 to the index would hide a child that was not reached"
    assert crawled.memory.failures == []


# --- asking again ----------------------------------------------------------------------------------------------------


def test_a_listing_is_asked_conditionally_and_a_304_leaves_the_pending_articles_due() -> None:
    """The listing answers 200 then 304 while its article answered 500 in between: the article still arrives."""
    state = {"broken": True}

    def listing(request: web.Request) -> web.Response:
        fresh = request.headers.get("If-None-Match") == '"v1"'
        return (
            web.Response(status=304)
            if fresh
            else text(PAGE, ETag='"v1"', Last_Modified="Fri, 20 Nov 2026 01:00:00 GMT")
        )

    some = Web({f"{HOST}/tin": listing, ONE: lambda _: text("lỗi", 500) if state["broken"] else text("<p>Một</p>")})
    memory = Remembered()
    run(some, memory=memory)
    state["broken"] = False
    crawled = run(some, memory=memory)
    assert some.headers[f"{HOST}/tin"]["If-Modified-Since"] == "Fri, 20 Nov 2026 01:00:00 GMT"
    assert (ONE, 200) in pages(crawled)
    assert (crawled.count("fetched"), crawled.count("listings")) == (3, 1)


def test_a_doubted_304_of_a_listing_is_looked_into_at_once() -> None:
    asked: list[Any] = []

    def listing(request: web.Request) -> web.Response:
        asked.append(request.headers.get("If-None-Match"))
        return web.Response(status=304) if asked[-1] else text(PAGE, ETag='"v1"')

    memory = Remembered()
    memory.stored_validators[f"http://{HOST}/tin"] = Validators(etag='"v1"', doubted=True)
    crawled = run(Web({f"{HOST}/tin": listing}), memory=memory)
    assert asked == ['"v1"', None]
    assert memory.doubted == [f"http://{HOST}/tin"]
    assert (crawled.count("listings"), crawled.count("blind")) == (2, 0)
    assert memory.stored_validators == {f"http://{HOST}/tin": Validators(etag='"v1"')}


def test_a_304_to_a_listing_that_was_asked_for_without_condition_is_a_failure() -> None:
    memory = Remembered()
    memory.stored_validators[f"http://{HOST}/tin"] = Validators(etag='"v1"', doubted=True)
    crawled = run(Web({f"{HOST}/tin": lambda _: web.Response(status=304)}), memory=memory)
    assert failures(crawled) == [(f"{HOST}/tin", "HTTP 304")]


def test_how_long_a_listing_stays_as_it_is_is_taken_down() -> None:
    rss = f"<rss><channel><ttl>90</ttl><item><link>http://{ONE}</link></item></channel></rss>"
    feed = Listing(kind=ListingKind.RSS, url=f"http://{HOST}/rss")
    memory = run(Web({f"{HOST}/rss": rss, ONE: "<p>Một</p>"}), replace(SOURCE, listings=(feed,))).memory
    assert memory.hints == {f"http://{HOST}/rss": timedelta(minutes=90)}


def test_a_known_article_that_did_not_change_is_told_and_counted() -> None:
    memory = Remembered()
    memory.known["binhan:1"] = Due(
        url=f"https://{ONE}", key="binhan:1", known=True, validators=Validators(etag='"e"', last_modified="")
    )
    some = Web({f"{HOST}/tin": PAGE, ONE: lambda request: web.Response(status=304)})
    crawled = run(some, memory=memory)
    assert memory.not_changed == [f"https://{ONE}"]
    assert some.headers[ONE]["If-None-Match"] == '"e"'
    assert crawled.count("unchanged") == 1
    assert pages(crawled) == [(TWO, 404)]


def restless() -> Remembered:
    """An article that said something else at its last visit."""
    memory = Remembered()
    known = Due(url=f"https://{ONE}", key="binhan:1", known=True, validators=Validators(etag='"e"'), twice=True)
    memory.known["binhan:1"] = known
    return memory


def test_a_restless_page_is_asked_for_twice_and_is_one_item() -> None:
    asked: list[Any] = []

    def answer(request: web.Request) -> web.Response:
        asked.append((request.headers.get("If-None-Match"), request.headers.get("Cache-Control")))
        return text(f"<p>{len(asked)}</p>")

    crawled = run(Web({f"{HOST}/tin": LISTED, ONE: answer}), memory=restless())
    (item,) = crawled.items
    assert asked == [('"e"', None), (None, "no-cache")]
    assert (item.body, item.second.body, item.second.requested_url) == (b"<p>1</p>", b"<p>2</p>", f"https://{ONE}")
    assert crawled.count("fetched") == 2, "the listing, and the article"


@pytest.mark.parametrize("then", [404, 500, "redirect", "abort"])
def test_where_the_second_answer_is_another_thing_the_first_stands_alone(then: Any) -> None:
    asked: list[str] = []

    def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        if then == "abort" and len(asked) >= 2:
            assert request.transport
            request.transport.abort()
        if then == "redirect" and len(asked) == 2:
            return web.Response(status=302, headers={"Location": f"http://{TWO}"})
        return text("<p>Một</p>", 200 if len(asked) == 1 or isinstance(then, str) else then)

    crawled = run(Web({f"{HOST}/tin": LISTED, ONE: answer, TWO: "<p>Hai</p>"}), memory=restless())
    (item,) = crawled.items
    assert (item.body, item.second, len(asked) > 1) == ("<p>Một</p>".encode(), None, True)
    assert (crawled.count("fetched"), crawled.count("failed")) == (2, 0)


def test_a_restless_page_that_did_not_change_is_asked_for_once() -> None:
    some = Web({f"{HOST}/tin": LISTED, ONE: lambda _: web.Response(status=304)})
    assert run(some, memory=restless()).items == []
    assert some.asked.count(ONE) == 1


def test_a_304_to_an_unconditional_request_is_a_page_like_any_other() -> None:
    some = Web({f"{HOST}/tin": PAGE, ONE: lambda _: web.Response(status=304)})
    assert (ONE, 304) in pages(run(some))


def test_validators_are_not_sent_behind_a_redirect() -> None:
    memory = Remembered()
    memory.known["binhan:1"] = Due(url=f"https://{ONE}", key="binhan:1", known=True, validators=Validators(etag='"e"'))
    moved = f"{HOST}/moi-1.html"
    some = Web({f"{HOST}/tin": PAGE, ONE: lambda _: text("", 301, Location=f"http://{moved}"), moved: "<p>Một</p>"})
    crawled = run(some, memory=memory)
    assert "If-None-Match" not in some.headers[moved]
    assert (ONE, 200) in pages(crawled)


# --- redirects -------------------------------------------------------------------------------------------------------


def test_a_redirect_to_an_alias_host_is_followed() -> None:
    some = Web({
        f"{HOST}/tin": PAGE,
        ONE: lambda _: text("", 302, Location="http://www.cu.example.vn/hop-to-1.html"),
        "www.cu.example.vn/hop-to-1.html": "<p>Một</p>",
    })  # fmt: skip
    one = next(item for item in run(some).items if item.requested_url.endswith(ONE))
    assert (one.status, one.url) == (200, "http://www.cu.example.vn/hop-to-1.html")


def test_a_redirect_elsewhere_is_a_page_and_not_followed() -> None:
    some = Web({f"{HOST}/tin": PAGE, ONE: lambda _: text("", 302, Location="http://quangcao.example.org/")})
    crawled = run(some)
    assert (ONE, 302) in pages(crawled)
    assert not any("quangcao" in key for key in some.asked)


@pytest.mark.parametrize("target", ["http://[::kein", "javascript:void(0)"])
def test_a_redirect_to_no_address_is_a_page_and_not_followed(target: str) -> None:
    some = Web({f"{HOST}/tin": PAGE, ONE: lambda _: text("", 302, Location=target)})
    assert (ONE, 302) in pages(run(some))


def test_a_redirect_loop_ends_as_a_failure() -> None:
    some = Web({f"{HOST}/tin": PAGE, ONE: lambda _: text("", 302, Location=f"http://{ONE}?lai")})
    some.answers[f"{ONE}?lai"] = lambda _: text("", 302, Location=f"http://{ONE}")
    crawled = run(some, redirects=3)
    assert failures(crawled) == [(ONE, "TooManyRedirects")]
    assert crawled.count("failed") == 1
    assert len([key for key in some.asked if "hop-to" in key]) == 4


def test_a_listing_that_leads_elsewhere_is_a_failure() -> None:
    some = Web({f"{HOST}/tin": lambda _: text("", 302, Location="http://dangnhap.example.org/")})
    crawled = run(some)
    assert failures(crawled) == [(f"{HOST}/tin", "HTTP 302")]
    assert some.asked == [f"{HOST}/tin"]


# --- when things go wrong --------------------------------------------------------------------------------------------


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
    assert failures(crawled) == [(f"{HOST}/tin", kind), (ONE, kind)]
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


class OwnSpider(SourceSpider):
    """What data cannot say: this source's pages need a header of their own."""

    async def start(self) -> AsyncIterator[Request]:
        async for request in super().start():
            request.headers["X-Rieng"] = self.source.name
            yield request


def test_a_source_may_have_a_spider_of_its_own() -> None:
    some = Web({f"{HOST}/tin": PAGE})
    crawled = run(some, replace(SOURCE, spider="tests.test_spider.OwnSpider"))
    assert some.headers[f"{HOST}/tin"]["X-Rieng"] == "binhan"
    assert len(crawled.items) == 2


def test_a_source_may_ask_for_a_longer_delay_and_never_for_a_shorter() -> None:
    for own, ours, expected in ((5.0, 2.0, 5.0), (0.5, 2.0, 2.0), (None, 2.0, 2.0)):
        settings = settings_with(fetch={"delay": ours})
        spider_class(replace(SOURCE, delay=own)).update_settings(settings)
        assert settings.getfloat("DOWNLOAD_DELAY") == expected
        assert settings.getfloat("AUTOTHROTTLE_START_DELAY") == expected
