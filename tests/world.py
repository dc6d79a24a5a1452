"""What becomes of the sites of a simulated month, deed by deed, and what subscribers are to see of it."""

import random
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from crawler.types import Listing, ListingKind, Source, Template
from tests.storing import DAY, HOUR
from tests.towns import Post, Site

DAYS, QUIET = 30, 6  # runs of a day each; and as many in which nothing happens, and what was missed is made up for
WILD = {*range(1, DAYS)} - {19}  # days on which all sorts of things happen; on the 19th a feed begins
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

    def missed(self, told: Collection[int], few: int) -> list[int]:
        """Stories that are news and were told to nobody, or none and were told. `few`: of a first run's backlog."""
        first_runs = [number for number in self.old if number in told]
        flood = first_runs if len(first_runs) > few * len(self.sites) else []
        return sorted(self.expected - set(told)) + sorted(set(told) - self.expected - self.old) + flood

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
