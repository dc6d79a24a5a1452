"""The fault suite in short: all sick sites at once, and some of what is done to a run. `make chaos` plays them all."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import feedparser
import pytest

from tests.chaos import invariants, troubles
from tests.chaos.play import LATER, afterwards, play
from tests.chaos.scenes import SCENES, Scene
from tests.chaos.world import HURRIED, SCHEMA, World
from tests.running import Ran

BY_NAME = {scene.name: scene for scene in SCENES}
STORM = tuple(BY_NAME[name] for name in (
    "hang", "truncated-gzip", "broken-chunks", "redirect-loop", "cookie-wall", "bomb-gzip", "empty", "captcha", "404",
    "wrong-charset", "control-title", "429-host", "expired-host", "unresolved-host", "lying-304",
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
        report = world.judge("in it", world.crawl(**HURRIED), [4])
        afterwards(world, STORM)
    assert report is not None
    return Storm(report=report, problems=tuple(world.problems))


def test_all_at_once_leave_the_store_whole_and_are_made_good(storm: Storm) -> None:
    assert storm.problems == ()


@pytest.mark.parametrize("scene", STORM, ids=lambda scene: scene.name)
def test_a_sick_site_counts_as_expected(scene: Scene, storm: Storm) -> None:
    assert list(invariants.as_expected(storm.report["sources"][scene.name], scene.counts)) == []


@pytest.mark.parametrize("scene", SHORT, ids=lambda scene: scene.name)
def test_what_is_done_to_a_run_is_made_good_by_the_next(scene: Scene, tmp_path: Path) -> None:
    assert play(scene, tmp_path / "scene").problems == ()


def test_each_scene_has_a_name_of_its_own() -> None:
    assert len(BY_NAME) == len(SCENES)


# --- the invariants can fail ------------------------------------------------------------------------------------------

TRUTH = {"https://a.example/1": ("Một", "Một, sửa"), "https://a.example/2": ("Hai",)}
COUNTS = {"fetched": 2, **dict.fromkeys(invariants.OUTCOMES, 0), "listings": 1, "rejected": 1, "failed": 0}
SOURCE = {**COUNTS, "reasons": {"NotFound": 1}}


@pytest.mark.parametrize(
    ("stored", "complete", "wrong"),
    [
        ([("https://a.example/1", "Một")], False, []),
        ([("https://a.example/1", "Một, sửa"), ("https://a.example/2", "Hai")], True, []),
        ([("https://a.example/2", "Hai"), ("https://a.example/2", "Hai")], False, ["stored twice"]),
        ([("https://a.example/2", "Bạn có phải là người?")], False, ["stored, though the web never said it"]),
        ([("https://a.example/3", "Ba")], False, ["stored, though the web never said it"]),
        ([("https://a.example/1", "Một")], True, ["not stored", "an edit was not seen"]),
    ],
)
def test_a_store_that_lost_doubled_or_made_up_an_article_is_told(
    stored: list[tuple[str, str]], complete: bool, wrong: list[str]
) -> None:
    assert kinds(invariants.stands_once(stored, TRUTH, complete=complete)) == wrong


@pytest.mark.parametrize(
    ("report", "wrong"),
    [
        (SOURCE | {"sources": {"a": SOURCE}}, []),
        (SOURCE | {"sources": {"a": SOURCE | {"fetched": 3}}}, ["a", "fetched"]),
        (SOURCE | {"sources": {"a": SOURCE | {"reasons": {}}}}, ["a"]),
        (SOURCE | {"sources": {}}, ["fetched", "listings", "rejected"]),
    ],
)
def test_counts_that_do_not_add_up_are_told(report: dict[str, Any], wrong: list[str]) -> None:
    assert kinds(invariants.adds_up(report)) == wrong


@pytest.mark.parametrize(
    ("now", "wrong"),
    [
        ({"x": ("1", "2026-11-27T10:00:00+07:00"), "y": ("2", "2026-11-27T10:00:00+07:00")}, []),
        ({"x": ("1", "2026-11-27T11:00:00+07:00")}, []),
        ({"x": ("1", "2026-11-27T09:00:00+07:00")}, ["an entry went back in time"]),
        ({"x": ("3", "2026-11-27T10:00:00+07:00")}, ["an entry has another id"]),
        ({}, ["an entry went missing"]),
    ],
)
def test_a_feed_that_takes_something_back_is_told(now: dict[str, tuple[str, str]], wrong: list[str]) -> None:
    assert kinds(invariants.goes_on({"x": ("1", "2026-11-27T10:00:00+07:00")}, now)) == wrong


def test_a_feed_that_is_not_valid_is_told() -> None:
    for document in (b"<feed", b'<feed xmlns="http://www.w3.org/2005/Atom"><entry/></feed>'):
        assert list(invariants.is_valid("a.atom", document, feedparser.parse(document), SCHEMA))
    twice = b"<entry><id>urn:x</id><link href='/'/></entry>" * 2
    read = feedparser.parse(b"<feed xmlns='http://www.w3.org/2005/Atom'>" + twice + b"</feed>")
    assert len(list(invariants.is_valid("a.atom", b"<feed/>", read, None))) == 2


def test_a_traceback_is_told() -> None:
    assert list(invariants.told_in_lines(Ran(code=1, out="", err="Traceback (most recent call last):")))


@pytest.mark.parametrize(
    ("alerts", "incidents", "over", "wrong"),
    [
        ([], [], True, []),
        (["tindothi: 1 wrong: a cannot be read"], [{}], False, []),
        (["tindothi: 2 wrong: a is silent; b is silent", "tindothi: 2 over: a; b"], [], True, []),
        (["tindothi: a run crashed", "tindothi: over: a run crashed"], [], True, []),
        (["tindothi: 1 wrong: a cannot be read"] * 2, [{}], False, ["the operator was told 2 times"]),
        (["tindothi: 1 wrong: a is over there"], [], True, ["the operator was told 1 times"]),
        ([], [{}], True, ["1 incidents are still open"]),
    ],
)
def test_a_second_alarm_and_one_that_never_ends_are_told(
    alerts: list[str], incidents: list[object], over: bool, wrong: list[str]
) -> None:
    said = [one.partition(" that")[0].partition(":")[0] for one in invariants.alarms(alerts, incidents, over=over)]
    assert said == wrong


def kinds(problems: Iterable[str]) -> list[str]:
    """What is wrong, without where."""
    return [problem.partition(":")[0] for problem in problems]
