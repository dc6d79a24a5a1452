"""The fault suite in short: all sick sites at once, and some of what is done to a run. `make chaos` plays them all."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.chaos import troubles
from tests.chaos.invariants import as_expected
from tests.chaos.play import LATER, afterwards, play
from tests.chaos.scenes import SCENES, Scene
from tests.chaos.world import World

BY_NAME = {scene.name: scene for scene in SCENES}
STORM = tuple(BY_NAME[name] for name in (
    "hang", "drop", "truncated-gzip", "broken-chunks", "wrong-length", "redirect-loop", "cookie-wall", "bomb-gzip",
    "empty", "captcha", "redirect-away", "404", "429", "wrong-charset", "control-title",
    "drop-listing", "429-host", "503-host", "expired-host", "unresolved-host", "lying-304",
))  # fmt: skip
SHORT = (
    replace(BY_NAME["disk-full"], meet=troubles.full_disk(0, 40)),
    replace(BY_NAME["kill-9"], meet=troubles.kills(2)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """One run over one site for each fault, and what was wrong after it and after the next one."""

    report: dict[str, Any]
    problems: tuple[str, ...]


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Storm:
    with World(folder=tmp_path_factory.mktemp("storm"), sites=[scene.site for scene in STORM]) as world:
        world.judge("before", world.crawl(), [0], complete=True)
        world.pass_time(LATER)
        world.news()
        for scene, site in zip(STORM, world.sites, strict=True):
            scene.begin(world, site)
        report = world.judge("in it", world.crawl(), [4])
        afterwards(world, STORM)
    assert report is not None
    return Storm(report=report, problems=tuple(world.problems))


def test_all_at_once_leave_the_store_whole_and_are_made_good(storm: Storm) -> None:
    assert storm.problems == ()


@pytest.mark.parametrize("scene", STORM, ids=lambda scene: scene.name)
def test_a_sick_site_counts_as_expected(scene: Scene, storm: Storm) -> None:
    assert list(as_expected(storm.report["sources"][scene.name], scene.counts)) == []


@pytest.mark.parametrize("scene", SHORT, ids=lambda scene: scene.name)
def test_what_is_done_to_a_run_is_made_good_by_the_next(scene: Scene, tmp_path: Path) -> None:
    assert play(scene, tmp_path / "scene").problems == ()


def test_each_scene_has_a_name_of_its_own() -> None:
    assert len(BY_NAME) == len(SCENES)
