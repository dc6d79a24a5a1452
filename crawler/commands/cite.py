"""`tindothi cite`: who names a legal document, when, and in which words."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from storage.mentions import Document, Mention

MONTHS = 12  # of which the mentions are counted


@click.command()
@click.argument("number", required=False, default="")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Articles shown, at most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an article, or a document, one a line.")
def command(number: str, limit: int, as_json: bool) -> None:
    """Show which articles name the document NUMBER (97/2019/QH14), when, and in which words, the latest first.

    Case, spaces and Đ need not be typed. Where the sources print its number or its date otherwise, all forms are told.
    Without NUMBER: the documents that most articles name.
    """
    from crawler.config import load
    from storage.opening import open_store

    with open_store(load()) as store:
        key, found = store.mentions(number) if number else ("", ())
        near = () if found else store.documents(number, limit)
    if as_json:
        rows = found[:limit] or (() if number else near)
        for row in rows:
            click.echo(json.dumps(asdict(row), ensure_ascii=False, default=str))
        return
    click.echo("\n".join(_told(key, found, limit) if found else _others(number, near)))


def _told(key: str, found: "Sequence[Mention]", limit: int) -> Iterator[str]:
    from crawler.commands.moments import moment

    sources = Counter(one.source for one in found)
    named = ", ".join(f"{name} {count}" for name, count in sources.most_common())
    yield f"{click.style(key, bold=True)}: named by {len(found)} articles ({named})"
    months = sorted(Counter(f"{one.at:%m/%Y}" for one in found).items(), key=lambda month: month[0].split("/")[::-1])
    yield "  by month   " + ", ".join(f"{month} {count}" for month, count in months[-MONTHS:])
    for label, forms in (
        ("printed", Counter((one.printed, one.source) for one in found if one.printed != key)),
        ("signed", Counter((f"{one.signed:%d/%m/%Y}", one.source) for one in found if one.signed)),
    ):
        if forms:
            yield f"  {label:<9}  " + ", ".join(f"{form} ({source} {count})" for (form, source), count in forms.items())
    for one in found[:limit]:
        yield f"\n{one.id:>6}  {moment(one.at):<16}  {one.source:<14} {one.title or '(no title)'}"
        yield f"{'':>6}  {one.url}"
        yield f"{'':>6}  … {' '.join(one.context.split())} …"
    if len(found) > limit:
        yield f"\n{len(found) - limit} more: --limit {len(found)}"


def _others(number: str, near: "Sequence[Document]") -> Iterator[str]:
    if number:
        yield f"no article names {number}" + ("; documents of that number:" if near else "")
    elif not near:
        yield "no article names a document"
    yield from (f"{one.articles:>6}  {one.key}" for one in near)
