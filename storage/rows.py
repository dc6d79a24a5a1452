"""Nouns to columns and back."""

from collections.abc import Iterable, Sequence
from datetime import timedelta, timezone
from typing import Any, TypeVar

from sqlalchemy import Connection, RowMapping, select

from crawler.types import Article, Block, Citation, Evidence, Instant, Match, Precision
from storage import schema

T = TypeVar("T")


def revision_values(article: Article) -> dict[str, Any]:
    """What the site said, as columns of `revision`."""
    when = article.published
    offset = when.at.utcoffset() if when else None
    return {
        "title": article.title,
        "lead": article.lead,
        "paragraphs": list(article.paragraphs),
        "blocks": [[block.text, block.tag, block.rule] for block in article.blocks],
        "published_at": when and when.at,
        "published_offset": None if offset is None else round(offset / timedelta(minutes=1)),
        "published_precision": when and when.precision.value,
        "published_raw": when and when.raw,
        "published_origin": when and when.origin,
        "authors": list(article.authors),
        "credit": article.credit,
        "section": article.section,
        "template": article.template,
    }


def kept_date(known: Instant | None, said: Instant | None) -> bool:
    """Whether an unchanged text keeps its date although the page gives another: many a site dates anew what it touches.

    A known date gives way only to a better one: where it was printed just so and is only read otherwise now, or as a
    mere day, and the page now says the minute of that day.
    """
    if known is None or said is None:
        return known is not None
    if known.raw == said.raw:
        return False
    same_day = known.at.date() == said.at.astimezone(known.at.tzinfo).date()
    return not (known.precision is Precision.DAY and said.precision is Precision.MINUTE and same_day)


def match_values(revision_id: int, match: Match) -> dict[str, Any]:
    """A match as columns."""
    evidence = [[found.phrase, found.printed, found.part, found.context] for found in match.evidence]
    return {"revision_id": revision_id, "topic": match.topic, "score": match.score, "evidence": evidence}


def citation_values(revision_id: int, citation: Citation) -> dict[str, Any]:
    """A citation as columns."""
    return {
        "revision_id": revision_id,
        "key": citation.key,
        "printed": citation.printed,
        "family": citation.family,
        "context": citation.context,
        "signed": citation.signed,
    }


def article_of(revision: RowMapping, *, key: str, url: str, source: str) -> Article:
    """The article as a revision keeps it, at the address where it lives today."""
    return Article(
        key=key,
        url=url,
        source=source,
        title=revision["title"],
        lead=revision["lead"],
        paragraphs=tuple(revision["paragraphs"]),
        published=instant_of(revision),
        authors=tuple(revision["authors"]),
        credit=revision["credit"],
        section=revision["section"],
        blocks=tuple(Block(text=text, tag=tag, rule=rule) for text, tag, rule in revision["blocks"]),
        template=revision["template"],
    )


def instant_of(revision: RowMapping) -> Instant | None:
    """The date that a revision keeps, as it was printed."""
    if revision["published_at"] is None:
        return None
    zone = timezone(timedelta(minutes=revision["published_offset"]))
    return Instant(
        at=revision["published_at"].astimezone(zone),
        precision=Precision(revision["published_precision"]),
        raw=revision["published_raw"],
        origin=revision["published_origin"],
    )


def matches_of(db: Connection, revision_ids: Sequence[int]) -> dict[int, tuple[Match, ...]]:
    """The topics found in some revisions, by revision id, in the order in which they were found."""
    found: dict[int, tuple[Match, ...]] = {}
    for ids in chunks(revision_ids):
        query = select(schema.match).where(schema.match.c.revision_id.in_(ids)).order_by(schema.match.c.id)
        for row in db.execute(query).mappings():
            evidence = tuple(
                Evidence(phrase=phrase, printed=printed, part=part, context=context)
                for phrase, printed, part, context in row["evidence"]
            )
            one = Match(topic=row["topic"], score=row["score"], evidence=evidence)
            found[row["revision_id"]] = (*found.get(row["revision_id"], ()), one)
    return found


def citations_of(db: Connection, revision_ids: Sequence[int]) -> dict[int, tuple[Citation, ...]]:
    """The legal documents named in some revisions, by revision id, in the order in which they were found."""
    found: dict[int, tuple[Citation, ...]] = {}
    for ids in chunks(revision_ids):
        query = select(schema.citation).where(schema.citation.c.revision_id.in_(ids)).order_by(schema.citation.c.id)
        for row in db.execute(query).mappings():
            one = Citation(**{name: row[name] for name in ("key", "printed", "family", "context", "signed")})
            found[row["revision_id"]] = (*found.get(row["revision_id"], ()), one)
    return found


def chunks(items: Sequence[T], size: int = 500) -> Iterable[Sequence[T]]:
    """The items in portions that one statement may take."""
    return (items[start : start + size] for start in range(0, len(items), size))
