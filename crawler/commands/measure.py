"""The metrics file, after a crawl: whole or as it was; what fails is a line on the error output."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from crawler.errors import StoreError

if TYPE_CHECKING:
    from crawler.config import Config
    from crawler.metrics import State
    from storage.store import Store

RUNS = 100  # of a source, among which the last good one is looked for


def measure(config: "Config", code: int, began: datetime) -> None:
    """Writes `metrics.file`, if there is one; of a store that refuses, only what is known without it."""
    if (file := config.metrics.file) is None:
        return
    from crawler.metrics import State, render
    from storage.beside import beside, replaceable
    from storage.opening import open_store

    at = datetime.now(UTC)
    state = State(at=at, seconds=(at - began).total_seconds(), code=code)
    try:
        with open_store(config) as store:
            state = _state(store, state)
    except StoreError as error:
        click.echo(f"tindothi: metrics: {error}", err=True)
    try:
        with beside(replaceable(file)) as new:
            new.write_text(render(state), encoding="utf-8")
            new.chmod(0o644)  # the collector is another user
    except (OSError, StoreError) as error:
        why = f"{file}: {error.strerror}" if isinstance(error, OSError) else error  # which names the file
        click.echo(f"tindothi: metrics: {why}; mend metrics.file, or take it out", err=True)


def _state(store: "Store", state: "State") -> "State":
    from dataclasses import replace

    from crawler.health import healthy
    from crawler.metrics import Measured

    sources = []
    for one in store.status():
        ended = [run for run in store.runs(one.name, RUNS) if run.ended]
        sources.append(
            Measured(
                name=one.name,
                run=next(iter(ended), None),
                succeeded=next((run.ended for run in ended if healthy(run)), None),
                last_new=one.last_new,
                pending=one.pending,
                articles=one.articles,
            )
        )
    return replace(
        state,
        sources=tuple(sources),
        incidents=store.incidents.current(),
        certificates=store.incidents.certificates(),
    )
