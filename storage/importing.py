"""A whole store from its lines (`storage.full`): all of it in one transaction, read back, or nothing."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, delete, insert, select, tuple_
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from crawler.errors import StoreError
from storage import checking, full, moving, schema, search
from storage.database import Database

_AT_ONCE, _BYTES = 500, 8 << 20  # rows and bytes that are written at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How many rows came new, by table, and how many were there already."""

    new: Mapping[str, int]
    there: int


def take_in(database: Database, found: Iterable[tuple[str, bytes]]) -> Imported:
    """Writes every row that is not there yet; `found`: the lines of one export, each with its place.

    A store without rows becomes the very store that was exported; else the export must agree with what is there.

    :raises StoreError: names the line that is wrong, or differs from what is there; the store is as it was
    """
    new, there = dict.fromkeys(schema.metadata.tables, 0), 0
    with database.writing() as db:
        empty = moving.is_empty(db)
        if empty:
            db.execute(delete(schema.meta))  # when it was made, too, is taken over: a feed without entries shows it
        later: list[full.Row] = []  # they point to rows of their own table, which may come behind
        for table, rows in _batches(full.read(iter(found))):
            fresh = rows if empty else _unknown(db, table, rows)
            _write(db, table, fresh)
            _unknown(db, table, [row for row in fresh if not _points(row)])  # read back: it is what the line says
            later += filter(_points, fresh)
            new[table.name] += len(fresh)
            there += len(rows) - len(fresh)
        for table, rows in _batches(iter(later)):
            _point(db, table, rows)
            _unknown(db, table, rows)
        moving.go_on_numbering(db)
        search.rebuild(db)
        if wrong := next(checking.problems(db), ""):
            raise StoreError(f"the store would not be whole: {wrong}; nothing is imported")
    return Imported(new=new, there=there)


def _batches(rows: Iterator[full.Row]) -> Iterator[tuple[Table, Sequence[full.Row]]]:
    for table, some in groupby(rows, key=lambda row: row.table):
        batch: list[full.Row] = []
        size = 0
        for row in some:
            batch.append(row)
            size += len(row.text)
            if len(batch) >= _AT_ONCE or size >= _BYTES:
                yield table, batch
                batch, size = [], 0
        if batch:
            yield table, batch


def _unknown(db: Connection, table: Table, rows: Sequence[full.Row]) -> Sequence[full.Row]:
    keys = [_key(table, row.values) for row in rows]
    columns = list(table.primary_key)
    named = tuple_(*columns).in_(keys) if len(columns) > 1 else columns[0].in_([key[0] for key in keys])
    known = {_key(table, row): row for row in db.execute(select(table).where(named)).mappings()}
    for key, row in zip(keys, rows, strict=True):
        if key in known and full.line(table, known[key]) != row.text:
            raise StoreError(_differs(table, row, known[key]))
    return [row for key, row in zip(keys, rows, strict=True) if key not in known]


def _key(table: Table, row: Mapping[str, Any] | RowMapping) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def _differs(table: Table, row: full.Row, known: RowMapping) -> str:
    stored, said = json.loads(full.line(table, known)), json.loads(row.text)
    other = [column.name for column in table.c if stored[column.name] != said[column.name]]
    named = " ".join(map(str, _key(table, row.values)))
    return (
        f"{row.place}: {table.name} {named} is there and differs ({', '.join(other) or 'in how it is written'});"
        " import into an empty store, or into the one that was exported; nothing is imported"
    )


def _points(row: full.Row) -> bool:
    return any(row.values[name] is not None for name in moving.pointers(row.table))


def _point(db: Connection, table: Table, rows: Sequence[full.Row]) -> None:
    try:
        with db.begin_nested():
            moving.point(db, table, [row.values for row in rows])
    except IntegrityError as error:
        if len(rows) == 1:
            raise StoreError(f"{rows[0].place}: {table.name}: {_said(error)}; nothing is imported") from error
        for row in rows:  # which of them is it?
            _point(db, table, [row])


def _said(error: DBAPIError) -> str:
    return " ".join(str(error.orig).split())


def _write(db: Connection, table: Table, rows: Sequence[full.Row]) -> None:
    if not rows:
        return
    try:
        with db.begin_nested():
            without: dict[str, Any] = dict.fromkeys(moving.pointers(table))
            db.execute(insert(table), [row.values | without for row in rows])
    except (IntegrityError, DataError) as error:
        if len(rows) == 1:
            raise StoreError(f"{rows[0].place}: {table.name}: {_said(error)}; nothing is imported") from error
        for row in rows:  # which of them is it?
            _write(db, table, [row])
