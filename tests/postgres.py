"""A PostgreSQL of the tests' own: `TEST_DATABASE_URL`, else a server started here, once in each process of pytest.

Its files lie in a temporary folder and it listens on a socket there. Where it ends, its databases do not matter.
"""

import atexit
import functools
import importlib.util
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import URL, make_url

from storage.database import Database

OPTIONS = {
    "autovacuum": "off",  # with a database for each test it would never rest
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "40",
    "max_wal_senders": "0",
    "synchronous_commit": "off",
    "wal_level": "minimal",
}
NOT_ROOT = 65534  # PostgreSQL refuses to be root
Command = list[str | Path]
_numbers = itertools.count(1)


def database() -> str:
    """The URL of a new empty store; skips, loudly, where there is no PostgreSQL."""
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
        folder = Path(tempfile.mkdtemp(prefix="tindothi-pg-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        if url := _start(programs, folder):
            return url
    pytest.skip("SKIPPED FOR WANT OF POSTGRESQL: set TEST_DATABASE_URL, or install the package postgresql")


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
