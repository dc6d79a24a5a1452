"""`tindothi extract`: what saved pages yield, one JSON object a line, or as a reader would see it."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.commands.explain import explained
from crawler.errors import Rejected
from crawler.learned import NOTHING, Learned, SeenPage, learn
from crawler.types import Snapshot, Source

if TYPE_CHECKING:
    from crawler.types import Article, Instant
    from spiders.declared import FamilyFile


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--url", help="The address that the page was saved from; for one FILE.")
@click.option("--urls", "table", type=click.Path(path_type=Path), help="Tab-separated table with columns file and url.")
@click.option("--no-sources", is_flag=True, help="Use no source or family file: what unseen sites get.")
@click.option("--learn", "learns", is_flag=True, help="Strip what recurs on the pages of one site, taken together.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--explain", is_flag=True, help="Every visible line of the page: kept (+) or stripped, by which rule.")
def command(
    files: tuple[Path, ...],
    url: str | None,
    table: Path | None,
    no_sources: bool,
    learns: bool,
    as_json: bool,
    explain: bool,
) -> None:
    """Show what saved pages (FILE…) yield: title, lead, text, date, author, and which rule stripped what.

    \b
    tindothi extract --url https://example.vn/tin-1.html saved.html
    tindothi extract --json --urls manifest.tsv pages/*.html > articles.jsonl
    tindothi extract --learn --no-sources --urls manifest.tsv pages/*.html

    --learn looks at all files twice, as a crawl does from its second visit on: what stands at the same place of many
    pages of a site is none of its articles' text (learned-text, learned-path).

    A page that is no article is reported with its reason; a file that cannot be read is named, the others are done,
    and the exit code is 1.
    """
    if explain and as_json:
        raise click.UsageError("--json has every line with its rule already, as `blocks`; leave --explain out")
    if url and len(files) > 1:
        raise click.UsageError("--url names one page's address, but there are several files; use --urls FILE.tsv")
    addresses = _addresses(table) if table else {}
    sources, families = ({}, {}) if no_sources else _declared()
    pages = [
        (file, url or addresses.get(file.name) or addresses.get(str(file)) or file.absolute().as_uri())
        for file in files
    ]
    learned = _learned(pages, sources, families) if learns else {}
    failed = False
    for file, address in pages:
        try:
            body = file.read_bytes()
        except OSError as error:
            click.echo(f"{file}: cannot be read: {error.strerror}; mend the path", err=True)
            failed = True
            continue
        record = _record(file, address, body, sources, families, learned)
        shown = explained if explain else _lines
        click.echo(json.dumps(record, ensure_ascii=False) if as_json else "\n".join(shown(record)) + "\n")
    if failed:
        sys.exit(1)


def _addresses(table: Path) -> dict[str, str]:
    """File name → URL."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE))
            columns = rows[0].keys() if rows else ()
    except OSError as error:
        raise click.ClickException(f"{table}: cannot be read: {error.strerror}; mend --urls") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise click.ClickException(f"{table}: no table: {error}; save it as UTF-8 text with tabs") from error
    if missing := {"file", "url"} - set(columns):
        names = " and ".join(sorted(missing))
        raise click.ClickException(f"{table}: its first line names no column {names}; write `file<TAB>url` there")
    return {row["file"]: row["url"] for row in rows if row["file"] and row["url"]}


def _declared() -> tuple[dict[str, Source], dict[str, "FamilyFile"]]:
    """Sources by host, and the families; what is wrong in a file is said, and stops only that file."""
    from crawler.config import load
    from crawler.urls import by_host
    from spiders.read import read_families, read_sources

    directories = load().sources.directories
    sources, errors = read_sources(directories)
    for error in errors:
        click.echo(str(error), err=True)
    families, _ = read_families(directories)
    return by_host(sources.values()), families


def _learned(
    pages: Iterable[tuple[Path, str]], sources: Mapping[str, Source], families: "Mapping[str, FamilyFile]"
) -> dict[str, Learned]:
    """What the files and their addresses teach of each source, by its name."""
    seen: dict[str, list[SeenPage]] = {}
    for file, url in pages:
        try:
            article = _article(url, file.read_bytes(), sources, families, {})
            read = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        except (OSError, Rejected):
            continue  # told when the file's turn comes
        seen.setdefault(article.source, []).append(SeenPage(blocks=article.blocks, at=read))
    return {source: learn(some) for source, some in seen.items()}


def _article(
    url: str,
    body: bytes,
    sources: Mapping[str, Source],
    families: "Mapping[str, FamilyFile]",
    learned: Mapping[str, Learned],
) -> "Article":
    from crawler.extract import extract
    from crawler.urls import owner
    from spiders.fingerprints import with_families

    snapshot = Snapshot(requested_url=url, url=url, fetched_at=datetime.now(UTC), status=200, body=body)
    source = with_families(owner(sources, url), families)
    return extract(snapshot, source, now=snapshot.fetched_at, learned=learned.get(source.name, NOTHING))


def _record(
    file: Path,
    url: str,
    body: bytes,
    sources: Mapping[str, Source],
    families: "Mapping[str, FamilyFile]",
    learned: Mapping[str, Learned],
) -> dict[str, Any]:
    try:
        article = _article(url, body, sources, families, learned)
    except Rejected as refusal:
        return {"file": str(file), "url": url, "rejected": refusal.reason, "message": str(refusal)}
    return {"file": str(file), **_fields(article)}


def _fields(article: "Article") -> dict[str, Any]:
    return {
        "url": article.url,
        "source": article.source,
        "title": article.title,
        "lead": article.lead,
        "text": list(article.paragraphs),
        "html": article.html,
        "images": [asdict(image) for image in article.images],
        "attachments": [asdict(one) for one in article.attachments],
        **_date("published", article.published),
        **_date("updated", article.updated),
        "author": list(article.authors),
        "credit": article.credit,
        "section": article.section,
        "template": article.template,
        "also": [asdict(statement) for statement in article.also],
        "blocks": [asdict(block) for block in article.blocks],
    }


def _date(name: str, when: "Instant | None") -> dict[str, str | None]:
    return {
        name: when.at.isoformat() if when else None,
        f"{name}_precision": when.precision.value if when else None,
        f"{name}_confidence": when.confidence.value if when else None,
        f"{name}_from": when.origin if when else None,
        f"{name}_raw": when.raw if when else None,
    }


def _lines(record: Mapping[str, Any]) -> Iterator[str]:
    yield click.style(record["file"], dim=True)
    if "rejected" in record:
        yield f"no article: {record['rejected']} ({record['message']})"
        return
    yield click.style(record["title"] or "(no title)", bold=True)
    for name in ("url", "published", "author", "credit", "section"):
        if value := record[name]:
            shown = ", ".join(value) if isinstance(value, list) else value
            origin = f"  ({record['published_from']})" if name == "published" else ""
            yield f"  {name}: {shown}{origin}"
    if record["lead"]:
        yield f"\n{record['lead']}"
    yield ""
    yield from record["text"]
    stripped = [block for block in record["blocks"] if block["rule"] not in (None, "outside", "title", "lead")]
    if stripped:
        yield f"\n{len(stripped)} lines stripped:"
        yield from (f"  {block['rule']}: {block['text'][:80]}" for block in stripped)
