"""The two databases that the store lives in; what one does its own way stands in a module of its name."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Engine, Select
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

from storage import postgresql, sqlite
from storage.texts import Texts, Tier


class Ways(Protocol):
    """What each of the two modules says; see there."""

    DDL: tuple[str, ...]  # makes the full text's tables anew

    @property
    def ID(self) -> ColumnElement[int]: ...  # noqa: N802 a constant of the module

    @property
    def FOUND(self) -> ColumnElement[int]: ...  # noqa: N802

    def engine(self, url: URL, timeout: float, **options: Any) -> Engine: ...

    def name(self, url: URL) -> str: ...

    def read_only(self, connection: Connection) -> Connection: ...

    def write(self, db: Connection, timeout: float) -> None: ...

    def is_locked(self, error: DBAPIError) -> bool: ...

    def is_full(self, error: DBAPIError) -> bool: ...

    def damage(self, db: Connection) -> Iterator[str]: ...

    def put(self, db: Connection, texts: Mapping[int, Texts]) -> None: ...

    def matching(self, tier: Tier) -> Select[Any]: ...


_WAYS: dict[str, Ways] = {"sqlite": sqlite, "postgresql": postgresql, "postgres": postgresql}


def ways_of(url: URL) -> Ways:
    """The ways of the database that a URL names.

    :raises ArgumentError: it names none of the two
    """
    kind = url.drivername.split("+")[0]
    if kind not in _WAYS:
        raise ArgumentError(f"{kind} is no database of ours; give sqlite:///FILE or postgresql://USER@HOST/NAME")
    return _WAYS[kind]


def ways(db: Connection) -> Ways:
    """The ways of the database behind a connection."""
    return _WAYS[db.dialect.name]
