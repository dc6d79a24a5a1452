"""A PostgreSQL of the tests' own: `TEST_DATABASE_URL`, else a server started here, once in each process of pytest.

Its files lie in a temporary folder and it listens on a socket there. Where it ends, its databases do not matter.
A database of a test that is over is emptied and used again, with the connections to it: both are dear to make.
"""

import atexit
import functools
import importlib.util
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from storage.database import Database

OPTIONS = {
    "autovacuum": "off",  # with a database for each test it would never rest
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "max_wal_senders": "0",
    "synchronous_commit": "off",
    "wal_level": "minimal",
}
NEEDED = 4 * 2**30  # bytes; the databases of a whole run take half of that
NOT_ROOT = 65534  # PostgreSQL refuses to be root
Command = list[str | Path]
FORM = """
    SELECT (SELECT version_num FROM alembic_version), count(*), sum(relnatts), sum(relchecks),
        sum(reltriggers.n), (SELECT count(*) FROM pg_constraint)
    FROM pg_class, LATERAL (SELECT count(*) AS n FROM pg_trigger WHERE tgrelid = pg_class.oid) AS reltriggers
    WHERE relnamespace = 'public'::regnamespace
"""  # a test may have changed the tables
_numbers = itertools.count(1)
_used: list[str] = []
_free: list[str] = []
_engines: dict[str, Engine] = {}


def database() -> str:
    """The URL of an empty store; skips, loudly, where there is no PostgreSQL."""
    _used.append(_free.pop() if _free else _created())
    return _used[-1]


@contextmanager
def lent() -> Iterator[None]:
    """What is asked for within the block is free again when that ends."""
    before = len(_used)
    yield
    while len(_used) > before:
        url = _used.pop()
        if _emptied(url):
            _free.append(url)


def pooling(make: Callable[..., Engine]) -> Callable[..., Engine]:
    """Engines that leave their connections when they are disposed of, for databases that will be used again."""

    def engine(url: URL, timeout: float, **options: Any) -> Engine:
        name = url.render_as_string(hide_password=False)
        if name not in _used:
            return make(url, timeout, **options)
        made = make(url, timeout, **options)
        made.pool = _engines.setdefault(name, made).pool
        made.dispose = lambda close=True: None  # type: ignore[method-assign]
        return made

    return engine


def _emptied(url: str) -> bool:
    """Whether the store could be emptied; one in which another process may still be writing is given up."""
    if not (engine := _engines.get(url)):
        return False
    try:
        with engine.begin() as db:
            others = "SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()"
            if db.execute(text(others)).scalar() != engine.pool.checkedin():  # type: ignore[attr-defined]
                return False
            if db.execute(text(FORM)).one() != _form():
                return False
            db.exec_driver_sql(_emptying())
    except SQLAlchemyError:
        return False
    return True


@functools.cache
def _form() -> Any:
    with psycopg.connect(_server().set(database=_template()).render_as_string(hide_password=False)) as db:
        return db.execute(FORM).fetchone()


@functools.cache
def _emptying() -> str:
    with psycopg.connect(_server().set(database=_template()).render_as_string(hide_password=False)) as db:
        tables = db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        counters = db.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'").fetchall()
    statements = ["SET LOCAL session_replication_role = replica", "SET LOCAL lock_timeout = '2s'"]
    statements += [f'DELETE FROM "{table}"' for (table,) in tables if table != "alembic_version"]
    statements += [f"SELECT setval('{counter}', 1, false)" for (counter,) in counters]
    return "; ".join(statements)


def _created() -> str:
    server = _server()
    name = f"tindothi_{os.getpid()}_{next(_numbers)}"
    _execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{_template()}" STRATEGY FILE_COPY')
    return server.set(database=name).render_as_string(hide_password=False)


def empty() -> str:
    """The URL of a new database without a table."""
    name = f"tindothi_{os.getpid()}_{next(_numbers)}"
    _execute(_server(), f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")
    return _server().set(database=name).render_as_string(hide_password=False)


@functools.cache
def _template() -> str:
    url = make_url(empty())
    made = Database(url.render_as_string(hide_password=False))
    made.migrate()
    made.close()
    return str(url.database)


@functools.cache
def _server() -> URL:
    if named := os.environ.get("TEST_DATABASE_URL"):
        return make_url(named).set(drivername="postgresql")
    for programs in _programs():
        folder = Path(tempfile.mkdtemp(prefix="tindothi-pg-", dir=_memory()))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        if url := _start(programs, folder):
            return url
    pytest.skip("SKIPPED FOR WANT OF POSTGRESQL: set TEST_DATABASE_URL, or install the package postgresql")


def _memory() -> Path | None:
    """The file system in memory, where there is plenty: a new database writes a thousand files."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > NEEDED else None


def _programs() -> Iterator[Path]:
    """Folders where `initdb` and `pg_ctl` are: the system's, newest first, then the one that comes from PyPI."""
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: -float(one.parent.name))
    if found := shutil.which("initdb"):
        yield Path(found).parent
    if (spec := importlib.util.find_spec("pgserver")) and spec.submodule_search_locations:
        yield Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _start(programs: Path, folder: Path) -> URL | None:
    user = NOT_ROOT if os.geteuid() == 0 else None
    if user:
        os.chown(folder, user, user)
    data = folder / "data"
    options = {**OPTIONS, "listen_addresses": "''", "unix_socket_directories": str(folder)}
    made: Command = [programs / "initdb", "-D", data, "-U", "tindothi", "-A", "trust", "-E", "UTF8", "--no-sync"]
    control: Command = [programs / "pg_ctl", "-D", data, "-w"]
    starting: Command = [
        *control,
        "-l",
        folder / "log",
        "-o",
        " ".join(f"-c {key}={value}" for key, value in options.items()),
    ]
    for command in (made, [*starting, "start"]):
        try:
            done = subprocess.run(
                command, user=user, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False,
                stderr=subprocess.DEVNULL, timeout=60,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return None
        if done.returncode:
            return None
    stop: Command = [*control, "-m", "immediate", "stop"]
    atexit.register(lambda: subprocess.run(stop, user=user, cwd="/", stdout=subprocess.DEVNULL, check=False))
    return URL.create("postgresql", username="tindothi", database="postgres", query={"host": str(folder)})


def _execute(server: URL, statement: str) -> None:
    _connection(server).execute(statement)


@functools.cache
def _connection(server: URL) -> psycopg.Connection:
    made = psycopg.connect(server.render_as_string(hide_password=False), autocommit=True)
    atexit.register(made.close)
    return made
