"""The ledger of entries: what each feed has told, under which id, and when.

An id is minted once, from the key of the first article that told the story, and never again: `urn:uuid`, version 5. The
same story in two feeds has one id in both, which is how a reader that takes both knows it again (RFC 4287, 4.2.6).
A row is never removed. `updated` moves only when the text of the article that it shows does, or when that text is
nowhere any more, or back again; then the row is in no volume any more (`storage.volumes`).

First run: entries of a source are `held` until its first run has ended. Then, per feed, the newest few of the last days
are published and the rest is `baseline`: known, never announced. What a first run announced and a later one brings
counts as the first run's. What is news at all: `storage.standing`.

A feed is a topic's, or keeps a search (`storage.searches`); a new one begins as `storage.beginnings` says. Beside that,
all is the same for both.

A story has one entry in a feed, whoever brings it. Where that is held or baseline, nobody was told: an article of
another source that is news by its own standing opens it in its own name. Where a published one's article is withdrawn,
it shows another article that carries the text (and meets the feed's search), under its old id and without moving, for
its text is as it was; and the first again when that is back.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, case, insert, select, update

from crawler.types import Cause, Match
from storage import candidates, schema, searches
from storage.policy import Policy
from storage.searches import SavedSearch
from storage.standing import Standing

NAMESPACE = uuid.UUID("6f2f6dd3-32c8-5f0b-9c5d-0d7b54d1a7f1")  # ours, fixed for ever: every entry's id depends on it
SPACING = timedelta(seconds=1)  # between entries that are published at one stroke, so that readers can order them

article, entry, match, revision, source = schema.article, schema.entry, schema.match, schema.revision, schema.source


def entry_id(key: str) -> str:
    """The Atom id of the entry that the article with this key opens."""
    return uuid.uuid5(NAMESPACE, key).urn


def show(
    db: Connection,
    article_id: int,
    revision_id: int,
    matches: Sequence[Match],
    *,
    cause: Cause | None,
    now: datetime,
    policy: Policy,
) -> None:
    """A page was stored: its entries show the revision, and each feed that newly matches gets one.

    `cause` of the revision; None: the text is as it was, and only what was found in it may be new.
    """
    if cause is not None:
        db.execute(update(entry).where(entry.c.article_id == article_id).values(revision_id=revision_id))
    if cause is Cause.SITE:
        touch(db, article_id, now)
    late = cause is not Cause.SITE
    mine = candidates.row_of(db, article_id, revision_id)
    told = _told(db, mine)
    for feed in sorted({one.topic for one in matches} | searches.feeds_of(db, article_id, revision_id)):
        known = told.get(feed)
        if known is None:
            _open(db, feed, mine, candidates.standing_of(db, feed, mine, now, policy, late=late), now)
        elif (
            known.state != Standing.PUBLISHED
            and _is_new_to(db, known, mine, late=late)
            and candidates.standing_of(db, feed, mine, now, policy, late=late) is Standing.PUBLISHED
        ):
            _give(db, known.id, mine, Standing.PUBLISHED, now)


def touch(db: Connection, article_id: int, now: datetime) -> None:
    """The text of the article's entries changed: `updated` moves, never backwards even if the clock does."""
    for row in db.execute(select(entry.c.id, entry.c.updated).where(entry.c.article_id == article_id)).all():
        db.execute(update(entry).where(entry.c.id == row.id).values(updated=max(now, row.updated), volume=None))


def follow(db: Connection, story_id: int, now: datetime) -> None:
    """An article of the story came, was withdrawn, or is back: its entries show one that is there, or are marked."""
    shown = db.execute(
        select(entry, article.c.text_key, article.c.text_id)
        .join(article, article.c.id == entry.c.article_id)
        .where(entry.c.story_id == story_id)
    ).all()
    saved = searches.saved(db) if shown else {}
    for row in shown:
        there = {one.id: one for one in _there(db, row) if _may_show(db, saved.get(row.feed), row, one)}
        best = there.get(row.article_id)
        if row.state == Standing.PUBLISHED:  # what nobody was told waits for its own article's source
            opener = next((one for one in there.values() if entry_id(one.key) == row.uuid), None)
            best = opener or best or next(iter(there.values()), None)
        values: dict[str, Any] = {"withdrawn": best is None}
        if best is not None and best.id != row.article_id:
            values |= {"article_id": best.id, "revision_id": best.revision_id}
        if row.withdrawn != values["withdrawn"]:
            values |= {"updated": max(now, row.updated), "volume": None}
        db.execute(update(entry).where(entry.c.id == row.id).values(values))


def settle(db: Connection, name: str, now: datetime, policy: Policy) -> int:
    """Ends a source's first run; gives how many entries it published. Does nothing where that was done before."""
    first = update(source).where(source.c.name == name, source.c.settled_at.is_(None))
    if not db.execute(first.values(settled_at=now)).rowcount:
        return 0
    held = db.execute(
        select(entry, article.c.text_key, article.c.text_id, revision.c.published_at)
        .join(article, article.c.id == entry.c.article_id)
        .join(revision, revision.c.id == entry.c.revision_id)
        .where(article.c.source == name, entry.c.state == Standing.HELD)
        .order_by(revision.c.published_at.desc(), article.c.announced_at.desc(), article.c.id)
    ).all()
    told: dict[str, int] = {}
    for row in held:
        rank = told.get(row.feed, 0)
        news = row.published_at is not None and row.published_at >= now - policy.baseline and not row.withdrawn
        if _is_told_elsewhere(db, row):
            db.execute(update(entry).where(entry.c.id == row.id).values(state=Standing.BASELINE))
        elif news and rank < policy.baseline_items:
            told[row.feed] = rank + 1
            at = now - rank * SPACING
            told_id = _id_told(db, row.story_id) or row.uuid  # nobody was told the other one
            values = {"uuid": told_id, "state": Standing.PUBLISHED, "announced": at, "updated": at}
            db.execute(update(entry).where(entry.c.id == row.id).values(values))
        else:
            db.execute(update(entry).where(entry.c.id == row.id).values(state=Standing.BASELINE))
            _hand_over(db, row, now, policy)
    return sum(told.values())


# --- inside -----------------------------------------------------------------------------------------------------------


def _told(db: Connection, mine: Row[Any]) -> dict[str, Row[Any]]:
    """The entries of the article's story, by feed; and of every other story that has proved to be the same one.

    Where there are two, both stay: what one of them has told is told.
    """
    same = select(article.c.story_id).where(article.c.text_id == mine.text_id)
    own = entry.c.story_id == mine.story_id
    rows = db.execute(select(entry).where(own | entry.c.story_id.in_(same)).order_by(own, entry.c.id.desc())).all()
    return {row.feed: row for row in sorted(rows, key=lambda row: row.state == Standing.PUBLISHED)}


def _is_told_elsewhere(db: Connection, held: Row[Any]) -> bool:
    """Whether the feed has told the text already, under the id of another story that proved to be the same one."""
    same = select(article.c.story_id).where(article.c.text_id == held.text_id, article.c.story_id != held.story_id)
    told = (entry.c.feed == held.feed) & (entry.c.state == Standing.PUBLISHED) & entry.c.story_id.in_(same)
    return db.execute(select(entry.c.id).where(told).limit(1)).first() is not None


def _is_new_to(db: Connection, known: Row[Any], mine: Row[Any], *, late: bool) -> bool:
    """Whether the article has not been judged for this entry of another one: each has one chance to open it.

    What was stored when the feed began was judged then.
    """
    if known.article_id == mine.id:
        return False
    if not late:
        return bool(mine.sequence == 1)
    begun = searches.begun(db, known.feed)
    return bool(mine.first_seen < known.announced and (begun is None or mine.first_seen > begun))


def _open(db: Connection, feed: str, mine: Row[Any], state: Standing, now: datetime) -> None:
    values = {"feed": feed, "story_id": mine.story_id, **_as_new(db, mine, state, now)}
    db.execute(insert(entry).values(values))


def _give(db: Connection, known: int, mine: Row[Any], state: Standing, now: datetime) -> None:
    """An entry of which nobody was told becomes this article's."""
    db.execute(update(entry).where(entry.c.id == known).values(_as_new(db, mine, state, now)))


def _as_new(db: Connection, mine: Row[Any], state: Standing, now: datetime) -> dict[str, Any]:
    """What an entry says that shows this article from now on."""
    return {
        "uuid": _id_told(db, mine.story_id) or entry_id(mine.key),
        "article_id": mine.id,
        "revision_id": mine.revision_id,
        "state": state,
        "announced": now,
        "updated": now,
        "withdrawn": False,
    }


def _id_told(db: Connection, story_id: int) -> str | None:
    """The id under which the story is told in another feed."""
    told = select(entry.c.uuid).where(entry.c.story_id == story_id, entry.c.state == Standing.PUBLISHED)
    return db.execute(told.order_by(entry.c.id).limit(1)).scalars().first()


def _there(db: Connection, shown: Row[Any]) -> Sequence[Any]:
    """The articles of an entry's story that are not withdrawn and carry its text: letter by letter, then its copies.

    The oldest of each first.
    """
    same = article.c.text_id == shown.text_id
    copied = case((article.c.text_key == shown.text_key, 0), else_=1)
    return db.execute(
        select(article.c.id, article.c.key, revision.c.id.label("revision_id"))
        .join(revision, schema.CURRENT)
        .where(article.c.story_id == shown.story_id, article.c.withdrawn_at.is_(None))
        .where(same | (article.c.id == shown.article_id))
        .order_by(copied, article.c.id)
    ).all()


def _may_show(db: Connection, search: SavedSearch | None, shown: Row[Any], one: Any) -> bool:
    """Whether an entry may show the article: a topic is in its text, which is the same; a search may ask for more."""
    return search is None or one.id == shown.article_id or searches.meets(db, search, one.id, one.revision_id)


def _is_for(db: Connection, feed: str, search: SavedSearch | None, one: Any) -> bool:
    """Whether the article is for the feed: it meets its search, or matches its topic."""
    if search is not None:
        return searches.meets(db, search, one.id, one.revision_id)
    found = select(match.c.id).where(match.c.revision_id == one.revision_id, match.c.topic == feed)
    return db.execute(found).first() is not None


def _hand_over(db: Connection, held: Row[Any], now: datetime, policy: Policy) -> None:
    """A first run does not tell it: perhaps another source's article that is for the feed does, by its own."""
    search = searches.saved(db).get(held.feed)
    for one in _there(db, held):
        if one.id == held.article_id or not _is_for(db, held.feed, search, one):
            continue
        mine = candidates.row_of(db, one.id, one.revision_id)
        state = candidates.standing_of(db, held.feed, mine, now, policy, late=False)
        if state is not Standing.BASELINE:
            _give(db, held.id, mine, state, now)
            return
