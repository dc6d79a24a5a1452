"""A judged page as the store takes it, and the question that a changed text raises."""

from dataclasses import dataclass, replace
from datetime import datetime

from crawler.text import content_hash, text_key
from crawler.types import Article, Instant, Judged, Snapshot
from crawler.urls import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Do today's rules, on the page of this revision, give today's text? To be answered outside the transaction."""

    revision_id: int
    record_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What today's rules make of the page of a revision; None where that cannot be told."""

    revision_id: int
    article: Article | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A judged page with its keys. `urls`: where it was asked for and found, as printed and canonical."""

    judged: Judged
    content_hash: str
    text_key: str | None
    urls: tuple[str, ...]

    @property
    def article(self) -> Article:
        return self.judged.article

    def dated(self, published: Instant) -> "Page":
        """The same with another date of publication, which no key depends on."""
        said = replace(self.article, published=published)
        return replace(self, judged=replace(self.judged, article=said))

    @property
    def fetched_at(self) -> datetime:
        return self.judged.snapshot.fetched_at


def page_of(judged: Judged) -> Page:
    """The page with its keys computed: no business of a transaction."""
    said = judged.article
    return Page(
        judged=judged,
        content_hash=content_hash(said.title, said.lead, said.paragraphs),
        text_key=text_key(said.paragraphs),
        urls=tuple(dict.fromkeys((*urls_of(judged.snapshot), said.url))),
    )


def urls_of(snapshot: Snapshot) -> tuple[str, ...]:
    """Every form under which the store may know where a page was."""
    both = (snapshot.requested_url, snapshot.url)
    return tuple(dict.fromkeys(url for url in (*both, *map(canonical, both)) if url))
