"""A time limit that holds whatever the other side does: trickle, hang, or never answer."""

import threading
from collections.abc import Callable
from typing import TypeVar

from crawler.errors import PushError

T = TypeVar("T")


def within(seconds: float, act: Callable[[], T]) -> T:
    """What `act` gives. Where it takes longer, it is left behind, and ends at the latest with the process.

    :raises PushError: `act` raised it, or something else, of which only the name is told; or it took too long
    """
    given: list[T] = []
    raised: list[Exception] = []

    def run() -> None:
        try:
            given.append(act())
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if given:
        return given[0]
    if not raised:
        raise PushError(f"no answer within {seconds:.0f} seconds")
    if isinstance(raised[0], PushError):
        raise raised[0]
    raise PushError(f"failed: {type(raised[0]).__name__}") from raised[0]
