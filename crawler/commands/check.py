"""`tindothi check`: is the store whole?"""

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from crawler.errors import StoreError

if TYPE_CHECKING:
    from storage.store import Store


@click.command()
@click.option("--quick", is_flag=True, help="Leave out the archived pages, which are all read otherwise.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(quick: bool, as_json: bool) -> None:
    """Check the store: the database's integrity, orphans, hashes, entries, the archive's files, and every page in them.

    Changes nothing. The exit code is 8 where something is wrong.
    """
    from crawler.config import load
    from crawler.health import Exit
    from storage.opening import open_store

    with open_store(load()) as store:
        found = told(store, quick=quick, quiet=as_json)
        counts = store.counts()
    if as_json:
        click.echo(json.dumps({"whole": not found, "problems": found}, ensure_ascii=False))
    elif not found:
        read = "not read" if quick else "read"
        click.echo(f"whole: {counts.articles} articles, {counts.revisions} revisions, {counts.records} pages ({read})")
    sys.exit(Exit.STORE if found else Exit.WELL)


def told(store: "Store", *, quick: bool = False, quiet: bool = False) -> list[str]:
    """What is wrong with a store, told as it is found, unless `quiet`."""
    found = []
    for problem in _problems(store, quick=quick):
        found.append(problem)
        if not quiet:
            click.echo(problem)
    return found


def _problems(store: "Store", *, quick: bool) -> Iterator[str]:
    try:
        yield from store.problems()
        yield from store.file_problems()
    except StoreError as error:
        yield f"the database is damaged: {error}; restore a backup"
        return
    if not quick:
        yield from store.damaged_pages()
