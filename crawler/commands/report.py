"""`tindothi report`: what the last runs did and what is wrong, for people, for scripts, and as a page."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.reports import Report
    from crawler.types import Source
    from storage.store import Store

LATELY = timedelta(days=1)  # in which an incident that is over is still told


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write there, whole or not at all, instead of the output.")  # fmt: skip
def command(form: str, output: Path | None) -> None:
    """Tell what is wrong and what to do about it, what is over since a day, and what the last run of each source did.

    The page (`--format html`) needs nothing beside itself, and may be served or sent. In cron, after each crawl:

    \b
      */30 * * * *  tindothi crawl; tindothi report --format html -o /srv/www/tindothi.html
    """
    from crawler.config import load
    from crawler.errors import StoreError
    from crawler.reports import as_table, as_text
    from spiders.read import read_sources
    from storage.beside import beside, replaceable
    from storage.opening import open_store

    config = load()
    output = output and replaceable(output)
    sources, wrong = read_sources(config.sources.directories)
    with open_store(config) as store:
        made = _report(store, sources)
    if form == "html":
        from crawler.commands.reportpage import page

        document = page(made).decode()
    else:
        document = as_text(made) if form == "text" else json.dumps(as_table(made), ensure_ascii=False, indent=2) + "\n"
    if output:
        try:
            with beside(output) as new:
                new.write_text(document, encoding="utf-8")
        except OSError as error:
            raise StoreError(f"{output}: cannot be written: {error.strerror}; name another file") from error
    else:
        click.echo(document, nl=False)
    for mistake in wrong:
        click.echo(f"tindothi: {mistake}", err=True)


def _report(store: "Store", sources: "Mapping[str, Source]") -> "Report":
    from crawler.reports import Report, Reported

    now = datetime.now(UTC)
    known = {one.name: one for one in store.status()}
    incidents = store.incidents.since(now - LATELY)
    told = []
    for name in sorted({*known, *sources}):
        source, status = sources.get(name), known.get(name)
        title, state = (source.title, source.state.value) if source else (status.title if status else "", "")
        if status is None:
            told.append(Reported(name=name, title=title, state=state, run=None))
            continue
        told.append(
            Reported(
                name=name,
                title=title,
                state=state,
                run=status.last_run,
                articles=status.articles,
                pending=status.pending,
                last_new=status.last_new,
            )
        )
    wrong = tuple(one for one in incidents if one.closed is None)
    over = tuple(one for one in incidents if one.closed is not None)
    return Report(at=now, sources=tuple(told), wrong=wrong, over=over)
