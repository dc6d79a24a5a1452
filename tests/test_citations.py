"""Citations: legal document numbers of a text."""

import csv
import json
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.citations import citation_key, citations
from tests.effort import at_most


def test_every_number_seen_in_the_field(shared: Path) -> None:
    with (shared / "data" / "citations.tsv").open(encoding="utf-8", newline="") as lines:
        table = list(csv.reader(lines, delimiter="\t"))[1:]
    assert len(table) > 40
    for printed, family in table:
        for text in (printed, f"Theo văn bản số {printed}, phường An Hoà…", f"({printed})"):
            assert [one.family for one in citations(text)] == ([family] if family else []), text


def test_the_seeds_cite_what_they_cite(shared: Path) -> None:
    for seed in json.loads((shared / "seeds" / "expected.json").read_text("utf-8")):
        text = "\n".join([seed["title"] or "", seed["lead"] or "", *seed["text"]])
        assert [one.printed for one in citations(text)] == seed["citations"]


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("08-CTr/TU", "08-CTR/TU"),
        ("32/2021/ NÐ–CP", "32/2021/NĐ-CP"),
        ("145—KH / TU", "145-KH/TU"),
        (unicodedata.normalize("NFD", "15-ĐA/TU"), "15-ĐA/TU"),
        ("2422/QĐ-BGDĐT", "2422/QĐ-BGDĐT"),
        ("1234/QĐ-BKH&ĐT", "1234/QĐ-BKH&ĐT"),
    ],
)
def test_keys(printed: str, key: str) -> None:
    assert citation_key(printed) == key
    assert [one.key for one in citations(f"Phường nhận {printed}.")] == [key]


def test_one_per_document_in_order_of_first_mention() -> None:
    text = (
        "Kế hoạch số 08-CTr/TU nối tiếp Kế hoạch 12/KH-UBND. Sau 08–CTr/TU, xã còn theo 12/ KH-UBND và 9/2023/NQ-HĐND."
    )
    assert [(one.key, one.printed, one.family) for one in citations(text)] == [
        ("08-CTR/TU", "08-CTr/TU", "F4"),
        ("12/KH-UBND", "12/KH-UBND", "F3"),
        ("9/2023/NQ-HĐND", "9/2023/NQ-HĐND", "F2"),
    ]


def test_short_forms_count_with_the_full_number_only() -> None:
    assert citations("Nghị quyết 45 và NQ 77/2024 đã có hiệu lực; Nghị định 12 thì chưa.") == ()
    text = "Nghị định 12 nói rõ hơn Nghị quyết 45. Đó là Nghị quyết 45/2022/QH15 và Nghị định số 12/2023/NĐ-CP."
    assert [one.key for one in citations(text)] == ["12/2023/NĐ-CP", "45/2022/QH15"]
    assert [one.printed for one in citations(text)] == ["12/2023/NĐ-CP", "45/2022/QH15"]
    # another type, another year: no link, so the order is that of the full numbers
    for short in ("Nghị định 45", "Nghị quyết 45/2021", "Nghị quyết 45 và 46 của năm"):
        other = citations(f"{short}. Xem 7-KH/TU và 45/2022/QH15.")
        assert [one.key for one in other] == (
            ["45/2022/QH15", "7-KH/TU"] if "46" in short else ["7-KH/TU", "45/2022/QH15"]
        )


@pytest.mark.parametrize(
    ("behind", "signed"),
    [
        (" ngày 27/11/2019 của Hội đồng", date(2019, 11, 27)),
        (", ngày 27-11-2019", date(2019, 11, 27)),
        (" của Hội đồng nhân dân ký ngày 27.11.2019", date(2019, 11, 27)),
        (" ngày 27 tháng 11 năm 2019", date(2019, 11, 27)),
        (" có hiệu lực từ ngày 27/11/2019", None),
        (" ngày 27/11/2020", None),  # another year than the number's
        (" ngày 31/11/2019", None),
        (". Cuộc họp ngày 27/11/2019", None),
        ("; ngày 27/11/2019", None),
        (" " + "của hội đồng nhân dân thành phố " * 2 + "ngày 27/11/2019", None),
        ("", None),
    ],
)
def test_sign_date(behind: str, signed: date | None) -> None:
    (found,) = citations(f"Nghị quyết số 45/2019/NQ-HĐND{behind}")
    assert found.signed == signed
    assert bool(found.signed_raw) is bool(signed) and found.signed_raw in behind


@pytest.mark.parametrize(
    "text", ["1.111/NQ-HĐND", "x45/2019/QH14", "45/2019/QH14/2", "2-145-KH/TU", "145 KH TU", "a/b-c"]
)
def test_what_is_no_number(text: str) -> None:
    assert citations(text) == ()


def test_the_context_is_one_line() -> None:
    (found,) = citations("Sáng nay\nphường An Hoà triển khai 12/KH-UBND\xa0ở cả bảy khu phố.")
    assert found.context == "Sáng nay phường An Hoà triển khai 12/KH-UBND ở cả bảy khu phố."


@given(st.text() | st.text("0123/-–ĐAKHTUQ 45nghịquyết\n", max_size=80))
def test_nothing_escapes_and_keys_are_final(text: str) -> None:
    found = citations(text)
    assert len({one.key for one in found}) == len(found)
    assert all(citation_key(one.key) == one.key == citation_key(one.printed) for one in found)


@pytest.mark.parametrize("piece", ["1/1999/A-", "1/A-A-A-A-", "1", "nghị quyết ", "1/2019/QH14 ", "1-AA/"])
def test_long_input_takes_no_long_time(piece: str) -> None:
    with at_most(200):
        citations(piece * 20_000)
