"""`tindothi export`: the corpus for other tools."""

import csv
import json
import sys
from typing import Any

import click

from crawler.commands.search import filtering, filters

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with what a cell begins that a spreadsheet runs


@click.command()
@filtering
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
def command(form: str, **chosen: Any) -> None:
    """Write articles with their current text to the output, one a line, of one state of the store.

    \b
    tindothi export > articles.jsonl
    tindothi export --format csv --topic chinh-quyen-do-thi --since 2026-01-01 > articles.csv

    In CSV the paragraphs of a text are lines, other lists are JSON, and an apostrophe stands before what a spreadsheet
    would run as a formula. The README tells what each field means.
    """
    from crawler.config import load
    from storage.exporting import FIELDS
    from storage.opening import open_store

    with open_store(load()) as store:
        found = store.export(filters(store, **chosen))
        if form == "jsonl":
            for row in found:
                click.echo(json.dumps(row, ensure_ascii=False))
            return
        table = csv.DictWriter(sys.stdout, list(FIELDS))
        table.writeheader()
        table.writerows({name: _cell(name, value) for name, value in row.items()} for row in found)


def _cell(name: str, value: Any) -> Any:
    said = "\n".join(value) if name == "text" else value
    if isinstance(said, list):
        return json.dumps(said, ensure_ascii=False)
    return f"'{said}" if isinstance(said, str) and said.startswith(FORMULA) else said
