"""When a share that fell is told, and when chance explains it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.coverage import fallen

USUAL = [(5, 5)] * 20


@pytest.mark.parametrize(
    ("counted", "told"),
    [
        ([], False),
        (USUAL, False),
        ([(0, 5), *USUAL], False),  # one run of few may be all notices
        ([(0, 2), (0, 3), *USUAL], True),
        ([(0, 10), *USUAL], True),  # one of many is no chance
        ([(0, 4), *USUAL], False),
        ([(1, 6), (1, 6), *USUAL], True),
        ([(4, 6), (3, 6), *USUAL], False),  # not by half
        ([(5, 5), (0, 5), (0, 5), *USUAL], False),  # it is back
        ([(0, 0), (0, 5), (0, 0), (0, 5), *USUAL], True),
        ([(0, 20), (0, 5), (2, 5)], False),  # nothing before
        ([(0, 9), *[(1, 5)] * 40], False),  # what is seldom there is not missed
        ([(0, 50), (0, 50), *[(1, 8)] * 40], False),
        ([(0, 6), (0, 6), *[(3, 5)] * 20], True),
        ([(0, 5), (0, 5), *[(2, 5)] * 20], False),
        ([*[(0, 1)] * 5, *[(1, 1)] * 60], True),
        ([*[(0, 1)] * 60, *[(1, 1)] * 60], True),  # still told after long
    ],
)
def test_a_share_that_fell_is_told(counted: list[tuple[int, int]], told: bool) -> None:
    assert (fallen(counted) is not None) is told


def test_it_says_what_it_was_and_what_it_is() -> None:
    found = fallen([(1, 10), *USUAL])
    assert found and found[0] == pytest.approx(101 / 102) and found[1] == 0.1


def test_chance_is_seldom_told() -> None:
    """Asked 2,000 times of sources whose shares do not change."""
    rng = random.Random(4711)
    told = 0
    for _ in range(100):
        share = rng.choice((0.3, 0.6, 0.9, 0.98))
        runs = [(sum(rng.random() < share for _ in range(of)), of) for of in (rng.randint(1, 4) for _ in range(260))]
        told += sum(fallen(runs[at : at + 60]) is not None for at in range(0, 200, 10))
    assert told <= 2


@given(st.lists(st.integers(0, 9).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))), max_size=40))
def test_a_told_share_has_fallen(counted: list[tuple[int, int]]) -> None:
    found = fallen(counted)
    if found:
        before, now = found
        assert 0 <= now <= before / 2 < 1
        had, of = (sum(column) for column in zip(*counted, strict=True))
        assert now <= had / of, "less than on the whole"
