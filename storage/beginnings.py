"""A feed begins, or keeps another search from now on, over what is stored already: it does not flood.

    what meets the search ─┬─ in the feed already, or its text is      as it was
                           ├─ its source is in its first run           HELD, until that has ended
                           ├─ the newest few of the last days          PUBLISHED, as of now
                           └─ the rest                                 BASELINE: known, never announced

`baseline.items` and `baseline.days` say how few, and of how many days: of all sources together.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from storage import schema
from storage.ledger import SPACING, entry_id
from storage.policy import Policy
from storage.searches import SavedSearch, keep, met, saved
from storage.standing import Standing

article, entry, revision, source = schema.article, schema.entry, schema.revision, schema.source


def missing(db: Connection, wanted: Mapping[str, SavedSearch]) -> dict[str, SavedSearch]:
    """Those of the feeds that do not keep this search yet."""
    known = saved(db)
    return {name: search for name, search in sorted(wanted.items()) if known.get(name) != search}


def begin(db: Connection, name: str, search: SavedSearch, now: datetime, policy: Policy) -> None:
    """The feed keeps this search from now on, and has entries of what is there."""
    if name not in missing(db, {name: search}):
        return  # another process was faster
    keep(db, name, search, now)
    ids = _ids_told(db)
    found = sorted(_met(db, search), key=lambda row: _preference(row, ids))
    each = sorted(_one_a_story(found, *_in_feed(db, name)), key=_newest_first)
    rank, values = 0, []
    for row in each:
        state, at = Standing.BASELINE, now
        if row.settled_at is None:
            state = Standing.HELD
        elif rank < policy.baseline_items and row.withdrawn_at is None and _is_recent(row, now, policy):
            state, at, rank = Standing.PUBLISHED, now - rank * SPACING, rank + 1
        values.append(
            {
                "feed": name,
                "uuid": ids.get(row.story_id) or entry_id(row.key),
                "story_id": row.story_id,
                "article_id": row.id,
                "revision_id": row.revision_id,
                "state": state,
                "announced": at,
                "updated": at,
                "withdrawn": row.withdrawn_at is not None,
            }
        )
    if values:
        db.execute(insert(entry), values)


def _met(db: Connection, search: SavedSearch) -> Sequence[Row[Any]]:
    query = (
        select(
            article.c.id,
            article.c.key,
            article.c.story_id,
            article.c.text_id,
            article.c.withdrawn_at,
            revision.c.id.label("revision_id"),
            revision.c.published_at,
            source.c.settled_at,
        )
        .join(revision, schema.CURRENT)
        .join(source, source.c.name == article.c.source)
    )
    return db.execute(met(db, search, query)).all()


def _ids_told(db: Connection) -> dict[int, str]:
    """The id under which a story is told in another feed, by story."""
    told = select(entry.c.story_id, entry.c.uuid).where(entry.c.state == Standing.PUBLISHED)
    return dict(db.execute(told.order_by(entry.c.id.desc())).all())


def _in_feed(db: Connection, name: str) -> tuple[set[int], set[int]]:
    """The stories that have an entry in the feed already, and their texts."""
    told = select(article.c.story_id, article.c.text_id).join(entry, entry.c.story_id == article.c.story_id)
    rows = db.execute(told.where(entry.c.feed == name)).all()
    return {row.story_id for row in rows}, {row.text_id for row in rows}


def _preference(row: Row[Any], ids: Mapping[int, str]) -> tuple[bool, bool, bool, int]:
    """Of a story, the article that opened it elsewhere; one that is there; one whose source is settled; the first."""
    told = ids.get(row.story_id)
    opened = told is not None and entry_id(row.key) == told
    return not opened, row.withdrawn_at is not None, row.settled_at is None, row.id


def _one_a_story(rows: Sequence[Row[Any]], stories: set[int], texts: set[int]) -> Iterator[Row[Any]]:
    for row in rows:
        if row.story_id not in stories and row.text_id not in texts:
            stories.add(row.story_id)
            texts.add(row.text_id)
            yield row


def _newest_first(row: Row[Any]) -> tuple[bool, float, int]:
    return row.published_at is None, -row.published_at.timestamp() if row.published_at else 0.0, -row.id


def _is_recent(row: Row[Any], now: datetime, policy: Policy) -> bool:
    return row.published_at is not None and row.published_at >= now - policy.baseline
