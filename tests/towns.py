"""Invented sites for a simulated month, in markup of their own: they edit, take back, copy, move, lie and break down.

`visit` is a run over one of them, as the spider makes it, by the store's `Memory`; pages go the real way from there.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape
from urllib.parse import urlsplit

from crawler.classify import Topic
from crawler.discover import discover
from crawler.errors import Rejected
from crawler.learned import NOTHING, Learned
from crawler.portal.phrases import URBAN
from crawler.portal.posts import ZONE
from crawler.portal.prose import Prose, write
from crawler.stages import article_of, judge
from crawler.types import Article, Change, Failure, Run, Snapshot, Source, Validators
from crawler.urls import by_host, owner
from storage.store import Store

LISTED = 15  # posts on a site's front page


@dataclass(slots=True, kw_only=True)
class Post:
    """What a site shows at one address. `told`: the story's number, `version`: how often its words were changed."""

    told: int
    at: datetime
    city: str
    version: int = 0
    status: int = 200
    byline: str = ""

    @property
    def title(self) -> str:
        return f"{self.byline}Tin {self.told}: {self._words.title}{' thêm' * self.version}"

    @property
    def lead(self) -> str:
        return self._words.lead

    @property
    def paragraphs(self) -> tuple[str, ...]:
        more = (f"Phường bổ sung: thêm {n + 40} hồ sơ được nhận." for n in range(1, self.version + 1))
        return (*self._words.paragraphs[:3], *more)

    @property
    def _words(self) -> Prose:
        return write(7, self.told, self.city, URBAN)


@dataclass(slots=True, kw_only=True)
class Site:
    """A site; `host` is where it is today. `moved`: old hosts that lead there; `dead`: hosts that answer nobody.

    `lies`: it says 304 to whoever asks conditionally. `status`: what it answers to everything, while it is down.
    """

    host: str
    posts: dict[int, Post] = field(default_factory=dict)
    layout: str = "cu"
    promo: str = ""
    lies: bool = False
    status: int = 200
    moved: frozenset[str] = frozenset()
    dead: frozenset[str] = frozenset()
    visits: int = 600

    def url(self, number: int) -> str:
        return f"https://{self.host}/tin-{number}.html"

    def answer(self, url: str, known: Validators, hosts: tuple[str, ...], now: datetime) -> Snapshot | None:
        """What a client gets that follows redirects within these hosts; None: no answer."""
        asked = urlsplit(url)
        made = Snapshot(requested_url=url, url=url, fetched_at=now, status=200)
        if asked.hostname in self.dead:
            return None
        if asked.hostname in self.moved:
            there = url.replace(asked.netloc, self.host)
            if self.host not in hosts:
                return replace(made, status=301, headers=(("location", there),))
            made = replace(made, url=there)
        body, etag = self._page(asked.path)
        if self.status != 200 or not body:
            return replace(made, status=self.status if self.status != 200 else 404, body=b"<h1>404</h1>")
        if known.etag and (self.lies or known.etag == etag):
            return replace(made, status=304)
        headers = (("content-type", "text/html; charset=utf-8"), ("etag", etag))
        return replace(made, headers=headers, body=body.encode())

    def _page(self, path: str) -> tuple[str, str]:
        """A page and its ETag, which knows nothing of counters; empty for what is not there."""
        if path == "/":
            there = [number for number, post in self.posts.items() if post.status == 200]
            newest = sorted(there, key=lambda number: self.posts[number].at, reverse=True)[:LISTED]
            links = [f'<li><a href="/tin-{one}.html">{escape(self.posts[one].title)}</a></li>' for one in newest]
            return f"<html><body><h1>Trang nhất</h1><ul>{''.join(links)}</ul></body></html>", _etag("".join(links))
        number = int(path.removeprefix("/tin-").removesuffix(".html"))
        post = self.posts.get(number)
        if post is None or post.status != 200:
            return "", ""
        self.visits += 7
        etag = _etag(f"{post.title}{post.paragraphs}{self.layout}{self.promo}")
        return LAYOUTS[self.layout](self, post), etag


def _etag(what: str) -> str:
    return f'"{hashlib.sha256(what.encode()).hexdigest()[:12]}"'


def _old(site: Site, post: Post) -> str:
    text = "".join(f"<p>{escape(one)}</p>" for one in post.paragraphs)
    return f"""<!DOCTYPE html><html lang="vi"><head><title>{escape(post.title)} | Cổng thông tin</title></head><body>
<div class="menu"><a href="/">Trang nhất</a> <a href="/lich">Lịch tiếp dân</a></div>
<div class="chi-tiet"><h1 class="tieu-de">{escape(post.title)}</h1>
<div class="ngay-dang">{post.at.astimezone(ZONE):%d/%m/%Y %H:%M}</div><p class="sapo">{escape(post.lead)}</p>
<div class="noi-dung">{text}{f'<p class="qc">{site.promo}</p>' if site.promo else ""}</div>
<div class="dem">Lượt xem: {site.visits}</div></div>
<div class="khac"><h3>Tin khác</h3><a href="/lich">Lịch tiếp dân tuần {site.visits % 50}</a></div></body></html>"""


def _new(site: Site, post: Post) -> str:
    text = "".join(f"<p>{escape(one)}</p>" for one in post.paragraphs)
    return f"""<!DOCTYPE html><html lang="vi"><head><title>{escape(post.title)}</title>
<meta property="og:title" content="{escape(post.title)}">
<meta property="article:published_time" content="{post.at.astimezone(ZONE):%Y-%m-%dT%H:%M:%S%z}"></head><body>
<header><nav><ul><li><a href="/">Trang nhất</a></li><li>{site.visits} khách đang xem</li></ul></nav></header>
<main><article class="story"><h1>{escape(post.title)}</h1><div class="voice">Nghe đọc bài 0:00 Giọng nữ</div>
<h2 class="lead">{escape(post.lead)}</h2><div class="story-body">{text}
{f'<div class="qc">{site.promo}</div>' if site.promo else ""}</div>
<div class="poll">Bạn thấy bài này hữu ích? {site.visits} phiếu bình chọn</div></article></main>
<footer>Tổng lượt truy cập: {site.visits * 31}</footer></body></html>"""


LAYOUTS = {"cu": _old, "moi": _new}


# --- a run -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Visitor:
    """Us: what we have declared, and which pages we have had."""

    topics: tuple[Topic, ...]
    pages: list[Snapshot] = field(default_factory=list)

    def run(self, store: Store, source: Source, site: Site, now: datetime) -> None:
        """One run over a site."""
        store.meet(source)
        done = Run(source=source.name, started=now, ended=now, fetched=1)
        listing = source.listings[0]
        front = site.answer(listing.url, store.validators(listing.url), source.hosts, now)
        if front is None or front.status not in (200, 304):
            store.fail(source.name, Failure(url=listing.url, kind="HTTP", message="", at=now))
            store.record(replace(done, blind=1))
        elif front.status == 200:
            front = store.archive(replace(front, source=source.name))
            store.announce(source.name, front, discover(source, listing, front, now).announcements)
        learned = store.learned(source.name)
        for due in store.due(source.name, now, 100):
            page = site.answer(due.url, due.validators, source.hosts, now)
            if page is None:
                store.fail(source.name, Failure(url=due.url, kind="Timeout", message="", at=now))
            elif page.status == 304:
                store.unchanged(source.name, due.url, now)
            else:
                again = site.answer(due.url, Validators(), source.hosts, now) if due.twice else None
                self.see(store, source, replace(page, source=source.name, second=again), learned)
        if front is not None and front.status in (200, 304):
            store.withdraw(source.name)
            store.settle(source.name)
            store.record(replace(done, listings=1))

    def see(self, store: Store, source: Source, page: Snapshot, learned: Learned = NOTHING) -> Change | None:
        """A page goes down the flow, as it does in a run and in a replay."""
        page = store.archive(page) if page.record is None else page
        self.pages.append(page)
        sources = by_host((source,))

        def read(one: Snapshot) -> Article:
            return article_of(one, owner(sources, one.url), learned=learned)

        try:
            judged = judge(page, read(page), self.topics, source.place)
        except Rejected as refused:
            store.reject(page, refused.reason, str(refused), temporary=refused.temporary)
            return None
        second = read(page.second) if page.second and page.second.status == 200 else None
        return store.save(replace(judged, second=second), again=read)
