"""Sources whose truth is known: what their pages say now, put onto any local web."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from crawler.portal import Answer, LocalWeb, Request
from crawler.portal.messages import TEXT, XML, not_found, page, stamped
from crawler.portal.phrases import URBAN
from crawler.portal.prose import Prose, write
from crawler.types import VIETNAM

ROOM = 200  # articles that a site may come to have
LISTING = "/tin.atom"
ROBOTS = "/robots.txt"


@dataclass(slots=True, kw_only=True)
class Site:
    """A source with one article; more are published, and some edited, as time goes on."""

    name: str
    tld: str = "example"
    edits: dict[int, int] = field(default_factory=lambda: {1: 0})  # of each article, by its number
    changed: dict[int, datetime] = field(default_factory=dict)
    ahead: timedelta = timedelta()  # of its clock, as time passes in a scene
    born: datetime = field(default_factory=lambda: datetime.now(VIETNAM) - timedelta(days=2))

    @property
    def host(self) -> str:
        return f"{self.name}.{self.tld}"

    def url(self, path: str) -> str:
        return f"https://{self.host}{path}"

    def path(self, number: int) -> str:
        return f"/phuong-hop-dan-{number}.html"

    def titles(self, number: int) -> tuple[str, ...]:
        """All that an article has been called, the latest last."""
        first = self._words(number).title
        return (first, *(f"{first}, bản thứ {edit}" for edit in range(1, self.edits[number] + 1)))

    @property
    def truth(self) -> Mapping[str, tuple[str, ...]]:
        """What each article's address has said as its title, the latest last."""
        return {self.url(self.path(number)): self.titles(number) for number in self.edits}

    @property
    def latest(self) -> int:
        """The number of the article that was published last."""
        return max(self.edits)

    # --- what its people do

    def publish(self) -> int:
        """One article more; gives its number."""
        number = self.latest + 1
        self.edits[number] = 0
        return number

    def edit(self, number: int) -> None:
        """An article under another title."""
        self.edits[number] += 1
        self.say_anew(number)

    def say_anew(self, number: int) -> None:
        """The listing says that the article was changed just now."""
        now = datetime.now(VIETNAM) + self.ahead
        self.changed[number] = (now + timedelta(seconds=1)).replace(microsecond=0)

    # --- what it shows

    def declare(self, folder: Path) -> None:
        """Write its source file."""
        (folder / f"{self.name}.toml").write_text(
            f'name = "{self.name}"\ntitle = "Cổng {self.name}"\nhosts = ["{self.host}"]\nplace = "Hà Nội"\n'
            f"evidence = \"made for a test\"\narticles = ['-(?P<id>\\d+)\\.html$']\n"
            f'[[listing]]\nkind = "rss"\nurl = "{self.url(LISTING)}"\n',
            encoding="utf-8",
        )

    def put_on(self, web: LocalWeb) -> None:
        """Let a local web show it, as it is at each moment."""
        web.serve(self.host, ROBOTS, "User-agent: *\nAllow: /\n", headers=(("Content-Type", TEXT),))
        web.serve(self.host, LISTING, self._listing)
        for number in range(1, ROOM):
            web.serve(self.host, self.path(number), self._article)

    def _listing(self, _: Request) -> Answer:
        said = "".join(self._announced(number) for number in sorted(self.edits, reverse=True))
        feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Cổng {self.name}</title>{said}</feed>'
        return stamped(page(feed, XML), etag=True)

    def _announced(self, number: int) -> str:
        published = self._published(number)
        return (
            f'<entry><title>{self.titles(number)[-1]}</title><link href="{self.url(self.path(number))}"/>'
            f"<published>{published.isoformat()}</published>"
            f"<updated>{self.changed.get(number, published).isoformat()}</updated></entry>"
        )

    def _article(self, request: Request) -> Answer:
        number = int(request.path.rpartition("-")[2].removesuffix(".html"))
        if number not in self.edits:
            return not_found()
        title = self.titles(number)[-1]
        text = "".join(f"<p>{paragraph}</p>" for paragraph in self._words(number).paragraphs)
        html = (
            f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title>'
            f'<meta property="og:type" content="article"></head><body><h1>{title}</h1>'
            f'<div class="time">{self._published(number):%d/%m/%Y %H:%M}</div><div class="content">{text}</div></body>'
        )
        return stamped(page(html), etag=True)

    def _words(self, number: int) -> Prose:
        """No two articles of any two sites say the same."""
        return write(1, zlib.crc32(self.name.encode()) % 10_000 * ROOM + number, "Hà Nội", URBAN)

    def _published(self, number: int) -> datetime:
        return self.born.replace(second=0, microsecond=0) + timedelta(minutes=number)
