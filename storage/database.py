"""The connection to the database: opened, migrated, and its errors told as ours.

SQLite: WAL (reading never blocks the crawl), foreign keys, a busy timeout; a writing transaction is IMMEDIATE, so that
it waits for the lock at its start and never fails half-way. One writer at a time within the process.
"""

import json
import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from crawler.errors import StoreError, StoreLocked
from storage.schema import HEAD, storable

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class Database:
    """One database, with all its threads' connections. `timeout`: seconds to wait for another process's lock."""

    def __init__(self, url: str, *, timeout: float = 30.0) -> None:
        """Opens lazily.

        :raises StoreError: no URL that SQLAlchemy understands, or its folder cannot be made
        """
        try:
            parsed = make_url(url)
            self.name = parsed.database if parsed.get_backend_name() == "sqlite" else parsed.render_as_string()
            _make_folder(parsed)
            options: dict[str, Any] = {"timeout": timeout} if parsed.get_backend_name() == "sqlite" else {}
            self._engine = create_engine(parsed, connect_args=options, max_overflow=-1, json_serializer=_json)
        except (SQLAlchemyError, ImportError, OSError, TypeError) as error:
            raise StoreError(f"{url}: {error}; mend the setting `database` or `data_dir`") from error
        if parsed.get_backend_name() == "sqlite":
            event.listen(self._engine, "connect", _prepare)
            event.listen(self._engine, "begin", _begin)
        self._writer = threading.RLock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the store."""
        with self._told(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept whole when the block ends, and not at all when it raises."""
        with self._told(), self._writer, self._engine.connect() as plain:
            connection = plain.execution_options(writes=True)
            with connection.begin():
                yield connection

    def migrate(self) -> bool:
        """Brings the tables to today's form in one transaction; gives whether the store was made just now.

        :raises StoreError: a newer tindothi made it; it is left alone
        """
        with self.reading() as connection:
            version = _version(connection)
        if version == HEAD:
            return False
        with self.writing() as connection:
            version = _version(connection)  # another process may have been faster
            if version != HEAD:
                _upgrade(connection, version, self.name or "")
        return version is None

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            code = getattr(error.orig, "sqlite_errorcode", 0) or 0
            if code & 0xFF in _BUSY:
                message = (
                    f"{self.name}: another process holds the database; wait for it to end, or stop it, and run again"
                )
                raise StoreLocked(message) from error
            raise StoreError(f"{self.name}: {error.orig}") from error
        except SQLAlchemyError as error:
            raise StoreError(f"{self.name}: {error}") from error


def _make_folder(url: URL) -> None:
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def _json(value: object) -> str:
    return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection, version: str | None, name: str) -> None:
    from alembic import command  # 0.6 seconds, and rarely wanted
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise StoreError(
            f"{name}: made by a newer tindothi (store version {version}); update tindothi, the store is untouched"
        )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    command.upgrade(config, HEAD)
