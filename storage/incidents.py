"""What is wrong since when, and who is to be told of it: `crawler.incidents` decides, this writes it down.

The incidents and the notices of them (`storage.notices`) are written in one transaction: killed anywhere, a run has
decided and noted, or it has not, and the next one does.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, or_, select, update

from crawler.incidents import SAME, About, Finding, Incident, decide
from crawler.judgement import Certificate, History
from crawler.types import Run
from storage import notices, passes, reading, schema
from storage.database import Database
from storage.rows import inserted

incident, certificate, meta = schema.incident, schema.certificate, schema.meta

JUDGED = "judged_at"
SUBJECT = "incident:"  # + its id: what a notice is about
_COLUMNS = tuple(one.name for one in fields(Incident) if one.name != "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An incident that a channel is to be told of, with its notice."""

    notice: notices.Notice
    incident: Incident


class Incidents:
    """What runs are judged by, and what came of it. Each method is one transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def histories(self, sources: Iterable[str]) -> tuple[History, ...]:
        """What there is to judge these sources by; those of which no run has ended are left out."""
        with self._database.reading() as db:
            found = (passes.history(db, name, len(reading.restless(db, name))) for name in sources)
            return tuple(one for one in found if one is not None)

    def endless(self, before: datetime) -> tuple[Run, ...]:
        """Runs that began before, have no end, and were not judged. To be asked under the run lock."""
        with self._database.reading() as db:
            judged = db.execute(select(meta.c.value).where(meta.c.name == JUDGED)).scalar()
            return passes.endless(db, datetime.fromisoformat(judged) if judged else None, before)

    def settle(
        self,
        findings: Iterable[Finding],
        judged: Collection[tuple[str, About]],
        watched: Collection[str] | None,
        channels: Iterable[str],
    ) -> tuple[Incident, ...]:
        """Decides what the findings mean (`crawler.incidents.decide`); notes it for each channel; gives what changed.

        What was noted stays due until the channel has it, or it is given up.
        """
        now = self._clock()
        with self._database.writing() as db:
            lately = or_(incident.c.closed.is_(None), incident.c.closed > now - SAME)
            changed = [_written(db, one) for one in decide(_read(db, lately), findings, judged, watched, now)]
            for name in channels:
                notices.note(db, name, *_marks(db, now), now)
            db.execute(delete(meta).where(meta.c.name == JUDGED))
            db.execute(insert(meta).values(name=JUDGED, value=now.isoformat()))
        return tuple(changed)

    def current(self) -> tuple[Incident, ...]:
        """Those that are open, the oldest first."""
        with self._database.reading() as db:
            return _read(db, incident.c.closed.is_(None))

    def since(self, at: datetime) -> tuple[Incident, ...]:
        """Those that were open at any time since, the oldest first."""
        with self._database.reading() as db:
            return _read(db, or_(incident.c.closed.is_(None), incident.c.closed >= at))

    def due(self, channel: str, limit: int) -> tuple[Alert, ...]:
        """What a channel is to be told now."""
        found = notices.Notices(self._database, self._clock).due(channel, limit)
        ids = {int(one.subject.removeprefix(SUBJECT)): one for one in found}
        with self._database.reading() as db:
            known = _read(db, incident.c.id.in_(ids))
        return tuple(Alert(notice=ids[one.id], incident=one) for one in known if one.id is not None)

    def saw(self, source: str, expires: Mapping[str, datetime]) -> None:
        """Hosts of a source proved themselves by certificates that hold until then."""
        now = self._clock()
        with self._database.writing() as db:
            for host, at in expires.items():
                db.execute(delete(certificate).where(certificate.c.host == host))
                db.execute(insert(certificate).values(host=host, expires=at, source=source, seen=now))

    def certificates(self) -> tuple[Certificate, ...]:
        """Those seen last, by host."""
        with self._database.reading() as db:
            rows = db.execute(select(certificate).order_by(certificate.c.host))
            return tuple(Certificate(host=row.host, expires=row.expires, seen=row.seen) for row in rows)


def _read(db: Connection, where: Any) -> tuple[Incident, ...]:
    rows = db.execute(select(incident).where(where).order_by(incident.c.opened, incident.c.id)).mappings()
    return tuple(_incident(row) for row in rows)


def _incident(row: RowMapping) -> Incident:
    values = {name: row[name] for name in (*_COLUMNS, "id")}
    return Incident(**values | {"about": About(row["about"]), "kinds": tuple(row["kinds"])})


def _written(db: Connection, one: Incident) -> Incident:
    values = {name: getattr(one, name) for name in _COLUMNS} | {"kinds": list(one.kinds)}
    if one.id is None:
        made = inserted(db, insert(incident).values(values))
        return Incident(**values | {"about": one.about, "kinds": one.kinds, "id": made})
    db.execute(update(incident).where(incident.c.id == one.id).values(values))
    return one


def _marks(db: Connection, now: datetime) -> tuple[dict[str, str], dict[str, str]]:
    """What is to be told of each incident that is open, and of each that is over and not long ago."""
    open_ = {f"{SUBJECT}{one.id}": one.mark for one in _read(db, incident.c.closed.is_(None))}
    over = {f"{SUBJECT}{one.id}": one.mark for one in _read(db, incident.c.closed > now - notices.GIVE_UP)}
    return open_, over
