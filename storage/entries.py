"""The published entries of a feed, as its readers are shown them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from crawler.types import Article, Cause, Entry
from storage import schema, volumes
from storage.rows import article_of, chunks, citations_of, matches_of
from storage.standing import Standing

article, entry, revision, source = schema.article, schema.entry, schema.revision, schema.source
_before, _after = revision.alias("before"), revision.alias("after")


def latest(db: Connection, feed: str, limit: int) -> tuple[Entry, ...]:
    """The published entries of a feed that were updated last."""
    return _ordered(db, _latest(db, feed, limit))


def current(db: Connection, feed: str, limit: int) -> tuple[Entry, ...]:
    """What the feed's current document shows: those that are in no volume, and the latest updated, `limit` in all."""
    chosen = dict.fromkeys((*volumes.loose(db, feed), *_latest(db, feed, limit)))
    return _ordered(db, list(chosen)[:limit])


def sealed(db: Connection, feed: str, number: int) -> tuple[Entry, ...]:
    """The entries that a volume of the feed still has as they are."""
    mine = (entry.c.feed == feed) & (entry.c.state == Standing.PUBLISHED) & (entry.c.volume == number)
    return _ordered(db, db.execute(select(entry.c.id).where(mine)).scalars().all())


def chosen(db: Connection, ids: Sequence[int]) -> dict[int, Entry]:
    """The entries of these rows of the ledger, by the row's id."""
    rows = [row for some in chunks(ids) for row in db.execute(_query().where(entry.c.id.in_(some))).mappings()]
    return _shown(db, rows)


def _latest(db: Connection, feed: str, limit: int) -> Sequence[int]:
    mine = (entry.c.feed == feed) & (entry.c.state == Standing.PUBLISHED)
    newest = select(entry.c.id).where(mine).order_by(entry.c.updated.desc(), entry.c.uuid)
    return db.execute(newest.limit(limit)).scalars().all()


def _ordered(db: Connection, ids: Sequence[int]) -> tuple[Entry, ...]:
    """The entries of these rows, the latest updated first, and by Atom id where that is equal."""
    found = sorted(chosen(db, ids).values(), key=lambda one: one.id)
    return tuple(sorted(found, key=lambda one: one.updated, reverse=True))


def _shown(db: Connection, rows: Sequence[RowMapping]) -> dict[int, Entry]:
    shown = [row["id"] for row in rows]
    matches, citations = matches_of(db, shown), citations_of(db, shown)
    places = _places(db, [row["text_id"] for row in rows])
    edits = _edits(db, rows)
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
            edit=edits.get(row["entry_id"]),
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


def _edits(db: Connection, rows: Sequence[RowMapping]) -> dict[int, tuple[Article, Article]]:
    """The texts before and after the site's last edit, by entry id: of entries whose `updated` is that edit's."""
    pairs: dict[int, tuple[int, int]] = {}
    for ids in chunks([row["entry_id"] for row in rows if row["updated"] > row["announced"] and not row["withdrawn"]]):
        edit = (_after.c.article_id == entry.c.article_id) & (_after.c.stored_at == entry.c.updated)
        last = (_before.c.article_id == _after.c.article_id) & (_before.c.sequence == _after.c.sequence - 1)
        query = (
            select(entry.c.id, _before.c.id, _after.c.id)
            .select_from(entry)
            .join(_after, edit)
            .join(_before, last)
            .where(entry.c.id.in_(ids), _after.c.cause == Cause.SITE)
            .order_by(_after.c.sequence)
        )
        pairs |= {mine: (before, after) for mine, before, after in db.execute(query)}
    texts = _texts(db, [one for pair in pairs.values() for one in pair])
    return {mine: (texts[before], texts[after]) for mine, (before, after) in pairs.items()}


def _texts(db: Connection, revision_ids: Sequence[int]) -> dict[int, Article]:
    found: dict[int, Article] = {}
    for ids in chunks(revision_ids):
        for row in db.execute(select(revision).where(revision.c.id.in_(ids))).mappings():
            found[row["id"]] = article_of(row, key="", url="", source="")
    return found
