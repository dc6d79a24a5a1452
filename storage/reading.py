"""What people and commands ask of the store, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from crawler.learned import SeenPage
from crawler.types import Article, Cause, Citation, Failure, Located, Match, Run
from crawler.urls import canonical
from storage import absences, passes, schema
from storage.absences import Absence
from storage.members import Member, members
from storage.pending import State
from storage.rows import article_of, blocks_of, citations_of, matches_of, places_of
from storage.standing import Standing

article, address, revision, entry = schema.article, schema.address, schema.revision, schema.entry
_LATELY = timedelta(days=30)  # before a source's latest run
_NAMED = 3  # restless articles of a source whose addresses are told


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """How a source is doing. `settled`: its first run has ended.

    `restless` counts articles that changed at each visit lately: two readings at once differed, or so many visits in a
    row did; `restless_urls` names some, the latest first.
    """

    name: str
    title: str
    place: str
    settled: bool
    articles: int
    last_new: datetime | None
    pending: int
    rejected: int
    expired: int
    restless: int
    restless_urls: tuple[str, ...]
    last_run: Run | None
    failure: Failure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRevision:
    """One stored text, with what was found in it. `record`: the archive record's id, and when its page was removed.

    `waived`: what was let pass of the host's TLS when that was fetched, and why; mostly nothing.
    """

    sequence: int
    cause: Cause
    stored_at: datetime
    article: Article
    matches: tuple[Match, ...]
    citations: tuple[Citation, ...]
    places: tuple[Located, ...]
    record: int | None
    removed_at: datetime | None
    waived: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An article's row in the ledger."""

    feed: str
    id: str
    standing: Standing
    announced: datetime
    updated: datetime
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """All that is known of an article; revisions oldest first. `story`: the articles that carry its text, itself too.

    `gone_at`: since when the site says that it is gone; `withdrawn_at`: since when that is believed. `absences`: when
    it was not there, the one that lasts too. `noisy`: two readings at once differed.
    """

    id: int
    key: str
    url: str
    source: str
    addresses: tuple[str, ...]
    story: tuple[Member, ...]
    first_seen: datetime
    last_checked: datetime
    last_changed: datetime
    gone_at: datetime | None
    withdrawn_at: datetime | None
    absences: tuple[Absence, ...]
    noisy: bool
    revisions: tuple[StoredRevision, ...]
    entries: tuple[StoredEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much there is. `records`: pages in the archive; `entries`: published ones, by feed."""

    sources: int
    articles: int
    revisions: int
    stories: int
    pending: int
    rejections: int
    records: int
    entries: Mapping[str, int]


def status(db: Connection) -> tuple[SourceStatus, ...]:
    """Every source on record, by name."""
    stored = select(article.c.source, func.count(), func.max(article.c.first_seen))
    articles = {name: tuple(rest) for name, *rest in db.execute(stored.group_by(article.c.source))}
    announced = schema.pending.c
    waiting = select(announced.source, announced.state, func.count()).group_by(announced.source, announced.state)
    states = {(name, state): count for name, state, count in db.execute(waiting)}
    return tuple(
        _status(db, row, articles.get(row.name, (0, None)), states)
        for row in db.execute(select(schema.source).order_by(schema.source.c.name))
    )


def _status(
    db: Connection,
    row: Row[Any],
    stored: Sequence[Any],
    states: Mapping[tuple[str, str], int],
) -> SourceStatus:
    articles, last_new = stored
    restless_urls = restless(db, row.name)
    return SourceStatus(
        name=row.name,
        title=row.title,
        place=row.place,
        settled=row.settled_at is not None,
        articles=articles,
        last_new=last_new,
        pending=states.get((row.name, State.PENDING), 0),
        rejected=states.get((row.name, State.REJECTED), 0),
        expired=states.get((row.name, State.EXPIRED), 0),
        restless=len(restless_urls),
        restless_urls=restless_urls[:_NAMED],
        last_run=next(iter(passes.latest(db, row.name, 1)), None),
        failure=passes.failure_of(row._mapping),
    )


def restless(db: Connection, name: str) -> tuple[str, ...]:
    """The articles of a source that change at each visit, the latest read first; old ones say nothing of today."""
    run_at = db.execute(select(schema.source.c.run_at).where(schema.source.c.name == name)).scalar()
    if run_at is None:
        return ()
    mine = select(article.c.url).where(
        article.c.source == name, schema.RESTLESS, article.c.last_read > run_at - _LATELY
    )
    return tuple(db.execute(mine.order_by(article.c.last_read.desc(), article.c.id)).scalars())


def find(db: Connection, wanted: int | str) -> StoredArticle | None:
    """The article with this id, key or URL."""
    if isinstance(wanted, int) or wanted.isdecimal():
        where = article.c.id == (int(wanted) if len(str(wanted)) < 19 else -1)  # SQLite has no larger numbers
    else:
        urls = {wanted, canonical(wanted)} - {""}
        named = select(address.c.article_id).where(or_(address.c.key == wanted, address.c.url.in_(urls)))
        where = article.c.id.in_(named)
    row = db.execute(select(article).where(where).order_by(article.c.id)).first()
    return None if row is None else _stored(db, row)


def _stored(db: Connection, row: Row[Any]) -> StoredArticle:
    addresses = select(address.c.url).where(address.c.article_id == row.id).order_by(address.c.seen_at, address.c.key)
    return StoredArticle(
        id=row.id,
        key=row.key,
        url=row.url,
        source=row.source,
        addresses=tuple(dict.fromkeys(db.execute(addresses).scalars())),
        story=members(db, row.text_id),
        first_seen=row.first_seen,
        last_checked=row.last_checked,
        last_changed=row.last_changed,
        gone_at=row.gone_at,
        withdrawn_at=row.withdrawn_at,
        absences=(*absences.past(db, [row.id]).get(row.id, ()), *filter(None, [absences.current(row)])),
        noisy=row.noisy,
        revisions=_revisions(db, row),
        entries=_entries(db, row.id),
    )


def pages(db: Connection, source: str, limit: int) -> tuple[SeenPage, ...]:
    """The pages of a source's articles, as last stored; those read last come first."""
    latest = (
        select(revision.c.blocks, article.c.last_read)
        .join(article, schema.CURRENT)
        .where(article.c.source == source)
        .order_by(article.c.last_read.desc(), article.c.id.desc())
        .limit(limit)
    )
    return tuple(SeenPage(blocks=blocks_of(row.blocks), at=row.last_read) for row in db.execute(latest))


def _revisions(db: Connection, mine: Row[Any]) -> tuple[StoredRevision, ...]:
    stored = (
        select(revision, schema.record.c.removed_at, schema.record.c.waived)
        .outerjoin(schema.record, schema.record.c.id == revision.c.record_id)
        .where(revision.c.article_id == mine.id)
        .order_by(revision.c.sequence)
    )
    rows = db.execute(stored).mappings().all()
    ids = [row["id"] for row in rows]
    matches, citations, places = matches_of(db, ids), citations_of(db, ids), places_of(db, ids)
    return tuple(
        StoredRevision(
            sequence=row["sequence"],
            cause=Cause(row["cause"]),
            stored_at=row["stored_at"],
            article=article_of(row, key=mine.key, url=mine.url, source=mine.source),
            matches=matches.get(row["id"], ()),
            citations=citations.get(row["id"], ()),
            places=places.get(row["id"], ()),
            record=row["record_id"],
            removed_at=row["removed_at"],
            waived=row["waived"] or "",
        )
        for row in rows
    )


def _entries(db: Connection, article_id: int) -> tuple[StoredEntry, ...]:
    rows = db.execute(select(entry).where(entry.c.article_id == article_id).order_by(entry.c.feed))
    return tuple(
        StoredEntry(
            feed=row.feed,
            id=row.uuid,
            standing=Standing(row.state),
            announced=row.announced,
            updated=row.updated,
            withdrawn=row.withdrawn,
        )
        for row in rows
    )


def counts(db: Connection) -> Counts:
    """How much there is of everything."""
    published = select(entry.c.feed, func.count()).where(entry.c.state == Standing.PUBLISHED)
    return Counts(
        sources=_count(db, schema.source),
        articles=_count(db, article),
        revisions=_count(db, revision),
        stories=_count(db, schema.story),
        pending=_count(db, schema.pending, schema.pending.c.state == State.PENDING),
        rejections=_count(db, schema.rejection),
        records=_count(db, schema.record, schema.record.c.removed_at.is_(None)),
        entries=dict(db.execute(published.group_by(entry.c.feed).order_by(entry.c.feed)).all()),
    )


def _count(db: Connection, table: Any, *conditions: Any) -> int:
    return db.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()
