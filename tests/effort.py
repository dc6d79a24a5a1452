"""How much a thing takes, told without seconds: those say more of the machine and the hour than of the code."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


def _loop() -> float:
    start = time.process_time()
    sum(number * number for number in range(200_000))
    return time.process_time() - start


@contextmanager
def at_most(loops: int) -> Iterator[None]:
    """The block takes no more processor time than so many runs of a fixed loop (some 15 ms each) beside it."""
    before = _loop()
    start = time.process_time()
    yield
    took = time.process_time() - start
    assert took < loops * max(before, _loop()), f"took {took:.1f} s of processor time"
