"""Articles that a site splits over several pages: found, fetched, kept together, and read as one."""

import asyncio
import contextlib
import csv
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.document import Document, parse
from crawler.errors import Rejected, ServerError
from crawler.extract import extract
from crawler.parts import MAX_PARTS, further, is_part, number
from crawler.settings import ITEM_PIPELINES
from crawler.types import Article, Judged, Listing, ListingKind, Snapshot, Source
from spiders.gathering import gathered
from spiders.loader import spider_class
from spiders.replay import ReplaySpider
from storage.archive import iterate
from storage.store import Store
from tests.test_settings import settings_with
from tests.web import Web, run_spider, serving, text

HOST = "bengo.example.vn"
FIRST = f"http://{HOST}/chuyen-cho-noi-12.html"
TITLE = "Chuyện ba đời giữ chợ nổi bên sông Mây của phường Bến Gỗ"
LEAD = "Gần một thế kỷ, gia đình ông Tư neo ghe ở ngã ba sông và ghi lại từng buổi chợ vào những cuốn sổ ố vàng."
SAID = (
    "Ông Tư kể rằng cuốn sổ đầu tiên được cha ông mua ở chợ huyện, bìa dày, giấy đã ngả màu nhưng chữ vẫn còn rõ nét.",
    "Mỗi sáng bà con đậu ghe thành hai hàng, chừa một lối giữa cho đò dọc, rồi mới treo hàng lên cây bẹo trước mũi.",
    "Đến những năm có cầu mới, ghe thưa dần, nhiều nhà lên bờ mở tiệm và chỉ còn ghé lại chợ vào những ngày giáp Tết.",
    "Phường Bến Gỗ sau đó lập tổ giữ chợ gồm mười hai hộ, mỗi hộ được hỗ trợ sửa ghe và miễn tiền bến trong ba năm.",
    "Tổ trưởng hiện nay là cháu nội ông Tư, vừa bán trái cây vừa ghi tiếp cuốn sổ thứ bảy mươi của cả dòng họ mình.",
    "Cuốn sổ ấy sẽ được trưng bày ở nhà truyền thống của phường khi công trình bên sông hoàn thành vào cuối năm tới.",
)
BY_QUERY = "?page={}"
BY_SUFFIX = "-trang-{}.html"

SOURCE = Source(
    name="bengo",
    title="Phường Bến Gỗ",
    hosts=(HOST,),
    articles=(r"-(?P<id>\d+)\.html$",),
    listings=(Listing(kind=ListingKind.PAGE, url=f"http://{HOST}/tin"),),
)


def pager(current: int, of: int, pattern: str = FIRST + BY_QUERY, label: str = "Trang:") -> str:
    """`1` stands at the article's own address, the page that is shown is no link."""
    pieces = []
    for shown in range(1, of + 1):
        url = FIRST if shown == 1 else pattern.format(shown)
        pieces.append(f"<b>{shown}</b>" if shown == current else f'<a href="{url}">{shown}</a>')
    return f'<div class="chuyentrang">{label} {" ".join(pieces)}</div>'


def written(paragraphs: Sequence[str], below: str = "", *, head: str = "", title: str = TITLE) -> str:
    """A page of the article: every page repeats headline, date and lead."""
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    return f"""<html><head><title>{title}</title>{head}</head><body><div class="menu"><a href="/">Trang chủ</a>
<a href="/tin">Tin tức</a></div><div class="bai"><h1>{title}</h1><p class="ngay">Ngày đăng: 20/11/2026 15:30</p>
<p class="sapo"><b>{LEAD}</b></p><div class="noidung">{body}</div>{below}</div>
<div class="lienquan"><h3>Tin liên quan</h3><ul>
<li><a href="/mo-cau-moi-7.html">Mở cầu mới qua sông Mây tháng sau</a></li></ul></div></body></html>"""


def page(body: str, url: str = FIRST, *, status: int = 200) -> Snapshot:
    at = datetime(2026, 11, 21, 9, tzinfo=UTC)
    typed = (("content-type", "text/html; charset=utf-8"),)
    return Snapshot(requested_url=url, url=url, fetched_at=at, status=status, headers=typed, body=body.encode())


def document(body: str, url: str = FIRST) -> Document:
    return parse(page(body, url))


# --- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "url", "expected"),
    [
        ("https://a.vn/x-1.html", "https://a.vn/x-1.html", 1),
        ("https://a.vn/x-1.html", "http://www.a.vn/x-1.html?utm_source=zalo#cuoi", 1),
        ("https://a.vn/x-1.html", "https://a.vn/x-1.html?page=1", 1),
        ("https://a.vn/x-1.html", "https://a.vn/x-1.html?page=2", 2),
        ("https://a.vn/x-1.html", "https://a.vn/x-1.html?Trang=3", 3),
        ("https://a.vn/x-1.html", "https://a.vn/x-1-p2.html", 2),
        ("https://a.vn/x-1.html", "https://a.vn/x-1-trang-12.html", 12),
        ("https://a.vn/x-1.html", "https://a.vn/x-1.html/2", 2),
        ("https://a.vn/x/", "https://a.vn/x/page/2/", 2),
        ("https://a.vn/x/", "https://a.vn/x/2/", 2),
        ("https://a.vn/x", "https://a.vn/x/trang-2", 2),
        ("https://a.vn/tin?id=9", "https://a.vn/tin?id=9&page=2", 2),
        ("https://a.vn/tin?page=1&id=9", "https://a.vn/tin?page=2&id=9", 2),
        ("https://a.vn/x-1.html", "https://a.vn/x-1.html?page=21", None),
        ("https://a.vn/x-1.html", "https://a.vn/x-1.html?page=200", None),
        ("https://a.vn/x-1.html", "https://a.vn/x-2.html", None),
        ("https://a.vn/x-1.html", "https://b.vn/x-1.html?page=2", None),
        ("https://a.vn/x-1.html", "https://a.vn/x-1.html?replies=2", None),
        ("https://a.vn/tin/2", "https://a.vn/tin/3", None),
        ("https://a.vn/?p=12", "https://a.vn/?p=13", None),
        ("https://a.vn/", "https://a.vn/?page=2", None),
        ("https://a.vn/x-1.html", "javascript:void(2)", None),
    ],
)
def test_a_number_in_the_articles_own_address(first: str, url: str, expected: int | None) -> None:
    assert number(first, url) == expected


# --- pagers ----------------------------------------------------------------------------------------------------------

TWO, THREE = FIRST + "?page=2", FIRST + "?page=3"
SLUG_TWO = FIRST.replace(".html", "-trang-2.html")

SPLIT = {
    "numbers": pager(1, 3),
    "no label": pager(1, 3, label=""),
    "a list of numbers": f'<ul><li>1</li><li><a href="{TWO}">2</a></li><li><a href="{THREE}">3</a></li></ul>',
    "a pager's class": f'<nav class="pagination"><a href="{TWO}">2</a><a href="{THREE}">3</a></nav>',
    "behind the author": f"<p><b>Hạ Vy</b></p><p>Ảnh: Minh Tú</p>{pager(1, 3)}",
    "with steps": f'<p>« Trước 1 <a href="{TWO}">2</a> <a href="{THREE}">3</a> <a href="{TWO}">Sau</a> »</p>',
    "relative": '<p>Trang 1, <a href="?page=2">2</a>, <a href="?page=3">3</a></p>',
}  # fmt: skip
NOISE = '<a href="http://[x">2</a> <a href="//[?page=2">3</a> <a>2</a>'
HOSTILE = {
    "addresses that are none": f"<p>{NOISE}</p>{pager(1, 3)}",
    "a next page that is none": f'<p><a rel="next" href="http://[x/2">Trang sau</a></p>{pager(1, 3)}',
    "a number without end": f'{pager(1, 3)}<p><a rel="next" href="{TWO}">{"2" * 5000}</a></p>',
    "another base": f'<base href="/muc/">{pager(1, 3)}',
    "thousands of links": "".join(f'<p><a href="{FIRST}?page={at}">{at}</a></p>' for at in range(1, 4000)),
    "a folder as base": '<base href="/"><p><a href="chuyen-cho-noi-12.html?page=2">2</a> '
    '<a href="chuyen-cho-noi-12.html?page=3">3</a></p>',
}  # fmt: skip
STEPS = {
    "next page": f'<p><a href="{TWO}">Trang sau »</a></p>',
    "read on": f'<p><a href="{TWO}">Xem tiếp trang 2</a></p>',
    "next": f'<p><a href="{TWO}">Next ›</a></p>',
    "a link's own word": f'<p><a rel="next" href="{TWO}">Kỳ sau: những cuốn sổ của người cháu</a></p>',
}
WHOLE = {
    "nothing": "",
    "another article": f'<p><a rel="next" href="http://{HOST}/chuyen-khac-13.html">Trang sau</a></p>',
    "another number": f'<p>Trang <a href="{THREE}">2</a></p>',
    "a gap": f'<p>Trang <a href="{THREE}">3</a></p>',
    "another host": '<p><a href="http://khac.example.vn/chuyen-cho-noi-12.html?page=2">2</a></p>',
    "words": f'<p><a href="{TWO}">Hai mươi năm nhìn lại một ngôi chợ bên sông của phường</a></p>',
    "of related news": f'<h3>Tin khác</h3><ul><li><a href="/a-3.html">Phường mở lớp dạy chữ cho người lớn tuổi</a></li>'
    f'<li><a href="/b-4.html">Bến Gỗ sửa đường ven sông trước mùa mưa năm nay</a></li></ul>{pager(1, 3)}',
    "of a list without a heading": "".join(
        f'<div><a href="/m-{at}.html">Bản tin số {at} của phường về chợ nổi</a><p>{one}</p></div>'
        for at, one in enumerate(SAID)
    ) + pager(1, 3),
    "of comments": f'<h3>Bình luận (3)</h3><p>{SAID[0]}</p><p>{SAID[1]}</p>{pager(1, 3)}',
    "in the comments' box": f'<div id="comments"><p>{SAID[0]}</p><p>{SAID[1]}</p>{pager(1, 3)}</div>',
    "in a box of others": f'<div class="tin-lien-quan">{pager(1, 3)}</div>',
    "a script's": '<p>Trang <a href="javascript:sang(2)">2</a></p>',
}  # fmt: skip


@pytest.mark.parametrize("below", SPLIT.values(), ids=SPLIT)
def test_the_further_pages_are_named(below: str) -> None:
    assert further(document(written(SAID[:2], below)), FIRST) == (TWO, THREE)


@pytest.mark.parametrize("below", HOSTILE.values(), ids=HOSTILE)
def test_the_further_pages_are_named_whatever_stands_beside_them(below: str) -> None:
    assert further(document(written(SAID[:2], below)), FIRST)[:2] == (TWO, THREE)


@pytest.mark.parametrize("below", STEPS.values(), ids=STEPS)
def test_only_the_next_page_is_named(below: str) -> None:
    assert further(document(written(SAID[:2], below)), FIRST) == (TWO,)


@pytest.mark.parametrize("below", WHOLE.values(), ids=WHOLE)
def test_an_article_that_is_not_split(below: str) -> None:
    assert further(document(written(SAID[:2], below)), FIRST) == ()


def test_a_list_before_the_text_is_no_pager_of_it() -> None:
    assert further(document(pager(1, 3) + written(SAID)), FIRST) == ()


def test_what_the_head_alone_says_is_not_believed() -> None:
    assert further(document(written(SAID, head=f'<link rel="next" href="{TWO}">')), FIRST) == ()


def test_a_later_page_names_those_after_it() -> None:
    assert further(document(written(SAID[2:4], pager(2, 4)), TWO), FIRST, 2) == (THREE, FIRST + "?page=4")


def test_there_is_an_end() -> None:
    assert len(further(document(written(SAID, pager(1, 90))), FIRST)) == MAX_PARTS - 1


@pytest.mark.parametrize(
    ("url", "below", "expected"),
    [
        pytest.param(TWO, pager(2, 3), True, id="number"),
        pytest.param(SLUG_TWO, pager(2, 3, FIRST.replace(".html", BY_SUFFIX)), True, id="suffix"),
        pytest.param(TWO, f'<p><a href="{FIRST}">‹ Trang trước</a></p>', True, id="step"),
        pytest.param(TWO, "", False, id="no pager"),
        pytest.param(FIRST, pager(1, 3), False, id="the first page"),
        pytest.param(f"http://{HOST}/tin/2", f'<p><a href="http://{HOST}/tin/1">Bài trước</a></p>', False, id="an id"),
    ],
)
def test_a_page_that_is_a_further_one(url: str, below: str, expected: bool) -> None:
    assert is_part(document(written(SAID[2:4], below), url)) is expected


def test_no_real_page_is_taken_for_one_of_several(shared: Path) -> None:
    pages = shared / "pages"
    read = 0
    with (pages / "manifest.tsv").open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened, delimiter="\t"):
            snapshot = page((pages / "html" / row["file"]).read_text(encoding="utf-8", errors="replace"), row["url"])
            with contextlib.suppress(Rejected):
                found = parse(snapshot)
                assert further(found, row["url"]) == (), row["file"]
                assert not is_part(found), row["file"]
                read += 1
    assert read > 100


# --- reading ---------------------------------------------------------------------------------------------------------


def read(*pages: Snapshot, max_size: int = 1_000_000) -> Article:
    first, *parts = pages
    return extract(replace(first, parts=tuple(parts)), SOURCE, max_size=max_size)


def pages_of(count: int = 3) -> list[Snapshot]:
    """The article, two paragraphs a page."""
    urls = (FIRST, TWO, THREE)
    return [
        page(written(SAID[2 * at : 2 * at + 2], pager(at + 1, count)), urls[at]) for at in range(count)
    ]  # fmt: skip


def test_the_text_is_whole_and_in_order() -> None:
    article = read(*pages_of())
    assert (article.title, article.lead, article.paragraphs) == (TITLE, LEAD, SAID)
    assert article.url == FIRST.replace("http:", "https:")
    assert article.published is not None
    rules = {block.text: block.rule for block in article.blocks}
    assert rules["Trang: 1 2 3"] == "pager"
    assert [block.rule for block in article.blocks if block.text == LEAD] == ["lead", "repeated", "repeated"]


@pytest.mark.parametrize("below", [*SPLIT.values(), *STEPS.values()], ids=[*SPLIT, *STEPS])
def test_no_pager_is_text(below: str) -> None:
    assert read(page(written(SAID[:3], below))).paragraphs == SAID[:3]


def test_a_page_without_the_headline_loses_nothing() -> None:
    bare = "".join(f"<p>{one}</p>" for one in SAID[2:4])
    second = page(f"<html><body><div><h3>Người ghi sổ</h3>{bare}{pager(2, 2)}</div></body></html>", TWO)
    assert read(pages_of(2)[0], second).paragraphs == (*SAID[:2], "Người ghi sổ", *SAID[2:4])


def test_the_first_page_again_adds_nothing() -> None:
    first = pages_of(2)[0]
    article = read(first, page(first.body.decode(), TWO))
    assert article.paragraphs == SAID[:2]
    assert [block.text for block in article.blocks if block.rule == "refused-page"] == [
        f"{TWO}: NoText: it says nothing that the pages before it do not"
    ]


def test_a_page_that_is_gone_is_left_out_and_noted() -> None:
    first, _, third = pages_of()
    article = read(first, page("mất", TWO, status=404), third)
    assert article.paragraphs == (*SAID[:2], *SAID[4:])
    assert [block.text for block in article.blocks if block.rule == "refused-page"] == [f"{TWO}: NotFound: HTTP 404"]


def test_a_page_that_may_be_had_later_refuses_the_article() -> None:
    first, _, third = pages_of()
    with pytest.raises(ServerError):
        read(first, page("hỏng", TWO, status=503), third)


def test_all_pages_together_have_no_more_bytes_than_one_may() -> None:
    first, second, third = pages_of()
    article = read(first, second, third, max_size=len(first.body) + len(second.body) + 10)
    assert article.paragraphs == SAID[:4]


def test_a_further_page_alone_is_no_article() -> None:
    with pytest.raises(Rejected, match="further page"):
        read(pages_of()[1])


# --- saved pages -----------------------------------------------------------------------------------------------------


def shapes(pages: Sequence[Snapshot]) -> list[tuple[str, int]]:
    return [(one.url, len(one.parts)) for one in gathered(pages, 1_000_000)]


def test_saved_pages_that_follow_each_other_are_one_article() -> None:
    first, second, third = pages_of()
    other = page(written(SAID), f"http://{HOST}/khac-13.html")
    assert shapes([other, first, second, third, other]) == [(other.url, 0), (FIRST, 2), (other.url, 0)]
    assert shapes([first, third, second]) == [(FIRST, 0), (THREE, 0), (TWO, 0)]
    assert shapes([page(written(SAID)), second]) == [(FIRST, 0), (TWO, 0)], "the first one names no other"


def test_what_was_readable_of_a_damaged_archive_comes_first() -> None:
    def torn() -> Iterator[Snapshot]:
        yield from pages_of()
        raise ServerError("xé")

    found = gathered(torn(), 1_000_000)
    assert len(next(found).parts) == 2
    with pytest.raises(ServerError):
        next(found)


# --- the whole way ---------------------------------------------------------------------------------------------------


@dataclass
class Site:
    """A web with one article on three pages, and a store."""

    folder: Path
    web: Web = field(default_factory=Web)
    said: list[str] = field(default_factory=lambda: list(SAID))

    def __post_init__(self) -> None:
        self.web.answers = {f"{HOST}/tin": f'<a href="{FIRST}">{TITLE}</a>'}
        for at, url in enumerate((FIRST, TWO, THREE)):
            self.web.answers[url.removeprefix("http://")] = lambda _, at=at: text(self._page(at))

    def _page(self, at: int) -> str:
        return written(self.said[2 * at : 2 * at + 2], pager(at + 1, 3))

    def run(self) -> dict[str, int]:
        """One crawl; gives its counts."""
        self.web.asked.clear()
        return asyncio.run(self._crawl())

    async def _crawl(self) -> dict[str, int]:
        async with serving(self.web):
            return await self._run(spider_class(SOURCE))

    def replay(self, folder: Path | None = None) -> dict[str, int]:
        """The archive's files once more, into this store or one in another folder."""
        pages = [one for file in sorted((self.folder / "archive").iterdir()) for one in iterate(file)]
        sources: dict[str, Any] = {"snapshots": pages, "sources": {HOST: SOURCE}, "families": {}}
        return asyncio.run((Site(folder) if folder else self)._run(ReplaySpider, **sources))

    async def _run(self, spider: Any, **arguments: Any) -> dict[str, int]:
        fetch = {"delay": 0, "retries": 0, "timeout": 5, "proxy": self.web.proxy}
        settings = settings_with(data_dir=self.folder, fetch=fetch, crawl={"recheck_first": 0})
        settings.update(
            {
                "TWISTED_REACTOR_ENABLED": False,
                "DOWNLOAD_HANDLERS": {},
                "ITEM_PIPELINES": ITEM_PIPELINES,
                "LOG_ENABLED": False,
            },
            priority="cmdline",
        )
        stats = await run_spider(spider, settings, **arguments)
        return {name.removeprefix("tindothi/"): count for name, count in stats.items() if isinstance(count, int)}

    def forget_attempts(self) -> None:
        """Let the time pass that a failed URL must wait, and that of a stored one."""
        with contextlib.closing(sqlite3.connect(self.folder / "tindothi.db")) as db, db:
            db.execute("UPDATE pending SET tried_at = NULL, attempts = 0")
            db.execute("UPDATE article SET last_checked = datetime(last_checked, '-1 day')")

    def rows(self, query: str) -> list[Any]:
        with contextlib.closing(sqlite3.connect(self.folder / "tindothi.db")) as db:
            return db.execute(query).fetchall()

    @contextlib.contextmanager
    def store(self) -> Iterator[Store]:
        with Store.open(f"sqlite:///{self.folder / 'tindothi.db'}", self.folder / "archive") as opened:
            yield opened

    def paragraphs(self) -> list[tuple[str, ...]]:
        """The article's text, revision by revision."""
        with self.store() as store:
            stored = store.article("bengo:12")
            assert stored is not None
            return [revision.article.paragraphs for revision in stored.revisions]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def asked(site: Site) -> list[str]:
    return [f"http://{key}" for key in site.web.asked if "chuyen" in key]


def outcome(counts: dict[str, int]) -> dict[str, int]:
    names = ("fetched", "listings", "new", "revised", "unchanged", "rejected", "failed")
    return {name: counts[name] for name in names if counts.get(name)}


def test_one_article_is_stored_with_all_its_pages(site: Site) -> None:
    assert outcome(site.run()) == {"fetched": 2, "listings": 1, "new": 1}
    assert asked(site) == [FIRST, TWO, THREE]
    assert site.paragraphs() == [SAID]
    kept = site.rows("SELECT url, part_of FROM record WHERE url LIKE '%chuyen%' ORDER BY id")
    first = site.rows(f"SELECT id FROM record WHERE url = '{FIRST}'")[0][0]
    assert kept == [(FIRST, None), (TWO, first), (THREE, first)]


def test_the_archived_pages_say_the_same_again(site: Site) -> None:
    site.run()
    with site.store() as store:
        stored = store.article("bengo:12")
        assert stored is not None
        (revision,) = stored.revisions
        again = store.snapshot(revision.record or 0)
        assert [part.url for part in again.parts] == [TWO, THREE]
        assert {part.part_of for part in again.parts} == {again.record}
        assert extract(again, SOURCE).paragraphs == revision.article.paragraphs == SAID
        assert store.snapshot(again.parts[0].record or 0).part_of == again.record


def test_a_second_look_finds_nothing_new(site: Site) -> None:
    site.run()
    site.forget_attempts()
    assert outcome(site.run()) == {"fetched": 2, "listings": 1, "unchanged": 1}
    assert len(site.paragraphs()) == 1


def test_an_edit_on_a_later_page_is_a_revision(site: Site) -> None:
    site.run()
    site.forget_attempts()
    site.said[3] = SAID[3].replace("mười hai hộ", "mười lăm hộ")
    assert outcome(site.run()) == {"fetched": 2, "listings": 1, "revised": 1}
    assert site.paragraphs()[-1] == tuple(site.said)


@pytest.mark.parametrize(
    ("broken", "counts"),
    [
        pytest.param(lambda _: text("hỏng", 503), {"fetched": 2, "listings": 1, "rejected": 1}, id="503"),
        pytest.param(lambda asking: asking.transport.abort(), {"fetched": 1, "listings": 1, "failed": 1}, id="lost"),
    ],
)
def test_a_page_that_cannot_be_had_leaves_the_article_pending(site: Site, broken: Any, counts: dict[str, int]) -> None:
    key = TWO.removeprefix("http://")
    well, site.web.answers[key] = site.web.answers[key], broken
    assert outcome(site.run()) == counts
    assert set(asked(site)) == {FIRST, TWO}, "nothing more is asked of a site in trouble"
    assert site.rows("SELECT state, attempts FROM pending") == [("pending", 1)]
    assert site.rows("SELECT count(*) FROM article") == [(0,)]
    site.web.answers[key] = well
    site.forget_attempts()
    assert outcome(site.run()) == {"fetched": 2, "listings": 1, "new": 1}
    assert site.paragraphs() == [SAID]


@pytest.mark.parametrize(
    "gone",
    [
        pytest.param({TWO: lambda _: text("mất", 404)}, id="404"),
        pytest.param({TWO: lambda _: text("", 302, Location=FIRST)}, id="back to the first"),
        pytest.param({TWO: lambda _: text("", 302, Location="http://khac.example.org/")}, id="elsewhere"),
        pytest.param({f"http://{HOST}/robots.txt": "User-agent: *\nDisallow: /*page=2"}, id="forbidden"),
    ],
)
def test_a_page_that_will_never_be_had_is_left_out(site: Site, gone: dict[str, Any]) -> None:
    site.web.answers |= {url.removeprefix("http://"): answer for url, answer in gone.items()}
    assert outcome(site.run()) == {"fetched": 2, "listings": 1, "new": 1}
    assert site.paragraphs() == [(*SAID[:2], *SAID[4:])]


def test_pages_that_never_end_are_not_followed_for_ever(site: Site) -> None:
    for at in range(2, 40):
        body = written([f"{SAID[0]} Đoạn {at}."], f'<p><a href="{FIRST}?page={at + 1}">Trang sau</a></p>')
        site.web.answers[f"{FIRST}?page={at}".removeprefix("http://")] = body
    assert outcome(site.run()) == {"fetched": 2, "listings": 1, "new": 1}
    assert len(asked(site)) == MAX_PARTS


def test_the_rest_of_an_article_that_was_taken_short_is_no_news(site: Site) -> None:
    first, *parts = pages_of()
    with site.store() as store:
        for late, snapshot in enumerate((first, replace(first, parts=tuple(parts)))):
            fetched = store.archive(
                replace(snapshot, fetched_at=first.fetched_at + timedelta(hours=late), source="bengo")
            )
            judged = Judged(snapshot=fetched, article=extract(fetched, SOURCE))
            store.save(judged, again=lambda page: extract(page, SOURCE))
        stored = store.article("bengo:12")
        assert stored is not None
        assert {one.article.paragraphs: one.cause for one in stored.revisions} == {SAID[:2]: "site", SAID: "rules"}


def test_the_archive_replayed_changes_nothing(site: Site) -> None:
    site.run()
    assert outcome(site.replay()) == {"fetched": 2, "unchanged": 1, "rejected": 1}  # the listing is no article
    assert site.paragraphs() == [SAID]
    assert len(site.rows("SELECT id FROM record")) == 4


def test_the_archive_replayed_into_another_store_gives_the_same_article(site: Site, tmp_path: Path) -> None:
    site.run()
    (tmp_path / "khac").mkdir()
    assert site.replay(tmp_path / "khac")["new"] == 1
    assert Site(tmp_path / "khac").paragraphs() == [SAID]


def test_nothing_else_comes_between_the_pages_of_an_article(tmp_path: Path) -> None:
    articles = []
    for at in range(12):
        first, *parts = (replace(one, url=f"{one.url}#{at}", body=one.body + bytes([at])) for one in pages_of())
        articles.append(replace(first, parts=tuple(parts)))
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "archive") as store:

        async def archive_all() -> None:
            await asyncio.gather(*(asyncio.to_thread(store.archive, one) for one in articles))

        asyncio.run(archive_all())
    (file,) = (tmp_path / "archive").iterdir()
    urls = [one.url for one in iterate(file)]
    assert len(urls) == 36
    for three in zip(urls[::3], urls[1::3], urls[2::3], strict=True):
        assert [url.partition("#")[0] for url in three] == [FIRST, TWO, THREE]
        assert len({url.partition("#")[2] for url in three}) == 1
