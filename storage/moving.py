"""All rows into another database, of either engine: in one transaction, read back and compared before it ends."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Integer, RowMapping, Table, bindparam, delete, func, insert, select, text, update

from crawler.errors import StoreError
from storage import schema, search
from storage.database import Database

_AT_ONCE = 500


def move(source: Database, target: Database) -> Mapping[str, int]:
    """Copies every row into a store without any; gives how many by table. The archive stays where it is.

    :raises StoreError: there is something in the target, or what was read back differs; the target is as it was
    """
    target.migrate()
    with source.reading() as old, target.writing() as new:
        if not is_empty(new):
            raise StoreError(f"{target.name}: there is a store already; give an empty database")
        new.execute(delete(schema.meta))  # when it was made is taken over, too: a feed without entries shows it
        for table in schema.metadata.sorted_tables:
            _copy(old, new, table)
        go_on_numbering(new)
        search.rebuild(new)
        return _compared(old, new, target.name)


def is_empty(db: Connection) -> bool:
    """Whether nothing was ever stored; that it was opened does not matter."""
    others = (table for table in schema.metadata.sorted_tables if table is not schema.meta)
    return all(db.execute(select(table).limit(1)).first() is None for table in others)


def _copy(old: Connection, new: Connection, table: Table) -> None:
    """A row may point to one of its own table that comes later: such pointers are set when all are there."""
    names = pointers(table)
    without: dict[str, Any] = dict.fromkeys(names)
    found = rows(old, table)
    while some := list(islice(found, _AT_ONCE)):
        new.execute(insert(table), [{**row, **without} for row in some])
    found = (row for row in rows(old, table) if any(row[name] is not None for name in names))
    while some := list(islice(found, _AT_ONCE)):
        point(new, table, some)


def pointers(table: Table) -> list[str]:
    """The columns that point to rows of the table itself."""
    return [column.name for column in table.c if any(key.column.table is table for key in column.foreign_keys)]


def point(db: Connection, table: Table, some: Sequence[Mapping[str, Any] | RowMapping]) -> None:
    """Sets the pointers of rows that were written without them."""
    own = update(table).where(table.c.id == bindparam("own"))
    db.execute(own, [{"own": row["id"], **{name: row[name] for name in pointers(table)}} for row in some])


def rows(db: Connection, table: Table) -> Iterator[RowMapping]:
    query = select(table).order_by(*table.primary_key).execution_options(yield_per=_AT_ONCE)
    yield from db.execute(query).mappings()


def go_on_numbering(db: Connection) -> None:
    """PostgreSQL's sequences have not seen the numbers that came along."""
    if db.dialect.name != "postgresql":
        return
    for table in schema.metadata.sorted_tables:
        if "id" in table.c and isinstance(table.c.id.type, Integer):
            highest = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
            db.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), highest, text("false"))))


def _compared(old: Connection, new: Connection, name: str) -> Mapping[str, int]:
    counts = {}
    for table in schema.metadata.sorted_tables:
        count, digest = _digest(old, table)
        if (count, digest) != _digest(new, table):
            raise StoreError(f"{name}: the table {table.name} is not what was written; nothing is kept, try again")
        counts[table.name] = count
    return counts


def _digest(db: Connection, table: Table) -> tuple[int, str]:
    count, digest = 0, hashlib.sha256()
    for row in rows(db, table):
        count += 1
        digest.update(json.dumps(list(row.values()), default=str).encode())
    return count, digest.hexdigest()
