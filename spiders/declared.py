"""The shapes of source and family files: what may stand in them, and what is wrong with what does.

Every value is checked when the file is read, so that no selector, pattern or address can fail in the middle of a run.
"""

import importlib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from cryptography.x509 import load_pem_x509_certificates
from cssselect import HTMLTranslator, SelectorError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

HOST = re.compile(r"(?!www\.)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
DOTTED = re.compile(r"[\w-]+(?:\.[\w-]+)*")
ATTRIBUTE = re.compile(r"@[A-Za-z_][\w:.-]*$")
PLACEHOLDER = re.compile(r"\{(?!page\})[^{}]*\}")
SHA256 = re.compile(r"[0-9a-f]{64}")
LONGEST_WAIVER = timedelta(days=366)


def _checked(matches: re.Pattern[str], mend: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not matches.fullmatch(value):
            raise ValueError(f"{value!r} is not well formed; {mend}")
        return value

    return check


def _selector(value: str) -> str:
    try:
        HTMLTranslator().css_to_xpath(value)
    except (SelectorError, RecursionError) as error:
        raise ValueError(f"{value!r} is no CSS selector ({error}); write one, as `div.body p`") from None
    return value


def _candidate(value: str) -> str:
    bare = ATTRIBUTE.sub("", value)
    if not bare.strip():
        raise ValueError(f"{value!r} names no element; write `selector` or `selector@attribute`")
    _selector(bare)
    return value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"{value!r} is no regular expression ({error}); write it in single quotes") from None
    return value


def _address(value: str) -> str:
    try:
        parts = urlsplit(value)
        well_formed = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port is None
    except ValueError:
        well_formed = False
    if not well_formed or re.search(r"\s", value):
        raise ValueError(f"{value!r} is no web address; write it as https://host/path")
    return value


def _spider(value: str) -> str:
    module, _, name = value.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name, None) if module else None
    except Exception as error:  # whatever the operator's own module raises when it is imported
        raise ValueError(f"{value!r} cannot be imported ({type(error).__name__}: {error}); mend that module") from None
    if not isinstance(found, type):
        raise ValueError(f"{value!r} is no class; write module and class, as `spiders.own.OwnSpider`")
    return value


def _pin(value: str) -> str:
    digits = value.replace(":", "").lower()
    if not SHA256.fullmatch(digits):
        raise ValueError(
            f"{value!r} is no SHA-256; write the 64 digits that `openssl x509 -fingerprint -sha256` prints"
        )
    return digits


def _chain(value: str) -> str:
    try:
        load_pem_x509_certificates(value.encode())
    except ValueError as error:
        raise ValueError(f"holds no certificate that can be read ({error}); paste it as PEM") from None
    return value


def _until(value: date) -> date:
    latest = datetime.now(UTC).date() + LONGEST_WAIVER
    if value > latest:
        raise ValueError(
            f"{value} is more than a year away; write a day until {latest}, and look at the site again then"
        )
    return value


Pin = Annotated[str, AfterValidator(_pin)]
Chain = Annotated[str, AfterValidator(_chain)]
Until = Annotated[date, AfterValidator(_until)]
Host = Annotated[str, AfterValidator(_checked(HOST, "write it lower case, without scheme, path and `www.`"))]
Name = Annotated[str, AfterValidator(_checked(NAME, "use small letters, digits, `-` and `_`"))]
Selector = Annotated[str, AfterValidator(_selector)]
Candidate = Annotated[str, AfterValidator(_candidate)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Address = Annotated[str, AfterValidator(_address)]
SpiderPath = Annotated[str, AfterValidator(_spider)]


class Declared(BaseModel):
    """A table of a file: unknown keys and values of another type are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TemplateTable(Declared):
    """`[[template]]`: where one layout keeps each field (see `crawler.types.Template`)."""

    name: str = ""
    since: date | None = None
    when: list[Selector] = []
    title: list[Candidate] = []
    lead: list[Candidate] = []
    published: list[Candidate] = []
    author: list[Candidate] = []
    body: list[Candidate] = []
    strip: list[Selector] = []
    unwrap: list[Selector] = []


class ListingTable(Declared):
    """`[[listing]]`: where articles are announced (see `crawler.types.Listing`)."""

    kind: Literal["page", "rss", "sitemap", "api"]
    url: Address
    items: list[str] = []
    link: str = ""
    title: str = ""
    date: str = ""
    method: Literal["GET", "POST"] = "GET"
    form: dict[str, str] = {}
    headers: dict[str, str] = {}
    first_page: int = Field(1, ge=0)
    depth: int = Field(1, ge=1, le=1000)
    days: int = Field(30, ge=1)

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        named = [*self.items, *(value for value in (self.link, self.title, self.date) if value)]
        for value in named:
            if self.kind != "api" or not DOTTED.fullmatch(value):
                _candidate(value)
        texts = [self.url, *self.form.values()]
        if unknown := [found.group() for text in texts for found in PLACEHOLDER.finditer(text)]:
            raise ValueError(f"{unknown[0]} stands for nothing; the only placeholder is {{page}}")
        if self.form and self.method != "POST":
            raise ValueError('`form` is sent with POST only; add method = "POST"')
        if self.kind in {"page", "api"} and self.depth > 1 and not any("{page}" in text for text in texts):
            raise ValueError("`depth` is more than one page, but {page} is nowhere; put it into `url` or `form`")
        return self


class TlsTable(Declared):
    """`[[tls]]`: what is let pass of one host's TLS, for a time (see `crawler.types.Waiver`)."""

    host: str
    reason: str = Field(min_length=1)
    until: Until
    pin: Pin | None = None
    chain: Chain | None = None
    expired: bool = False
    legacy: bool = False

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if not (self.pin or self.chain or self.expired or self.legacy):
            raise ValueError("lets nothing pass; add pin, chain, expired or legacy, or remove the table")
        if self.pin and (self.chain or self.expired):
            raise ValueError("`pin` accepts that one certificate as it is; remove `chain` and `expired`")
        return self


class FamilyFile(Declared):
    """`families/*.toml`: what the sites of one content management system share."""

    name: Name
    title: str = ""
    evidence: str = ""
    marks: list[Pattern] = []  # searched in a page's source: what only this system prints
    articles: list[Pattern] = []
    not_articles: list[Pattern] = []
    prefixes: list[Pattern] = []
    template: list[TemplateTable] = []


class SourceFile(Declared):
    """`sources/*.toml`: one site."""

    name: Name
    title: str = Field(min_length=1)
    hosts: list[Host] = Field(min_length=1)
    place: str = ""
    language: str = Field("vi", pattern=r"^[a-z]{2,3}$")
    family: str = ""
    state: Literal["verified", "unverified", "dead"] = "unverified"
    checked: date | None = None
    reason: str = ""
    evidence: str = ""
    date_order: Literal["DMY", "MDY", "YMD"] = "DMY"
    delay: float | None = Field(None, ge=0)
    spider: SpiderPath = ""
    private: str = ""
    articles: list[Pattern] = []
    not_articles: list[Pattern] = []
    prefixes: list[Pattern] = []
    listing: list[ListingTable] = []
    template: list[TemplateTable] = []
    tls: list[TlsTable] = []

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        wrong = []
        if self.state == "verified" and self.checked is None:
            wrong.append('state: "verified" says nothing without a day; add checked = 2026-01-31')
        if self.state == "dead" and not self.reason:
            wrong.append('state: "dead" needs its cause; add reason = "…"')
        if self.state != "dead" and not self.listing and not self.spider:
            wrong.append("listing: nothing announces articles; add a [[listing]]")
        own = {*self.hosts, *(f"www.{host}" for host in self.hosts)}
        for number, listing in enumerate(self.listing, start=1):
            host = urlsplit(listing.url).hostname
            if host not in own:
                wrong.append(f"listing #{number} url: {host} is not among this source's hosts; add it to `hosts`")
        wrong += [
            f"tls #{number} host: {waiver.host} is not among this source's hosts; write one as it is reached"
            for number, waiver in enumerate(self.tls, start=1)
            if waiver.host not in own
        ]
        if len({waiver.host for waiver in self.tls}) < len(self.tls):
            wrong.append("tls: a host stands twice; put both into one table")
        if sum(not template.name for template in self.template) > 1:
            wrong.append("template: only one may be without a name, for it applies to all; name the others")
        if len(set(self.hosts)) < len(self.hosts):
            wrong.append("hosts: a host stands twice; remove one")
        if wrong:
            raise ValueError("\n".join(wrong))
        return self
