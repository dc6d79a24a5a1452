"""`tindothi backup`: a copy of the store that stands for itself, and is checked."""

import sys
from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Copy the store (database and archive) into FOLDER and check the copy; a run may be writing meanwhile.

    A second backup into the same folder copies what is new. Feeds are not copied: `tindothi publish` writes them.
    A store on PostgreSQL is copied into a SQLite file.
    """
    from crawler.commands.check import told
    from crawler.config import load
    from crawler.health import Exit
    from storage.backup import ARCHIVE, DATABASE, back_up
    from storage.store import Store

    config = load()
    copied = back_up(config.database_url, config.archive_dir, folder)
    with Store.open(f"sqlite:///{folder / DATABASE}", folder / ARCHIVE) as copy:
        found = told(copy)
        counts = copy.counts()
    click.echo(f"{folder}: {counts.articles} articles, {copied.files} archive files ({copied.new} copied now)")
    sys.exit(Exit.STORE if found else Exit.WELL)
