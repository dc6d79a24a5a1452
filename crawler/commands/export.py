"""`tindothi export`: the corpus for other tools, or the whole store as lines."""

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from crawler.commands.search import filtering, filters

if TYPE_CHECKING:
    from storage.search import Filters
    from storage.store import Store

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with what a cell begins that a spreadsheet runs
FILES = ("parquet", "sqlite")  # formats that are no lines


@click.command()
@filtering
@click.option("--format", "form", type=click.Choice(["jsonl", "csv", *FILES]), default="jsonl", show_default=True)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write there, whole or not at all, instead of the output.")  # fmt: skip
@click.option("--full", is_flag=True, help="The whole store, for `tindothi import`: every row of every table.")
def command(form: str, output: Path | None, full: bool, **chosen: Any) -> None:
    """Write articles with their current text, of one state of the store.

    \b
    tindothi export > articles.jsonl
    tindothi export --format csv --topic chinh-quyen-do-thi --since 2026-01-01 > articles.csv
    tindothi export --format parquet -o articles.parquet    needs pip install 'tindothi[parquet]'
    tindothi export --format sqlite -o corpus.db            then: datasette corpus.db -m corpus.metadata.json
    tindothi export --full | gzip > store.jsonl.gz          then: tindothi import store.jsonl.gz

    JSON Lines and CSV hold one article a line. In CSV the paragraphs of a text are lines, other lists are JSON, and an
    apostrophe stands before what a spreadsheet would run as a formula. The SQLite file holds sources, articles,
    revisions, matches, citations and their full text, with or without diacritics; Datasette is quicker with the
    setting suggest_facets off. The README tells what each field means.
    """
    from crawler.config import load
    from storage.beside import replaceable
    from storage.opening import open_store

    if full and (form != "jsonl" or any(value not in ("", None) for value in chosen.values())):
        raise click.UsageError("--full is the whole store, as JSON Lines: leave out --format and the filters")
    if form in FILES and output is None:
        raise click.UsageError(f"--format {form} is a file of its own: name it with --output FILE")
    if form == "parquet":
        _need_pyarrow()
    output = output and replaceable(output)
    with open_store(load()) as store, _told(output):
        if full:
            with _lines(output) as out:
                out.writelines(line.decode() + "\n" for line in store.lines())
        else:
            _write(store, filters(store, **chosen), form, output)


def _write(store: "Store", wanted: "Filters", form: str, output: Path | None) -> None:
    from storage import parquet

    if output and form == "parquet":
        parquet.write(store.export(wanted), output)
    elif output and form == "sqlite":
        store.export_database(output, wanted)
    else:
        with _lines(output) as out:
            (_table if form == "csv" else _objects)(store.export(wanted), out)


def _objects(found: Iterator[dict[str, Any]], out: IO[str]) -> None:
    out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in found)


def _table(found: Iterator[dict[str, Any]], out: IO[str]) -> None:
    from storage.exporting import FIELDS

    table = csv.DictWriter(out, list(FIELDS))
    table.writeheader()
    table.writerows({name: _cell(name, value) for name, value in row.items()} for row in found)


def _cell(name: str, value: Any) -> Any:
    said = "\n".join(value) if name == "text" else value
    if isinstance(said, list):
        return json.dumps(said, ensure_ascii=False)
    return f"'{said}" if isinstance(said, str) and said.startswith(FORMULA) else said


def _need_pyarrow() -> None:
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise click.UsageError("Parquet needs pyarrow, which is not there: pip install 'tindothi[parquet]'") from error


@contextmanager
def _lines(output: Path | None) -> Iterator[IO[str]]:
    from storage.beside import beside

    if output is None:
        yield sys.stdout
        return
    with beside(output) as new, new.open("w", encoding="utf-8", newline="") as out:
        yield out


@contextmanager
def _told(output: Path | None) -> Iterator[None]:
    """A file that cannot be written is told as ours; what befalls the standard output, the command line tells."""
    from crawler.errors import StoreError

    try:
        yield
    except OSError as error:
        if output is None:
            raise
        raise StoreError(f"{output}: {error.strerror or error}; mend it and run again") from error
