"""The corpus as Apache Parquet: the fields of `storage.exporting` with their types, in row groups.

Needs pyarrow, which is not installed with tindothi: `pip install 'tindothi[parquet]'`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.beside import beside
from storage.exporting import FIELDS

_GROUP, _BYTES = 10_000, 8 << 20  # articles, and letters of their texts, of a row group at most
_INSTANTS = ("published", "updated", "first_seen", "last_changed", "withdrawn")


def write(articles: Iterable[dict[str, Any]], file: Path) -> int:
    """Writes articles as `storage.exporting.rows` gives them; gives how many. The file appears when it is whole.

    :raises ImportError: there is no pyarrow
    """
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    count, shape = 0, _schema(pyarrow)
    with beside(file) as new, ParquetWriter(new, shape, compression="zstd") as written:
        for group in _groups(articles):
            written.write_table(pyarrow.Table.from_pylist(group, schema=shape))
            count += len(group)
    return count


def _groups(articles: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    size = 0
    for article in articles:
        group.append({name: _typed(name, value) for name, value in article.items()})
        size += len(article["html"]) + sum(map(len, article["text"]))
        if len(group) >= _GROUP or size >= _BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def _typed(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if value is not None and name in _INSTANTS else value


def _schema(pa: Any) -> Any:
    """Printed instants are shown in Vietnam's zone, ours in UTC: a column has one zone."""
    texts, printed, ours = pa.list_(pa.string()), pa.timestamp("us", "Asia/Ho_Chi_Minh"), pa.timestamp("us", "UTC")
    types = {
        "id": pa.int64(),
        "text": texts,
        "published": printed,
        "updated": printed,
        "authors": texts,
        "images": pa.list_(pa.struct([(name, pa.string()) for name in ("url", "alt", "caption")])),
        "attachments": pa.list_(pa.struct([(name, pa.string()) for name in ("name", "url")])),
        "topics": texts,
        "places": pa.list_(
            pa.struct([*((name, pa.string()) for name in ("id", "name", "now")), ("named", pa.int64())])
        ),
        "documents": texts,
        "first_seen": ours,
        "last_changed": ours,
        "revision": pa.int64(),
        "withdrawn": ours,
    }
    return pa.schema(
        [pa.field(name, types.get(name, pa.string()), metadata={"description": said}) for name, said in FIELDS.items()]
    )
