"""What somebody types to find articles, and the cut of a text that shows why one was found."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.query import MOST, Clause, Query, Term, parse, snippet
from crawler.text import words


def term(said: str, *, prefix: bool = False, quoted: bool = False) -> Term:
    return Term(words=tuple(said.split()), prefix=prefix, quoted=quoted)


@pytest.mark.parametrize(
    ("typed", "clauses"),
    [
        ("đô thị", [([term("đô"), term("thị")], [])]),
        ('"đô thị" phường', [([term("đô thị", quoted=True), term("phường")], [])]),
        ("Hải*", [([term("hải", prefix=True)], [])]),
        ('"chính quyền"*', [([term("chính quyền", prefix=True, quoted=True)], [])]),
        ("a AND b", [([term("a"), term("b")], [])]),
        ("a OR b c", [([term("a")], []), ([term("b"), term("c")], [])]),
        ('a NOT "b c"', [([term("a")], [term("b c", quoted=True)])]),
        ("a -b", [([term("a")], [term("b")])]),
        ("97/2031/NQ-HĐND", [([term("97 2031 nq hđnd")], [])]),
        ("NOT a", []),
        ("OR", []),
        ("a OR", [([term("a")], [])]),
        ("and or not", [([term("and"), term("or"), term("not")], [])]),
        ('"', []),
        ('"a', [([term("a")], [])]),
        ("___ -- *", []),
        ("hoà", [([term("hòa")], [])]),
    ],
)
def test_what_is_typed(typed: str, clauses: list[tuple[list[Term], list[Term]]]) -> None:
    assert parse(typed).clauses == tuple(Clause(every=tuple(every), none=tuple(none)) for every, none in clauses)
    assert parse(unicodedata.normalize("NFD", typed)) == parse(typed)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("chính quyền đô thị", "chính quyền đô thị"), ("a OR b", ""), ('"a b"', ""), ("a*", ""), ("a -b", ""), ("", "")],
)
def test_only_plain_words_are_looked_for_side_by_side(typed: str, plain: str) -> None:
    assert " ".join(parse(typed).plain) == plain


@given(st.text(max_size=80))
def test_nothing_that_is_typed_is_an_error(typed: str) -> None:
    query = parse(typed)
    assert all(one.words for clause in query.clauses for one in (*clause.every, *clause.none))
    assert all(clause.every for clause in query.clauses)


def test_a_query_has_so_many_words_and_no_more() -> None:
    assert sum(len(one.words) for one in parse("phường " * 500).clauses[0].every) == MOST


TEXTS = (
    "Tổ dân phố số ba họp vào sáng thứ bảy, đông đủ các hộ.",
    "Sau ba năm, Chính quyền đô thị ở phường Bến Gỗ được đánh giá là gọn hơn; chính quyền số đi cùng.",
)


@pytest.mark.parametrize(
    ("typed", "marked"),
    [
        ("chinh quyen do thi", ["Chính", "quyền", "đô", "thị", "chính", "quyền"]),
        ('"chính quyền đô thị"', ["Chính quyền đô thị"]),
        ("CHÍNH QUY*", ["Chính", "quyền", "chính", "quyền"]),
        ("bến OR họp", ["họp"]),
        ("cầu", []),
    ],
)
def test_the_cut_that_says_most(typed: str, marked: list[str]) -> None:
    cut = snippet(TEXTS, parse(typed))
    assert [cut.text[start:end] for start, end in cut.marks] == marked
    assert cut.text in ("", *TEXTS)


def test_a_long_text_is_cut_at_words() -> None:
    text = "Phường họp dân. " * 60 + "Chính quyền đô thị được bàn. " + "Phường họp dân. " * 60
    cut = snippet([text], parse('"đô thị"'), width=80)
    assert len(cut.text) <= 80
    assert set(words(cut.text)) <= set(words(text))
    assert [cut.text[start:end] for start, end in cut.marks] == ["đô thị"]


@given(text=st.text(st.sampled_from('ab đĐ ỹ*-"1_'), max_size=60), typed=st.text(st.sampled_from('abđ "*'), max_size=9))
def test_marks_stand_in_the_cut(text: str, typed: str) -> None:
    cut = snippet([text], parse(typed), width=20)
    assert cut.text in text
    last = 0
    for start, end in cut.marks:
        assert last <= start < end <= len(cut.text)
        last = end


def test_an_empty_query_marks_nothing() -> None:
    assert snippet(TEXTS, Query()).marks == ()
