"""What differs between two readings of an article, and whether it matters."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.differences import differences
from crawler.types import Article


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, []),
        ({"title": "Khác"}, [("title", "Cũ", "Khác")]),
        ({"lead": None}, [("lead", "Sapo", None)]),
        ({"authors": ("Lê Cát", "Trần Sen")}, [("authors", None, "Lê Cát, Trần Sen")]),
        ({"paragraphs": ("Một", "Ba")}, [("text", "Hai", None)]),
        ({"paragraphs": ("Một", "Hai rưỡi", "Ba")}, [("text", "Hai", None), ("text", None, "Hai rưỡi")]),
        ({"html": "<p>Một</p>"}, []),
    ],
)
def test_field_by_field_and_line_by_line(
    changed: dict[str, object], told: list[tuple[str, str | None, str | None]]
) -> None:
    old = Article(key="a", url="u", source="s", title="Cũ", lead="Sapo", paragraphs=("Một", "Hai", "Ba"))
    found = differences(old, replace(old, **changed))  # type: ignore[arg-type]
    assert [(one.about, one.before, one.after) for one in found] == told


@pytest.mark.parametrize(
    ("before", "after", "matters"),
    [
        ("Phường họp 12 tổ dân phố.", "Phường họp 15 tổ dân phố.", True),
        ("Họp ngày 12/3/2026 tại phường.", "Họp ngày 13/3/2026 tại phường.", True),
        ("Theo Nghị quyết 97/2019/QH14 của phường.", "Theo Nghị quyết 98/2019/QH14 của phường.", True),
        ("Bà Lê Thị Cát chủ trì buổi họp.", "Bà Lê Thị Sen chủ trì buổi họp.", True),
        ("UBND phường chủ trì buổi họp.", "HĐND phường chủ trì buổi họp.", True),
        ("Buổi họp diễn ra vui vẻ.", "Buổi họp đã diễn ra rất vui vẻ.", False),
        ("Tổ dân phố số 12, phường Bến Đò, họp.", "Phường Bến Đò, tổ dân phố số 12, họp.", False),
        ("Phường thu 1.200 đồng.", "Phường thu 1.200 đồng", False),
        ("Buổi họp kết thúc lúc trưa.", None, False),
        (None, "Thêm 3 hộ được cấp giấy.", True),
    ],
)
def test_figures_dates_names_and_documents_matter(before: str | None, after: str | None, matters: bool) -> None:
    old = Article(key="a", url="u", source="s", paragraphs=tuple(filter(None, ("Một", before, "Hai"))))
    found = differences(old, replace(old, paragraphs=tuple(filter(None, ("Một", after, "Hai")))))
    assert found
    assert {one.substantive for one in found} == {matters}


_TEXTS = st.lists(st.text(st.sampled_from("ab 1Đ"), min_size=1, max_size=4), max_size=8)


@given(before=_TEXTS, after=_TEXTS)
def test_the_lines_taken_and_given_lead_from_one_to_the_other(before: list[str], after: list[str]) -> None:
    old, new = (Article(key="a", url="u", source="s", paragraphs=tuple(texts)) for texts in (before, after))
    found = differences(old, new)
    taken = [one.before for one in found if one.before is not None]
    given_ = [one.after for one in found if one.after is not None]
    assert (found == ()) is (before == after)
    assert sorted([*before, *given_]) == sorted([*after, *taken])
