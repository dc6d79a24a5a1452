"""What differs between two readings at once is noise, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.noise import differ, only_noise
from crawler.types import Article

ONE = "Sáng nay, phường Bến Gỗ họp với các tổ dân phố để bàn việc đắp lại con đường ra bến đò."
TWO = "Đoạn đường dài chừng ba cây số, mùa mưa nước ngập tới đầu gối người lớn."


def page(*lines: str, title: str = "Phường họp dân", lead: str | None = None) -> Article:
    return Article(key="a", url="u", source="s", title=title, lead=lead, paragraphs=lines)


def reading(number: int) -> Article:
    """The page at some visit: a counter, a box filled by chance, a counter within a line."""
    box = [f"Chuyện cũ số {(number * 7 + more) % 9}" for more in range(number % 2 + 1)]
    return page(ONE, f"{number} lượt đọc", f"{TWO} Bài đã có {number * 3} người xem.", *box)


@pytest.mark.parametrize(
    ("before", "noise"),
    [
        pytest.param(reading(1), True, id="an earlier visit"),
        pytest.param(page(*reading(1).paragraphs, title="Tiêu đề khác"), False, id="another title"),
        pytest.param(page(ONE.replace("Bến Gỗ", "Bến Đá"), *reading(1).paragraphs[1:]), False, id="another name"),
        pytest.param(page("Thêm một đoạn.", *reading(1).paragraphs), False, id="a paragraph more"),
        pytest.param(page(*reading(1).paragraphs[1:]), False, id="a paragraph less"),
        pytest.param(
            page(*(line.replace("ba cây số", "hai cây số") for line in reading(1).paragraphs)),
            False,
            id="an edit in the line that counts",
        ),
        pytest.param(
            page(*(line for line in reading(1).paragraphs if "cũ" not in line)), False, id="no box, which both have"
        ),
        pytest.param(page(*reading(1).paragraphs, "a", "b", "c"), False, id="more lines than the box ever had"),
    ],
)
def test_only_noise(before: Article, noise: bool) -> None:
    assert differ(reading(5), reading(6))
    assert only_noise(before, reading(5), reading(6)) is noise


def test_a_title_that_changes_at_each_reading_is_noise_too() -> None:
    assert only_noise(page(ONE, title="Tin (1)"), page(ONE, title="Tin (2)"), page(ONE, title="Tin (3)"))
    assert not only_noise(page(TWO, title="Tin (1)"), page(ONE, title="Tin (2)"), page(ONE, title="Tin (3)"))


def test_two_readings_that_share_little_prove_nothing() -> None:
    assert not only_noise(page(ONE), page(TWO), page(ONE + TWO))


_LINES = st.lists(st.sampled_from(["Một dòng dài", "Hai dòng dài", "Ba", "1"]), max_size=6).map(tuple)


@given(_LINES, _LINES)
def test_readings_that_agree_leave_no_room_for_noise(before: tuple[str, ...], now: tuple[str, ...]) -> None:
    assert only_noise(page(*before), page(*now), page(*now)) is (before == now)


@given(st.permutations(["Một dòng dài", "Hai dòng dài", "Ba", "Bốn"]), st.integers(0, 4), st.integers(0, 4))
def test_what_was_one_of_the_readings_differs_by_noise_only(lines: list[str], more: int, at: int) -> None:
    first, second = page(*lines), page(*lines[:at], *(f"Chuyện {number}" for number in range(more)), *lines[at:])
    for before in (first, second):
        assert only_noise(before, first, second) is only_noise(before, second, first) is (more < 4)
