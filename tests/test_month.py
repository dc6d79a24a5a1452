"""A month of subscribers' lives, through the whole way from pages to files, while everything happens that may.

Three sites publish, edit, take back, bring again and copy, at random. Beside that, on days of their own: one is down,
says 304 whatever it holds, gets another layout, moves to another host and comes to another province; one is declared
under another name; one is new, with a backlog; rules change, a feed begins, the clock is set back, publishes are
killed. Every day is a process of its own. The pages are real ones, so that a false change would be seen.
"""

import contextlib
import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser_sgmllib
import pytest
import reader as lemon24
from lxml import etree

from crawler.classify import Topic, read_topics
from crawler.commands.publish import publish_feeds
from crawler.config import Config
from crawler.portal.phrases import URBAN
from crawler.types import Source
from feeds.declared import read_feeds
from feeds.definitions import Definition, definitions
from feeds.entries import WITHDRAWN
from storage.policy import Policy
from tests.readers import BASE, Reader, Subscriber
from tests.storing import HOUR, Stage
from tests.test_atom import schema as schema
from tests.towns import Visitor
from tests.world import DAYS, QUIET, WILD, World

LIMIT = 10  # entries in a document
FEW = 3  # of a first run, and of a new feed
PLACE = "tp-hai-phong"


def feeds(folder: Path, topics: tuple[Topic, ...], sources: dict[str, Source], *, more: bool) -> tuple[Definition, ...]:
    """The topic's feed, and, later on, a city's."""
    ours = tuple(one for one in definitions(topics) if one.name == URBAN)
    file = folder / "feeds.toml"
    file.write_text(f'[[feed]]\nname = "{PLACE}"\ntitle = "Hải Phòng"\nplace = "Hải Phòng"\ntopic = "{URBAN}"\n')
    found, errors = read_feeds(file, topics, {one.name: one for one in sources.values()})
    assert not errors
    return (*ours, *found) if more else ours


class KilledError(BaseException):
    """The process ends here."""


@contextlib.contextmanager
def killed_after(steps: int, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process ends in the middle of publishing, when so many files have got their names."""
    whole, left = Path.replace, iter(range(steps))

    def rename(self: Path, target: Path) -> Path:
        if next(left, None) is None:
            raise KilledError
        return whole(self, target)

    with patch.context() as patched, contextlib.suppress(KilledError):
        patched.setattr(Path, "replace", rename)
        yield


@dataclass
class Subscribers:
    """Everybody who reads: each is shown the files after each run."""

    folder: Path
    schema: etree.RelaxNG
    strict: Reader = field(init=False)
    often: Subscriber = field(init=False)
    away: Subscriber = field(init=False)
    numbers: dict[str, int] = field(default_factory=dict)  # the story that an entry told when it came
    moved: Counter[str] = field(default_factory=Counter)  # how many deeds there had been when an entry last moved
    valid: dict[Path, bytes] = field(default_factory=dict)
    ledger: dict[str, datetime] = field(default_factory=dict)  # what had been told when they last looked

    def __post_init__(self) -> None:
        current = self.folder / f"{URBAN}.atom"
        self.strict, self.often, self.away = Reader(current), Subscriber(current), Subscriber(current)

    def poll(self, world: World, latest: datetime, ledger: dict[str, datetime]) -> None:
        self.strict.poll(latest, limit=LIMIT)
        self.often.poll()
        for name in self.often.known.keys() - self.numbers.keys():
            number = int(re.search(r"Tin (\d+):", self.often.titles[name])[1])  # type: ignore[index]
            assert number not in self.numbers.values(), f"story {number} is told twice"
            self.numbers[name] = number
            self.moved[name] = world.deeds[number]
        assert self.often.known == ledger
        for name, at in self.ledger.items():
            if ledger[name] != at:
                now = world.deeds[self.numbers[name]]
                assert now > self.moved[name], f"{self.often.titles[name]} moved, and nothing happened to it"
                self.moved[name] = now
        world.told |= set(self.numbers.values())
        self.ledger = ledger

    def wrong(self, world: World) -> Iterator[str]:
        """Entries that do not say what their site says after all that has happened."""
        for name, number in self.numbers.items():
            title, post = self.often.titles[name], world.post(number)
            gone = post.status != 200
            if number in world.apart or (gone and number in world.copies):
                continue
            if gone != title.startswith(WITHDRAWN) or not (gone or title == post.title):
                yield f"{title!r} is {post.title!r} with HTTP {post.status}"

    def documents_are_well(self) -> None:
        """Each that has changed is valid, and the formats say the same."""
        for path in self.folder.glob("*.atom"):
            if self.valid.get(path) != (content := path.read_bytes()):
                document = etree.fromstring(content)
                self.schema.assertValid(document.getroottree())
                self.valid[path] = content
                if path.stem in (URBAN, PLACE):
                    ids = [one.findtext("{*}id") for one in document.iterfind("{*}entry")]
                    assert [one["id"] for one in json.loads(path.with_suffix(".json").read_bytes())["items"]] == ids
                    assert [one.text for one in etree.parse(path.with_suffix(".rss")).iter("guid")] == ids


def told_of(stage: Stage, feed: str) -> dict[str, datetime]:
    """What the ledger says that the feed has told, in whole seconds."""
    rows = stage.sql(f"SELECT uuid, updated FROM entry WHERE state = 'published' AND feed = '{feed}'")
    return {name: datetime.fromisoformat(f"{at}+00:00").replace(microsecond=0) for name, at in rows}


@contextlib.contextmanager
def real_client(folder: Path) -> Iterator[Any]:
    """lemon24/reader, which has subscribed to the topic's feed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "sgmllib", feedparser_sgmllib)  # it wants the old name of the same module
        client = lemon24.make_reader(":memory:", feed_root=str(folder))
        client.add_feed(f"{URBAN}.atom")
        yield client
        client.close()


def newsboat(file: Path, home: Path) -> list[tuple[str, str]] | None:
    """What newsboat shows of a feed after a reload: ids and titles; None where it is not installed."""
    program = shutil.which("newsboat")
    if program is None:
        return None
    home.mkdir(exist_ok=True)
    for name, said in (("config", ""), ("urls", f"file://{file}\n")):
        (home / name).write_text(said)
    run: list[str | Path] = [
        program,
        "-C",
        home / "config",
        "-u",
        home / "urls",
        "-c",
        home / "cache.db",
        "-x",
        "reload",
    ]
    subprocess.run([*run, "-x", "reload"], env={"HOME": str(home)}, check=True, capture_output=True, timeout=60)
    with contextlib.closing(sqlite3.connect(home / "cache.db")) as db:
        return db.execute("SELECT guid, title FROM rss_item").fetchall()


@pytest.mark.parametrize("seed", [1])
def test_a_month(tmp_path: Path, seed: int, schema: etree.RelaxNG, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(tmp_path, policy=Policy(baseline_items=FEW, recheck_days=60))
    config = Config.model_validate({"data_dir": tmp_path, "feed": {"entries": LIMIT, "base_url": BASE}})
    topics = tuple(read_topics()[0])
    world, us = World(random.Random(seed), stage.now), Visitor(topics=topics)
    for name in ("phuong", "bao"):
        world.add(name, f"{name}.example", backlog=5)
    subscribers, city = Subscribers(config.feed_dir, schema), Reader(config.feed_dir / f"{PLACE}.atom")
    latest = stage.now
    with real_client(config.feed_dir) as client:
        for day in range(DAYS + QUIET):
            for _ in range(world.chance.randint(0, 3) if day in WILD else 0):
                world.happen()
            world.once(day)
            stage.now = world.now - (5 * HOUR if 23 <= day < 26 else timedelta(0))
            latest = max(latest, stage.now)
            definitions = feeds(tmp_path, topics, world.sources, more=day >= 19)
            with stage.store() as store:  # a process of its own
                store.define({one.name: one.search for one in definitions if one.search})
                for name, site in world.sites.items():
                    us.run(store, world.sources[name], site, stage.now)
                if world.chance.random() < 0.2:
                    for page in world.chance.sample(us.pages, min(3, len(us.pages))):
                        source = world.source(page.source)
                        us.see(store, source, page, store.learned(source.name))
                if day and world.chance.random() < 0.3:
                    with killed_after(world.chance.randint(0, 9), monkeypatch):
                        publish_feeds(store, definitions, config, whole=True)
                    subscribers.often.poll()  # no address leads nowhere
                done = publish_feeds(store, definitions, config, whole=True)
            ledger = told_of(stage, URBAN)
            subscribers.poll(world, latest, ledger)
            subscribers.documents_are_well()
            if day >= 19:
                new, _ = city.poll(latest, limit=LIMIT)
                assert day > 19 or 0 < len(new) <= FEW, "a new feed over an old corpus tells the newest few"
            if day == 4:
                subscribers.away.poll()
            client.update_feed(f"{URBAN}.atom")
            assert {entry.id: entry.updated for entry in client.get_entries()} == ledger
            if day % 4 == 3:
                kind = "atom" if day % 8 == 3 else "rss"
                shown = newsboat(config.feed_dir / f"{URBAN}.{kind}", tmp_path / kind)
                if shown is not None:
                    assert len(dict(shown)) == len(shown) and dict(shown).keys() <= ledger.keys(), "each entry once"
                    assert subscribers.strict.titles.items() - dict(shown).items() == set(), "edits arrive"
            world.pass_time(day)
    assert not any(one.written for one in done), "nothing has happened for weeks"
    subscribers.away.poll()
    assert subscribers.away.known == subscribers.often.known
    assert world.missed(subscribers.numbers.values(), FEW) == []
    assert list(subscribers.wrong(world)) == []
