"""`tindothi import`: a store from the lines of `tindothi export --full`."""

import json

import click


@click.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE…", type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object: type → new rows, and how many were there.")
def command(files: tuple[str, ...], as_json: bool) -> None:
    """Make the store that `tindothi export --full` wrote: the same articles, revisions, findings and feed entries.

    \b
    tindothi export --full | gzip > store.jsonl.gz
    tindothi --database postgresql://me@host/tindothi import store.jsonl.gz
    tindothi --data-dir /srv/new import -          from the standard input; several FILEs are pieces of one export

    All of it is kept, or nothing. What is there already is left as it is, so that a second import changes nothing;
    what differs is refused. Feeds go on as before: no id and no `updated` changes. The archived pages are not in it:
    copy the folder `archive` of the data directory yourself.
    """
    from crawler.config import load
    from storage import lines
    from storage.lock import RunLock
    from storage.opening import open_store

    config = load()
    with RunLock(config.data_dir), open_store(config) as store:
        done = store.take_in(lines.read(files))
        counts = store.counts()
    if as_json:
        click.echo(json.dumps({"new": dict(done.new), "there": done.there}))
        return
    rows = sum(done.new.values())
    click.echo(f"{done.new['article']} new articles, {rows} new rows; {done.there} rows were there already")
    if done.new["record"]:
        click.echo(f"now copy the archive's files to {config.archive_dir}: {counts.records} pages are in them")
