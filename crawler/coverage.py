"""Whether a share fell: of the articles with a title, a date, a lead; of the pages that were articles at all. Pure."""

import math
from collections.abc import Iterator, Sequence

FEW = 5  # articles that tell nothing
MANY = 2 * FEW  # of one run alone that tell something; and of the time before
SELDOM = 0.2  # share below which nothing is told: what is seldom there is not missed
FALLEN = 0.5  # of the share before, at most, is left
CHANCE = 0.0001  # that so few would be seen though nothing has changed; it is asked after every run


def fallen(counted: Sequence[tuple[int, int]]) -> tuple[float, float] | None:
    """The share before and since, where it fell by more than chance explains, and still is down; else None.

    `counted`: for each run, the latest first, how many had it, of how many; runs with none are left out.
    """
    telling = [(had, of) for had, of in counted if of > 0]
    all_had, all_of = (sum(column) for column in zip(*telling, strict=True)) if telling else (0, 0)
    worst: tuple[float, tuple[float, float]] | None = None
    down = True  # as far back as we have looked: what has recovered is told no longer
    for runs, had, of in _sums(telling):
        before, before_of = all_had - had, all_of - of
        if of < FEW or before_of < MANY:
            continue
        share, now = (before + 1) / (before_of + 2), had / of  # never quite 0 or 1: there are not so many
        down = down and now <= FALLEN * share
        if not down:
            break
        chance = _chance(now, of, share)
        if share >= SELDOM and (runs > 1 or of >= MANY) and chance <= CHANCE and (not worst or chance < worst[0]):
            worst = chance, (share, now)
    return worst[1] if worst else None


def _sums(telling: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    runs = had = of = 0
    for one_had, one_of in telling:
        runs, had, of = runs + 1, had + one_had, of + one_of
        yield runs, had, of


def _chance(now: float, of: int, share: float) -> float:
    """That of so many at most so few have it: at most this (Chernoff's bound; exact where none has)."""
    least = [(part, of_it) for part, of_it in ((now, share), (1 - now, 1 - share)) if part > 0]
    return math.exp(-of * sum(part * math.log(part / of_it) for part, of_it in least))
