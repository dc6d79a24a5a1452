"""The proof of an extraction, for people: what was believed and why, and the verdict on every visible line."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import click

PRINTED = 100  # characters of a line
RULE = 18  # of the column of rules
FIELDS = frozenset(("headline", "lead", "date", "author", "credit", "signature"))
LEGEND = "+ text   = read as a field   - stripped"


def explained(record: Mapping[str, Any]) -> Iterator[str]:
    """The lines that explain a record of `tindothi extract`, with the rule beside each line that is no text."""
    yield click.style(record["file"], dim=True)
    if "rejected" in record:
        yield f"no article: {record['rejected']} ({record['message']})"
        return
    yield from _believed(record)
    yield f"\n{LEGEND}\n"
    for block in record["blocks"]:
        text = block["text"] if len(block["text"]) <= PRINTED else block["text"][:PRINTED] + "…"
        if block["rule"] is None:
            yield f"+ {block['tag']:<{RULE}} {text}"
        else:
            sign = "=" if block["rule"] in FIELDS else "-"
            yield click.style(f"{sign} {block['rule']:<{RULE}} {text}  [{block['path']}]", dim=sign == "-")
    fired = Counter(block["rule"] for block in record["blocks"] if block["rule"])
    kept = sum(block["rule"] is None for block in record["blocks"])
    yield f"\n{kept} kept, {fired.total()} not: " + ", ".join(f"{rule} {count}" for rule, count in fired.most_common())


def _believed(record: Mapping[str, Any]) -> Iterator[str]:
    yield click.style(record["title"] or "(no title)", bold=True)
    yield f"  url        {record['url']}"
    yield f"  layout     {record['template'] or 'none known: read by what pages have in common'}"
    for name in ("published", "updated"):
        if record[name]:
            proof = f"{record[f'{name}_precision']}, {record[f'{name}_confidence']}"
            yield f"  {name:<9}  {record[name]} ({proof}: {record[f'{name}_from']}: {record[f'{name}_raw']!r})"
    for name in ("author", "credit", "section"):
        if value := record[name]:
            yield f"  {name:<9}  {', '.join(value) if isinstance(value, list) else value}"
    for one in record["also"]:
        yield f"  not taken  {one['about']}: {one['value'][:PRINTED]} ({one['origin']})"
