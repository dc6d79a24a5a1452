"""The spider against a small web on loopback: what it asks for, in which order, and what it remembers."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from scrapy import Request

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


# --- a source's own ways --------------------------------------------------------------------------------------------


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
