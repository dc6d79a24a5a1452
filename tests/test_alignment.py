"""What stands in one text instead of what in another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.alignment import gaps

WORDS = st.lists(st.sampled_from("abcdefgh"), max_size=30) | st.lists(st.sampled_from("ab"), max_size=9)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "", []),
        ("a b c d", "a b c d", []),
        ("a b c d e", "a b c x d e", [("", "x")]),
        ("a b c x y d e f", "a b c z d e f", [("x y", "z")]),
        ("x a b c d e f y", "z a b c d e f", [("x", "z"), ("y", "")]),
        ("a b c d e f", "d e f a b c", [("a b c", ""), ("", "a b c")]),
        ("a b", "c d", [("a b", "c d")]),
        ("a b a a a b a", "b a a b", [("a", ""), ("a", ""), ("a", "")]),
    ],
)
def test_gaps(one: str, other: str, expected: list[tuple[str, str]]) -> None:
    left, right = one.split(), other.split()
    assert [(" ".join(left[old]), " ".join(right[new])) for old, new in gaps(left, right)] == expected


@given(WORDS, WORDS)
def test_what_stands_between_gaps_is_the_same_in_both(one: list[str], other: list[str]) -> None:
    mine, theirs, left, right = [], [], 0, 0
    for old, new in gaps(one, other):
        assert left <= old.start <= old.stop
        assert right <= new.start <= new.stop
        mine += one[left : old.start]
        theirs += other[right : new.start]
        left, right = old.stop, new.stop
    assert mine + one[left:] == theirs + other[right:]
