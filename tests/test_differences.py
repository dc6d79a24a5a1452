"""What differs between two readings of an article, and whether it matters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.differences import differences, summary
from crawler.text import normal
from crawler.types import Article, Instant, Precision
from tests.effort import at_most


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, []),
        ({"title": "Khác"}, [("title", "Cũ", "Khác")]),
        ({"lead": None}, [("lead", "Sapo", None)]),
        ({"authors": ("Lê Cát", "Trần Sen")}, [("authors", None, "Lê Cát, Trần Sen")]),
        ({"paragraphs": ("Một", "Ba")}, [("text", "Hai", None)]),
        ({"paragraphs": ("Một", "Hai rưỡi", "Ba")}, [("text", "Hai", "Hai rưỡi")]),
        ({"paragraphs": ("Hai", "Ba", "Một")}, [("text", "Một", None), ("text", None, "Một")]),
        ({"paragraphs": ("Một ", "Hai", "Ba\n")}, []),
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
        ("Phưòng hợp bàn vè đường xá", "Phường họp bàn về đường xá.", False),
        ("Nguyễn Văn A phát biểu.", "Nguyễn Văn B phát biểu.", True),
        ("Họp tại Phường Bến Đò.", "Họp tại phường Bến Đò.", False),
    ],
)
def test_figures_dates_names_and_documents_matter(before: str | None, after: str | None, matters: bool) -> None:
    old = Article(key="a", url="u", source="s", paragraphs=tuple(filter(None, ("Một", before, "Hai"))))
    found = differences(old, replace(old, paragraphs=tuple(filter(None, ("Một", after, "Hai")))))
    assert found
    assert {one.substantive for one in found} == {matters}


NOON = datetime(2026, 3, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "matters"),
    [
        ({"title": "Phường Bến Đò họp dân"}, False),  # a full stop less
        ({"title": "Phường Bến Đò hộp dân."}, False),
        ({"title": "Phường Bến Đo họp dân."}, True),  # a name
        ({"title": "Bến Đò lấy ý kiến về chợ mới"}, True),
        ({"published": None}, True),
        ({"published": Instant(at=NOON + timedelta(minutes=9), precision=Precision.MINUTE, raw="")}, False),
        ({"published": Instant(at=NOON - timedelta(days=1), precision=Precision.MINUTE, raw="")}, True),
        ({"updated": Instant(at=NOON, precision=Precision.MINUTE, raw="")}, False),  # the site's clock of its edits
        ({"authors": ("Lê Sen",)}, True),
    ],
)
def test_titles_dates_and_authors(changed: dict[str, object], matters: bool) -> None:
    at = Instant(at=NOON, precision=Precision.MINUTE, raw="")
    old = Article(key="a", url="u", source="s", title="Phường Bến Đò họp dân.", published=at, authors=("Lê Cát",))
    (found,) = differences(old, replace(old, **changed))  # type: ignore[arg-type]
    assert found.substantive is matters


def test_what_is_substantive_comes_first_and_the_rest_in_the_pages_order() -> None:
    old = Article(key="a", url="u", source="s", lead="Sapo cũ", paragraphs=("Một", "Hai", "Ba 3", "Bốn"))
    new = replace(old, lead="Sapo mới", paragraphs=("Mốt", "Hai", "Ba 4", "Bốn bề"))
    assert [one.after for one in differences(old, new)] == ["Ba 4", "Sapo mới", "Mốt", "Bốn bề"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, ""),
        (
            {"title": "Thành phố bớt phường", "paragraphs": ("Có 13 phường.", "Hết.")},
            "Tiêu đề đổi; 1 con số sửa: 12 → 13 phường",
        ),
        ({"title": "Quận sắp xếp phường."}, "Sửa câu chữ"),
        ({"paragraphs": ("Có 12 phường.", "Hết.", "Bà Lê Sen nói.")}, "Thêm 1 đoạn"),
        ({"paragraphs": ("Hết.", "Có 12 phường.")}, "Đổi chỗ 1 đoạn"),
        ({"paragraphs": ("Hết.",), "authors": ("Lê Sen",)}, "Tác giả đổi; bỏ 1 đoạn"),
        ({"paragraphs": ("Có 12 phường của Bến Đò.", "Hết.")}, "1 tên thêm: Bến Đò"),
        (
            {"paragraphs": ("Có 3 phường, 4 xã, 5 ấp.", "Hết.")},
            "1 con số sửa: 12 → 3 phường; 2 con số thêm: 4 xã, 5 ấp",
        ),
        ({"paragraphs": ("Có 12 phường.", "Hết 1, 2, 3.")}, "3 con số thêm: 1, 2, …"),
    ],
)
def test_a_change_in_a_sentence(changed: dict[str, object], told: str) -> None:
    old = Article(key="a", url="u", source="s", title="Quận sắp xếp phường", paragraphs=("Có 12 phường.", "Hết."))
    assert summary(differences(old, replace(old, **changed))) == told  # type: ignore[arg-type]


_TEXTS = st.lists(st.text(st.sampled_from("ab 1Đ"), min_size=1, max_size=4), max_size=8)


@given(before=_TEXTS, after=_TEXTS)
def test_the_lines_taken_and_given_lead_from_one_to_the_other(before: list[str], after: list[str]) -> None:
    old, new = (Article(key="a", url="u", source="s", paragraphs=tuple(texts)) for texts in (before, after))
    found = differences(old, new)
    taken = [normal(one.before) for one in found if one.before is not None]
    given_ = [normal(one.after) for one in found if one.after is not None]
    was, now = ([normal(text) for text in texts] for texts in (before, after))
    assert (found == ()) is (was == now) is (summary(found) == "")
    assert sorted([*was, *given_]) == sorted([*now, *taken])


def test_a_long_text_takes_no_long_time() -> None:
    rows = [f"Tổ {number % 70}" for number in range(4000)]
    old, new = (Article(key="a", url="u", source="s", paragraphs=tuple(rows[at:])) for at in (0, 1))
    with at_most(400):
        differences(old, replace(new, paragraphs=("đầu", *new.paragraphs, "x" * 100_000 + " 1")))
