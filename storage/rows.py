"""Nouns to columns and back."""

from collections.abc import Iterable, Sequence
from datetime import timedelta, timezone
from typing import Any, TypeVar

from sqlalchemy import Connection, Insert, RowMapping, select

from crawler.types import (
    Article,
    Attachment,
    Block,
    Citation,
    Confidence,
    Evidence,
    Image,
    Instant,
    Located,
    Match,
    Naming,
    Precision,
    Statement,
)
from storage import schema

T = TypeVar("T")
_CITATION = ("key", "printed", "family", "context", "signed", "signed_raw")
LISTED = "listing"  # the origin of a date that the page itself does not print


def revision_values(article: Article) -> dict[str, Any]:
    """What the site said, as columns of `revision`."""
    return {
        "title": article.title,
        "lead": article.lead,
        "paragraphs": list(article.paragraphs),
        "html": article.html,
        "images": [[image.url, image.alt, image.caption] for image in article.images],
        "attachments": [[one.name, one.url] for one in article.attachments],
        "also": [[one.about, one.value, one.origin] for one in article.also],
        "blocks": [[block.text, block.tag, block.rule, block.path] for block in article.blocks],
        **_instant_values("published", article.published),
        **_instant_values("updated", article.updated),
        "authors": list(article.authors),
        "credit": article.credit,
        "section": article.section,
        "template": article.template,
    }


def _instant_values(name: str, when: Instant | None) -> dict[str, Any]:
    offset = when.at.utcoffset() if when else None
    return {
        f"{name}_at": when and when.at,
        f"{name}_offset": None if offset is None else round(offset / timedelta(minutes=1)),
        f"{name}_precision": when and when.precision.value,
        f"{name}_raw": when and when.raw,
        f"{name}_origin": when and when.origin,
        f"{name}_confidence": when and when.confidence.value,
    }


def kept_date(known: Instant | None, said: Instant | None) -> bool:
    """Whether an unchanged text keeps its date although the page gives another: many a site dates anew what it touches.

    A known date gives way only to a better one: where it was printed just so and is only read otherwise now, or as a
    mere day, and the page now says the minute of that day, or where only a listing had said it.
    """
    if known is None or said is None:
        return known is not None
    if known.raw == said.raw or known.origin == LISTED:
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
        "signed_raw": citation.signed_raw,
    }


def located_values(revision_id: int, one: Located) -> dict[str, Any]:
    """A place of an article as columns."""
    evidence = [[it.printed, it.part, it.paragraph, it.start, it.context] for it in one.evidence]
    return {
        "revision_id": revision_id,
        "place": one.place,
        "now": one.now,
        "named": one.named,
        "evidence": evidence,
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
        published=instant_of(revision, "published"),
        updated=instant_of(revision, "updated"),
        authors=tuple(revision["authors"]),
        credit=revision["credit"],
        section=revision["section"],
        html=revision["html"],
        images=tuple(Image(url=url, alt=alt, caption=caption) for url, alt, caption in revision["images"]),
        attachments=tuple(Attachment(name=name, url=url) for name, url in revision["attachments"]),
        also=tuple(Statement(about=about, value=value, origin=origin) for about, value, origin in revision["also"]),
        blocks=blocks_of(revision["blocks"]),
        template=revision["template"],
    )


def blocks_of(stored: Iterable[Sequence[Any]]) -> tuple[Block, ...]:
    """The lines of a page as a revision keeps them; older ones have no path."""
    return tuple(Block(text=text, tag=tag, rule=rule, path="".join(path)) for text, tag, rule, *path in stored)


def instant_of(revision: RowMapping, name: str) -> Instant | None:
    """A date that a revision keeps, as it was printed; `name`: published or updated."""
    if revision[f"{name}_at"] is None:
        return None
    zone = timezone(timedelta(minutes=revision[f"{name}_offset"]))
    return Instant(
        at=revision[f"{name}_at"].astimezone(zone),
        precision=Precision(revision[f"{name}_precision"]),
        raw=revision[f"{name}_raw"],
        origin=revision[f"{name}_origin"],
        confidence=Confidence(revision[f"{name}_confidence"]),
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
            one = Citation(**{name: row[name] for name in _CITATION})
            found[row["revision_id"]] = (*found.get(row["revision_id"], ()), one)
    return found


def places_of(db: Connection, revision_ids: Sequence[int]) -> dict[int, tuple[Located, ...]]:
    """The places that some revisions are about, by revision id, in the order in which they were found."""
    found: dict[int, tuple[Located, ...]] = {}
    for ids in chunks(revision_ids):
        query = select(schema.located).where(schema.located.c.revision_id.in_(ids)).order_by(schema.located.c.id)
        for row in db.execute(query).mappings():
            evidence = tuple(
                Naming(printed=printed, part=part, paragraph=paragraph, start=start, context=context)
                for printed, part, paragraph, start, context in row["evidence"]
            )
            one = Located(place=row["place"], now=row["now"], named=row["named"], evidence=evidence)
            found[row["revision_id"]] = (*found.get(row["revision_id"], ()), one)
    return found


def chunks(items: Sequence[T], size: int = 500) -> Iterable[Sequence[T]]:
    """The items in portions that one statement may take."""
    return (items[start : start + size] for start in range(0, len(items), size))


def inserted(db: Connection, statement: Insert) -> int:
    """Puts a row in; gives its id."""
    return int(db.execute(statement.returning(statement.table.c.id)).scalar_one())
