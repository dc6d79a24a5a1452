"""A scene: a run before it, the fault, and a run after it that completes what is missing. Looked at after each."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.chaos.invariants import as_expected
from tests.chaos.scenes import Scene, Where
from tests.chaos.world import World

LATER = timedelta(hours=7)  # after which every listing is read again


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of a scene."""

    name: str
    runs: int
    seconds: float
    codes: tuple[int, ...]
    articles: int
    entries: int
    problems: tuple[str, ...]


def play(scene: Scene, folder: Path, *, engine: str = "sqlite", seed: int = 1) -> Row:
    """One scene on a web and a store of its own."""
    began = time.monotonic()
    with World(folder=folder, sites=[scene.site], engine=engine, seed=seed) as world:
        world.judge("before", world.crawl(), [0], complete=True)
        world.pass_time(LATER)
        world.news()
        scene.begin(world, world.site)
        codes, report = set(), None
        for ran in scene.meet(world):
            report = world.judge("in it", ran, sorted(scene.codes))
            codes.add(ran.code)
        if codes != scene.codes:
            world.problems.append(f"in it: the runs ended with {sorted(codes)}, not {sorted(scene.codes)}")
        if report:
            counts = report["sources"][scene.name]
            world.problems += [f"in it: {one}" for one in as_expected(counts, scene.counts)]
        world.listen("in it", over=False, turns=scene.turns)
        afterwards(world, [scene])
    return Row(
        name=scene.name if engine == "sqlite" else f"{scene.name} ({engine})",
        runs=len(world.codes),
        seconds=time.monotonic() - began,
        codes=tuple(world.codes),
        articles=world.articles,
        entries=world.entries,
        problems=tuple(world.problems),
    )


def afterwards(world: World, scenes: Sequence[Scene]) -> None:
    """The fault is over, time passes, there is news again: one run brings all; the next one ends what was told."""
    for scene, site in zip(scenes, world.sites, strict=True):
        if not scene.lasting:
            world.web.heal(scene.where.of(site))
            world.web.heal(Where.ROBOTS.of(site))
        if scene.anew:
            site.say_anew(site.latest)
    world.pass_time(max(scene.wait for scene in scenes))
    world.news()
    world.judge("after it", world.crawl(), [0], complete=True)
    world.pass_time(LATER)
    world.judge("at last", world.crawl(), [0], complete=True)
    world.listen("at last", over=True, turns=sum(scene.turns for scene in scenes))
