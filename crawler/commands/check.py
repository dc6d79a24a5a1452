"""`tindothi check`: is the store whole? With a source: what does its live site give today?"""

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from crawler.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from crawler.commands.livecheck import Checked
    from storage.store import Store


@click.command()
@click.argument("source", required=False)
@click.option("--quick", is_flag=True, help="Leave out the archived pages, which are all read otherwise.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(source: str | None, quick: bool, as_json: bool) -> None:
    """Check the store: the database's integrity, orphans, hashes, entries, the archive's files, and every page in them.

    With a SOURCE: probe its live site, step by step (robots.txt, listings, addresses, one article, certificate), and
    say what to mend in its file. That stores nothing, and may be done while a run goes on.

    Changes nothing. The exit code is 8 where something is wrong with the store, 4 with the source.
    """
    if source is None:
        _check_store(quick=quick, as_json=as_json)
    elif quick:
        raise click.UsageError("--quick is for the store's check; leave it out to probe a source")
    else:
        _check_source(source, as_json=as_json)


def _check_source(name: str, *, as_json: bool) -> None:
    from crawler.commands.livecheck import check
    from crawler.commands.probing import probe
    from crawler.config import load
    from crawler.health import Exit
    from crawler.mending import as_table
    from spiders.read import read_sources

    config = load()
    sources, errors = read_sources(config.sources.directories)
    for error in errors:
        click.echo(f"tindothi: {error}", err=True)
    if name not in sources:
        raise ConfigError(f"no such source: {name}; `tindothi sources` lists them")
    checked = probe(config, sources[name], lambda spider: check(spider, sources[name]))
    if as_json:
        steps = [{"step": one.step, "well": one.well, "said": one.said, **one.values} for one in checked.findings]
        table = {
            "source": name,
            "well": checked.well,
            "steps": steps,
            "mend": as_table(checked.mend),
            "advice": checked.advice,
        }
        click.echo(json.dumps(table, ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(checked)))
    sys.exit(Exit.WELL if checked.well else Exit.SOME_FAILED)


def _lines(checked: "Checked") -> Iterator[str]:
    from crawler.mending import file_lines

    for one in checked.findings:
        yield f"{'ok' if one.well else '!!'}  {one.step}: {one.said}"
        yield from (f"      {line}" for line in one.more)
    advice = [*checked.advice, *(f"put into its file: {line}" for line in file_lines(checked.mend))]
    if advice:
        yield "to mend:"
        yield from (f"      {line}" for line in advice)


def _check_store(*, quick: bool, as_json: bool) -> None:
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
