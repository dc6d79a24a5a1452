"""The posts of one portal: the generated ones that it begins with, and what is added, edited or withdrawn later."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.portal.phrases import URBAN
from crawler.portal.posts import ZONE, Post, slug
from crawler.portal.prose import Prose, write
from crawler.portal.site import Site

SITES_APART = 8  # the words of the n-th post of the m-th site have the number n * SITES_APART + m
RELATED = 5
EARLIEST = datetime(2000, 1, 1, tzinfo=ZONE)


class Stock:
    """What one site holds. Thread-safe. `changed` is when that was last touched, never twice the same second."""

    def __init__(self, site: Site, posts: list[Post]) -> None:
        self.site = site
        self.changed = max((post.modified for post in posts), default=EARLIEST)
        self._lock = threading.Lock()
        self._posts = {site.url(post): post for post in posts}
        self._order: tuple[Post, ...] = ()
        self._sort()

    def posts(self) -> tuple[Post, ...]:
        """All posts that the site shows, newest first."""
        return self._order

    def find(self, url: str) -> Post | None:
        """The post at this URL."""
        return self._posts.get(url)

    def around(self, post: Post) -> tuple[Post, ...]:
        """A few older posts (of the oldest: newer ones), for a related box that a new post does not change."""
        order = [other for other in self._order if not other.hidden and other.slug != post.slug]
        older = [other for other in order if other.posted <= post.posted]
        return tuple((older or order)[:RELATED])

    def put(self, post: Post, now: datetime) -> str:
        """Add the post, or replace the one at its URL, as modified now; gives the URL."""
        url = self.site.url(post)
        with self._lock:
            self._touch(now)
            self._posts = {**self._posts, url: replace(post, modified=self.changed)}
            self._sort()
        return url

    def take(self, url: str, now: datetime) -> None:
        """Remove the post at this URL; KeyError where there is none."""
        with self._lock:
            rest = dict(self._posts)
            del rest[url]
            self._touch(now)
            self._posts = rest
            self._sort()

    def same(self, url: str) -> list[Post]:
        """The post at this URL and its other addresses on this site; KeyError where there is none."""
        origin = self._posts[url].same_as or url
        return [post for known, post in self._posts.items() if origin in (known, post.same_as)]

    def next_number(self) -> int:
        """The id that the next post gets."""
        return max((post.number for post in self._order), default=self.site.number) + self.site.step

    def _touch(self, now: datetime) -> None:
        self.changed = max(now, self.changed + timedelta(seconds=1))

    def _sort(self) -> None:
        self._order = tuple(sorted(self._posts.values(), key=lambda post: (post.posted, post.number), reverse=True))


def compose(site: Site, prose: Prose, *, number: int, place: int, posted: datetime) -> Post:
    """A post with these words, as this site shows its posts: some without author or lead.

    Off the topic also some without date: what bears none cannot be told from old news, and a first run announces none.
    """
    lead = prose.lead if site.leads else None
    paragraphs = prose.paragraphs if site.leads else (prose.lead, *prose.paragraphs)
    dated = prose.about == URBAN or not site.undated or place % (site.undated + 1) != site.undated
    return Post(
        number=number,
        slug=slug(prose.title),
        title=prose.title,
        lead=lead,
        paragraphs=paragraphs,
        posted=posted,
        published=posted if dated else None,
        modified=posted,
        section=site.sections[0 if prose.about else place % len(site.sections)],
        author=prose.author if place % 3 else None,
        credit="chinhphu.vn" if place % 5 == 4 else None,
        captions=prose.captions if place % 4 != 3 else (),
        tags=prose.tags,
        about=prose.about,
    )


def first_posts(site: Site, index: int, *, count: int, now: datetime, seed: int) -> list[Post]:
    """What the site begins with: `count` posts, a sixth of them older than a month, and one forbidden to robots."""
    posts = list(_generated(site, index, count=count, now=now, seed=seed))
    words = write(seed, count * SITES_APART + index, site.city, URBAN)
    number = site.number + site.step * (count + 1)
    hidden = compose(site, words, number=number, place=1, posted=minute(now - timedelta(hours=30)))
    posts.append(replace(hidden, hidden=True))
    return posts


def _generated(site: Site, index: int, *, count: int, now: datetime, seed: int) -> Iterator[Post]:
    recent = count - count // 6
    for place in range(count):
        age = timedelta(hours=1 + 140 * place / recent) if place < recent else timedelta(days=35 + 3 * (place - recent))
        posted = minute(now - age)
        words = write(seed, place * SITES_APART + index, site.city, site.kinds[place % len(site.kinds)])
        yield compose(site, words, number=site.number + site.step * (count - place), place=place, posted=posted)


def minute(at: datetime) -> datetime:
    """The instant as pages print it."""
    return at.replace(second=0, microsecond=0)
