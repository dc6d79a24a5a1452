"""Text: what is stored, what is compared, what is searched, and the keys made of it."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text import (
    canonical_tone,
    clean,
    content_hash,
    first_sentence,
    fold,
    nfc,
    normal,
    surroundings,
    text_key,
    words,
)

SENTENCE = (
    "Uỷ ban phường An Hoà vừa khánh thành nhà văn hoá mới, phục vụ hơn ba nghìn hộ dân của bảy khu phố trong phường."
)
VIETNAMESE = st.text(
    "aăâeêioôơuưyđĐAÊÔƯqQ áàạảãóòọủýỳ\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b\u00ad\u200b Ðð\xa0.\n"
)


@pytest.mark.parametrize(
    ("printed", "stored"),
    [
        (unicodedata.normalize("NFD", "Chính quyền đô thị"), "Chính quyền đô thị"),
        ("bo\u0301\u0302", "bố"),  # the tone typed before the hat
        ("bó\u0302 ca\u0309\u0302u tă\u0301ng", "bố cẩu tắng"),
        ("A\u0300\u0306N", "ẰN"),
        ("ha\u0340 ha\u0341", "hà há"),
        ("Ðà Nẵng, NÐ-CP, ðường Nguyễn Huệ", "Đà Nẵng, NĐ-CP, đường Nguyễn Huệ"),
        ("Guðni", "Guðni"),
        ("đô\u200b \ufeffthị\u00ad\x00\x0b\ud83d\ufffe", "đô thị"),
        ("một\ttab\ndòng\xa0mới…”", "một\ttab\ndòng\xa0mới…”"),
    ],
)
def test_stored_text_is_composed_and_free_of_what_nobody_sees(printed: str, stored: str) -> None:
    assert nfc(printed) == stored


@given(st.text() | VIETNAMESE)
def test_stored_text_is_stable_and_fit_for_xml(s: str) -> None:
    once = nfc(s)
    assert nfc(once) == once
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", once)
    once.encode()


@given(st.text() | VIETNAMESE)
def test_a_clean_line_has_single_spaces_only(s: str) -> None:
    line = clean(s)
    assert line == " ".join(line.split(" ")).strip()
    assert "\n" not in line and "\xa0" not in line and "  " not in line
    assert clean(line) == line


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("hoà bình, Hoà Vang, HOÀ", "hòa bình, Hòa Vang, HÒA"),
        ("khoẻ mạnh, loè", "khỏe mạnh, lòe"),
        ("thuỷ lợi, Uỷ ban, ĐẢNG UỶ", "thủy lợi, Ủy ban, ĐẢNG ỦY"),
        ("quý, quỷ, Quỳ Hợp, QUÝ", "quý, quỷ, Quỳ Hợp, QUÝ"),
        ("hoàn toàn, huỳnh, khuỷu, ngoằn ngoèo, xoáy", "hoàn toàn, huỳnh, khuỷu, ngoằn ngoèo, xoáy"),
        ("của, mùa, chùa", "của, mùa, chùa"),
    ],
)
def test_tone_placement_is_one(new: str, old: str) -> None:
    assert canonical_tone(new) == old
    assert canonical_tone(old) == old


@given(VIETNAMESE)
def test_tone_placement_keeps_the_length_and_the_marks(s: str) -> None:
    text = nfc(s)
    assert len(canonical_tone(text)) == len(text)
    assert sorted(unicodedata.normalize("NFD", canonical_tone(text))) == sorted(unicodedata.normalize("NFD", text))


def test_search_form_has_no_marks() -> None:
    assert fold("Đô thị THỦ ĐỨC – ươm ẵm") == "do thi thu duc – uom am"
    assert fold(unicodedata.normalize("NFD", "Đường Trần Hưng Đạo")) == "duong tran hung dao"


@given(st.text() | VIETNAMESE)
def test_search_form_is_stable_but_for_case(s: str) -> None:
    assert not any(unicodedata.combining(c) for c in unicodedata.normalize("NFD", fold(s)))
    assert "đ" not in fold(s)


def test_words_are_syllables_and_numbers() -> None:
    assert words("Phường An Hoà – 12.345 dân (2/8).") == ["Phường", "An", "Hoà", "12", "345", "dân", "2", "8"]


@pytest.mark.parametrize(
    ("text", "limit", "first"),
    [
        ("Phường họp dân. Sau đó bế mạc.", 160, "Phường họp dân."),
        ("Tại TP. Cần Thơ, PGS. TS. Lê Văn B nói rõ. Hết.", 160, "Tại TP. Cần Thơ, PGS. TS. Lê Văn B nói rõ."),
        ("“Làm ngay!” Ông nói.", 160, "“Làm ngay!”"),
        ("Chi 3.500 đồng mỗi hộ", 160, "Chi 3.500 đồng mỗi hộ"),
        ("một hai ba bốn năm sáu", 14, "một hai ba…"),
        ("x" * 50, 10, "x" * 9 + "…"),
        ("", 10, ""),
    ],
)
def test_first_sentence(text: str, limit: int, first: str) -> None:
    assert first_sentence(text, limit) == first


@given(st.text(), st.integers(5, 200))
def test_first_sentence_keeps_to_its_limit(s: str, limit: int) -> None:
    assert len(first_sentence(s, limit)) <= limit + 4  # closing quotes and the mark


def test_surroundings_are_cut_at_spaces() -> None:
    text = "Sáng nay phường An Hoà khánh thành cầu mới bắc qua rạch Cái Sâu"
    start = text.index("cầu")
    assert surroundings(text, start, start + 7, reach=12) == "…thành cầu mới bắc qua…"
    assert surroundings(text, start, start + 7) == text


def test_content_hash_sees_what_a_reader_sees() -> None:
    known = content_hash("Tin phường", "Dẫn", [SENTENCE, "Câu hai."])
    same = content_hash(" Tin\xa0phường", "Dẫn", [unicodedata.normalize("NFD", SENTENCE) + "\u200b", "Câu  hai."])
    assert same == known
    assert content_hash("Tin phường", "Dẫn", [SENTENCE.replace("Uỷ", "Ủy").replace("hoá", "hóa"), "Câu hai."]) == known
    for other in (
        content_hash("Tin Phường", "Dẫn", [SENTENCE, "Câu hai."]),  # case
        content_hash("Tin phương", "Dẫn", [SENTENCE, "Câu hai."]),  # a mark
        content_hash("Tin phường", "Dẫn", [SENTENCE.replace("ba", "4"), "Câu hai."]),
        content_hash("Tin phường", None, ["Dẫn", SENTENCE, "Câu hai."]),
        content_hash("Tin phường Dẫn", None, [SENTENCE, "Câu hai."]),
    ):
        assert other != known
    assert re.fullmatch(r"1:[0-9a-f]{32}", known)


def test_text_key_needs_enough_text_and_ignores_paragraph_ends() -> None:
    assert text_key(["Xem ảnh."]) is None
    assert text_key([]) is None
    head, tail = SENTENCE.split(", ")
    assert text_key([head + ",", tail]) == text_key([SENTENCE])
    assert text_key([SENTENCE.replace("An", "Ân")]) != text_key([SENTENCE])


@given(st.lists(st.text() | VIETNAMESE, max_size=4))
def test_keys_stand_any_text_and_its_other_forms(paragraphs: list[str]) -> None:
    stored = [nfc(paragraph) for paragraph in paragraphs]
    assert content_hash(None, None, stored) == content_hash(None, None, [normal(one) for one in stored])
    assert text_key(stored) == text_key([normal(one) for one in stored])


@pytest.mark.parametrize("marks", ["\u0301\u0323", "\u0344", "\u0301", "\u0591\u0323"])
def test_a_pile_of_marks_is_cut(marks: str) -> None:
    """Normalising would sort them, in a time that grows with the square of their number: minutes for this one."""
    found = nfc(f"Bến{marks * 200_000} Đá……………………………………")
    assert found.startswith("Bế")
    assert found.endswith(" Đá……………………………………")
    assert len(found) < 100
    assert nfc(found) == found
