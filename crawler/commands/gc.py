"""`tindothi gc`: archived pages whose time is over."""

import json
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from storage.retention import Collected

UNITS = ("bytes", "kB", "MB", "GB", "TB")


@click.command()
@click.option("--keep-days", type=click.IntRange(1, 36500), help="Instead of the setting archive.keep_days.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be removed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(keep_days: int | None, dry_run: bool, as_json: bool) -> None:
    """Remove archive files whose every page was fetched longer ago than that, and that no article needs.

    Articles are never removed, nor the pages of their current texts: `reextract` needs them. A file that holds one of
    those stays whole. Without the option, archive.keep_days says how long; where that is 0, nothing is removed.
    """
    from crawler.config import load
    from storage.lock import RunLock
    from storage.opening import open_store

    config = load()
    days = keep_days or config.archive.keep_days
    with nullcontext() if dry_run else RunLock(config.data_dir), open_store(config) as store:
        done = store.collect(timedelta(days=days) if days else None, dry_run=dry_run)
    if as_json:
        told = {"pages": done.pages, "bytes": sum(done.files.values()), "needed": done.needed}
        click.echo(json.dumps({"dry_run": dry_run, "keep_days": days, "files": list(done.files), **told}))
    else:
        click.echo(_line(done, days, dry_run))


def _line(done: "Collected", days: int, dry_run: bool) -> str:
    if not days and not done.files:
        return "nothing is removed: archive.keep_days is 0; set it, or give --keep-days"
    freed = f"{len(done.files)} archive files with {done.pages} pages, {_size(sum(done.files.values()))}"
    line = f"{freed}, {'would be' if dry_run else 'were'} removed"
    return line + (f"; {done.needed} as old stay, for their pages are needed" if done.needed else "")


def _size(count: float) -> str:
    """`812.4 MB`."""
    for unit in UNITS[:-1]:
        if count < 1000:
            return f"{count:.{0 if unit == 'bytes' else 1}f} {unit}"
        count /= 1000
    return f"{count:.1f} {UNITS[-1]}"
