"""A whole store as lines of JSON: what `tindothi export --full` writes and `tindothi import` reads.

    {"type":"store","version":"0004","recipe":"1"}                      the version of the tables and of the hashes
    {"type":"article","id":1,"key":"phuong:1","source":"phuong",…}      a row, after every row that it points to
    {"type":"end","lines":4711,"digest":"sha256:…"}                     of all lines before

The columns are those of `storage.schema`. The same store gives the same bytes, whichever database it lives in.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, create_model
from sqlalchemy import BigInteger, Boolean, Column, Connection, Date, Float, Integer, RowMapping, Table
from sqlalchemy.types import JSON

from crawler.errors import StoreError
from crawler.text import HASH_VERSION
from storage import schema
from storage.files import plain
from storage.moving import rows

# The tables, with what a row of each is.
TYPES = {
    "meta": "when the store was made, by which recipe its hashes, and when its sources were last judged",
    "source": "a source that has been crawled, and its last failure",
    "listing": "where a source announces articles, and what its server gave to ask again",
    "host": "how a host answered, and until when it is left alone",
    "pending": "a URL that was announced, and what became of it",
    "record": "a page in the archive: its file and where it lies there",
    "rejection": "a page that is no article, and why",
    "run": "one pass over a source, with its counts",
    "story": "what articles have in common that carry one text",
    "article": "an article: key, address, story, number of its current revision, when it was seen, changed, withdrawn",
    "address": "a further address of an article",
    "revision": "one stored text of an article, with its cause (site or rules), stripped blocks and page",
    "match": "a topic found in a revision, with the words that prove it",
    "citation": "a legal document named in a revision",
    "located": "a place that a revision is about, with the words that prove it",
    "band": "a key under which copies of an article's text are found",
    "absence": "a time in which an article was gone, and how it went",
    "feed": "a feed beside the topics': the search that it keeps, and since when",
    "entry": "what a feed has told: id, article, revision, state, and when it was announced and updated",
    "volume": "a feed's older entries, sealed into a document of their own",
    "channel": "a hub, the mail or a target that is told of entries or incidents, and since when",
    "notice": "an entry, a changed feed or an incident that a channel was told or is to be told",
    "incident": "what is or was wrong with a source, since when, and how bad",
    "certificate": "until when a host's certificate holds",
}

Line = TypeVar("Line", bound=BaseModel)
_Counts = dict[str, int]
SHAPES: Mapping[str, Any] = {  # of the columns that hold JSON; storage.schema tells what stands in them
    "revision.paragraphs": list[str],
    "revision.images": list[tuple[str, str, str]],
    "revision.attachments": list[tuple[str, str]],
    "revision.also": list[tuple[str, str, str]],
    "revision.blocks": list[tuple[str, str, str | None, str] | tuple[str, str, str | None]],
    "revision.authors": list[str],
    "match.evidence": list[tuple[str, str, str, str]],
    "located.evidence": list[tuple[str, str, int, int, str]],
    "feed.search": dict[str, str | list[str]],
    "run.reasons": _Counts,
    "run.rules": _Counts,
    "run.fields": _Counts,
    "incident.kinds": list[str],
    "run.mend": tuple[str, list[tuple[str, str]], list[str], int],
}
_TYPE = re.compile(rb'\{"type":"([a-z_]{1,40})"[,}]')
_HEAD, _END = "store", "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row that a line carries. `place`: its file and line; `text`: the line."""

    place: str
    text: bytes
    table: Table
    values: dict[str, Any]


class _Head(BaseModel):
    type: Literal["store"]
    version: str
    recipe: str


class _End(BaseModel):
    type: Literal["end"]
    lines: int
    digest: str


def lines(db: Connection) -> Iterator[bytes]:
    """The whole store, one object a line; without the line breaks."""
    digest, count = hashlib.sha256(), 0
    for one in _body(db):
        digest.update(one + b"\n")
        count += 1
        yield one
    yield _json({"type": _END, "lines": count, "digest": f"sha256:{digest.hexdigest()}"})


def line(table: Table, row: Mapping[str, Any] | RowMapping) -> bytes:
    """A row as a line, its columns in the table's order."""
    return _json({"type": table.name} | {column.name: _plain(row[column.name]) for column in table.c})


def read(found: Iterator[tuple[str, bytes]]) -> Iterator[Row]:
    """The rows that the lines carry, each with its place; the lines must be those of one whole export.

    :raises StoreError: names the first line that is wrong, and how
    """
    digest, place, ended = hashlib.sha256(), "", False
    for count, (place, text) in enumerate(found):
        kind = _kind(place, text)
        if ended:
            raise StoreError(f"{place}: something follows the last line of an export; give one export at a time")
        if count == 0:
            _check_head(place, kind, text)
        elif kind == _END:
            end = _valid(_End, place, text)
            if (end.lines, end.digest) != (count, f"sha256:{digest.hexdigest()}"):
                raise StoreError(f"{place}: some line before is not as it was written; nothing is imported")
            ended = True
        else:
            yield _row(place, kind, text)
        digest.update(text + b"\n")
    if not ended:
        raise StoreError(f"{place or 'the input'}: cut off here, the last line of the export is missing")


def _body(db: Connection) -> Iterator[bytes]:
    yield _json({"type": _HEAD, "version": schema.HEAD, "recipe": HASH_VERSION})
    for table in schema.metadata.sorted_tables:
        for row in rows(db, table):
            yield line(table, row)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _kind(place: str, text: bytes) -> str:
    found = _TYPE.match(text)
    if found is None:
        raise StoreError(f"{place}: no line of `tindothi export --full`, it names no type; nothing is imported")
    return found[1].decode()


def _check_head(place: str, kind: str, text: bytes) -> None:
    if kind != _HEAD:
        raise StoreError(f"{place}: the first line of the export is missing; nothing is imported")
    head = _valid(_Head, place, text)
    if (head.version, head.recipe) != (schema.HEAD, HASH_VERSION):
        raise StoreError(
            f"{place}: written at store version {head.version} (hashes: {head.recipe}), this tindothi reads"
            f" {schema.HEAD} (hashes: {HASH_VERSION}); import it with the tindothi that wrote it, then open that store"
            " with this one"
        )


def _row(place: str, kind: str, text: bytes) -> Row:
    table = schema.metadata.tables.get(kind)
    if table is None:
        raise StoreError(f"{place}: there is no type {kind}; nothing is imported")
    values = dict(_valid(_model(kind), place, text))
    return Row(place=place, text=text, table=table, values={column.name: values[column.name] for column in table.c})


def _valid(model: type[Line], place: str, text: bytes) -> Line:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"][:3]))
        said = first["msg"].replace(" at line 1 column ", " at character ")
        raise StoreError(f"{place}: {where + ': ' if where else ''}{said}; nothing is imported") from error


@cache
def _model(name: str) -> type[BaseModel]:
    """What a line of this type must be."""
    fields: dict[str, Any] = {column.name: (_type(column), ...) for column in schema.metadata.tables[name].c}
    return create_model(name, __config__=ConfigDict(strict=True, extra="forbid"), **{"type": (str, ...), **fields})


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("too far from today") from error


def _whole(bits: int) -> Any:
    return Annotated[int, Field(ge=-(1 << bits - 1), lt=1 << bits - 1)]


def _file_name(name: str) -> str:
    try:
        return plain(name)
    except OSError as error:
        raise ValueError(f"{name[:100]!r} {error.strerror}") from error


def _type(column: Column[Any]) -> Any:
    if column is schema.record.c.file:
        return Annotated[str, AfterValidator(_file_name)]
    kinds: tuple[tuple[type, Any], ...] = (
        (schema.Utc, Annotated[AwareDatetime, AfterValidator(_utc)]),
        (Date, date),
        (Boolean, bool),
        (BigInteger, _whole(64)),
        (Integer, _whole(32)),
        (Float, Annotated[float, Field(allow_inf_nan=False)]),
        (JSON, SHAPES.get(f"{column.table.name}.{column.name}", list[Any] | dict[str, Any])),
    )
    found = next((ours for theirs, ours in kinds if isinstance(column.type, theirs)), str)
    return found | None if column.nullable else found
