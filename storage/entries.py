"""The published entries of a feed, as its readers are shown them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from crawler.types import Entry
from storage import schema
from storage.rows import article_of, chunks, citations_of, matches_of
from storage.standing import Standing

article, entry, revision, source = schema.article, schema.entry, schema.revision, schema.source


def entries(db: Connection, feed: str, limit: int) -> tuple[Entry, ...]:
    """The published entries of a feed, the latest updated first, and by id where that is equal."""
    published = (entry.c.feed == feed) & (entry.c.state == Standing.PUBLISHED)
    latest = _query().where(published).order_by(entry.c.updated.desc(), entry.c.uuid).limit(limit)
    return tuple(_shown(db, db.execute(latest).mappings().all()).values())


def chosen(db: Connection, ids: Sequence[int]) -> dict[int, Entry]:
    """The entries of these rows of the ledger, by the row's id."""
    rows = [row for some in chunks(ids) for row in db.execute(_query().where(entry.c.id.in_(some))).mappings()]
    return _shown(db, rows)


def _shown(db: Connection, rows: Sequence[RowMapping]) -> dict[int, Entry]:
    shown = [row["id"] for row in rows]
    matches, citations = matches_of(db, shown), citations_of(db, shown)
    places = _places(db, [row["text_id"] for row in rows])
    return {
        row["entry_id"]: Entry(
            feed=row["feed"],
            id=row["uuid"],
            announced=row["announced"],
            updated=row["updated"],
            article=article_of(row, key=row["key"], url=row["url"], source=row["source"]),
            source_title=row["source_title"],
            place=row["place"],
            also=_also(row, places.get(row["text_id"], ())),
            matches=matches.get(row["id"], ()),
            citations=citations.get(row["id"], ()),
            withdrawn=row["withdrawn"],
        )
        for row in rows
    }


def _query() -> Select[Any]:
    return (
        select(
            revision,
            entry.c.id.label("entry_id"),
            entry.c.feed,
            entry.c.uuid,
            entry.c.announced,
            entry.c.updated,
            entry.c.withdrawn,
            article.c.key,
            article.c.url,
            article.c.source,
            article.c.text_id,
            source.c.title.label("source_title"),
            source.c.place,
        )
        .select_from(entry)
        .join(revision, revision.c.id == entry.c.revision_id)
        .join(article, article.c.id == entry.c.article_id)
        .join(source, source.c.name == article.c.source)
    )


def _places(db: Connection, text_ids: Sequence[int]) -> dict[int, list[RowMapping]]:
    """Where texts stand, by text id: the articles that carry them and are not withdrawn, the oldest first."""
    found: dict[int, list[RowMapping]] = {}
    for ids in chunks(text_ids):
        query = (
            select(article.c.text_id, article.c.key, article.c.url, source.c.title)
            .join(source, source.c.name == article.c.source)
            .where(article.c.text_id.in_(ids), article.c.withdrawn_at.is_(None))
            .order_by(article.c.id)
        )
        for row in db.execute(query).mappings():
            found.setdefault(row["text_id"], []).append(row)
    return found


def _also(shown: RowMapping, places: Sequence[RowMapping]) -> tuple[tuple[str, str], ...]:
    """The places beside the one that is shown where its text stands today."""
    return tuple((one["title"], one["url"]) for one in places if one["key"] != shown["key"])
