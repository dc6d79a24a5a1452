"""An article's revisions: each text that was stored of it, with the matches, citations and places found in it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from crawler.types import Cause
from storage import schema, search
from storage.page import Page
from storage.rows import (
    citation_values,
    citations_of,
    inserted,
    instant_of,
    kept_date,
    located_values,
    match_values,
    matches_of,
    places_of,
    revision_values,
)

revision = schema.revision
KEPT_IF_UNSAID = ("authors", "credit", "section")  # a page that lost one of these takes nothing back


def current(db: Connection, known: Row[Any]) -> Row[Any]:
    """The revision that the article shows."""
    mine = (revision.c.article_id == known.id) & (revision.c.sequence == known.revision)
    return db.execute(select(revision).where(mine)).one()


def add(db: Connection, page: Page, article_id: int, sequence: int, cause: Cause, now: datetime) -> int:
    """The article has a new revision, with what was found in it; gives its id."""
    values = revision_values(page.article) | {
        "article_id": article_id,
        "sequence": sequence,
        "content_hash": page.content_hash,
        "record_id": page.judged.snapshot.record,
        "cause": cause,
        "stored_at": now,
    }
    revision_id = inserted(db, insert(revision).values(values))
    _add_findings(db, page, revision_id)
    search.index(db, {article_id: page.article})
    return revision_id


def refresh(db: Connection, page: Page, current: Row[Any]) -> None:
    """The same text, but perhaps a date, an author or a match that our rules, or the site, give only now."""
    said = revision_values(page.article)
    lost = [name for name in KEPT_IF_UNSAID if not said[name]]
    dated = page.article.published
    if not (dated and is_ours(page, current)) and kept_date(instant_of(current._mapping, "published"), dated):
        lost += [name for name in said if name.startswith("published_")]
    kept = {name: value for name, value in said.items() if name not in lost}
    mine = current._mapping
    if any(mine[name] != value for name, value in kept.items()):
        db.execute(update(revision).where(revision.c.id == current.id).values(kept))
    found = tuple(of(db, [current.id]).get(current.id, ()) for of in (matches_of, citations_of, places_of))
    if found != (page.judged.matches, page.judged.citations, page.judged.places):
        for table in (schema.match, schema.citation, schema.located):
            db.execute(delete(table).where(table.c.revision_id == current.id))
        _add_findings(db, page, current.id)


def is_ours(page: Page, current: Row[Any]) -> bool:
    """Whether this is the very page of the revision: what differs is what we make of it."""
    record = page.judged.snapshot.record
    return record is not None and record == current.record_id


def _add_findings(db: Connection, page: Page, revision_id: int) -> None:
    matches = [match_values(revision_id, one) for one in page.judged.matches]
    citations = [citation_values(revision_id, one) for one in page.judged.citations]
    places = [located_values(revision_id, one) for one in page.judged.places]
    for table, values in ((schema.match, matches), (schema.citation, citations), (schema.located, places)):
        if values:
            db.execute(insert(table), values)
