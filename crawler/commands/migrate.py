"""`tindothi migrate`: the store into another database, of the same or the other engine."""

import json

import click


@click.command()
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: table → rows.")
def command(url: str, as_json: bool) -> None:
    """Copy the store of the settings into the empty database at URL, e.g. postgresql://me@host/tindothi.

    Every row is read back and compared before anything is kept. The old database and the archive stay as they are; no
    id changes, so the feeds go on as before. Afterwards set `database` to URL.
    """
    from crawler.config import load
    from storage.lock import RunLock
    from storage.opening import open_store

    config = load()
    with RunLock(config.data_dir), open_store(config) as store:
        moved = store.move(url)
    if as_json:
        click.echo(json.dumps(dict(moved)))
        return
    click.echo(f"{moved['article']} articles, {sum(moved.values())} rows: copied, read back and the same")
    click.echo("now set `database` to that URL (settings file, --database or TINDOTHI_DATABASE)")
