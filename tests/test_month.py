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
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import feedparser_sgmllib
import pytest
import reader as lemon24
from lxml import etree

from crawler.classify import Topic, read_topics
from crawler.commands.publish import publish_feeds
from crawler.config import Config
from crawler.portal.phrases import URBAN
from crawler.types import Listing, ListingKind, Source, Template
from feeds.declared import read_feeds
from feeds.definitions import Definition, definitions
from feeds.entries import WITHDRAWN
from storage.policy import Policy
from tests.readers import BASE, Reader, Subscriber
from tests.storing import DAY, HOUR, Stage
from tests.test_atom import schema as schema
from tests.towns import Post, Site, Visitor

DAYS, QUIET = 30, 6  # runs of a day each; and as many in which nothing happens, and what was missed is made up for
WILD = {*range(1, DAYS)} - {19}  # days on which all sorts of things happen; on the 19th a feed begins
LIMIT = 10  # entries in a document
FEW = 3  # of a first run, and of a new feed
PLACE = "tp-hai-phong"
OLD = Template(name="cu", when=(".chi-tiet",), title=("h1.tieu-de",), lead=(".sapo",), body=(".noi-dung",))
NEW = Template(name="moi", when=(".story",), title=("h1",), lead=("h2.lead",), body=(".story-body",), strip=(".qc",))


def declared(name: str, *hosts: str, **more: Any) -> Source:
    listing = Listing(kind=ListingKind.PAGE, url=f"https://{hosts[0]}/")
    said = {"title": name, "place": "Hải Dương", "articles": (r"/tin-(?P<id>\d+)\.html",), "templates": (OLD,)}
    return Source(name=name, hosts=hosts, listings=(listing,), **said | more)


@dataclass
class World:
    """The sites, what is known of them, and what became of each story: how often, and who carries it."""

    chance: random.Random
    now: datetime
    sites: dict[str, Site] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    deeds: Counter[int] = field(default_factory=Counter)
    told: set[int] = field(default_factory=set)  # stories that subscribers know, so that they may change
    expected: set[int] = field(default_factory=set)  # each once
    old: set[int] = field(default_factory=set)  # of first runs: few of them, or none
    apart: set[int] = field(default_factory=set)  # left alone: they became one, or what came of a split
    copies: dict[int, int] = field(default_factory=dict)  # the post at `bao`, by the story that it copies
    number: int = 0

    def add(self, name: str, host: str, backlog: int) -> None:
        """A site with what it has published so far."""
        self.sites[name] = Site(host=host, promo="Mời bà con tải ứng dụng Công dân số.")
        self.sources[name] = declared(name, host)
        for days in range(backlog):
            self.old.add(self.publish(name, self.now - days * DAY - HOUR))

    def publish(self, name: str, at: datetime) -> int:
        self.number += 1
        city = self.sources[name].place
        self.sites[name].posts[self.number] = Post(told=self.number, at=at, city=city)
        return self.number

    def post(self, number: int) -> Post:
        return next(site.posts[number] for site in self.sites.values() if number in site.posts)

    def any(self, among: set[int]) -> int | None:
        return self.chance.choice(sorted(among)) if among else None

    @property
    def theirs(self) -> set[int]:
        return self.told - self.apart

    @property
    def there(self) -> set[int]:
        return {one for one in self.theirs if self.post(one).status == 200}

    def source(self, name: str) -> Source:
        """The source as it is declared today, by the name that it had or has."""
        return next((one for one in self.sources.values() if one.name == name), self.sources["bao"])

    def pass_time(self, day: int) -> None:
        lies = self.sites["phuong"].lies
        some = 10 * HOUR if lies else self.chance.choice([DAY, 20 * HOUR, 30 * HOUR])
        self.now += some if day < DAYS else 4 * DAY

    def missed(self, told: Collection[int]) -> list[int]:
        """Stories that are news and were told to nobody, or none and were told."""
        first_runs = [number for number in self.old if number in told]
        few = len(first_runs) <= FEW * len(self.sites)
        return sorted(self.expected - set(told)) + sorted(set(told) - self.expected - self.old) + first_runs * (not few)

    def wrong(self, subscribers: "Subscribers") -> Iterator[str]:
        """Entries that do not say what their site says after all that has happened."""
        for name, number in subscribers.numbers.items():
            title, post = subscribers.often.titles[name], self.post(number)
            if number in self.apart or (post.status != 200 and number in self.copies):
                continue
            gone = post.status != 200
            if gone != title.startswith(WITHDRAWN) or not (gone or title == post.title):
                yield f"{title!r} is {post.title!r} with HTTP {post.status}"

    # --- what happens on any day

    def happen(self) -> None:
        deeds = [self.news, self.news, self.edit, self.edit, self.withdraw, self.bring_back, self.copy, self.uncopy]
        self.chance.choice(deeds)()

    def news(self) -> None:
        name = self.chance.choice(sorted(self.sites))
        self.expected.add(self.publish(name, self.now - HOUR))

    def edit(self) -> None:
        if (number := self.any(self.there)) is not None:
            self.post(number).version += 1
            self.deeds[number] += 1

    def withdraw(self) -> None:
        if (number := self.any(self.there)) is not None:
            self.post(number).status = self.chance.choice([404, 410])
            self.deeds[number] += 1

    def bring_back(self) -> None:
        if (number := self.any(self.theirs - self.there)) is not None:
            self.post(number).status = 200
            self.deeds[number] += 1

    def copy(self) -> None:
        """The newspaper carries a portal's text, under a title of its own."""
        number = self.any({one for one in self.there if one not in self.sites["bao"].posts} - set(self.copies))
        if number is not None:
            self.number += 1
            self.copies[number] = self.number
            self.sites["bao"].posts[self.number] = replace(self.post(number), byline="Báo: ", at=self.now)

    def uncopy(self) -> None:
        number = self.any(set(self.copies) & self.theirs)
        if number is not None:
            self.sites["bao"].posts[self.copies[number]].status = 404
            self.deeds[number] += self.post(number).status != 200

    def merge(self) -> None:
        """A text of the newspaper's own becomes a portal's: both have been told, and stay."""
        mine = self.any({one for one in self.there if one in self.sites["bao"].posts})
        other = self.any({one for one in self.there if one not in self.sites["bao"].posts} - set(self.copies))
        if mine is not None and other is not None:
            self.sites["bao"].posts[mine] = replace(self.post(other), byline="Báo: ", at=self.post(mine).at)
            self.deeds[mine] += 1
            self.apart |= {mine, other}

    def split(self) -> None:
        """A copy becomes a text of its own, which nobody is told of."""
        number = self.any(set(self.copies) & self.there)
        if number is not None:
            self.number += 1
            copied = self.sites["bao"].posts[self.copies[number]]
            copied.told, copied.version, copied.byline, copied.status = self.number, 0, "", 200
            self.apart |= {number, self.number}

    # --- what happens once

    def once(self, day: int) -> None:
        phuong, portal = self.sites["phuong"], self.sources["phuong"]
        if day in (3, 4):
            phuong.status = 503 if day == 3 else 404  # down, and then it says that nothing is there
        elif day == 5:
            phuong.status = 200
        elif day in (7, 10):
            phuong.lies = day == 7
        elif day == 8:
            phuong.layout = "moi"
        elif day == 11:
            self.sites["bao"].promo = "Mời bạn đọc gọi đường dây nóng của báo."
        elif day == 13:
            self.sources["phuong"] = replace(portal, templates=(NEW, OLD))
        elif day == 15:
            phuong.host, phuong.moved = "bengo.example", frozenset({"phuong.example"})
        elif day == 16:
            self.sources["phuong"] = declared("phuong", "bengo.example", "phuong.example", templates=(NEW, OLD))
        elif day == 17:
            self.add("xa", "xa.example", backlog=6)
        elif day == 20:
            self.sources["bao"] = replace(self.sources["bao"], name="bao-moi", title="Báo Mới")
        elif day == 22:
            self.sources["phuong"] = replace(portal, title="Phường Bến Gỗ Mới", place="Hải Phòng")
        elif day == 24:
            phuong.dead = phuong.moved
        elif day == 26:
            self.merge()
        elif day == 27:
            self.split()


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

    def __post_init__(self) -> None:
        current = self.folder / f"{URBAN}.atom"
        self.strict, self.often, self.away = Reader(current), Subscriber(current), Subscriber(current)

    def poll(self, world: World, latest: datetime, ledger: dict[str, datetime]) -> None:
        before = dict(self.often.known)
        self.strict.poll(latest, limit=LIMIT)
        self.often.poll()
        for name in self.often.known.keys() - self.numbers.keys():
            number = int(re.search(r"Tin (\d+):", self.often.titles[name])[1])  # type: ignore[index]
            assert number not in self.numbers.values(), f"story {number} is told twice"
            self.numbers[name] = number
            self.moved[name] = world.deeds[number]
        assert self.often.known == ledger
        for name, at in before.items():
            if self.often.known[name] != at:
                now = world.deeds[self.numbers[name]]
                assert now > self.moved[name], f"{self.often.titles[name]} moved, and nothing happened to it"
                self.moved[name] = now
        world.told |= set(self.numbers.values())

    def documents_are_well(self) -> None:
        for path in self.folder.glob("*.atom"):
            self.schema.assertValid(etree.parse(path))
        for name in (URBAN, PLACE):
            if (path := self.folder / f"{name}.atom").exists():
                ids = [one.id for one in feedparser.parse(path).entries]
                assert [one["id"] for one in json.loads(path.with_suffix(".json").read_bytes())["items"]] == ids
                assert [one.text for one in etree.parse(path.with_suffix(".rss")).iter("guid")] == ids


def told_of(stage: Stage, feed: str) -> dict[str, datetime]:
    """What the ledger says that the feed has told, in whole seconds."""
    rows = stage.sql(f"SELECT uuid, updated FROM entry WHERE state = 'published' AND feed = '{feed}'")
    return {name: utc(at).replace(microsecond=0) for name, at in rows}


def utc(at: Any) -> datetime:
    return datetime.fromisoformat(f"{at}+00:00") if isinstance(at, str) else at


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
    run = [program, "-C", home / "config", "-u", home / "urls", "-c", home / "cache.db", "-x", "reload"]
    subprocess.run(run, env={"HOME": str(home)}, check=True, capture_output=True, timeout=60)
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
                    for page in world.chance.sample(us.pages, min(5, len(us.pages))):
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
    assert world.missed(subscribers.numbers.values()) == []
    assert list(world.wrong(subscribers)) == []
