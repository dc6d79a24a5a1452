"""`tindothi search`: find articles by words."""

import json

import click


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Articles shown, at most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an article, one a line.")
def command(words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find stored articles by WORDS, with or without diacritics: "do thi" finds "đô thị".

    Articles that have the words as typed come first. The exit code is 0 also where nothing is found.
    """
    from crawler.commands.moments import moment
    from crawler.config import load
    from storage.opening import open_store

    with open_store(load()) as store:
        hits = store.search(" ".join(words), limit)
    for hit in hits:
        if as_json:
            row = {"id": hit.id, "key": hit.key, "url": hit.url, "source": hit.source, "title": hit.title}
            published = hit.published.isoformat() if hit.published else None
            click.echo(json.dumps({**row, "published": published, "exact": hit.exact}, ensure_ascii=False))
        else:
            click.echo(f"{hit.id:>6}  {moment(hit.published):<16}  {hit.source:<14} {hit.title or '(no title)'}")
            click.echo(f"{'':>6}  {hit.url}")
    if not hits and not as_json:
        click.echo("nothing found")
