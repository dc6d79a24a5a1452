"""What makes a portal: a value with its addresses, its markup and its listings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.portal.messages import Answer, Request
from crawler.portal.phrases import MIXED
from crawler.portal.posts import Link, Post, View

FORBIDDEN = "/noi-bo"  # the path that every portal's robots.txt forbids, and that its listings link to all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What a listing can show: the site's posts, newest first, when that last changed, and the moment of the look."""

    site: "Site"
    posts: tuple[Post, ...]
    changed: datetime
    clock: datetime
    visit: int
    size: int

    def link(self, post: Post) -> Link:
        """The post's headline with its absolute URL."""
        return Link(url=self.site.url(post), title=post.title, posted=post.posted, lead=post.lead or "")

    def links(self, posts: Sequence[Post]) -> tuple[Link, ...]:
        """The headlines of several posts."""
        return tuple(self.link(post) for post in posts)

    def page(self, number: int, section: str | None = None) -> tuple[Post, ...]:
        """The posts of one page of the listing (counted from 1), of one section or of all."""
        posts = [post for post in self.posts if section is None or post.section == section]
        return tuple(posts[max(0, number - 1) * self.size : max(0, number) * self.size])


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A portal. `also` are further hosts with the same pages, `moved` hosts that redirect here for good.

    `address` gives a post's path, `article` its page (HTML), `listing` any other page of the site, None for one that is
    not there. `number` is the id of the first post, `step` goes to the next. `etag` and `last_modified` say which
    validators article pages carry. `kinds` is what its posts are about, in turn, `city` where. `undated` is how many
    posts there are to each one that shows no date (0: all show it), `leads` whether they have a lead.
    """

    name: str
    title: str
    host: str
    address: Callable[[Post], str]
    article: Callable[[Post, View], str]
    listing: Callable[[Request, Shelf], Answer | None]
    sections: tuple[str, ...]
    number: int
    step: int = 1
    also: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    etag: bool = False
    last_modified: bool = False
    kinds: tuple[str, ...] = MIXED
    undated: int = 0
    leads: bool = True
    city: str = "Hà Nội"

    def url(self, post: Post) -> str:
        """Where the post stands."""
        return f"https://{self.host}{FORBIDDEN if post.hidden else ''}{self.address(post)}"
