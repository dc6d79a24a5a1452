"""What recurs on a site's pages and is no article's own; and what recurs and is."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from crawler.commands.extract import command
from crawler.extract import extract
from crawler.learned import NOTHING, PATH, TEXT, Learned, SeenPage, key_of, learn, learned_rule, refurnished
from crawler.types import Article, Block, Snapshot, Source
from tests.cms import FURNITURE, PLACES, own_lines, page_of

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
BODY, BOX = "div.main>div.text>p", "div.main>div.text>div.box>p"
PROMO = "Mời bà con tải bản đồ xe buýt của báo về máy"
LONG = (
    "Ai có ảnh cũ về phố phường xin gửi cho tòa soạn trước cuối năm, ảnh được chọn sẽ in thành sách, "
    "và sách sẽ được gửi tặng lại từng người."
)


def prose(number: int) -> tuple[str, ...]:
    place = PLACES[number % len(PLACES)]
    return (
        f"Sáng nay, phường {place} họp bàn việc sắp xếp lại các tổ dân phố ở phía đông con kênh.",
        f"Người dân {place} góp ý rằng nhà sinh hoạt chung nên đặt ở giữa, đi bộ mười phút là tới.",
    )


Add = Callable[[int], Sequence[Block]]


def pages(count: int, *adds: Add) -> list[SeenPage]:
    """Pages of different articles; `adds` are the blocks that each has besides its prose."""
    return [
        SeenPage(
            at=NOW + timedelta(hours=number),
            blocks=(
                Block(text=f"Phường {PLACES[number % 12]} họp bàn", tag="h1", rule="headline", path="div.main>h1"),
                *(Block(text=text, path=BODY) for text in prose(number)),
                *(block for add in adds for block in add(number)),
            ),
        )
        for number in range(count)
    ]


def line(text: str, *, path: str = BOX, on: int = 99, of: int = 0, tag: str = "p", rule: str | None = None) -> Add:
    """A line on the pages from `of` to below `on`; `{}` in it is the page's number."""
    return lambda number: [Block(text=text.format(number), tag=tag, rule=rule, path=path)] if of <= number < on else []


FURNITURE_LINES = {
    "a promo in a box of its own": (12, line(PROMO)),
    "on a third of the pages": (12, line(PROMO, on=4)),
    "with a counter": (12, line("Đã có {} lượt đọc trang này")),
    "with a date": (12, line("Bản in ngày {}/3/2026 của trang này")),
    "long, on most pages": (12, line(LONG, on=8)),
    "stripped by a rule on most pages": (12, lambda n: line(PROMO, rule="outside" if n % 4 else None)(n)),
    "among the paragraphs of every page": (12, line(PROMO, path=BODY)),
    "among the paragraphs of nearly every page": (10, line(PROMO, path=BODY, on=8)),
    "a box's heading on every page": (8, line("Bạn đọc viết", tag="h3")),
}  # fmt: skip
OWN_LINES = {
    "quoted by three of many": (12, line(PROMO, on=3)),
    "on all of too few pages": (3, line(PROMO)),
    "long, in a series": (12, line(LONG, on=6)),
    "a standing closing sentence of a series": (12, line("Nghị quyết được thông qua tại kỳ họp.", path=BODY, on=8)),
    "on every page, too few to tell": (7, line(PROMO, path=BODY)),
    "a formula of official documents": (12, line("Căn cứ Luật Tổ chức chính quyền địa phương số {};", path=BODY)),
    "a formula's end": (12, line("Nghị quyết này có hiệu lực từ ngày {}/7/2026.", path=BODY)),
    "its place and day": (12, line("Bến Gỗ, ngày 5 tháng 7 năm 2026")),
    "its receivers": (12, line("Nơi nhận:")),
    "a speaker's label, many times a page": (12, lambda n: [*line("Phóng viên")(n), *line("Phóng viên")(n)]),
    "a speaker's label in its own box": (10, line("Ông Bảy:", on=7)),
    "the head of a table": (12, line("Nội dung", path="div.text>table>tr>th", tag="th")),
    "a cell of a table": (12, line("Đạt", path="div.text>table>tr>td", tag="td")),
    "a number": (12, line("{}")),
    "a subheading that recurs": (12, line("Kết luận", path="div.text>h2", tag="h2", on=9)),
    "a kind of line that differs mostly": (
        12, lambda n: [*line("Nhân chứng", on=6)(n), *line(f"Chuyện {PLACES[n % 12]}")(n), *line(f"Ở {PLACES[n]}")(n)]),
    "where it stood is not known": (12, line(PROMO, path="")),
    "at another place than where it recurs": (12, lambda n: line(PROMO, path=BODY if n == 0 else BOX)(n)),
}  # fmt: skip


@pytest.mark.parametrize(("count", "add"), FURNITURE_LINES.values(), ids=FURNITURE_LINES)
def test_furniture_is_learned(count: int, add: Add) -> None:
    learned = learn(pages(count, add))
    (block,) = add(0)
    assert learned_rule(learned, block.text, block.tag, block.path) == TEXT
    assert all(learned_rule(learned, text, "p", BODY) is None for text in prose(0))


@pytest.mark.parametrize(("count", "add"), OWN_LINES.values(), ids=OWN_LINES)
def test_an_articles_own_is_not(count: int, add: Add) -> None:
    learned = learn(pages(count, add))
    assert [learned_rule(learned, block.text, block.tag, block.path) for block in add(0)] == [None] * len(add(0))


def test_a_series_counts_once() -> None:
    series = [
        replace(page, blocks=(replace(page.blocks[0], text=f"Lịch tiếp dân tuần {number}"), *page.blocks[1:]))
        for number, page in enumerate(pages(12, line("Tuần này chủ tịch tiếp dân vào sáng thứ ba.")))
    ]
    assert learn(series) == NOTHING


def rotating(number: int) -> Sequence[Block]:
    """A box of headlines that all stand on three pages."""
    return [Block(text=f"Chuyện cũ ở {PLACES[(number // 3 + more) % 12]}", path=BOX) for more in range(3)]


@pytest.mark.parametrize(
    ("text", "tag", "rule"),
    [
        ("Chuyện lạ ở đầu nguồn", "p", PATH),
        (prose(0)[0], "p", None),
        ("Chủ tịch:", "p", None),
        ("Chuyện lạ ở đầu nguồn", "h3", None),
        ("Chuyện lạ", "td", None),
    ],
)
def test_short_lines_of_a_furnished_place_are_furniture(text: str, tag: str, rule: str | None) -> None:
    learned = learn(pages(12, rotating))
    assert set(learned.paths) == {BOX}
    assert learned_rule(learned, text, tag, BOX) == rule
    assert learned_rule(learned, text, tag, BODY) is None


def test_a_place_that_holds_prose_is_not_furnished() -> None:
    def own(number: int) -> Sequence[Block]:
        return line(f"Bà con {PLACES[number]} kể rằng con đường qua đồng nay khô ráo cả trong mùa nước lớn.", on=3)(
            number
        )

    assert learn(pages(12, rotating, own)).paths == {}


def test_counts_and_ages() -> None:
    found = learn(pages(12, line(PROMO, of=2, on=9))).texts[PROMO.casefold(), BOX]
    assert (found.pages, found.of) == (7, 12)
    assert (found.first, found.last) == (NOW + timedelta(hours=2), NOW + timedelta(hours=8))


def test_what_no_longer_occurs_is_forgotten() -> None:
    read = pages(12, line(PROMO, on=8))
    assert learn(read[:8]).texts
    assert not learn(read[6:]).texts


def judged(page: SeenPage, learned: Learned) -> SeenPage:
    """The page as it is stored when it was read with what was learned."""
    rules = [block.rule or learned_rule(learned, block.text, block.tag, block.path) for block in page.blocks]
    return replace(page, blocks=tuple(replace(b, rule=rule) for b, rule in zip(page.blocks, rules, strict=True)))


def test_what_was_learned_stays_learned() -> None:
    window = pages(12, line(PROMO), line("Đọc nhiều nhất tuần", path=BODY), rotating)
    first = learn(window)
    again = [judged(page, first) for page in window]
    assert {block.rule for page in again for block in page.blocks} == {"headline", TEXT, PATH, None}
    assert learn(again) == first


# --- properties ------------------------------------------------------------------------------------------------------

texts = st.sampled_from(
    (PROMO, LONG, "Đọc nhiều", "Phóng viên:", "Nơi nhận", "Tin 7", "Tin 8", "12", *prose(0), *prose(1))
)
blocks = st.builds(
    Block,
    text=texts,
    tag=st.sampled_from(("p", "h2", "li", "td")),
    rule=st.sampled_from((None, None, "outside", "link", "headline", TEXT)),
    path=st.sampled_from((BODY, BOX, "div.foot", "")),
)
seen_pages = st.builds(
    SeenPage,
    blocks=st.lists(blocks, max_size=8).map(tuple),
    at=st.integers(0, 9).map(lambda hours: NOW + timedelta(hours=hours)),
)
windows = st.lists(seen_pages, max_size=14)


def test_an_empty_window_learns_nothing() -> None:
    assert learn([]) == NOTHING == Learned()


@given(windows)
def test_what_stands_on_few_pages_is_never_learned(window: list[SeenPage]) -> None:
    learned = learn(window)
    assert all(4 <= found.pages <= found.of <= len(window) for found in learned.texts.values())
    assert all(4 <= found.pages <= found.of <= len(window) for found in learned.paths.values())


@given(windows, st.randoms(use_true_random=False))
def test_the_order_of_the_pages_says_nothing(window: list[SeenPage], chance: Random) -> None:
    assert learn(chance.sample(window, len(window))) == learn(window)


@given(st.integers(4, 30), st.data())
def test_a_quoted_sentence_among_the_paragraphs_stays(count: int, data: st.DataObject) -> None:
    on = data.draw(st.integers(1, max(7, int(0.8 * count) - 1)))
    window = [
        replace(page, blocks=(replace(page.blocks[0], text="x" * number), *page.blocks[1:]))
        for number, page in enumerate(pages(count, line("Lời bà Tư còn đó.", path=BODY, on=on)))
    ]
    assert learned_rule(learn(window), "Lời bà Tư còn đó.", "p", BODY) is None


@given(windows)
def test_learning_does_not_feed_on_itself(window: list[SeenPage]) -> None:
    learned = learn(window)
    assert learn([judged(page, learned) for page in window]) == learned


@pytest.mark.parametrize("piece", ["- ", "0 ", "căn cứ ", "ngày 0 tháng 0 năm 0 "])
def test_a_line_without_end_takes_no_time(piece: str) -> None:
    line = Block(text=f"{piece * 20_000}Mời", tag="p", path=BOX)
    assert learn([SeenPage(blocks=(line,), at=NOW)] * 8).texts.keys() <= {(key_of(line.text), BOX)}


A, B, C = (Block(text=f"Đoạn {letter} của bài.", tag="p", path=BODY) for letter in "ABC")
OLD_PROMO = Block(text=PROMO, tag="p", path=BODY, rule=TEXT)
SAME_PROMO = Block(text=PROMO, tag="p", path="main>div.moi>p")
OLD_LIST = Block(text="Chuyện cũ Bến Gỗ kể lại", tag="p", path=BOX, rule=PATH)
NEW_PROMO = Block(text="Mời bà con xem đua ghe", tag="p", path=BODY)
STRIPPED = Block(text=NEW_PROMO.text, tag="div", path="main>div.qc", rule="strip")
NEW_LIST = Block(text="Chuyện cũ Sông Mây kể lại", tag="p", path=BOX)
MENU = Block(text="Trang chủ", tag="a", path=BOX, rule="menu")


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        pytest.param((A, OLD_PROMO, B), (A, NEW_PROMO, B), True, id="another promo"),
        pytest.param((MENU, A, OLD_PROMO, B), (A, NEW_PROMO, B, MENU), True, id="menus tell nothing"),
        pytest.param((A, OLD_PROMO, B, OLD_LIST), (A, B, NEW_LIST), True, id="one gone, another item"),
        pytest.param((A, OLD_PROMO, OLD_LIST), (A, NEW_LIST, NEW_PROMO), True, id="the other way round"),
        pytest.param((A, OLD_PROMO, B), (A, B, SAME_PROMO), True, id="the same elsewhere, in a new layout"),
        pytest.param((A, OLD_PROMO, B), (A, C, SAME_PROMO), False, id="the same elsewhere, and an edit"),
        pytest.param((A, NEW_PROMO, B), (A, STRIPPED, B), True, id="stripped now"),
        pytest.param((A, B, NEW_PROMO), (STRIPPED, A, B), True, id="stripped now, elsewhere"),
        pytest.param((A, B, NEW_PROMO), (STRIPPED, A), False, id="stripped now, and a paragraph is gone"),
        pytest.param((A, NEW_PROMO, B), (STRIPPED, A, C), False, id="stripped now, and an edit"),
        pytest.param((A, OLD_PROMO), (A, NEW_PROMO, C), False, id="more than stood there"),
        pytest.param((A, OLD_LIST, B), (A, NEW_PROMO, B), False, id="another place"),
        pytest.param((A, OLD_PROMO, B), (A, B, NEW_PROMO), False, id="behind the next paragraph"),
        pytest.param((A, OLD_PROMO, B), (A, NEW_PROMO, C), False, id="an edit, too"),
        pytest.param((A, OLD_PROMO, B), (A, NEW_PROMO), False, id="a paragraph is gone"),
        pytest.param((A, B), (A, NEW_PROMO, B), False, id="where nothing was learned"),
    ],
)
def test_furniture_that_changed_is_no_edit(before: Sequence[Block], now: Sequence[Block], same: bool) -> None:
    assert refurnished(before, now) is same


# --- a site that no rule knows ---------------------------------------------------------------------------------------


def read(number: int, learned: Learned = NOTHING) -> Article:
    url = f"https://xomla.example.vn/tin/{number}.html"
    snapshot = Snapshot(requested_url=url, url=url, fetched_at=NOW, status=200, body=page_of(number).encode())
    return extract(snapshot, Source(name="xomla", title="Xóm Lá", hosts=("xomla.example.vn",)), learned=learned)


def leaks(article: Article) -> set[str]:
    return {line for line in article.paragraphs if line in FURNITURE}


def test_furniture_that_no_rule_knows_leaks_until_it_is_learned() -> None:
    plain = [read(number) for number in range(12)]
    learned = learn([SeenPage(blocks=article.blocks, at=NOW) for article in plain])
    taught = [read(number, learned) for number in range(12)]
    assert all(len(leaks(article)) >= 4 for article in plain)
    assert [leaks(article) for article in taught] == [set()] * 12
    for number, article in enumerate(taught):
        assert article.paragraphs == own_lines(number)
        assert {TEXT, PATH} <= {block.rule for block in article.blocks}
        assert (article.title, article.lead, article.published, article.authors) == (
            plain[number].title,
            plain[number].lead,
            plain[number].published,
            plain[number].authors,
        )


def test_learning_never_takes_most_of_a_text() -> None:
    first = read(0)
    everything = {(line.casefold(), block.path): None for block in first.blocks if (line := block.text)}
    assert read(0, Learned(texts=everything)).paragraphs == first.paragraphs  # type: ignore[arg-type]


def test_the_command_takes_the_pages_of_a_site_together(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.html" for number in range(12)]
    for number, file in enumerate(files):
        file.write_text(page_of(number), encoding="utf-8")
    table = tmp_path / "urls.tsv"
    table.write_text(
        "file\turl\n" + "".join(f"{file.name}\thttps://xomla.example.vn/tin/{file.name}\n" for file in files),
        encoding="utf-8",
    )

    def texts(*options: str) -> list[list[str]]:
        arguments = ["--json", "--no-sources", *options, "--urls", str(table), *map(str, files)]
        result = CliRunner().invoke(command, arguments, catch_exceptions=False)
        return [json.loads(record)["text"] for record in result.stdout.splitlines()]

    assert all(FURNITURE.intersection(text) for text in texts())
    assert [tuple(text) for text in texts("--learn")] == [own_lines(number) for number in range(12)]
