"""The pages in a real browser: what it asks for, how they look on a phone and in the dark, what a screen reader meets.

Needs a Chromium of the system's, at `/usr/bin/chromium` or where `CHROMIUM` says; else these tests are skipped, loudly.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.commands.reportpage import page as report_page
from crawler.types import Citation, Precision
from feeds.publish import publish
from tests.test_atom import feed
from tests.test_entries import STORED, article, entry, instant, local
from tests.test_pages import HOSTILE
from tests.test_reports import REPORT
from tests.test_serving import serving_at

playwright = pytest.importorskip("playwright.sync_api", reason="SKIPPED FOR WANT OF A BROWSER: no playwright")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="SKIPPED FOR WANT OF A BROWSER: no axe")

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
PAGES = ("index.html", "chinh-quyen-do-thi.html", "van_ban.html")

TABLE = (
    "<table><tr>" + "<th>Phường sau khi sắp xếp</th>" * 8 + "</tr><tr>" + "<td>12.345 hồ sơ</td>" * 8 + "</tr></table>"
)
RICH = (
    "<h2>Một cửa ở phường</h2>"
    "<p>Từ tháng tới, <a href='https://phuongmau.vn/van-ban.html'>văn bản mới</a> có hiệu lực.</p>"
    "<ul><li>Nộp hồ sơ tại một quầy</li><li>Nhận kết quả <strong>trong ngày</strong></li></ul>"
    "<figure><img src='https://phuongmau.vn/1.jpg' alt='Quầy một cửa'><figcaption>Quầy ở phường</figcaption></figure>"
    f"{TABLE}<blockquote><p>Người dân không phải đi lại nhiều lần.</p></blockquote>"
    "<p><img src='https://phuongmau.vn/hai.jpg'></p><pre>a   b</pre>"
)  # fmt: skip


def entries() -> Iterator[Any]:
    said = article(html=RICH, published=instant(local(2026, 3, 1), Precision.DAY))
    yield entry(said, also=(("Báo Mẫu", "https://baomau.vn/tin-1.html"),))
    titles = [
        "Quận Mẫu lấy ý kiến về việc bỏ hội đồng nhân dân phường và giao thêm việc cho ủy ban nhân dân quận",
        "w" * 120,
    ]
    for number, title in enumerate([*titles, *HOSTILE, None], 1):
        one = article(key=f"phuongmau:{number}", title=title, lead=title, html=(title or "") * 2)
        at = STORED - timedelta(hours=7 * number)
        yield entry(one, id=f"urn:uuid:{number:032}", announced=at, updated=at, withdrawn=number == 3)
    edited = article(key="phuongmau:99", published=instant(local(2026, 3, 2, 7, 5)))
    yield replace(entry(edited, id="urn:uuid:" + "8" * 32), updated=STORED + timedelta(hours=5))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    cited = Citation(key="97/2019/QH14", printed="97/2019/QH14", family="F1", context="")
    feeds = [
        feed(*(replace(one, citations=(cited,)) for one in entries())),
        feed(name="chinh-quyen-hai-cap", title="Chính quyền hai cấp"),
    ]
    groups = dict.fromkeys((f"tinh-{number}" for number in range(34)), "Theo địa phương")
    groups |= dict.fromkeys((f"nguon-{number}" for number in range(6)), "Theo nguồn")
    feeds += [feed(name=name, title=f"Chính quyền đô thị: {name}", subtitle="") for name in groups]
    publish(feeds, folder, base_url="https://phuongmau.vn/feeds", groups=groups)
    with serving_at(folder) as served:
        yield f"http://127.0.0.1:{served.port}"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip(f"SKIPPED FOR WANT OF A BROWSER: no {CHROMIUM}; install chromium, or set CHROMIUM")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A tab, light or dark; whatever it asked for or complained of is in `asked` and `said`."""
    context = chromium.new_context(viewport=DESK, color_scheme=getattr(request, "param", "light"))
    one = context.new_page()
    one.asked, one.said = [], []
    one.on("request", lambda asked: one.asked.append(asked.url))
    one.on("console", lambda message: one.said.append(message.text))
    one.on("pageerror", lambda error: one.said.append(str(error)))
    one.on("dialog", lambda dialog: one.said.append(dialog.message))
    yield one
    context.close()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("tab", ["light", "dark"], indirect=True)
def test_a_page_in_a_browser(tab: Any, site: str, name: str) -> None:
    """It asks for nothing but itself, complains of nothing, needs no scrolling sideways, and hinders nobody."""
    tab.goto(f"{site}/{name}")
    for size in (DESK, PHONE):
        tab.set_viewport_size(size)
        assert tab.evaluate("document.documentElement.scrollWidth") <= size["width"]
        if shots := os.environ.get("TINDOTHI_SHOTS"):  # a folder, to look at them
            tab.screenshot(path=f"{shots}/{name}-{size['width']}-{tab.evaluate(DARK)}.png", full_page=True)
    found = axe.Axe().run(tab).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
    assert tab.asked == [f"{site}/{name}"]
    assert tab.said == []
    paper, ink = (tab.evaluate(f"getComputedStyle(document.body).{name}") for name in ("backgroundColor", "color"))
    assert (brightness(paper) > brightness(ink)) is not tab.evaluate(DARK), "its style holds, under its own policy"


@pytest.mark.parametrize("tab", ["light", "dark"], indirect=True)
def test_the_report_of_the_runs_in_a_browser(tab: Any, tmp_path: Path) -> None:
    """The same of the operators' page, which lies in a file."""
    (tmp_path / "report.html").write_bytes(report_page(REPORT))
    address = (tmp_path / "report.html").as_uri()
    tab.goto(address)
    for size in (DESK, PHONE):
        tab.set_viewport_size(size)
        assert tab.evaluate("document.documentElement.scrollWidth") <= size["width"]
        if shots := os.environ.get("TINDOTHI_SHOTS"):
            tab.screenshot(path=f"{shots}/report-{size['width']}-{tab.evaluate(DARK)}.png", full_page=True)
    found = axe.Axe().run(tab).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
    assert (tab.asked, tab.said) == ([address], [])
    paper, ink = (tab.evaluate(f"getComputedStyle(document.body).{name}") for name in ("backgroundColor", "color"))
    assert (brightness(paper) > brightness(ink)) is not tab.evaluate(DARK), "its style holds, under its own policy"


DARK = "matchMedia('(prefers-color-scheme: dark)').matches"


def brightness(colour: str) -> int:
    return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))


@pytest.mark.parametrize("name", PAGES)
def test_what_a_site_printed_runs_nothing(tab: Any, site: str, name: str) -> None:
    tab.goto(f"{site}/{name}")
    assert (
        tab.evaluate("document.querySelectorAll('script, svg, img, iframe, object, form, [onerror], [onload]').length")
        == 0
    )
    ways = tab.evaluate("[...document.querySelectorAll('[href]')].map(one => new URL(one.href).protocol)")
    assert set(ways) <= {"http:", "https:", "data:"}
    titles = " ".join(tab.locator("article h2, article h3, li > a, li > span").all_inner_texts())
    assert [one for one in HOSTILE[:6] if one not in titles] == []


def test_the_keyboard_skips_to_the_news_and_sees_where_it_is(tab: Any, site: str) -> None:
    tab.goto(f"{site}/index.html")
    tab.keyboard.press("Tab")
    focused = "document.activeElement"
    assert tab.evaluate(f"{focused}.getAttribute('href')") == "#noi-dung"
    assert tab.evaluate(f"{focused}.getBoundingClientRect().left") >= 0, "it shows while it has the focus"
    assert tab.evaluate(f"getComputedStyle({focused}).outlineStyle") == "solid"
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate(f"document.querySelector('main').contains({focused})")


def test_many_feeds_are_folded_up_until_they_are_asked_for(tab: Any, site: str) -> None:
    tab.set_viewport_size(PHONE)
    tab.goto(f"{site}/")
    assert tab.locator("details").count() == 2
    link = tab.get_by_role("link", name="Chính quyền đô thị: tinh-7", exact=True)
    assert not link.is_visible()
    tab.get_by_text("Theo địa phương (34 kênh)").press("Enter")
    assert link.is_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    found = axe.Axe().run(tab).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_from_the_page_of_all_to_a_text_and_back(tab: Any, site: str) -> None:
    tab.goto(f"{site}/")
    title = "Phường Mẫu khai trương bộ phận một cửa"
    tab.get_by_role("link", name=f"Đọc tại đây: {title}").nth(1).click()
    there = tab.locator("article:target")
    assert there.get_by_role("heading", level=2).inner_text() == title
    assert there.get_by_role("region", name="Bảng").count() == 1
    tab.get_by_role("link", name="Tất cả các kênh").click()
    assert tab.get_by_role("heading", level=1).inner_text() == "Tin đô thị"
    assert tab.title() == "Tin đô thị"
