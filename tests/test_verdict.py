"""The proof of an extraction: every visible line of the page is kept or stripped, by a named rule, in page order."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.document import parse
from crawler.errors import Rejected
from crawler.extract import extract
from crawler.text import clean, words
from crawler.types import Article, Snapshot, Source, Template

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TITLE = "Phường Bến Đò mở điểm đọc sách cho thiếu nhi"
PAGE = f"""<html><head><title>{TITLE}</title></head><body>
<div class="menu"><a href="/">Trang nhất</a> <a href="/tin">Tin phường</a></div>
<h1>{TITLE}</h1><div class="ngay">14/03/2026 09:30</div>
<div class="than">
 <div class="nghe">Nghe đọc bài <b>giọng nam</b></div>
 <p>Từ tháng tư, thiếu nhi phường Bến Đò được đọc sách miễn phí tại nhà văn hóa <a class="xem">Xem sách hay</a>
 của tổ dân phố số hai.</p>
 <div class="hop"><p>Bài khác của phường</p><div class="hop"><p>Chợ Bến Đò nghỉ hai ngày</p></div></div>
 <p>Mỗi buổi có hai giờ đọc và một giờ vẽ; cha mẹ ghi tên cho con tại tổ dân phố của mình.</p>
</div><div class="chan">Ghi rõ nguồn khi đăng lại</div></body></html>"""
TEMPLATE = Template(name="ben-do", body=(".than",), strip=(".nghe", "a.xem", ".hop"))


def read(page: str | bytes, *templates: Template, url: str = "https://bendo.example.vn/tin/1.html") -> Article:
    body = page if isinstance(page, bytes) else page.encode()
    snapshot = Snapshot(requested_url=url, url=url, fetched_at=NOW, status=200, body=body)
    source = Source(name="bendo", title="Bến Đò", hosts=("bendo.example.vn",), templates=templates)
    return extract(snapshot, source, now=NOW)


def test_what_the_template_took_stands_where_it_stood_with_its_selector() -> None:
    rules = [(block.text, block.rule) for block in read(PAGE, TEMPLATE).blocks]
    places = {text: place for place, (text, _) in enumerate(rules)}
    assert ("Nghe đọc bài giọng nam", "strip:.nghe") in rules
    assert ("Xem sách hay", "strip:a.xem") in rules
    assert ("Bài khác của phường", "strip:.hop") in rules
    first, second = (text for text, rule in rules if rule is None)
    assert places["14/03/2026 09:30"] < places["Nghe đọc bài giọng nam"] < places[first]
    assert places[first] < places["Xem sách hay"] < places["Bài khác của phường"] < places[second]


def test_what_stands_in_a_stripped_part_of_a_stripped_part_is_told_once() -> None:
    texts = Counter(block.text for block in read(PAGE, TEMPLATE).blocks)
    assert texts["Chợ Bến Đò nghỉ hai ngày"] == 1


@pytest.mark.parametrize("templates", [(), (TEMPLATE,)])
def test_no_visible_word_goes_without_a_verdict(templates: tuple[Template, ...]) -> None:
    article = read(PAGE, *templates)
    assert letters(*(block.text for block in article.blocks)) == seen(PAGE.encode())
    kept = [block.text for block in article.blocks if block.rule is None]
    assert kept == list(article.paragraphs)


def test_no_visible_word_of_real_pages_goes_without_a_verdict(shared: Path) -> None:
    missed = {}
    for file in sorted((shared / "pages/html").iterdir())[::6]:
        try:
            article = read(file.read_bytes(), TEMPLATE, url=f"https://bendo.example.vn/tin/{file.stem}.html")
        except Rejected:
            continue
        if lost := seen(file.read_bytes()) - letters(*(block.text for block in article.blocks)):
            missed[file.name] = lost
    assert missed == {}


def seen(body: bytes) -> Counter[str]:
    """The letters that a reader sees."""
    page = parse(Snapshot(requested_url="", url="", fetched_at=NOW, status=200, body=body))
    return letters("".join(map(str, page.root.itertext())))


def letters(*texts: str) -> Counter[str]:
    return Counter(letter for text in texts for word in words(clean(text)) for letter in word)
