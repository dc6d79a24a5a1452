"""The nouns of tindothi: frozen values without behaviour, one on each arrow of the flow (see `crawler/__init__.py`).

A value from outside keeps its raw form beside the parsed one. Text is NFC, otherwise as printed. Instants are aware.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

VIETNAM = timezone(timedelta(hours=7), "+07:00")  # Asia/Ho_Chi_Minh; no daylight saving time since 1975

# --- sources ---------------------------------------------------------------------------------------------------------


class SourceState(StrEnum):
    """What is known of a source's rules: tried against the live site, not yet tried, or the site is gone."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    DEAD = "dead"


class ListingKind(StrEnum):
    """Where a source announces articles."""

    PAGE = "page"
    RSS = "rss"
    SITEMAP = "sitemap"
    API = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One place where a source announces articles.

    `url` and the values of `form` may hold `{page}`, which runs from `first_page` over `depth` pages. `items` are CSS
    selectors of the announcing elements (an `<a>`, or a container of one); none means every link of the page. For a
    JSON `api`, `items` is one dotted path to the list and `link`, `title`, `date` are keys of its objects; for HTML
    they are CSS selectors inside the item. Paging ends early at items printed more than `days` days ago.
    """

    kind: ListingKind
    url: str
    items: tuple[str, ...] = ()
    link: str = ""
    title: str = ""
    date: str = ""
    method: str = "GET"
    form: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    first_page: int = 1
    depth: int = 1
    days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Where one layout of a site keeps each field: ordered candidates, the first that yields something wins.

    A candidate is a CSS selector, or `selector@attribute`. `when` are selectors that must all be on the page for the
    template to apply (none: always). `strip` are removed before anything is read, `unwrap` keep only their text.
    """

    name: str
    since: date | None = None
    when: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    strip: tuple[str, ...] = ()
    unwrap: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """What is let pass of one host's TLS, until the end of a day (UTC); all else is verified there as everywhere.

    `pin`: the SHA-256 of the one certificate that is accepted, whoever signed it, in hexadecimal. `chain`: certificates
    in PEM that the server does not send. `expired`: it may be out of date. `legacy`: the server may renegotiate as
    before RFC 5746. `declared`: file and key, for messages.
    """

    host: str
    reason: str
    until: date
    pin: str = ""
    chain: str = ""
    expired: bool = False
    legacy: bool = False
    declared: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A portal or newspaper, declared once, as data (`spiders/sources/*.toml`, `spiders/families/*.toml`).

    `hosts`: the first is where it lives today, the others are aliases (moved, dead, sister hosts); all without `www.`.
    `articles` and `not_articles` are regular expressions searched in a URL's path and query; a group named `id` is the
    number that survives slug edits. `prefixes` are regular expressions of bylined text prefixes ("ANTD.VN - ").
    `private`: why its hosts may lead to addresses of the operator's own network; empty: they may not.
    `implicit`: made for a page of an undeclared host (replay of foreign pages); never crawled.
    """

    name: str
    title: str
    hosts: tuple[str, ...]
    place: str = ""
    language: str = "vi"
    family: str = ""
    state: SourceState = SourceState.UNVERIFIED
    checked: date | None = None
    evidence: str = ""
    reason: str = ""
    listings: tuple[Listing, ...] = ()
    articles: tuple[str, ...] = ()
    not_articles: tuple[str, ...] = ()
    templates: tuple[Template, ...] = ()
    prefixes: tuple[str, ...] = ()
    date_order: str = "DMY"
    delay: float | None = None
    spider: str = ""
    private: str = ""
    tls: tuple[Waiver, ...] = ()
    implicit: bool = False

    @property
    def host(self) -> str:
        """Where the source lives today."""
        return self.hosts[0]


# --- discovery -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One article as a listing announces it: canonical URL, identity key, and what the listing says of it."""

    url: str
    key: str
    title: str = ""
    published: "Instant | None" = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What one listing response yields: announcements in the listing's order, and further listings to fetch."""

    announcements: tuple[Announcement, ...] = ()
    further: tuple[Listing, ...] = ()


# --- a page ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One fetched response. `url` is the final URL after redirects; header names are lower case, order kept.

    `parts` are the further pages of an article that the site splits, in order; they have none themselves. `doubted`: it
    was asked for right after a 304, to see whether that was true.
    """

    requested_url: str
    url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    source: str = ""
    waived: str = ""  # what was let pass of the host's TLS, and why (see Waiver)
    record: int | None = None  # the archive record's id in the store, once archived
    part_of: int | None = None  # of a further page that is archived: the record of the article's first page
    parts: "tuple[Snapshot, ...]" = ()
    second: "Snapshot | None" = None  # the same page, asked for again at once: what differs is noise
    doubted: bool = False

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string."""
        return next((value for key, value in self.headers if key == name.lower()), "")


class Precision(StrEnum):
    """How much of an instant was printed: a date with hour and minute, or only the day (then at 00:00 local)."""

    MINUTE = "minute"
    DAY = "day"


class Confidence(StrEnum):
    """How well an instant is proved: two places of the page agree on the day, one says it, or another denies it."""

    CONFIRMED = "confirmed"
    STATED = "stated"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """A printed date, read: aware (as printed, else Asia/Ho_Chi_Minh), with its raw string and where it was found.

    `origin` is provenance: `json-ld:datePublished`, `meta:article:published_time`, `template:time.time@datetime`,
    `label:Ngày đăng`, `feed:pubDate`, …
    """

    at: datetime
    precision: Precision
    raw: str
    origin: str = ""
    confidence: Confidence = Confidence.STATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of the page in page order, with the verdict on it: kept (`rule` is None), or stripped by which rule.

    `tag` is its kind in clean HTML: `p`, `h2`, `h3`, `li`, `blockquote`, `td`, `figcaption`, … `path` is where
    it stands in the page: its element and those around it, each with its id or first class, as `div.box>ul.list>li`.
    """

    text: str
    tag: str = "p"
    rule: str | None = None
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture of the text: its real, absolute URL, what its `alt` says, and the caption printed with it."""

    url: str
    alt: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A document that the page offers with the text (PDF, DOC, …): the link's words, and its absolute URL."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the page also says of a field, and was not believed: another title, date or author. `origin`: where."""

    about: str  # title, lead, published, author
    value: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a snapshot says. `key` identifies the article within all sources (see `crawler.urls.article_key`).

    `paragraphs` are the text, without title and lead; `html` is the same as clean HTML, with its headings, lists,
    tables, quotes and pictures. `authors` are people or "PV"; `credit` is the source credit as printed ("chinhphu.vn").
    `section` is the page's own section name. `template` is the layout that fitted. `also` is what lost against it.
    """

    key: str
    url: str
    source: str
    title: str | None = None
    lead: str | None = None
    paragraphs: tuple[str, ...] = ()
    published: Instant | None = None
    updated: Instant | None = None
    authors: tuple[str, ...] = ()
    credit: str | None = None
    section: str | None = None
    html: str = ""
    images: tuple[Image, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    also: tuple[Statement, ...] = ()
    blocks: tuple[Block, ...] = ()
    template: str | None = None

    @property
    def text(self) -> str:
        """The paragraphs, one a line."""
        return "\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Words that prove a match: the phrase's name in the topic file, as printed, where, and its surroundings."""

    phrase: str
    printed: str
    part: str  # title, lead, text
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A topic found in an article, with its score and the words that prove it."""

    topic: str
    score: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A legal document number named in the text: `key` is normalised for look-up, `printed` as it stands.

    `signed` is the date of signing that is printed with it, `signed_raw` as it stands.
    """

    key: str
    printed: str
    family: str
    context: str
    signed: date | None = None
    signed_raw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An administrative unit, of the table `crawler/places.tsv`. Its id never changes.

    `kinds` are its unit words (tỉnh, quận, phường, …), the first being the one it is called by; `within` is the id of
    the unit it is part of. It was there from `since` on and no longer on `until` (none: always, still); `into` is the
    id of the unit that took all of it. `also`: other names, with `!` those that count only behind a unit word; `proof`:
    what must stand beside its name: `unit` (the unit word) or `city` (both).
    """

    id: str
    kinds: tuple[str, ...]
    name: str
    within: str = ""
    since: date | None = None
    until: date | None = None
    into: str = ""
    also: tuple[str, ...] = ()
    proof: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Words that name a place, unit word included, as printed, and where.

    `start` is their place, in characters, in the title, in the lead, or in the paragraph of that number (from 0).
    """

    printed: str
    part: str  # title, lead, text
    paragraph: int
    start: int
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A place that an article is about: ids of the unit as it was then, and of the one it belongs to now.

    `named` counts where the article names it, `evidence` are the first of those. 0: it names no place at all, and this
    is its source's own.
    """

    place: str
    now: str
    named: int = 0
    evidence: tuple[Naming, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An article with all that was found in it: what the store takes. `second`: what the page said when asked again."""

    snapshot: Snapshot
    article: Article
    matches: tuple[Match, ...] = ()
    citations: tuple[Citation, ...] = ()
    places: tuple[Located, ...] = ()
    second: Article | None = None


# --- what the store says ---------------------------------------------------------------------------------------------


class Change(StrEnum):
    """What a page did to the store."""

    NEW = "new"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"


class Cause(StrEnum):
    """Why a revision exists: the site changed, or our rules did."""

    SITE = "site"
    RULES = "rules"


class Departure(StrEnum):
    """How an article went: by its status, sent to the site's home page, or by a page that says "not found"."""

    NOT_FOUND = "404"
    GONE = "410"
    HOME = "home"
    SAID = "said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave to ask again conditionally. `doubted`: too long ago for a 304 to be simply believed."""

    etag: str = ""
    last_modified: str = ""
    doubted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An article's URL that is to be fetched now: announced and not stored yet, or to be checked again.

    `twice`: it was read but once yet, or said something else at its last visit, so two readings at once shall tell a
    change from noise.
    """

    url: str
    key: str
    known: bool  # stored already: a re-check, conditional where the server gave validators
    validators: Validators = Validators()
    twice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The last failure of a fetch, as data: kind is an exception's class name or `HTTP 503`."""

    url: str
    kind: str
    message: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What is remembered of a host, by its name without `www.`.

    `failures` counts how often in a row runs had to leave it, because of `kind` (as in `Failure`, the last time), from
    `first_failure` to `last_failure`; it is not to be asked before `not_before`. All of that ends when it answers well,
    as it last did at `last_success`. `lying_since`: when it last said 304 of something that had changed.
    """

    name: str
    failures: int = 0
    kind: str = ""
    first_failure: datetime | None = None
    last_failure: datetime | None = None
    not_before: datetime | None = None
    last_success: datetime | None = None
    lying_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """What a source's own listings no longer find, and the safety net did: to be put into the source's file.

    `because`: what is wrong with them, in words. `listings` are kind and URL of what announces articles today, the best
    first; `articles` the patterns of their addresses, none where the file's own still hold. `found`: how many articles.
    """

    because: str
    listings: tuple[tuple[str, str], ...] = ()
    articles: tuple[str, ...] = ()
    found: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One pass over one source. `fetched` is the sum of listings, new, revised, unchanged, duplicate and rejected.

    `failed` counts requests that got no response at all; they are not among `fetched`. `blind` counts listings that
    could not be read: no answer, an error, or nothing announced where something should be. `rules` counts for each
    rule the new, revised and duplicate articles of which it stripped something, `fields` those that had a field
    (`crawler.judgement.FIELDS`). `mend`: the source is degraded.
    """

    source: str
    started: datetime
    ended: datetime | None = None
    fetched: int = 0
    listings: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    duplicate: int = 0
    rejected: int = 0
    failed: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    failure: Failure | None = None
    blind: int = 0
    rules: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, int] = field(default_factory=dict)
    mend: Mend | None = None


# --- the feed --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the ledger with the revision it shows. `id` and `announced` never change; `updated` only with the site.

    `announced` is when the entry was first published, `updated` when the shown revision was stored; both UTC.
    `also`: the other places where the text stands, each as the source's title and the URL, in the order they came.
    `withdrawn`: the site took the article back, and no other place carries it. `edit`: the texts before and after
    the site's change that last moved `updated`; None where that was no change of the text.
    """

    feed: str
    id: str
    announced: datetime
    updated: datetime
    article: Article
    source_title: str
    place: str = ""
    matches: tuple[Match, ...] = ()
    citations: tuple[Citation, ...] = ()
    also: tuple[tuple[str, str], ...] = ()
    withdrawn: bool = False
    edit: tuple[Article, Article] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One document of a feed: `name` is its ledger key and its files' name. `created`: the store's creation, UTC.

    `volumes`: how many sealed documents the feed has, numbered from 1; `volume`: which of them this is, or 0: the
    current one.
    """

    name: str
    title: str
    subtitle: str = ""
    created: datetime
    entries: tuple[Entry, ...] = ()
    volumes: int = 0
    volume: int = 0
