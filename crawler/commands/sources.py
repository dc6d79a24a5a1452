"""`tindothi sources`: who is watched, and how sure we are of it."""

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from crawler.waivers import holds, said

if TYPE_CHECKING:
    from crawler.types import Waiver


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object: name → host, state, evidence, listings …")
def command(as_json: bool) -> None:
    """List the sources: where they live, their state and the evidence for their rules.

    Add your own: a folder of small TOML files, named by the setting sources.directories.
    """
    from crawler.config import load
    from crawler.health import Exit
    from spiders.read import read_sources

    sources, errors = read_sources(load().sources.directories)
    if as_json:
        table = {
            source.name: {
                "title": source.title,
                "hosts": source.hosts,
                "place": source.place,
                "family": source.family,
                "state": source.state.value,
                "checked": source.checked.isoformat() if source.checked else None,
                "reason": source.reason,
                "evidence": source.evidence,
                "private": source.private,
                "tls": [
                    {"host": waiver.host, "waived": said(waiver), "until": waiver.until.isoformat()}
                    for waiver in source.tls
                ],
                "listings": [{"kind": listing.kind.value, "url": listing.url} for listing in source.listings],
            }
            for source in sources.values()
        }
        click.echo(json.dumps(table, ensure_ascii=False, indent=2))
    else:
        for source in sources.values():
            checked = f" {source.checked}" if source.checked else ""
            click.echo(f"{source.name:<14} {source.host:<24} {source.state.value}{checked:<11}  {source.title}")
            for label, text in (
                ("also", ", ".join(source.hosts[1:])),
                ("reason", source.reason),
                ("evidence", source.evidence),
                ("private", source.private),
                *(("tls", _told(waiver)) for waiver in source.tls),
            ):
                if text:
                    click.echo(f"{'':<14} {label}: {' '.join(text.split())}")
    for error in errors:
        click.echo(f"tindothi: {error}", err=True)
    sys.exit(Exit.CONFIG if errors else Exit.WELL)


def _told(waiver: "Waiver") -> str:
    """`cong.example.vn: expired (…), until 01/03/2027`."""
    over = "" if holds(waiver, datetime.now(UTC).date()) else ", which is over"
    return f"{waiver.host}: {said(waiver)}, until {waiver.until:%d/%m/%Y}{over}"
