"""`tindothi search`: find articles by words."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from crawler.query import Snippet
    from storage.search import Filters, Hit
    from storage.store import Store

DAY = click.DateTime(["%Y-%m-%d"])


def filtering(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which articles are meant; a command with them calls `filters`."""
    options = (
        click.option("--source", default="", help="Only of this source."),
        click.option("--topic", default="", help="Only what matches this topic."),
        click.option("--cites", "document", default="", help="Only what names this legal document, as 97/2019/QH14."),
        click.option("--place", default="", help="Only about this place, by an old or a new name, as TP.HCM."),
        click.option("--since", type=DAY, help="Only what was published on that day (UTC) or later."),
        click.option("--until", type=DAY, help="Only what was published on that day or before."),
        click.option("--withdrawn/--there", default=None, help="Only what the site took back, or what is still there."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def filters(
    store: "Store",
    *,
    source: str,
    topic: str,
    document: str,
    place: str,
    since: datetime | None,
    until: datetime | None,
    withdrawn: bool | None,
) -> "Filters":
    """The filters that the options say.

    :raises click.BadParameter: no such place is known
    """
    from crawler.places import meant
    from storage.search import Filters

    try:
        places = tuple(one.id for one in meant(place)) if place else ()
    except ValueError as unknown:
        raise click.BadParameter(str(unknown), param_hint="--place") from None

    return Filters(
        source=source,
        topic=topic,
        document=store.document(document) if document else "",
        places=places,
        since=since and since.replace(tzinfo=UTC),
        until=until and until.replace(tzinfo=UTC) + timedelta(days=1),
        withdrawn=withdrawn,
    )


@click.command()
@click.argument("words", nargs=-1, required=True)
@filtering
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Articles shown, at most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an article, one a line.")
def command(words: tuple[str, ...], limit: int, as_json: bool, **chosen: Any) -> None:
    """Find stored articles by WORDS, with or without diacritics: "do thi" finds "đô thị".

    \b
    tindothi search chính quyền đô thị        side by side, else all of them anywhere
    tindothi search '"đô thị" phường'         a phrase and a word
    tindothi search 'thí điểm OR sắp xếp'     either; AND, OR and NOT are in capitals
    tindothi search 'đô thị NOT "khu đô thị"' without what follows NOT
    tindothi search 'Hải*'                    words that begin so
    tindothi search 'một cửa' --place TP.HCM  also what names Bình Dương, which is part of it now

    Articles that have the words as typed come first. The exit code is 0 also where nothing is found.
    """
    from crawler.config import load
    from storage.opening import open_store

    with open_store(load()) as store:
        hits = store.search(" ".join(words), limit, filters(store, **chosen))
    for hit in hits:
        click.echo(_json(hit) if as_json else _shown(hit))
    if not hits and not as_json:
        click.echo("nothing found")


def _json(hit: "Hit") -> str:
    row = {"id": hit.id, "key": hit.key, "url": hit.url, "source": hit.source, "title": hit.title}
    row |= {"published": hit.published.isoformat() if hit.published else None, "exact": hit.exact}
    return json.dumps(row | {"snippet": hit.snippet.text, "marks": hit.snippet.marks}, ensure_ascii=False)


def _shown(hit: "Hit") -> str:
    from crawler.commands.moments import moment

    head = f"{hit.id:>6}  {moment(hit.published):<16}  {hit.source:<14} {hit.title or '(no title)'}"
    lines = [head, f"{'':>6}  {hit.url}"]
    if hit.snippet.text:
        lines.append(f"{'':>6}  … {_marked(hit.snippet)} …")
    return "\n".join(lines)


def _marked(cut: "Snippet") -> str:
    shown, at = [], 0
    for start, end in cut.marks:
        shown += [cut.text[at:start], click.style(cut.text[start:end], bold=True)]
        at = end
    return "".join((*shown, cut.text[at:]))
