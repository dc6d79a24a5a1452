"""Saved pages as snapshots, for a replay: WARC files, page files, and folders of them."""

import csv
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree, html

from crawler.types import Snapshot
from crawler.urls import canonical
from storage.revisits import Originals
from storage.warc import MAX_BODY, ArchiveDamaged, records

WARC = (".warc", ".warc.gz")
PAGE = {".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml"}
_HEAD = 256 * 1024  # bytes in which a page names its own URL

logger = logging.getLogger(__name__)


def iterate(*paths: Path, originals: Originals | None = None) -> Iterator[Snapshot]:
    """The pages of WARC files (`.warc`, `.warc.gz`, also still `.open`) and of folders, one at a time, by name.

    A page file's URL is what a table `*.tsv` beside it says (columns `file` and `url`), else what the page calls its
    own (canonical link, `og:url`); its time is the file's. A revisit comes with the body of the page that it refers to,
    where the `originals` have it; else it is left out.

    :raises ArchiveDamaged: at the end, with every file of which something could not be read
    """
    damage: list[str] = []
    originals = originals or Originals()
    for path in paths:
        for file, urls in _files(path, damage):
            try:
                yield from _pages(file, urls, originals)
            except (ArchiveDamaged, OSError) as error:
                damage.append(f"{file}: {error}")
    if damage:
        raise ArchiveDamaged("\n".join(damage))


def _files(path: Path, damage: list[str]) -> Iterator[tuple[Path, Mapping[str, str]]]:
    if not path.is_dir():
        yield path, {}
        return
    tables: dict[Path, Mapping[str, str]] = {}
    for file in sorted(path.rglob("*")):
        if not file.is_file():
            continue
        if _is_warc(file):
            yield file, {}
        elif file.suffix.lower() in PAGE:
            if file.parent not in tables:
                tables[file.parent] = _table(file.parent, damage)
            yield file, tables[file.parent]


def _is_warc(file: Path) -> bool:
    return file.name.lower().removesuffix(".open").endswith(WARC)


def _pages(file: Path, urls: Mapping[str, str], originals: Originals) -> Iterator[Snapshot]:
    if file.suffix.lower() not in PAGE:
        with file.open("rb") as stream:
            yield from filter(None, map(originals.whole, records(stream)))
        return
    with file.open("rb") as stream:
        body = stream.read(MAX_BODY)
    url = urls.get(file.name) or _own_url(body)
    if not url:
        raise ArchiveDamaged("names no URL of its own; give one in a table beside it, columns `file` and `url`")
    yield Snapshot(
        requested_url=url,
        url=url,
        fetched_at=datetime.fromtimestamp(file.stat().st_mtime, UTC),
        status=200,
        headers=(("content-type", PAGE[file.suffix.lower()]),),
        body=body,
    )


def _table(folder: Path, damage: list[str]) -> Mapping[str, str]:
    urls: dict[str, str] = {}
    for file in sorted((*folder.glob("*.tsv"), *folder.parent.glob("*.tsv"))):
        try:
            with file.open(encoding="utf-8", newline="") as stream:
                rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
                if {"file", "url"} <= set(rows.fieldnames or ()):
                    urls |= {row["file"]: row["url"] for row in rows if row["file"] and row["url"]}
        except (OSError, ValueError, csv.Error) as error:
            damage.append(f"{file}: {error}")
    return urls


def _own_url(body: bytes) -> str:
    try:
        head = html.document_fromstring(body[:_HEAD])
    except (etree.LxmlError, ValueError):
        return ""
    own = [link.get("href") for link in head.iterfind(".//link[@rel='canonical']")]
    own += [meta.get("content") for meta in head.iterfind(".//meta[@property='og:url']")]
    return next((url for url in map(canonical, filter(None, own)) if url), "")
