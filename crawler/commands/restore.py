"""`tindothi restore`: the store back from a backup."""

import sys
from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Copy the backup in FOLDER to where the store belongs (`data_dir`), and check it. Overwrites no store.

    Then `tindothi publish` writes the feeds: with the ids that they had.
    """
    from crawler.commands.check import told
    from crawler.config import load
    from crawler.health import Exit
    from storage.backup import restore
    from storage.lock import RunLock
    from storage.opening import open_store

    config = load()
    with RunLock(config.data_dir):
        restore(folder, config.database_url, config.archive_dir)
        with open_store(config) as store:
            found = told(store)
            counts = store.counts()
    click.echo(f"{config.data_dir}: {counts.articles} articles, {counts.records} archived pages")
    sys.exit(Exit.STORE if found else Exit.WELL)
