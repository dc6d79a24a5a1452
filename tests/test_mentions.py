"""`tindothi cite`: who names a document, as printed, whatever somebody types."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.citations import citations
from crawler.commands.cite import command
from storage.store import Store
from tests.storing import DAY, START, Stage, article, judged

pytestmark = pytest.mark.usefixtures("named")
SAYINGS = {
    1: "Phường làm theo Nghị quyết số 131/2020/NQ-HĐND ngày 05/3/2020 về chính quyền đô thị ở phường.",
    2: "Quận nhắc lại Nghị quyết 131/2020/NQ–HĐND ngày 06/3/2020 trong buổi họp tổ dân phố.",
    3: "Nghị quyết 97/2019/QH14 mở đường cho phường làm chính quyền đô thị.",
    4: "Nghị quyết 131/2024/QH15 thay cho văn bản trước đây của thành phố.",
}


@pytest.fixture
def store(stage: Stage, store: Store) -> Store:
    for number, said in SAYINGS.items():
        source = "quan" if number == 2 else "phuong"
        one = article(number, source=source, paragraphs=(said,), published=START - (5 - number) * 20 * DAY)
        snapshot = store.archive(stage.page(one.url, source=source))
        store.save(replace(judged(snapshot, one), citations=citations(said)))
    return store


def cite(*arguments: str) -> str:
    result = CliRunner().invoke(command, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize(
    "typed", ["131/2020/NQ-HĐND", "131/2020/nq-hđnd", "131/2020/NQ-HDND", " 131 / 2020 / NQ–HĐND "]
)
def test_whatever_is_typed_the_latest_first(store: Store, typed: str) -> None:
    found = store.mentions(typed)
    assert found.key == store.document(typed) == "131/2020/NQ-HĐND"
    assert [one.id for one in found.latest] == [2, 1]
    assert [f"{one.signed}" for one in found.latest] == ["2020-03-06", "2020-03-05"]
    assert "chính quyền đô thị" in found.latest[1].context


def test_an_earlier_text_names_nothing_any_more(store: Store, tmp_path: Path, engine: str) -> None:
    stage = Stage(tmp_path, now=START + timedelta(hours=1), engine=engine)
    one = article(3, paragraphs=("Phường nói nay không theo văn bản nào.",))
    store.save(replace(judged(store.archive(stage.page(one.url)), one), citations=()))
    found = store.mentions("97/2019/QH14")
    assert (found.key, found.articles, found.latest, found.months) == ("97/2019/QH14", 0, (), {})


def test_for_people(store: Store) -> None:
    shown = cite("131/2020/NQ-HDND")
    assert "131/2020/NQ-HĐND: named by 2 articles (phuong 1, quan 1)" in shown
    assert "  signed?    05/3/2020 (phuong 1)\n  signed?    06/3/2020 (quan 1)\n" in shown
    assert "by month   09/2026 2\n" in shown
    assert "Quận nhắc lại Nghị quyết" in shown
    assert "1 more: --limit 2" in cite("131/2020/NQ-HĐND", "--limit", "1")


def test_a_number_that_nobody_names_shows_its_neighbours(store: Store) -> None:
    assert cite("131/2021/NĐ-CP").splitlines() == [
        "no article names 131/2021/NĐ-CP; documents of that number:",
        "     2  131/2020/NQ-HĐND",
        "     1  131/2024/QH15",
    ]
    assert cite("7/2021/NĐ-CP") == "no article names 7/2021/NĐ-CP\n"
    assert cite("%_") == "no article names %_\n"


def test_without_a_number_the_most_named(store: Store) -> None:
    assert cite("--limit", "1") == "     2  131/2020/NQ-HĐND\n"
    assert json.loads(cite("--json").splitlines()[0]) == {"key": "131/2020/NQ-HĐND", "articles": 2}


def test_json(store: Store) -> None:
    found = json.loads(cite("--json", "131/2020/NQ-HĐND", "--limit", "1"))
    assert (found["key"], found["articles"], found["months"]) == ("131/2020/NQ-HĐND", 2, {"2026-09": 2})
    assert [one["id"] for one in found["latest"]] == [2]
    assert [(one["day"], one["printed"], one["sources"]) for one in found["days"]] == [
        ("2020-03-05", ["05/3/2020"], {"phuong": 1}),
        ("2020-03-06", ["06/3/2020"], {"quan": 1}),
    ]
    assert json.loads(cite("--json", "1/2000/NĐ-CP"))["articles"] == 0


def say(store: Store, tmp_path: Path, engine: str, *sayings: tuple[int, str, str, datetime]) -> None:
    """Articles by number, with source, text and date."""
    stage = Stage(tmp_path, engine=engine)
    for number, source, said, published in sayings:
        one = article(number, source=source, paragraphs=(said,), published=published)
        snapshot = store.archive(stage.page(one.url, source=source))
        store.save(replace(judged(snapshot, one), citations=citations(said)))


def test_mentions_over_time_in_the_months_of_viet_nam(store: Store, tmp_path: Path, engine: str) -> None:
    said = "Phường làm theo Nghị quyết 9/2021/QH15 từ nhiều năm nay, theo lời ông tổ trưởng số {}."
    late = datetime(2021, 12, 31, 18, tzinfo=UTC)  # the New Year has begun there
    say(store, tmp_path, engine, *((100 + n, "phuong", said.format(n), late + n * 31 * DAY) for n in range(14)))
    found = store.mentions("9/2021/QH15", limit=0)
    assert (found.articles, len(found.months), found.latest) == (14, 14, ())
    assert list(found.months.items())[::13] == [("2022-01", 1), ("2023-02", 1)]
    shown = cite("9/2021/QH15")
    assert "  by year    2022 12, 2023 2\n  by month   03/2022 1, " in shown


def test_sources_that_disagree_stand_beside_each_other_as_printed(store: Store, tmp_path: Path, engine: str) -> None:
    say(
        store,
        tmp_path,
        engine,
        (51, "phuong", "Theo Đề án số 15-ĐA/TU ngày 12/5/2022, phường chia lại tổ dân phố.", START),
        (52, "quan", "Quận nhắc tới Đề án 11-ĐA/TU ngày 12 tháng 5 năm 2022 khi chia tổ dân phố.", START),
        (53, "quan", "Đề án 15-ĐA/TU ngày 12-05-2022 được nhắc lại ở quận.", START),
        (54, "quan", "Phường nhận Đề án 15-ĐA/TU và Đề án 16-ĐA/TU ngày 12/5/2022.", START),
        (55, "bao", "Kế hoạch 15-KH/TU ngày 12/5/2022 là chuyện khác.", START),
        (56, "bao", "Theo Chương trình 08-CTr/TU của thành phố.", START),
        (57, "quan", "Theo Chương trình 08-CTR/TU của thành phố.", START),
    )
    found = store.mentions("15-ĐA/TU")
    (day,) = found.days
    assert (day.printed, day.sources) == (("12/5/2022", "12-05-2022"), {"phuong": 1, "quan": 1})
    assert [(one.printed, one.sources) for one in found.others] == [(("11-ĐA/TU",), {"quan": 1})]
    assert "  or is it   11-ĐA/TU (quan 1), signed 12/05/2022; no article names both\n" in cite("15-ĐA/TU")
    assert "  printed    08-CTr/TU (bao 1)\n  printed    08-CTR/TU (quan 1)\n" in cite("08-ctr/tu")
