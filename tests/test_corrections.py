"""Which values replaced which, and what is only a slip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.corrections import corrections, is_slip
from crawler.sequences import edits, gaps
from tests.effort import at_most


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("Phường thu 1.200 đồng.", "Phường thu 1.500 đồng.", ["figure: 1.200 → 1.500 đồng"]),
        ("Phường thu 1.200 đồng.", "Phường thu 1200 đồng", []),
        ("Chi 5 triệu đồng.", "Chi 5 tỷ đồng.", ["figure: 5 triệu → 5 tỷ đồng"]),
        ("Đạt 97,5 % hộ.", "Đạt 97,5 hộ.", ["figure: 97,5 % → 97,5 hộ"]),
        ("Có mười hai tổ.", "Có mười ba tổ.", ["figure: mười hai → mười ba tổ"]),
        ("Có 12 phường, 13 xã.", "Có 13 phường, 12 xã.", ["figure: 12 → 13 phường", "figure: 13 → 12 xã"]),
        ("Có 1, 2, 3, 4 tổ.", "Có 2, 3, 4 tổ.", ["figure: 1 → -"]),
        ("Họp lúc 8h30.", "Họp lúc 9h30.", ["figure: 8h30 → 9h30"]),
        ("Họp ngày 12/3/2026.", "Họp ngày 13/3/2026.", ["date: 12/3/2026 → 13/3/2026"]),
        ("Họp ngày 01/03/2026.", "Họp ngày 1 tháng 3 năm 2026.", []),
        ("Xong trong tháng 7/2025.", "Xong trong tháng 8/2025.", ["date: tháng 7/2025 → tháng 8/2025"]),
        ("Từ năm 2025 đến nay.", "Từ năm 2026 đến nay.", ["date: năm 2025 → năm 2026"]),
        ("Theo 97/2019/QH14.", "Theo 98/2019/QH14.", ["document: 97/2019/QH14 → 98/2019/QH14"]),
        ("Theo 145-KH/TU.", "Theo 145–KH/TU.", []),
        ("ông Nguyễn Văn A nói.", "ông Nguyễn Văn B nói.", ["name: Nguyễn Văn A → Nguyễn Văn B"]),
        ("Nguyễn Văn A nói.", "Nguyễn Văn B nói.", ["name: Nguyễn Văn A → Nguyễn Văn B"]),
        ("bà Đào nói.", "bà Đan nói.", ["name: Đào → Đan"]),
        ("bà Lê Cát nói.", "bà Lê Thị Cát nói.", ["name: Lê Cát → Lê Thị Cát"]),
        ("bà Lê Thị Cát nói.", "bà Lê Cát nói.", ["name: Lê Thị Cát → Lê Cát"]),
        ("UBND họp.", "HĐND họp.", ["name: UBND → HĐND"]),
        ("ông An thay ông Bình.", "ông Bình thay ông An.", ["name: - → Bình", "name: Bình → -"]),
        ("Họp tại Phường Bến Đò.", "Họp tại phường Bến Đò.", []),
        ("ở Hoà Bình", "ở Hòa Bình", []),
        ("Hôm nay họp. Ai cũng đến.", "Hôm qua họp. Họ cũng đến.", []),
    ],
)
def test_corrections(before: str, after: str, told: list[str]) -> None:
    found = [f"{one.matter}: {one.before or '-'} → {one.after or '-'} {one.unit}".strip() for one in
             corrections(before, after)]  # fmt: skip
    assert found == told


@pytest.mark.parametrize(
    ("before", "after", "slip"),
    [
        ("Phường họp dân", "Phường họp dân!", True),
        ("Phưòng họp dân", "phường họp dân", True),
        ("Phươgn họp dân", "Phường họp dân", True),
        ("Phường họpdân", "Phường họp dân", True),
        ("Phường họp dân", "Phường bàn việc", False),
        ("Phường họp dân", "Phường họp", False),
        ("Giá tăng", "Giá giảm", False),
        ("Có 12 tổ", "Có 13 tổ", False),
    ],
)
def test_slips(before: str, after: str, slip: bool) -> None:
    assert is_slip(before, after) is is_slip(after, before) is slip


@given(st.text(), st.text())
def test_any_text_is_compared_and_none_differs_from_itself(before: str, after: str) -> None:
    assert corrections(before, before) == ()
    for one in corrections(before, after):
        assert one.before or one.after


@pytest.mark.parametrize("piece", ["a", "a1/", "1.", "1-", "A ", "tháng 1/", "hai ", "1/1/", "Ă", "một A. "])
def test_long_input_takes_no_long_time(piece: str) -> None:
    with at_most(400):
        corrections(piece * 15_000, "b" + piece * 15_000 + "9 B")


_ITEMS = st.lists(st.sampled_from("abc"), max_size=12)


@given(_ITEMS, _ITEMS)
def test_edits_lead_from_one_to_the_other(before: list[str], after: list[str]) -> None:
    made, at = [], 0
    for first, last, start, end in edits(before, after):
        made += before[at:first] + after[start:end]
        at = last
    assert made + before[at:] == after
    shared, between = gaps(before, after)
    assert len(between) == len(shared) + 1
    assert sorted([*shared, *(place for gap, _ in between for place in gap)]) == list(range(len(before)))
    assert len(after) == len(shared) + sum(len(gap) for _, gap in between)
