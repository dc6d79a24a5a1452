"""The corpus for others: every article with its current text, as plain values, streamed."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from crawler.places import full_name
from crawler.types import Located
from storage import schema
from storage.rows import citations_of, matches_of, places_of
from storage.search import Filters, filtered

article, revision = schema.article, schema.revision
_AT_ONCE = 200
_OF_THE_TEXT = tuple(column for column in revision.c if column.name not in article.c)

# The fields of an exported article, with what they mean. Instants are ISO 8601 with their zone.
FIELDS = {
    "id": "number in this store",
    "key": "identity of the article, the same in every store",
    "url": "where it lives today",
    "source": "name of the source",
    "title": "as printed, or nothing",
    "lead": "the sapo, or nothing",
    "text": "the paragraphs",
    "html": "the same as clean HTML, with headings, lists, tables and pictures",
    "published": "when it was published, in the zone that was printed",
    "published_precision": "minute or day",
    "published_confidence": "confirmed, stated or disputed",
    "published_from": "where the date was found",
    "updated": "when the site says that it last changed",
    "authors": "people, or a desk (PV)",
    "credit": "the source it was taken from, as printed",
    "section": "the page's own section",
    "images": "URL, alt text and caption of each",
    "attachments": "name and URL of each",
    "topics": "the topics that it matches",
    "documents": "the legal documents that it names, by key",
    "places": "the places that it names: id, name, today's unit and how often; 0: the source's own, it names none",
    "first_seen": "when its page was first fetched, UTC",
    "last_changed": "when its text last changed, UTC",
    "revision": "number of the current revision",
    "withdrawn": "since when the site has taken it back, UTC",
    "withdrawn_how": "how it went: 404, 410, home (sent to the home page) or said (by a page that says so)",
    "content_hash": "of title, lead and text",
}


def rows(db: Connection, filters: Filters) -> Iterator[dict[str, Any]]:
    """Every article that the filters let through, by id, with the fields above."""
    last = 0
    while True:
        query = (
            select(article, *_OF_THE_TEXT, revision.c.id.label("at"))
            .select_from(article.join(revision, schema.CURRENT))
            .where(article.c.id > last)
            .order_by(article.c.id)
            .limit(_AT_ONCE)
        )
        some = db.execute(filtered(query, filters)).mappings().all()
        if not some:
            return
        ids = [row["at"] for row in some]
        topics, documents, places = matches_of(db, ids), citations_of(db, ids), places_of(db, ids)
        for row in some:
            found: dict[str, list[Any]] = {
                "topics": [match.topic for match in topics.get(row["at"], ())],
                "documents": [one.key for one in documents.get(row["at"], ())],
                "places": [_place(one) for one in places.get(row["at"], ())],
            }
            yield _row(row, found)
        last = some[-1]["id"]


def _row(row: RowMapping, found: dict[str, list[Any]]) -> dict[str, Any]:
    values = {
        "text": row["paragraphs"],
        "published": _printed(row, "published"),
        "published_from": row["published_origin"],
        "updated": _printed(row, "updated"),
        "images": [{"url": url, "alt": alt, "caption": caption} for url, alt, caption in row["images"]],
        "attachments": [{"name": name, "url": url} for name, url in row["attachments"]],
        "first_seen": _utc(row["first_seen"]),
        "last_changed": _utc(row["last_changed"]),
        "withdrawn": _utc(row["withdrawn_at"]),
        "withdrawn_how": row["gone_how"] if row["withdrawn_at"] else None,
        **found,
    }
    return {name: values[name] if name in values else row[name] for name in FIELDS}


def _place(one: Located) -> dict[str, Any]:
    return {"id": one.place, "name": full_name(one.place), "now": one.now, "named": one.named}


def _printed(row: RowMapping, name: str) -> str | None:
    at: datetime | None = row[f"{name}_at"]
    return at.astimezone(timezone(timedelta(minutes=row[f"{name}_offset"]))).isoformat() if at else None


def _utc(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
