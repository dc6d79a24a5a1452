"""What a crawl or a replay says at its end."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from crawler.alerts import told
from crawler.commands.push import Told, as_table
from crawler.commands.push import report as report_push
from crawler.commands.turns import Turns, report_turns
from crawler.commands.turns import as_table as table_of_turns
from crawler.health import Exit, total
from crawler.incidents import Incident
from crawler.mending import as_table as mend_table
from crawler.mending import mend_lines
from crawler.reports import counted, failed, incident_table
from crawler.types import Run, Source
from feeds.publish import Published


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done. `incidents`: those that are open now."""

    runs: Sequence[Run]
    code: Exit = Exit.WELL
    sources: Mapping[str, Source] = field(default_factory=dict)
    feeds: Sequence[Published] = ()
    told: Sequence[Told] = ()
    incidents: Sequence[Incident] = ()
    turn: Turns | None = None  # of a replay there is none


def report(done: Done, *, as_json: bool) -> None:
    """A line for each source, incident, feed and channel, or one JSON object."""
    report_push(done.told, as_json=as_json)
    if as_json:
        click.echo(json.dumps(_table(done), ensure_ascii=False))
        return
    if said := summary(done):
        click.echo(said)
    if done.turn:
        report_turns(done.turn)
    for feed in done.feeds:
        click.echo(f"{feed.path}: {feed.entries} entries, {'written' if feed.written else 'unchanged'}")


def summary(done: Done) -> str:
    """A line for each source, with its last failure, and one for each open incident."""
    lines = []
    for run in done.runs:
        source = done.sources.get(run.source)
        state = f" ({source.state.value})" if source and source.state.value != "verified" else ""
        lines.append(f"{run.source}{state}: {counted(total([run]))}")
        lines += [f"  last failure: {failed(run.failure)}"] if run.failure else []
        lines += [f"  {line}" for line in mend_lines(run.mend)]
    return "\n".join([*lines, *(f"incident: {told(one)}" for one in done.incidents)])


def _table(done: Done) -> dict[str, Any]:
    each = {
        run.source: {
            **total([run]),
            "rules": dict(run.rules),
            "failure": _failure(run),
            "degraded": mend_table(run.mend),
        }
        for run in done.runs
    }
    left = table_of_turns(done.turn) if done.turn else {}
    written = [{"path": str(feed.path), "entries": feed.entries, "written": feed.written} for feed in done.feeds]
    incidents = [incident_table(one) for one in done.incidents]
    more = {"sources": each, **left, "feeds": written, "incidents": incidents, "push": as_table(done.told)}
    return {**total(done.runs), **more}


def _failure(run: Run) -> dict[str, str] | None:
    if run.failure is None:
        return None
    return {"url": run.failure.url, "kind": run.failure.kind, "message": run.failure.message}
