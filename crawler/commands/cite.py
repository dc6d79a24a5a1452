"""`tindothi cite`: who names a legal document, when, and in which words."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from storage.mentions import Document, Form, Named

MONTHS = 12  # of which the mentions are counted, the latest that have any; earlier ones are counted by year


@click.command()
@click.argument("number", required=False, default="")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Articles shown, at most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; without NUMBER one a document, one a line.")
def command(number: str, limit: int, as_json: bool) -> None:
    """Show which articles name the document NUMBER (97/2019/QH14), when, and in which words, the latest first.

    Case, spaces and Đ need not be typed. Where the sources print its number or its date otherwise, all forms stand
    beside each other; so do numbers of the same kind and day, for sources mistake one for another. Without NUMBER: the
    documents that most articles name.
    """
    from crawler.config import load
    from storage.opening import open_store

    with open_store(load()) as store:
        found = store.mentions(number, limit) if number else None
        near = () if found and found.articles else store.documents(number, limit)
    if as_json:
        for row in [found] if found else near:
            click.echo(json.dumps(asdict(row), ensure_ascii=False, default=str))
        return
    click.echo("\n".join(_told(found) if found and found.articles else _others(number, near)))


def _told(found: "Named") -> Iterator[str]:
    from crawler.commands.moments import moment

    yield f"{click.style(found.key, bold=True)}: named by {found.articles} articles ({_sources(found.sources)})"
    months = list(found.months.items())
    if len(months) > MONTHS:
        years: Counter[str] = Counter()
        for month, count in months:
            years[month[:4]] += count
        yield "  by year    " + ", ".join(f"{year} {count}" for year, count in years.items())
    yield "  by month   " + ", ".join(f"{month[5:]}/{month[:4]} {count}" for month, count in months[-MONTHS:])
    if any(one.printed != (found.key,) for one in found.numbers):
        yield from (f"  printed    {_form(one)}" for one in found.numbers)
    for one in found.days:
        yield f"  {'signed' if len(found.days) == 1 else 'signed?':<9}  {_form(one)}"
    for one in found.others:
        yield f"  or is it   {_form(one)}, signed {one.day:%d/%m/%Y}; no article names both"
    for each in found.latest:
        yield f"\n{each.id:>6}  {moment(each.at):<16}  {each.source:<14} {each.title or '(no title)'}"
        yield f"{'':>6}  {each.url}"
        yield f"{'':>6}  … {' '.join(each.context.split())} …"
    if found.articles > len(found.latest):
        yield f"\n{found.articles - len(found.latest)} more: --limit {found.articles}"


def _form(one: "Form") -> str:
    return f"{' = '.join(one.printed)} ({_sources(one.sources)})"


def _sources(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _others(number: str, near: "Sequence[Document]") -> Iterator[str]:
    if number:
        yield f"no article names {number}" + ("; documents of that number:" if near else "")
    elif not near:
        yield "no article names a document"
    yield from (f"{one.articles:>6}  {one.key}" for one in near)
