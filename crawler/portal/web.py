"""The local web: portals and any further pages behind one proxy, with a log of what was asked."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from crawler.portal.authority import Authority, Trust
from crawler.portal.faults import DOORS, Fault, Trouble, spoil, unlooped
from crawler.portal.messages import HTML, TEXT, Answer, Request, conditional, not_found, packed, page, redirect, stamped
from crawler.portal.phrases import URBAN
from crawler.portal.posts import ZONE, Post, View
from crawler.portal.prose import write
from crawler.portal.proxy import DOOR, Proxy
from crawler.portal.site import FORBIDDEN, Shelf
from crawler.portal.sites import SITES
from crawler.portal.stock import SITES_APART, Stock, compose, minute
from crawler.portal.world import stocks

Body = str | bytes | Callable[[Request], "Answer | str | bytes"]
COUNTED_BEFORE = 600  # visits that a page has had before the first of ours
ROBOTS = f"User-agent: *\nDisallow: {FORBIDDEN}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request as the web saw it. `status` 0: it was left without an answer. `target` is path and query."""

    method: str
    scheme: str
    host: str
    target: str
    status: int
    user_agent: str
    if_none_match: str
    if_modified_since: str

    @property
    def url(self) -> str:
        """The absolute URL."""
        return f"{self.scheme}://{self.host}{self.target}"


class LocalWeb:
    """A web of its own on loopback. Use it as a context manager; `directory` must exist and takes the certificates.

    `proxy_url` and `ca_file` are all that a client needs. The sites' clock stands still at `now` until it is set;
    without `now` it goes with the real one.
    """

    def __init__(
        self,
        directory: Path,
        *,
        articles_per_site: int = 12,
        now: datetime | None = None,
        seed: int = 1,
        page_size: int = 20,
    ) -> None:
        self._clock = now
        self._seed, self._size = seed, page_size
        self._stocks = stocks(count=articles_per_site, now=self.now, seed=seed)
        self._hosts = {host: name for name, site in SITES.items() for host in (site.host, *site.also)}
        self._moved = {host: site.host for site in SITES.values() for host in site.moved}
        self._served: dict[tuple[str, str], Callable[[Request], Answer]] = {}
        self._faults: dict[str, tuple[Fault, int | None]] = {}
        self._written = articles_per_site + 1  # numbers of the prose that is taken already
        self._log: list[Seen] = []
        self._visits: Counter[str] = Counter()
        self._lock = threading.RLock()
        authority = Authority(directory)
        self.ca_file = authority.ca_file
        self._proxy = Proxy(authority, self._answer, self._admit)
        self.proxy_url = self._proxy.url

    def __enter__(self) -> Self:
        self._proxy.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._proxy.stop()
        if error is None and self._proxy.errors:
            raise self._proxy.errors[0]

    @property
    def now(self) -> datetime:
        """What the sites' clock says, at +07:00."""
        return (self._clock or datetime.now(ZONE)).astimezone(ZONE)

    @now.setter
    def now(self, clock: datetime) -> None:
        self._clock = clock

    # --- what was asked

    @property
    def requests(self) -> tuple[Seen, ...]:
        """Every request so far, in order; CONNECT is among them only where it was refused (an unreachable host)."""
        with self._lock:
            return tuple(self._log)

    def asked(self, url: str) -> int:
        """How often this very URL was asked for."""
        return sum(seen.url == url for seen in self.requests)

    def forget(self) -> None:
        """Empty the log; counters of visits go on."""
        with self._lock:
            self._log.clear()

    # --- what the portals show

    def posts(self, site: str) -> dict[str, Post]:
        """What a portal shows now, by URL, newest first; also the post that robots may not fetch."""
        stock = self._stocks[site]
        return {stock.site.url(post): post for post in stock.posts()}

    def expected(self, topic: str = URBAN, sites: Sequence[str] = tuple(SITES)) -> dict[str, Post]:
        """The posts that an obedient crawler should find under a topic: copies, hidden and legacy ones left out."""
        return {
            url: post
            for site in sites
            for url, post in self.posts(site).items()
            if post.about == topic and not (post.hidden or post.legacy or post.same_as)
        }

    def publish(
        self,
        site: str,
        *,
        title: str | None = None,
        lead: str | None = None,
        paragraphs: Sequence[str] = (),
        kind: str = URBAN,
        posted: datetime | None = None,
    ) -> str:
        """Put a new post onto a portal, now or at `posted`; gives its URL. What is not given is made up."""
        stock = self._stocks[site]
        with self._lock:
            self._written += 1
            place = self._written
        words = write(self._seed, place * SITES_APART + list(SITES).index(site), stock.site.city, kind)
        words = replace(
            words,
            title=title or words.title,
            lead=lead or words.lead,
            paragraphs=tuple(paragraphs) or words.paragraphs,
        )
        at = minute(posted or self.now)
        with self._lock:
            post = compose(stock.site, words, number=stock.next_number(), place=place, posted=at)
            return stock.put(replace(post, published=at), self.now)

    def edit(self, url: str, *, title: str | None = None, paragraph: str | None = None) -> None:
        """Change a post as an editor would: another title at the same address, a paragraph more at the end."""
        stock = self._stock(url)
        for post in stock.same(url):
            paragraphs = (*post.paragraphs, paragraph) if paragraph else post.paragraphs
            stock.put(replace(post, title=title or post.title, paragraphs=paragraphs), self.now)

    def withdraw(self, url: str) -> None:
        """Take a post off its portal: 404 from now on."""
        self._stock(url).take(url, self.now)

    # --- what goes wrong, and what else there is

    def fault(self, where: str, kind: Fault | str, times: int | None = None) -> None:
        """Let a host or one URL misbehave, the next `times` times or until `heal`; a URL goes before its host."""
        fault = Fault(kind)
        if fault in DOORS and "/" in where:
            raise ValueError(f"{fault.value} concerns a whole host, not {where}")
        with self._lock:
            self._faults[where] = (fault, times)

    def heal(self, where: str | None = None) -> None:
        """End the fault of a host or URL, or all."""
        with self._lock:
            self._faults = {} if where is None else {at: what for at, what in self._faults.items() if at != where}

    def serve(
        self, host: str, path: str, body: Body, *, headers: Sequence[tuple[str, str]] = (), status: int = 200
    ) -> str:
        """Put any page onto any host (over a portal's own, too); gives its https URL.

        `path` may hold a query, then it is for that one only. A callable gets the `Request`, and gives an `Answer` or a
        body. Without a Content-Type among `headers` it is HTML in UTF-8. Validators are answered with 304.
        """
        given = {name.lower() for name, _ in headers}
        typed = tuple(headers) if "content-type" in given else (("Content-Type", HTML), *headers)

        def served(request: Request) -> Answer:
            made = body(request) if callable(body) else body
            if isinstance(made, Answer):
                return made
            return Answer(status=status, headers=typed, body=made.encode() if isinstance(made, str) else made)

        with self._lock:
            self._served[host, path] = served
        return f"https://{host}{path}"

    # --- answering

    def _stock(self, url: str) -> Stock:
        return self._stocks[self._hosts[urlsplit(url).hostname or ""]]

    def _admit(self, host: str) -> Trust | str:
        with self._lock:
            fault = self._faults.get(host)
            known = host in self._hosts or host in self._moved or any(host == served for served, _ in self._served)
            if fault and fault[0] in DOORS:
                state = DOORS[self._spend(host)]
            else:
                state = Trust.VALID if known else DOORS[Fault.REFUSE]
        if not isinstance(state, Trust):
            self._note(Request(method="CONNECT", scheme="https", host=host, target=""), DOOR[state])
        return state

    def _answer(self, request: Request) -> Answer:
        with self._lock:
            self._visits[request.url] += 1
            visit = COUNTED_BEFORE + self._visits[request.url]
        fault, well = self._next_fault(request), self._well(request, visit)
        if fault is None:
            answer = packed(request, conditional(request, well))
        else:
            answer = spoil(fault, Trouble(request=request, well=well, closing=self._proxy.closing))
        self._note(request, answer.status)
        return answer

    def _next_fault(self, request: Request) -> Fault | None:
        with self._lock:
            for where in (unlooped(request.url), request.host):
                if where in self._faults and self._faults[where][0] not in DOORS:
                    return self._spend(where)
        return None

    def _spend(self, where: str) -> Fault:
        fault, times = self._faults[where]
        if times is not None and times <= 1:
            del self._faults[where]
        elif times is not None:
            self._faults[where] = (fault, times - 1)
        return fault

    def _note(self, request: Request, status: int) -> None:
        seen = Seen(
            method=request.method,
            scheme=request.scheme,
            host=request.host,
            target=request.target,
            status=status,
            user_agent=request.headers.get("user-agent", ""),
            if_none_match=request.headers.get("if-none-match", ""),
            if_modified_since=request.headers.get("if-modified-since", ""),
        )
        with self._lock:
            self._log.append(seen)

    def _well(self, request: Request, visit: int) -> Answer:
        for target in (request.target, request.path):
            if (request.host, target) in self._served:
                return self._served[request.host, target](request)
        if request.host in self._moved:
            return redirect(f"https://{self._moved[request.host]}{request.target}")
        if request.host not in self._hosts:
            return not_found()
        if request.scheme == "http":
            return redirect(f"https://{request.host}{request.target}")
        if request.path == "/robots.txt":
            return page(ROBOTS, TEXT)
        return self._portal(request, self._stocks[self._hosts[request.host]], visit)

    def _portal(self, request: Request, stock: Stock, visit: int) -> Answer:
        site = stock.site
        post = stock.find(f"https://{site.host}{request.path}")
        posts = stock.around(post) if post else stock.posts()
        shelf = Shelf(site=site, posts=posts, changed=stock.changed, clock=self.now, visit=visit, size=self._size)
        if post is None:
            return site.listing(request, shelf) or not_found()
        view = View(url=site.url(post), visit=visit, clock=self.now, related=shelf.links(shelf.posts))
        modified = post.modified if site.last_modified else None
        return stamped(page(site.article(post, view)), modified=modified, etag=site.etag)
