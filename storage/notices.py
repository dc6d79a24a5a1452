"""Who is told what, once: the channels (a hub, the mail, a target), and a notice of each entry that is news to one.

    entry is published ─gather→ due ─claim→ (sent) ─told→ told
                                  ↑            └─failed→ due, not before `next_at`; after a week lost, as is
                                                         what was not even tried for a month
    of the mail:                due ─batch→ sending (a digest was begun) ─told→ told

Nothing is sent here. A notice is written down before anything is sent, claimed by one process, and marked afterwards:
killed in between, the one in flight is sent again, and no other one. What a channel is to be told is what the ledger
holds beyond that which was there when it began; no event needs to be seen for it, so none can be missed.

A hub is told of a feed's document, known by its digest: it is due whenever that is not the one it was told last. So
are operators of incidents (`storage.incidents`), known by their marks.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from crawler.types import Entry
from storage import schema
from storage.database import Database
from storage.entries import chosen
from storage.rows import chunks
from storage.standing import Standing

channel, entry, notice = schema.channel, schema.entry, schema.notice

STALE = timedelta(days=30)  # what is older is no news to a channel that was away
KEEP = 2 * STALE  # how long one is kept after it was told
GIVE_UP = timedelta(days=7)  # after which one that cannot be sent is lost
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=6)  # until the next try; each time four times as long
OVERLAP = timedelta(hours=1)  # entries that are published at one stroke are announced up to so much apart
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class State(StrEnum):
    """Of a notice."""

    KNOWN = "known"  # was published before the channel began: never told
    DUE = "due"
    SENDING = "sending"
    TOLD = "told"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that a channel is to be told: an entry; or a feed's address, an incident, with digest or mark."""

    id: int
    subject: str
    attempts: int
    entry: Entry | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """How a channel is doing. `failure` is that of the latest try of what still waits, at `failed_at`.

    `begun`: a digest was begun, and nobody knows that it was sent.
    """

    name: str
    began: datetime
    told_at: datetime | None
    waiting: int
    lost: int
    begun: bool = False
    failure: str = ""
    failed_at: datetime | None = None


class Notices:
    """The channels and their notices. Each method is one transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def begin(self, names: Iterable[str]) -> None:
        """Channels with these names are there from now on: what is published already is no news to a new one."""
        with self._database.writing() as db:
            for name in names:
                if _channel(db, name) is None:
                    _begin(db, name, self._clock())

    def gather(self, names: Iterable[str]) -> None:
        """Writes down what is news to each of these channels; a new one begins. Forgets what is old."""
        now = self._clock()
        with self._database.writing() as db:
            for name in names:
                known = _channel(db, name)
                if known is None:
                    _begin(db, name, now)
                else:
                    _write_down(db, name, _news(db, known, now - STALE), State.DUE, now)
                    _give_up(db, name, now)
                    _forget(db, known, now)

    def changed(self, name: str, documents: Mapping[str, str]) -> None:
        """Feeds as they are now, each address with the digest of its document: what the hub was not told is due."""
        now = self._clock()
        with self._database.writing() as db:
            note(db, name, documents, {}, now)

    def due(self, name: str, limit: int) -> tuple[Notice, ...]:
        """What the channel is to be told now, the oldest of the least tried first."""
        now = self._clock()
        due = (notice.c.channel == name) & (notice.c.state == State.DUE)
        set_back = notice.c.tried_at > now  # the clock was
        rested = or_(notice.c.next_at.is_(None), notice.c.next_at <= now, set_back)
        query = select(notice).where(due, rested).order_by(notice.c.attempts, notice.c.id).limit(limit)
        with self._database.reading() as db:
            return _read(db, db.execute(query).all())

    def claim(self, one: Notice) -> bool:
        """Before it is sent: True for one process, which then says `told` or `failed`; False for any other."""
        now, attempts = self._clock(), one.attempts + 1
        wait = min(FIRST_WAIT * 4 ** min(attempts - 1, 9), LONGEST_WAIT)
        values = {"attempts": attempts, "tried_at": now, "next_at": now + wait, "failure": None}
        mine = (notice.c.id == one.id) & (notice.c.state == State.DUE) & (notice.c.attempts == one.attempts)
        with self._database.writing() as db:
            return bool(db.execute(update(notice).where(mine).values(values)).rowcount)

    def batch(self, name: str, limit: int) -> tuple[Notice, ...] | None:
        """What the next digest tells, claimed: those of one that was begun and not told; else the oldest that are due.

        None while another process is sending one, or was killed doing so less than `FIRST_WAIT` ago.
        """
        now = self._clock()
        mine = notice.c.channel == name
        with self._database.writing() as db:
            begun = db.execute(select(notice).where(mine, notice.c.state == State.SENDING).order_by(notice.c.id)).all()
            if any(one.failure is None and now - FIRST_WAIT < one.tried_at <= now for one in begun):
                return None
            due = select(notice).where(mine, notice.c.state == State.DUE).order_by(notice.c.id).limit(limit)
            rows = begun or db.execute(due).all()
            values = {"state": State.SENDING, "attempts": notice.c.attempts + 1, "tried_at": now, "failure": None}
            _set(db, [row.id for row in rows], values)
            return _read(db, rows)

    def waiting(self, name: str, limit: int) -> tuple[Notice, ...]:
        """What the next digest would tell; nothing is claimed."""
        states = notice.c.state.in_((State.DUE, State.SENDING))
        query = select(notice).where(notice.c.channel == name, states).order_by(notice.c.id).limit(limit)
        with self._database.reading() as db:
            return _read(db, db.execute(query).all())

    def told(self, name: str, sent: Sequence[Notice]) -> None:
        """They have reached the channel; a feed that has changed meanwhile stays due."""
        values = {"state": State.TOLD, "next_at": None, "failure": None}
        with self._database.writing() as db:
            for one in sent:
                same = notice.c.digest.is_(None) if one.digest is None else notice.c.digest == one.digest
                db.execute(update(notice).where(notice.c.id == one.id, same).values(values))
            db.execute(update(channel).where(channel.c.name == name).values(told_at=self._clock()))

    def failed(self, sent: Sequence[Notice], why: str) -> None:
        """They could not be sent, for a reason that holds no secret; they stay."""
        with self._database.writing() as db:
            _set(db, [one.id for one in sent], {"failure": why})

    def channels(self) -> tuple[Channel, ...]:
        """How each channel is doing, by name."""
        with self._database.reading() as db:
            rows = db.execute(select(channel).order_by(channel.c.name)).all()
            return tuple(_doing(db, row) for row in rows)


def note(db: Connection, name: str, marks: Mapping[str, str], known: Mapping[str, str], now: datetime) -> None:
    """Subjects as they are now, each with a mark: those are due whose mark is not the one the channel was told last.

    `known`: likewise, but only those that the channel knows; of others it is not told.
    """
    if _channel(db, name) is None:
        _begin(db, name, now)
    noted = {row.subject: row for row in db.execute(select(notice).where(notice.c.channel == name))}
    for subject, mark in (*marks.items(), *((one, mark) for one, mark in known.items() if one in noted)):
        values: dict[str, Any] = {"digest": mark, "state": State.DUE, "since": now}
        row = noted.get(subject)
        if row is None:
            db.execute(insert(notice).values(values | {"channel": name, "subject": subject}))
        elif row.digest != mark:
            anew = {} if row.state == State.DUE else {"attempts": 0, "next_at": None}
            db.execute(update(notice).where(notice.c.id == row.id).values(values | anew))
    _give_up(db, name, now)


# --- inside ----------------------------------------------------------------------------------------------------------


def _channel(db: Connection, name: str) -> Row[Any] | None:
    return db.execute(select(channel).where(channel.c.name == name)).one_or_none()


def _begin(db: Connection, name: str, now: datetime) -> None:
    """By what the ledger holds and not by the clock, which may be wrong."""
    last = select(func.max(entry.c.announced)).where(entry.c.state == Standing.PUBLISHED)
    latest = db.execute(last).scalar()
    values = {
        "name": name,
        "began": now,
        "up_to": db.execute(select(func.max(entry.c.id))).scalar() or 0,
        "since": latest - OVERLAP if latest else EPOCH,
    }
    db.execute(insert(channel).values(values))
    begun = _channel(db, name)
    if begun is not None:
        _write_down(db, name, _news(db, begun, EPOCH), State.KNOWN, now)


def _news(db: Connection, known: Row[Any], floor: datetime) -> Sequence[Row[Any]]:
    """Published entries that the channel knows nothing of, one for each uuid: what two feeds tell is told once."""
    published = entry.c.state == Standing.PUBLISHED
    new = or_(entry.c.id > known.up_to, entry.c.announced > known.since)
    written = select(notice.c.subject).where(notice.c.channel == known.name)
    query = select(entry).where(published, new, entry.c.announced > floor, entry.c.uuid.not_in(written))
    found = {row.uuid: row for row in db.execute(query.order_by(entry.c.announced.desc(), entry.c.id.desc()))}
    for stories in chunks([row.story_id for row in found.values()]):  # told by another feed before the channel began?
        settled = (entry.c.id <= known.up_to) & (entry.c.announced <= known.since)
        for told in db.execute(select(entry.c.uuid).where(entry.c.story_id.in_(stories), published, settled)):
            found.pop(told.uuid, None)
    return tuple(reversed(found.values()))


def _write_down(db: Connection, name: str, rows: Sequence[Row[Any]], state: State, now: datetime) -> None:
    values = [{"channel": name, "subject": row.uuid, "entry_id": row.id, "state": state, "since": now} for row in rows]
    if values:
        db.execute(insert(notice), values)


def _give_up(db: Connection, name: str, now: datetime) -> None:
    due = (notice.c.channel == name) & (notice.c.state == State.DUE)
    over = or_(notice.c.since < now - STALE, (notice.c.attempts > 0) & (notice.c.since < now - GIVE_UP))
    db.execute(update(notice).where(due, over).values(state=State.LOST))


def _forget(db: Connection, known: Row[Any], now: datetime) -> None:
    """Old notices go, and the channel's marks are set behind their entries: they do not come back as news."""
    over = notice.c.state.in_((State.KNOWN, State.TOLD, State.LOST)) & (notice.c.since < now - KEEP)
    mine = (notice.c.channel == known.name) & notice.c.entry_id.is_not(None)
    gone = (
        select(func.max(entry.c.id), func.max(entry.c.announced))
        .join(notice, notice.c.entry_id == entry.c.id)
        .where(mine, over)
    )
    last, announced = db.execute(gone).one()
    if last is not None:
        marks = {"up_to": max(known.up_to, last), "since": max(known.since, announced)}
        db.execute(update(channel).where(channel.c.name == known.name).values(marks))
        db.execute(delete(notice).where(mine, over))


def _set(db: Connection, ids: Sequence[int], values: Mapping[str, Any]) -> None:
    for some in chunks(ids):
        db.execute(update(notice).where(notice.c.id.in_(some)).values(values))


def _read(db: Connection, rows: Sequence[Row[Any]]) -> tuple[Notice, ...]:
    entries = chosen(db, [row.entry_id for row in rows if row.entry_id is not None])
    return tuple(
        Notice(
            id=row.id,
            subject=row.subject,
            attempts=row.attempts,
            entry=entries.get(row.entry_id),
            digest=row.digest,
        )
        for row in rows
    )


def _doing(db: Connection, row: Row[Any]) -> Channel:
    mine = notice.c.channel == row.name
    counted = select(notice.c.state, func.count()).where(mine).group_by(notice.c.state)
    counts: dict[str, int] = dict(db.execute(counted).all())
    failed = select(notice).where(mine, notice.c.failure.is_not(None), notice.c.state.in_((State.DUE, State.SENDING)))
    last = db.execute(failed.order_by(notice.c.tried_at.desc(), notice.c.id).limit(1)).first()
    return Channel(
        name=row.name,
        began=row.began,
        told_at=row.told_at,
        waiting=counts.get(State.DUE, 0) + counts.get(State.SENDING, 0),
        lost=counts.get(State.LOST, 0),
        begun=State.SENDING in counts,
        failure=last.failure if last else "",
        failed_at=last.tried_at if last else None,
    )
