"""What is remembered of hosts: those that must wait, and those whose 304s are not true."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from crawler.types import Host
from storage import schema
from storage.policy import LIES

host = schema.host
_FAILING = ("failures", "kind", "first_failure", "last_failure", "not_before", "last_success")


def hosts(db: Connection) -> tuple[Host, ...]:
    """Every host that was ever asked, by name."""
    return tuple(Host(**row) for row in db.execute(select(host).order_by(host.c.name)).mappings())


def keep(db: Connection, known: Host) -> None:
    """How a host answered; what is known of its 304s stays."""
    _write(db, known.name, {name: getattr(known, name) for name in _FAILING})


def lied(db: Connection, name: str, now: datetime) -> None:
    """A host said 304 of something that had changed."""
    _write(db, name, {"lying_since": now})


def liars(db: Connection, now: datetime) -> frozenset[str]:
    """The hosts whose 304s are not believed; after a time each is tried again."""
    return frozenset(db.execute(select(host.c.name).where(host.c.lying_since > now - LIES)).scalars())


def _write(db: Connection, name: str, values: dict[str, object]) -> None:
    if not db.execute(update(host).where(host.c.name == name).values(values)).rowcount:
        db.execute(insert(host).values({"name": name, **values}))
