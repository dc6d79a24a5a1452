"""What a portal shows, as values: posts, and the moment and place at which one is looked at."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

ZONE = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One article on one portal.

    `posted` is when it came onto the site, `published` the date that the page prints (None where the site shows none),
    `modified` when it was last touched. `about` is the topic that it should be found under, empty for none.
    `same_as` is the URL of the post of which this is a copy. `legacy`: kept in the portal's former layout. `hidden`:
    lies under the path that robots.txt forbids. `slug` is the title in the address, as it was when the post came out.
    """

    number: int
    slug: str
    title: str
    lead: str | None
    paragraphs: tuple[str, ...]
    posted: datetime
    published: datetime | None
    modified: datetime
    section: str
    author: str | None = None
    credit: str | None = None
    captions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    about: str = ""
    same_as: str = ""
    legacy: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A headline of another post, as related boxes and listings show it."""

    url: str
    title: str
    posted: datetime
    lead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One look at a page: its URL, the how many-th visit it is, the site's clock, and the other posts around."""

    url: str
    visit: int
    clock: datetime
    related: tuple[Link, ...] = ()

    @property
    def votes(self) -> int:
        """The poll's count of votes: one more at each visit."""
        return 27 + self.visit

    @property
    def visitors(self) -> int:
        """The site's count of visitors: grows at each visit."""
        return 4_921_824 + self.visit

    @property
    def online(self) -> int:
        """How many are there now: differs at each visit."""
        return 100 + self.visit % 73


WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
MONTHS = ("Một", "Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười", "Mười Một", "Mười Hai")


def weekday(at: datetime) -> str:
    """The day of the week, in words."""
    return WEEKDAYS[at.weekday()]


def month(at: datetime) -> str:
    """The month in words, as .NET's vi-VN culture prints it."""
    return MONTHS[at.month - 1]


def dotted(number: int) -> str:
    """A count with Vietnamese thousands: 4.922.512."""
    return f"{number:,}".replace(",", ".")


def slug(title: str) -> str:
    """ASCII words joined by hyphens, at most 90 characters."""
    plain = unicodedata.normalize("NFD", title.lower().replace("đ", "d"))
    letters = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in plain
                      if not unicodedata.combining(letter))  # fmt: skip
    words = letters.split()
    while len("-".join(words)) > 90:
        words.pop()
    return "-".join(words)
