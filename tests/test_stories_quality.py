"""The floor of stories on real texts: it may be raised at will, and lowered only on purpose, in this file."""

from pathlib import Path

import pytest

from tests.benchmarks.copies import COPIES, Said
from tests.benchmarks.stories import golds, precision, recall, seeds, texts

EVERY = 6  # gold texts; all of the seeds
MISSED = {"cut to a third": 0, "cut to a half, retitled, prefixed": 1, "cut to a third, retitled, prefixed": 1}


@pytest.fixture(scope="module")
def sample(shared: Path) -> list[Said]:
    found = texts(shared)
    assert len(found) > 50
    return [*found[:5], *found[5::EVERY]]


def test_copies_are_found(sample: list[Said]) -> None:
    scores = recall(sample)
    assert set(scores) == set(COPIES) >= set(MISSED)
    lost = {name: score.tried - score.joined for name, score in scores.items()}
    assert {name: count for name, count in lost.items() if count > MISSED.get(name, 0)} == {}


def test_other_texts_are_not_joined(shared: Path) -> None:
    scores = precision(seeds(shared), golds(shared)[::2], ())
    assert scores["NOT ONE: all pairs of seeds"].tried == 10
    assert {name: score.joined for name, score in scores.items() if score.joined} == {}
