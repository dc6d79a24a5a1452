"""The benchmark's own promise: a reader that hangs, dies, babbles or is missing costs its pages, and nothing else."""

import sys
from pathlib import Path

import pytest

from tests.benchmarks.asking import GIVE_UP, Row, read_all
from tests.benchmarks.extraction import table

PAGES = [(Path(f"{n}.html"), f"https://benda.example.vn/{n}") for n in range(5)]
LOOP = """
import json, sys, os, signal
print(json.dumps({"reader": "x", "version": "1"}), flush=True)
for line in sys.stdin:
    if line.startswith(BAD): ACT
    print(json.dumps({"title": line.strip()}), flush=True)
"""


def child(bad: str = "'-'", act: str = "pass") -> list[object]:
    return [sys.executable, "-c", LOOP.replace("BAD", bad).replace("ACT", act)]


def errors(rows: list[Row]) -> list[str | None]:
    return [row.get("error") for row in rows]


def test_every_page_is_answered() -> None:
    said, rows = read_all(child(), PAGES, 30)
    assert said == {"reader": "x", "version": "1"}
    assert [row["title"] for row in rows] == [f"{file}\t{url}" for file, url in PAGES]


@pytest.mark.parametrize(
    ("act", "error"),
    [
        ("os._exit(3)", "its process ended"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "its process ended"),
        ("print('[]', flush=True); continue", "no answer, but other output"),
    ],
)
def test_a_page_that_kills_its_reader_costs_one_page(act: str, error: str) -> None:
    _, rows = read_all(child("'2.html'", act), PAGES, 30)
    assert errors(rows) == [None, None, error, None, None]


def test_a_hanging_reader_is_stopped_and_given_up() -> None:
    _, rows = read_all(child("''", "signal.pause()"), PAGES, 0.5)
    assert errors(rows) == ["no answer in 0.5 s"] * GIVE_UP + ["given up"] * (len(PAGES) - GIVE_UP)


@pytest.mark.parametrize("program", ["import no_such_library", """print('{"error": "ModuleNotFoundError"}')"""])
def test_a_reader_that_cannot_begin_is_named_in_the_table(program: str) -> None:
    said, rows = read_all([sys.executable, "-c", program], PAGES, 30)
    assert len(rows) == len(PAGES)
    assert f"x: not measured: {said['error']}" in table([{**said, "reader": "x"}], len(PAGES))
