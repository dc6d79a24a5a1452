"""The rows of runs: begun, written down at their end, read; and what they tell of a source, as its `History`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, update

from crawler.judgement import BLOCKS, Certificate, History
from crawler.silence import WINDOW
from crawler.types import Failure, Mend, Run
from storage import schema

run, rejection, certificate = schema.run, schema.rejection, schema.certificate

COUNTS = ("fetched", "listings", "new", "revised", "unchanged", "duplicate", "rejected", "failed", "blind")
TELLING = 200  # runs with articles that a source is judged by
_JSON = ("reasons", "rules", "fields")
_CAME_THROUGH = run.c.new + run.c.revised + run.c.unchanged + run.c.duplicate > 0


def begin(db: Connection, source: str, at: datetime) -> None:
    """A run begins: killed, it stays without an end."""
    db.execute(insert(run).values({"source": source, "started": at, **{name: {} for name in _JSON}}))


def end(db: Connection, finished: Run) -> None:
    """Writes down a finished run, whether its begin was or not."""
    failure = finished.failure
    values: dict[str, Any] = {name: getattr(finished, name) for name in ("ended", *COUNTS)}
    values |= {name: dict(getattr(finished, name)) for name in _JSON}
    if (mend := finished.mend) is not None:
        values["mend"] = [mend.because, [list(one) for one in mend.listings], list(mend.articles), mend.found]
    if failure is not None:
        values |= {f"failure_{name}": getattr(failure, name) for name in ("url", "kind", "message", "at")}
    begun = (run.c.source == finished.source) & (run.c.started == finished.started) & run.c.ended.is_(None)
    if not db.execute(update(run).where(begun).values(values)).rowcount:
        db.execute(insert(run).values(values | {"source": finished.source, "started": finished.started}))


def latest(db: Connection, name: str, limit: int, *where: ColumnElement[bool]) -> tuple[Run, ...]:
    """A source's latest runs, the last one first."""
    query = select(run).where(run.c.source == name, *where).order_by(run.c.started.desc(), run.c.id.desc())
    return tuple(_read(row) for row in db.execute(query.limit(limit)).mappings())


def endless(db: Connection, since: datetime | None, before: datetime) -> tuple[Run, ...]:
    """Runs without an end that began between the two; `since`: none, from the first one on."""
    began = [run.c.started > since] if since else []
    query = select(run).where(run.c.ended.is_(None), run.c.started < before, *began).order_by(run.c.id)
    return tuple(_read(row) for row in db.execute(query).mappings())


def history(db: Connection, name: str, restless: int) -> History | None:
    """What there is to judge a source by; None where no run over it has ended."""
    ended = run.c.ended.is_not(None)
    last = next(iter(latest(db, name, 1, ended)), None)
    if last is None:
        return None
    brought = run.c.new + run.c.revised + run.c.duplicate + run.c.rejected > 0
    known = select(certificate).where(certificate.c.source == name).order_by(certificate.c.host)
    return History(
        source=name,
        run=last,
        telling=latest(db, name, TELLING, ended, brought),
        moments=_moments(db, name),
        blocked=_blocked(db, name),
        restless=restless,
        certificates=tuple(Certificate(host=row.host, expires=row.expires, seen=row.seen) for row in db.execute(known)),
    )


def failure_of(row: RowMapping) -> Failure | None:
    """The failure in a row's columns."""
    if row["failure_url"] is None:
        return None
    return Failure(
        url=row["failure_url"], kind=row["failure_kind"], message=row["failure_message"], at=row["failure_at"]
    )


def _moments(db: Connection, name: str) -> tuple[datetime, ...]:
    """Starts of the runs that brought something new, from a while before the last such on; a first run tells none."""
    settled = select(schema.source.c.settled_at).where(schema.source.c.name == name).scalar_subquery()
    brought = (run.c.source == name) & (run.c.new + run.c.duplicate > 0) & (run.c.started > settled)
    last = db.execute(select(run.c.started).where(brought).order_by(run.c.started.desc()).limit(1)).scalar()
    if last is None:
        return ()
    query = select(run.c.started).where(brought, run.c.started >= last - WINDOW).order_by(run.c.started)
    return tuple(db.execute(query).scalars())


def _blocked(db: Connection, name: str) -> dict[str, int]:
    """URLs behind each kind of block since a page last came through."""
    through = select(run.c.ended).where(run.c.source == name, _CAME_THROUGH, run.c.ended.is_not(None))
    since = db.execute(through.order_by(run.c.ended.desc()).limit(1)).scalar()
    behind = [rejection.c.source == name, rejection.c.reason.in_(sorted(BLOCKS))]
    behind += [rejection.c.at > since] if since else []
    counted = select(rejection.c.reason, func.count(func.distinct(rejection.c.url))).where(*behind)
    return dict(db.execute(counted.group_by(rejection.c.reason)).all())


def _read(row: RowMapping) -> Run:
    names = ("source", "started", "ended", *COUNTS, *_JSON)
    return Run(**{name: row[name] for name in names}, failure=failure_of(row), mend=_mend(row["mend"]))


def _mend(kept: Sequence[Any] | None) -> Mend | None:
    if kept is None:
        return None
    because, listings, articles, found = kept
    named = tuple((kind, url) for kind, url in listings)
    return Mend(because=because, listings=named, articles=tuple(articles), found=found)
