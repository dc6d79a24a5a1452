"""What counts mean for cron."""

from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.health import MEANING, Exit, healthy, silent_rules, total, verdict
from crawler.types import Failure, Run

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def run(**counts: Any) -> Run:
    return Run(**{"source": "a", "started": NOW, "fetched": 3, "listings": 1, "new": 2, **counts})


def failure(kind: str) -> Failure:
    return Failure(url="https://a.example/", kind=kind, message="", at=NOW)


@pytest.mark.parametrize(
    ("one", "well"),
    [
        (run(), True),
        (run(new=0, unchanged=2), True),
        (run(rejected=1, failure=failure("ServerError")), True),
        (run(failed=1), True),
        (run(failed=2), False),
        (run(blind=1), False),
        (run(listings=0), False),
    ],
)
def test_a_source_is_well_when_its_listings_were_read(one: Run, well: bool) -> None:
    assert healthy(one) is well


@pytest.mark.parametrize(
    ("runs", "wrong_files", "expected", "code"),
    [
        ([run(), run()], 0, 2, Exit.WELL),
        ([run(), run(blind=1)], 0, 2, Exit.SOME_FAILED),
        ([run()], 1, 1, Exit.SOME_FAILED),
        ([run()], 0, 2, Exit.SOME_FAILED),
        ([run(fetched=0, listings=0, new=0, blind=1)], 0, 1, Exit.NOTHING_FETCHED),
        ([], 0, 1, Exit.NOTHING_FETCHED),
        ([], 0, 0, Exit.WELL),
        ([run(failure=failure("StoreLocked"))], 0, 1, Exit.STORE),
        ([run(), run(failure=failure("Stopped"))], 0, 2, Exit.STOPPED),
        ([run(failure=failure("StoreError")), run(failure=failure("Stopped"))], 0, 2, Exit.STORE),
    ],
)
def test_the_exit_code_tells_the_truth(runs: list[Run], wrong_files: int, expected: int, code: Exit) -> None:
    assert verdict(runs, wrong_files=wrong_files, expected=expected) is code


def test_a_source_that_is_left_alone_for_its_failures_is_not_well() -> None:
    assert verdict([run()], expected=1, waiting=1) is Exit.SOME_FAILED
    assert verdict([], waiting=1) is Exit.SOME_FAILED
    assert verdict([run(fetched=0, listings=0)], expected=1, waiting=1) is Exit.NOTHING_FETCHED


def test_a_single_source_that_fails_while_others_rest_says_nothing_of_the_network() -> None:
    failed = run(fetched=0, listings=0, new=0, failed=1, failure=failure("HTTP 503"))
    assert verdict([failed], expected=1, early=1) is Exit.SOME_FAILED
    assert verdict([failed, failed], expected=2, early=1) is Exit.NOTHING_FETCHED
    assert verdict([failed], expected=1) is Exit.NOTHING_FETCHED


def test_totals_add_up() -> None:
    sums = total([run(reasons={"NoText": 1}, rejected=1, fetched=4), run(reasons={"NoText": 1}, rejected=1, fetched=4)])
    assert sums["fetched"] == 8
    assert sums["reasons"] == {"NoText": 2}


def test_every_exit_code_has_a_meaning() -> None:
    assert set(MEANING) == set(Exit)


OFTEN = {"menu": 10, "share": 9, "half": 5, "poll": 1}
CALM = [run(new=2, rules={"menu": 2, "share": 2}), *[run(new=0, unchanged=30)] * 9]


@pytest.mark.parametrize(
    ("runs", "silent"),
    [
        ([], ()),
        ([run(new=9, rules={"menu": 9, "half": 1}), run(new=10, rules=OFTEN)], ("share",)),
        ([run(new=0, unchanged=9), run(new=9, rules={"menu": 9}), run(new=10, rules=OFTEN)], ("share",)),
        ([run(new=9, rules={"menu": 1, "share": 1}), run(new=10, rules=OFTEN)], ()),
        ([run(new=4, rules={}), run(new=10, rules=OFTEN)], ()),  # few articles tell nothing
        ([run(new=9, rules={}), run(new=9, rules=OFTEN)], ()),
        ([run(new=9, rules={}), run(new=5, rules={"menu": 5}), run(new=5, rules={"share": 4})], ()),
        ([run(new=9, rules={"menu": 9}), run(new=10, rules=OFTEN)], ("share",)),
        ([run(new=20, rules={"menu": 20}), run(new=10, rules=OFTEN)], ("half", "share")),  # half of them: later
        ([*CALM, *CALM, *CALM, run(new=10, rules=OFTEN)], ()),
        ([*[run(new=1, rules={})] * 6, *CALM, run(new=10, rules=OFTEN)], ("menu", "share")),  # a source of few words
        ([run(new=9, rules={"menu": 9}), run(new=20, rules={"menu": 20, "caption": 1})], ()),
        ([run(new=9), run(new=20, rules={"menu": 300})], ("menu",)),  # blocks, as runs of old counted
    ],
)
def test_a_rule_that_stopped_firing_is_told(runs: list[Run], silent: tuple[str, ...]) -> None:
    assert silent_rules(runs) == silent
