"""`tindothi cite`: who names a document, as printed, whatever somebody types."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.citations import citations
from crawler.commands.cite import command
from storage.store import Store
from tests.storing import DAY, START, Stage, article, judged

SAYINGS = {
    1: "Phường làm theo Nghị quyết số 131/2020/NQ-HĐND ngày 05/3/2020 về chính quyền đô thị ở phường.",
    2: "Quận nhắc lại Nghị quyết 131/2020/NQ–HĐND ngày 06/3/2020 trong buổi họp tổ dân phố.",
    3: "Nghị quyết 97/2019/QH14 mở đường cho phường làm chính quyền đô thị.",
    4: "Nghị quyết 131/2024/QH15 thay cho văn bản trước đây của thành phố.",
}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str) -> Iterator[Store]:
    monkeypatch.setenv("TINDOTHI_DATA_DIR", str(tmp_path))
    stage = Stage(tmp_path, engine=engine)
    monkeypatch.setenv("TINDOTHI_DATABASE", stage.url)
    with stage.store() as opened:
        for number, said in SAYINGS.items():
            source = "quan" if number == 2 else "phuong"
            one = article(number, source=source, paragraphs=(said,), published=START - (5 - number) * 20 * DAY)
            snapshot = opened.archive(stage.page(one.url, source=source))
            opened.save(replace(judged(snapshot, one), citations=citations(said)))
        yield opened


def cite(*arguments: str) -> str:
    result = CliRunner().invoke(command, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize(
    "typed", ["131/2020/NQ-HĐND", "131/2020/nq-hđnd", "131/2020/NQ-HDND", " 131 / 2020 / NQ–HĐND "]
)
def test_whatever_is_typed_the_latest_first(store: Store, typed: str) -> None:
    key, found = store.mentions(typed)
    assert key == "131/2020/NQ-HĐND"
    assert [one.id for one in found] == [2, 1]
    assert [f"{one.signed}" for one in found] == ["2020-03-06", "2020-03-05"]
    assert "chính quyền đô thị" in found[1].context


def test_an_earlier_text_names_nothing_any_more(store: Store, tmp_path: Path, engine: str) -> None:
    stage = Stage(tmp_path, now=START + timedelta(hours=1), engine=engine)
    one = article(3, paragraphs=("Phường nói nay không theo văn bản nào.",))
    store.save(replace(judged(store.archive(stage.page(one.url)), one), citations=()))
    assert store.mentions("97/2019/QH14") == ("97/2019/QH14", ())


def test_for_people(store: Store) -> None:
    shown = cite("131/2020/NQ-HDND")
    assert "131/2020/NQ-HĐND: named by 2 articles (quan 1, phuong 1)" in shown
    assert "06/03/2020 (quan 1), 05/03/2020 (phuong 1)" in shown
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
    (row,) = map(json.loads, cite("--json", "97/2019/QH14").splitlines())
    assert (row["id"], row["printed"], row["source"], row["signed"]) == (3, "97/2019/QH14", "phuong", None)
    assert cite("--json", "1/2000/NĐ-CP") == ""
