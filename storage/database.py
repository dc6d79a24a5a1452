"""The connection to the database: opened, migrated, and its errors told as ours. One writer at a time."""

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from crawler.errors import StoreError, StoreFull, StoreLocked
from storage.engines import ways_of
from storage.schema import HEAD, storable

_MEND = "mend the setting `database` or `data_dir`"


class Database:
    """One database, with all its threads' connections. `timeout`: seconds to wait for another process's lock."""

    def __init__(self, url: str, *, timeout: float = 30.0) -> None:
        """Opens lazily.

        :raises StoreError: no URL of a database that we can use, or its folder cannot be made
        """
        self.name = "database"  # not the URL: there may be a password in it
        try:
            parsed = make_url(url)
            self._ways = ways_of(parsed)
            self.name = self._ways.name(parsed)
            self._engine = self._ways.engine(parsed, timeout, max_overflow=-1, json_serializer=_json)
        except ArgumentError as error:
            raise StoreError(f"database: {str(error).replace(url, '…')}; {_MEND}") from error
        except (SQLAlchemyError, ImportError, OSError, TypeError, ValueError) as error:
            raise StoreError(f"{self.name}: {error}; {_MEND}") from error
        self._timeout = timeout
        self._writer = threading.RLock()
        self._read: set[Connection] = set()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the store."""
        with self._told(), self._engine.connect() as plain:
            connection = self._ways.read_only(plain)
            self._read.add(connection)
            try:
                with connection.begin():
                    yield connection
            finally:
                self._read.discard(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept whole when the block ends, and not at all when it raises."""
        with self._told(), self._writer, self._engine.connect() as plain:
            connection = plain.execution_options(writes=True)
            with connection.begin():
                self._ways.write(connection, self._timeout)
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
                _upgrade(connection, version, self.name)
        return version is None

    def close(self) -> None:
        """Closes every connection; one that something still streams from, too."""
        for connection in self._read.copy():
            connection.invalidate()
        self._engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if self._ways.is_locked(error):
                message = (
                    f"{self.name}: another process holds the database; wait for it to end, or stop it, and run again"
                )
                raise StoreLocked(message) from error
            kind = StoreFull if self._ways.is_full(error) else StoreError
            raise kind(f"{self.name}: {' '.join(str(error.orig).split())}") from error
        except SQLAlchemyError as error:
            raise StoreError(f"{self.name}: {error}") from error
        except UnicodeDecodeError as error:  # SQLite quotes what it cannot read
            raise StoreError(f"{self.name}: the database is damaged; restore a backup") from error


def _json(value: object) -> str:
    return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


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
