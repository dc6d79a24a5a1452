"""The safety net: when it is cast, what it finds, what is told of that, and that it tells no history."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.portal import LocalWeb
from crawler.safetynet import Heard, Yield, trouble, unread, without
from crawler.types import Listing, ListingKind, Mend, Run, Snapshot, Source
from spiders.loader import spider_class
from storage.policy import Policy
from storage.store import Store
from tests.running import Operator, operator
from tests.sites import FIRST, HOST, article, home, serve_articles, title_of
from tests.storing import DAY, HOUR, START, TEXT, Stage, announcement, settled, visit
from tests.storing import article as told
from tests.web import Crawled, Remembered, Web, crawl, text

# --- when: as tables --------------------------------------------------------------------------------------------------

A, E, G, D, Q = Heard.ANNOUNCED, Heard.EMPTY, Heard.GONE, Heard.DOWN, Heard.QUIET


@pytest.mark.parametrize(
    ("heard", "articles", "is_trouble"),
    [
        pytest.param([A], Yield(announced=9), False, id="all is well"),
        pytest.param([A, G, E], Yield(announced=9), False, id="one listing still announces"),
        pytest.param([E], Yield(), True, id="nothing is announced"),
        pytest.param([G, G], Yield(), True, id="all are gone"),
        pytest.param([G, D], Yield(), True, id="one is gone, the other does not answer"),
        pytest.param([E, Q], Yield(), True, id="a quiet sitemap proves nothing"),
        pytest.param([D, D], Yield(), False, id="the site is down"),
        pytest.param([Q], Yield(), False, id="a sitemap without anything new"),
        pytest.param([], Yield(), False, id="no listing"),
        pytest.param([A], Yield(announced=3, asked=3, none=3), True, id="nothing announced is an article"),
        pytest.param([A], Yield(announced=3, refused=3), True, id="nor was it in the run before"),
        pytest.param([A], Yield(announced=5, refused=3, asked=2, none=2), True, id="nor is what came since"),
        pytest.param([A], Yield(announced=3, asked=3, none=2), False, id="one is blocked today"),
        pytest.param([A], Yield(announced=3, asked=3, none=2, taken=1), False, id="one is an article"),
        pytest.param([A], Yield(announced=3, refused=2), False, id="one is stored"),
        pytest.param([A], Yield(), False, id="304"),
    ],
)
def test_trouble(heard: Sequence[Heard], articles: Yield, is_trouble: bool) -> None:
    assert bool(trouble([(str(place), what) for place, what in enumerate(heard)], articles)) is is_trouble


def test_trouble_is_told_in_words() -> None:
    assert trouble([("a", G), ("b", E), ("c", D)], Yield()) == (
        "of its 3 listings: 1 gone, 1 without an article, 1 without an answer"
    )


def page(body: str, url: str = f"https://{HOST}/tin") -> Snapshot:
    return Snapshot(requested_url=f"https://{HOST}/tin", url=url, fetched_at=START, status=200, body=body.encode())


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        ("<ul><li><a href='/'>Trang chủ</a></li></ul>", "", E),
        ("<title>Trang không tồn tại</title><p>Không tìm thấy trang bạn yêu cầu.", "", G),
        ("<title>Just a moment...</title><p>Checking your browser", "", D),
        ("<title>Bảo trì hệ thống</title><p>Vui lòng quay lại sau ít phút.", "", D),
        ("<title>Just a moment...</title><p>Checking your browser", "NotHtml", D),
        ("<p>Đây là trang tin, không phải nguồn RSS.", "NotHtml", G),
        ("", "Damaged", G),
    ],
)
def test_what_stands_in_a_listings_place(body: str, kind: str, expected: Heard) -> None:
    assert without(page(body), kind) is expected


def test_a_login_behind_a_redirect_is_no_empty_listing() -> None:
    assert without(page("<p>Mời đăng nhập", f"https://{HOST}/dang-nhap")) is D


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("HTTP 404", G), ("HTTP 410", G), ("HTTP 301", G), ("HTTP 302", D), ("HTTP 403", D), ("HTTP 503", D),
     ("RobotsForbidden", D), ("CertificateRefused", D), ("DownloadTimeoutError", D)],
)  # fmt: skip
def test_what_an_answer_that_is_no_page_means(kind: str, expected: Heard) -> None:
    assert unread(kind) is expected


# --- when: by the spider ----------------------------------------------------------------------------------------------

SOURCE = Source(
    name="benlau",
    title="Phường Bến Lau",
    hosts=(HOST,),
    articles=(r"/bai-(?P<id>\d+)\.html$",),
    listings=(Listing(kind=ListingKind.PAGE, url=f"http://{HOST}/tin"),),
)
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
ADDRESS = "/tin-phuong/ban-viec-{number}.htm"
LISTED = home((ADDRESS.format(number=number), title_of(number)) for number in range(4101, 4105))
OLD = home((f"/bai-{number}.html", title_of(number)) for number in range(1, 4))


def run(answers: dict[str, Any], source: Source = SOURCE, memory: Remembered | None = None) -> tuple[Crawled, Web]:
    some = Web({f"{HOST}{path}": answer for path, answer in answers.items()})
    return asyncio.run(crawl(some, spider_class(source), memory)), some


@pytest.mark.parametrize(
    "answer",
    [lambda _: text("", 404), lambda _: text("", 410), "<p>Không có tin.", lambda _: text("", 301, Location="http://x.vn/")],
    ids=["404", "410", "empty", "moved"],
)  # fmt: skip
def test_where_no_listing_finds_anything_the_net_is_cast(answer: Any) -> None:
    crawled, some = run({"/tin": answer, "/": LISTED})
    assert some.asked[:2] == [f"{HOST}/tin", f"{HOST}/"]
    assert sorted(some.asked[2:]) == [f"{HOST}{ADDRESS.format(number=number)}" for number in range(4101, 4105)]
    assert crawled.memory.announced == [(f"http://{HOST}/", 4)]
    assert [page.url for page in crawled.memory.archived[:2]][-1] == f"http://{HOST}/", "its pages are kept too"
    mend = crawled.stats["tindothi/mend"]
    assert mend == Mend(
        because=mend.because,
        listings=(("page", f"http://{HOST}/"),),
        articles=(r"-\d{3,}\.htm$",),
        found=4,
    )


@pytest.mark.parametrize(
    "answer",
    [OLD, lambda _: text("", 403), lambda _: text("", 503), "<title>Just a moment...</title>Checking your browser",
     lambda _: text("", 302, Location="http://sso.example.vn/")],
    ids=["well", "403", "503", "blocked", "login"],
)  # fmt: skip
def test_where_one_does_or_the_site_is_closed_it_is_not(answer: Any) -> None:
    crawled, some = run({"/tin": answer, "/": LISTED})
    assert f"{HOST}/" not in some.asked
    assert "tindothi/mend" not in crawled.stats


def test_listings_that_still_find_something_need_no_net() -> None:
    two = replace(SOURCE, listings=(*SOURCE.listings, Listing(kind=ListingKind.PAGE, url=f"http://{HOST}/cu")))
    crawled, some = run({"/tin": lambda _: text("", 404), "/cu": OLD, "/": LISTED}, two)
    assert f"{HOST}/" not in some.asked
    assert [one.kind for one in crawled.memory.failures] == ["HTTP 404"], "which is told as ever"


def test_the_sources_own_patterns_stay_where_they_hold() -> None:
    crawled, _ = run({"/tin": lambda _: text("", 404), "/": OLD})
    mend = crawled.stats["tindothi/mend"]
    assert (mend.articles, mend.listings, mend.found) == ((), (("page", f"http://{HOST}/"),), 3)
    assert sorted(crawled.memory.pending) == ["benlau:1", "benlau:2", "benlau:3"]


def test_feeds_and_sitemaps_that_the_site_announces_are_asked_and_no_others() -> None:
    urls = [f"http://{HOST}{ADDRESS.format(number=number)}" for number in range(4105, 4109)]
    items = "".join(
        f"<item><title>{title_of(number)}</title><link>{url}</link></item>" for number, url in enumerate(urls)
    )
    maps = "".join(f"<url><loc>{url}</loc><lastmod>2026-11-26</lastmod></url>" for url in urls)
    _, some = run(
        {
            "/tin": lambda _: text("", 404),
            "/robots.txt": lambda _: text(
                f"User-agent: *\nSitemap: http://{HOST}/ban-do.xml\nSitemap: http://x.vn/m.xml"
            ),
            "/": home([], head='<link rel="alternate" type="application/rss+xml" href="/moi.rss">'),
            "/moi.rss": f"<rss><channel>{items}</channel></rss>",
            "/ban-do.xml": f'<urlset xmlns="{SITEMAP}">{maps}</urlset>',
        }
    )
    pages = [f"{HOST}/robots.txt", f"{HOST}/tin", f"{HOST}/", f"{HOST}/moi.rss", f"{HOST}/ban-do.xml"]
    assert some.asked[:5] == pages
    assert sorted(some.asked[5:]) == [url.removeprefix("http://") for url in urls]


@pytest.mark.parametrize(
    ("address", "is_cast"), [("/sua-con-duong-ra-cho-moi-{number}.htm", True), ("/muc-{number}", False)]
)
def test_a_sitemap_of_young_articles_that_no_pattern_tells_is_no_quiet_one(address: str, is_cast: bool) -> None:
    urls = [f"http://{HOST}{address.format(number=number)}" for number in range(4101, 4105)]
    today = datetime.now(UTC).date()
    maps = "".join(f"<url><loc>{url}</loc><lastmod>{today}</lastmod></url>" for url in urls)
    source = replace(SOURCE, listings=(Listing(kind=ListingKind.SITEMAP, url=f"http://{HOST}/map.xml"),))
    _, some = run({"/map.xml": f'<urlset xmlns="{SITEMAP}">{maps}</urlset>', "/": LISTED}, source)
    assert (f"{HOST}/" in some.asked) is is_cast


def test_where_the_net_finds_nothing_either_that_is_told() -> None:
    crawled, _ = run({"/tin": lambda _: text("", 404), "/": lambda _: text("", 301, Location="http://moi.example.vn/")})
    mend = crawled.stats["tindothi/mend"]
    assert (mend.found, mend.listings) == (0, ())
    assert "HTTP 301, to http://moi.example.vn/" in mend.because
    assert crawled.count("fetched") == crawled.count("rejected") == 2


def test_counts_add_up_under_the_net() -> None:
    crawled, _ = run({"/tin": "<p>", "/": LISTED})
    assert crawled.count("fetched") == crawled.count("listings") + crawled.count("rejected") + len(crawled.items)


# --- what is told, and that it is no history: by the store ------------------------------------------------------------

POLICY = Policy(baseline_items=3, baseline_days=7)
NET = f"https://{HOST}/"


@pytest.fixture
def stage(tmp_path: Path, engine: str) -> Stage:
    return Stage(tmp_path, policy=POLICY, engine=engine)


def caught(stage: Stage, store: Store, *numbers: int, published: Any = None, source: str = "phuong") -> None:
    """The net announces articles, and they are fetched."""
    store.announce(source, stage.page(NET, source=source), [announcement(one) for one in numbers], net=True)
    for number in numbers:
        body = (f"Tổ dân phố số {number} họp bàn. {TEXT[0]}",)
        visit(stage, store, told(number, paragraphs=body, published=published), "do-thi")


def shown(store: Store) -> list[str]:
    return sorted(entry.article.key.removeprefix("phuong:") for entry in store.feed("do-thi", "").entries)


def ended(stage: Stage, store: Store, *, blind: int = 1, mend: Mend | None = None) -> None:
    """A run ends that began an hour ago."""
    store.record(Run(source="phuong", started=stage.now - HOUR, ended=stage.now, listings=1, blind=blind, mend=mend))


def test_a_first_cast_is_like_a_first_run(stage: Stage, store: Store) -> None:
    settled(store)
    stage.pass_time()
    ended(stage, store, blind=0)
    stage.pass_time(DAY)
    caught(stage, store, 1, 2)
    assert shown(store) == [], "undated: nobody knows how old they are"
    caught(stage, store, 3, published=stage.now - 30 * DAY)
    assert shown(store) == [], "printed long before its listings were last read"
    caught(stage, store, 4, 5, 6, 7, published=stage.now - HOUR)
    assert shown(store) == ["4", "5", "6"], "no more than a first run's"


def test_later_casts_tell_what_came_since(stage: Stage, store: Store) -> None:
    settled(store)
    stage.pass_time(DAY)
    caught(stage, store, 1)
    ended(stage, store)
    stage.pass_time(DAY)
    caught(stage, store, 1, 2)
    caught(stage, store, 3, 4, 5, 6, published=stage.now)
    assert shown(store) == ["2", "3", "4", "5", "6"]


def test_what_a_first_cast_left_waiting_is_still_its_own(stage: Stage, store: Store) -> None:
    settled(store)
    stage.pass_time(DAY)
    store.announce("phuong", stage.page(NET), [announcement(1)], net=True)
    ended(stage, store)
    stage.pass_time(DAY)
    visit(stage, store, told(1, published=None), "do-thi")
    assert shown(store) == []


def test_after_a_whole_run_the_next_cast_is_a_first_one_again(stage: Stage, store: Store) -> None:
    settled(store)
    stage.pass_time(DAY)
    caught(stage, store, 1)
    ended(stage, store)
    stage.pass_time(DAY)
    ended(stage, store, blind=0)
    stage.pass_time(DAY)
    caught(stage, store, 2)
    assert shown(store) == []


def test_a_mend_is_kept_with_its_run(stage: Stage, store: Store) -> None:
    settled(store)
    mend = Mend(because="1 gone", listings=(("rss", NET),), articles=(r"-\d+\.htm$",), found=4)
    ended(stage, store, mend=mend)
    stage.pass_time(timedelta(minutes=1))
    ended(stage, store)
    assert [one.mend for one in store.runs("phuong")] == [None, mend]


# --- a rebuilt site, at the door --------------------------------------------------------------------------------------

FILE = """
name = "benlau"
title = "Phường Bến Lau"
hosts = ["{host}"]
articles = [{articles}]

[[listing]]
kind = "page"
url = "https://{host}{listing}"
"""


def declare(folder: Path, articles: str, listing: str) -> None:
    (folder / "benlau.toml").write_text(FILE.format(host=HOST, articles=articles, listing=listing), encoding="utf-8")


@pytest.fixture
def somebody(tmp_path: Path) -> Iterator[tuple[Operator, LocalWeb]]:
    """An operator whose one source is the site."""
    own = tmp_path / "own"
    own.mkdir()
    with LocalWeb(tmp_path, articles_per_site=1) as web:
        more = {"TINDOTHI_SOURCES__DIRECTORIES": f'["{own}"]', "TINDOTHI_SOURCES__ONLY": '["benlau"]'}
        yield operator(tmp_path, web, **more), web


def listing(paths: Sequence[str]) -> str:
    return home([(path, title_of(int(path.rpartition("-")[2].split(".")[0]))) for path in paths])


def test_a_rebuilt_site_is_read_on_and_tells_no_history(somebody: tuple[Operator, LocalWeb], tmp_path: Path) -> None:
    ops, web = somebody
    declare(tmp_path / "own", r"'/bai-(?P<id>\d+)\.html$'", "/tin")
    old = serve_articles(web, range(1, 4), "/bai-{number}.html")
    web.serve(HOST, "/tin", listing(old))
    assert ops.run("crawl").code == 0
    assert ops.feed().count(b"<entry>") == 3

    web.serve(HOST, "/tin", "", status=404)
    moved = serve_articles(web, range(1, 4), "/tin-phuong/ban-viec-{number:04}.htm")  # the same texts
    found = serve_articles(web, range(4101, 4105), "/tin-phuong/ban-viec-{number}.htm", dated=False)
    web.serve(HOST, "/", listing([*found, *moved]))
    crawled = ops.run("crawl", "--json")
    assert crawled.code == 4
    (run,) = crawled.json["sources"].values()
    assert (run["new"], run["duplicate"]) == (4, 3)
    assert run["degraded"] == {
        "because": "of its 1 listings: 1 gone",
        "found": 7,
        "listings": [{"kind": "page", "url": f"https://{HOST}/"}],
        "articles": [r"-\d{3,}\.htm$"],
    }
    assert ops.feed().count(b"<entry>") == 3, "no old text again, and nothing undated"

    new = serve_articles(web, [4109], "/tin-phuong/ban-viec-{number}.htm", dated=False)
    web.serve(HOST, "/", listing([*new, *found]))
    said = ops.run("crawl")
    assert "degraded: of its 1 listings: 1 gone; the safety net finds 5 articles\n" in said.out
    assert ops.feed().count(b"<entry>") == 4, "what came since is news"
    status = ops.run("status")
    assert "degraded: of its 1 listings: 1 gone" in status.out
    assert f'put into its file: [[listing]] with kind = "page" and url = "https://{HOST}/"' in status.out

    declare(tmp_path / "own", r"'-\d{3,}\.htm$'", "/")
    mended = ops.run("crawl", "--json")
    assert (mended.code, mended.json["sources"]["benlau"]["degraded"], mended.json["new"]) == (0, None, 0)
    assert "degraded" not in ops.run("status").out
    assert ops.feed().count(b"<entry>") == 4


def test_patterns_that_tell_the_wrong_pages_are_found_out_and_stay_found(
    somebody: tuple[Operator, LocalWeb], tmp_path: Path
) -> None:
    ops, web = somebody
    declare(tmp_path / "own", r"'/muc-\d+$'", "/")
    menu = {f"/muc-{number}": f"Mục {number}" for number in (1, 2)}
    found = serve_articles(web, range(4101, 4105), "/tin-phuong/ban-viec-{number}.htm")
    for path in menu:
        web.serve(HOST, path, listing(found))
    web.serve(HOST, "/", home([(path, title_of(4101)) for path in found], menu=menu), headers=[("ETag", '"1"')])
    for new in (4, 0):
        run = ops.run("crawl", "--json").json["sources"]["benlau"]
        assert (run["new"], run["degraded"]["found"]) == (new, 4)
        assert run["degraded"]["because"] == "none of the 2 pages that its listings announce is an article"
        assert run["degraded"]["articles"] == [r"-\d{3,}\.htm$"]
        assert run["failure"]["kind"] == "NoArticles"


def test_a_layout_that_leaves_no_article_is_laid_aside(somebody: tuple[Operator, LocalWeb], tmp_path: Path) -> None:
    ops, web = somebody
    declare(tmp_path / "own", r"'/bai-(?P<id>\d+)\.html$'", "/tin")
    file = tmp_path / "own" / "benlau.toml"
    file.write_text(file.read_text(encoding="utf-8") + '\n[[template]]\nbody = [".tren"]\n', encoding="utf-8")
    web.serve(HOST, "/bai-7.html", article(7, day=FIRST))
    web.serve(HOST, "/tin", home([("/bai-7.html", title_of(7))]))
    run = ops.run("crawl", "--json").json
    assert (run["new"], run["rejected"]) == (1, 0)
