"""Keys of texts: pinned for ever, the same for what reads the same, shared by what is alike."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.likeness import MOST_KEYS, MOST_WORDS, Wording, jaccard, keys, shingles, signature, wording
from tests.benchmarks.copies import Said, new_style

LEAD = "Từ tháng tới, người dân phường Bến Gỗ nộp hồ sơ đất đai ngay tại nhà văn hóa của tổ dân phố."
TEXT = (
    "Theo kế hoạch số 07/KH-UBND, mỗi tổ có một bàn tiếp nhận, mở vào chiều thứ ba và sáng thứ bảy hằng tuần.",
    "Bà Lê Thị Cát, phó chủ tịch phường, nói việc này giúp người già khỏi phải đi xa, và cán bộ hòa mình với dân.",
    "Sau ba tháng, phường sẽ hỏi ý kiến từng nhà rồi mới quyết định có mở thêm bàn ở khu tập thể Nhà Đèn hay không.",
)


def read(lead: str = LEAD, *paragraphs: str) -> Wording:
    return wording("Tựa", lead, paragraphs or TEXT)


def test_the_keys_of_a_version_never_change() -> None:
    found = keys(read())
    assert found[:2] == (4978937499304452857, 8041278342914931841)
    assert (found[15], found[16]) == (7833665244244189813, -8977119508008453836), "the last band, the first opening key"
    assert signature(frozenset({"một hai ba"})) == (87411274449130649,) * 64


@pytest.mark.parametrize(
    "same",
    [
        pytest.param(read(unicodedata.normalize("NFD", LEAD), *map(str.upper, TEXT)), id="decomposed, in capitals"),
        pytest.param(
            wording("", LEAD, new_style(Said(title="", lead="", paragraphs=TEXT)).paragraphs), id="tones in new style"
        ),
        pytest.param(read("", LEAD, *TEXT), id="lead as a paragraph"),
        pytest.param(read("", f"{LEAD}\u00a0 {' '.join(TEXT)}".replace(" ", "\u2009\n")), id="one paragraph, spaces"),
        pytest.param(read(LEAD, TEXT[0].replace("07/", "7/"), *TEXT[1:]), id="leading zeros"),
        pytest.param(wording("Tựa khác hẳn", LEAD, TEXT), id="another title"),
    ],
)
def test_what_reads_the_same_has_the_same_keys(same: Wording) -> None:
    assert same.shingles == read().shingles
    assert keys(same) == keys(read())


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(read(LEAD.replace("Bến Gỗ", "Bên Gô")), id="marks"),
        pytest.param(read(LEAD.replace("quý", "qúy").replace("tháng", "tuần")), id="a word"),
    ],
)
def test_what_reads_otherwise_is_less_than_the_same(other: Wording) -> None:
    assert 0.8 < jaccard(other.shingles, read().shingles) < 1


def test_short_texts_have_no_keys() -> None:
    twenty = " ".join(f"tiếng{number}" for number in range(22))
    assert len(read("", twenty).shingles) == 20
    assert keys(read("", twenty))
    assert keys(read("", twenty.rpartition(" ")[0])) == ()
    assert keys(read("", "")) == keys(read("", "một hai", "ba")) == ()


def test_an_endless_text_is_read_to_some_point() -> None:
    words = [f"tiếng{number}" for number in range(3 * MOST_WORDS)]
    assert len(read("", " ".join(words)).words) == MOST_WORDS
    assert len(read("", *words).words) == len(read("", *words).lines) - 1 == MOST_WORDS


@settings(deadline=None)
@given(st.lists(st.text(max_size=12), max_size=60))
def test_any_text_has_keys_that_a_database_takes(lines: list[str]) -> None:
    found = keys(wording(None, None, lines))
    assert len(found) == len(set(found)) <= MOST_KEYS
    assert all(-(2**63) <= key < 2**63 for key in found)
    assert found == keys(wording(None, None, [unicodedata.normalize("NFC", line) for line in lines]))


def test_signatures_agree_as_often_as_the_sets_do() -> None:
    sizes = [(400, 100), (100, 100), (30, 30)]  # shared, own of each
    for shared, own in sizes:
        agree = 0
        for turn in range(20):
            one = frozenset(f"{turn}-{number}" for number in range(shared + own))
            other = frozenset(f"{turn}-{number}" for number in range(own, shared + 2 * own))
            pairs = zip(signature(one), signature(other), strict=True)
            agree += sum(left == right for left, right in pairs)
        assert abs(agree / (20 * 64) - shared / (shared + 2 * own)) < 0.08


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("a b c d", "a b c d", 1.0), ("a b c d", "b c d e", 1 / 3), ("a b c", "x y z", 0.0), ("", "", 0.0)],
)
def test_jaccard(one: str, other: str, expected: float) -> None:
    assert jaccard(shingles(one.split()), shingles(other.split())) == expected
