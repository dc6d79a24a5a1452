"""`tindothi demo`: the whole way on stand-ins of the five portals, without the network.

The crawls are the real ones, in processes of their own; they differ from production in standard settings only: a proxy
address, a CA file, no delays, and a first run that takes everything as news.
"""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

SHOWN = 6  # entries of the feed, so that all fits on a screen
ATOM = {"a": "http://www.w3.org/2005/Atom"}
EDIT = "Ủy ban nhân dân phường bổ sung: các ý kiến góp ý được tiếp nhận đến hết tháng này tại bộ phận một cửa."


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An entry as the Atom document has it."""

    id: str
    title: str
    updated: str
    url: str
    summary: str
    place: str


@click.command()
@click.option("--directory", type=click.Path(file_okay=False, path_type=Path), help="Where to work; emptied first.")
@click.option("--articles", type=click.IntRange(2, 500), default=12, show_default=True, help="Articles per portal.")
def command(directory: Path | None, articles: int) -> None:
    """Crawl stand-ins of the five portals on this machine and show the feed.

    Crawls all five twice (the second run finds nothing new), lets one portal publish an item and another edit one,
    crawls again, and shows what a subscriber sees. Needs no network.
    """
    import platformdirs

    from crawler.portal import LocalWeb

    folder = (directory or Path(platformdirs.user_cache_dir("tindothi")) / "demo").absolute()
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "certificates").mkdir(parents=True)
    with LocalWeb(folder / "certificates", articles_per_site=articles, page_size=max(20, articles)) as web:
        settings = _settings(folder, web.proxy_url, web.ca_file)
        click.echo("Five portals stand on this machine, each in its own markup, with its menus, polls and counters.\n")
        _crawl("first crawl", settings)
        _crawl("second crawl", settings, "every counter, clock and poll has changed in between")
        told = web.expected()
        published = web.publish("haiphong")
        edited = next(url for url in told if "tcnn" in url)
        web.edit(edited, paragraph=EDIT)
        _crawl("third crawl", settings, "haiphong published an item, tcnn edited one")
        entries = _entries(folder / "data" / "feeds" / "chinh-quyen-do-thi.atom")
        _show(entries, edited, published)
        _check(entries, len(web.expected()))
    for path in sorted((folder / "data" / "feeds").glob("*.atom")):
        click.echo(f"Atom: {path}")


def _settings(folder: Path, proxy: str, ca_file: Path) -> dict[str, str]:
    return {
        "TINDOTHI_DATA_DIR": str(folder / "data"),
        "TINDOTHI_LOG_LEVEL": "WARNING",
        "TINDOTHI_FETCH__PROXY": proxy,
        "TINDOTHI_FETCH__CA_FILE": str(ca_file),
        "TINDOTHI_FETCH__CONTACT": "demo@localhost",
        "TINDOTHI_FETCH__DELAY": "0",
        "TINDOTHI_FETCH__CONCURRENCY": "4",
        "TINDOTHI_CRAWL__RECHECK_FIRST": "0",
        "TINDOTHI_CRAWL__INTERVAL_MAX": "0",
        "TINDOTHI_BASELINE__ITEMS": "1000",
        "TINDOTHI_BASELINE__DAYS": "3650",
    }


def _crawl(label: str, settings: Mapping[str, str], remark: str = "") -> dict[str, Any]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("TINDOTHI_")}
    done = subprocess.run(
        [sys.executable, "-m", "crawler", "crawl", "--json"],
        env={**own, **settings},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if not done.stdout.strip():
        raise click.ClickException(f"the {label} ended with exit code {done.returncode}")
    counts: dict[str, Any] = json.loads(done.stdout)
    names = ("listings", "new", "revised", "unchanged", "duplicate", "rejected")
    click.echo(f"{label:<13} {counts['fetched']:>4} fetched: " + ", ".join(f"{counts[name]} {name}" for name in names))
    if remark:
        click.echo(f"{'':<13} ({remark})")
    return counts


def _entries(path: Path) -> list[Shown]:
    from lxml import etree

    def text(entry: Any, name: str) -> str:
        return str(entry.findtext(f"a:{name}", default="", namespaces=ATOM))

    return [
        Shown(
            id=text(entry, "id"),
            title=text(entry, "title"),
            updated=text(entry, "updated"),
            url=str(entry.xpath("string(a:link[@rel='alternate' or not(@rel)]/@href)", namespaces=ATOM)),
            summary=text(entry, "summary"),
            place=str(entry.xpath("string(a:category[contains(@scheme, 'place')]/@label)", namespaces=ATOM)),
        )
        for entry in etree.parse(path).getroot().iterfind("a:entry", ATOM)
    ]


def _show(entries: list[Shown], edited: str, published: str) -> None:
    width = min(110, shutil.get_terminal_size((100, 24)).columns)
    click.echo(f"\nWhat a subscriber sees ({len(entries)} entries, the latest {SHOWN}):\n")
    for entry in entries[:SHOWN]:
        mark = {edited: "edited", published: "new"}.get(entry.url, "")
        day = f"{entry.updated[8:10]}/{entry.updated[5:7]} {entry.updated[11:16]}"
        click.echo(f"  {day}  {mark:<6}  " + textwrap.shorten(entry.title, width - 23, placeholder=" …"))
        said = " · ".join(part for part in (entry.place, entry.summary) if part)
        click.echo(f"{'':<23}" + textwrap.shorten(said, width - 23, placeholder=" …"))
    click.echo()


def _check(entries: list[Shown], expected: int) -> None:
    """The demo is a promise too: each matching article of the five portals stands in the feed once."""
    once = len({entry.id for entry in entries}) == len(entries) == len({entry.title for entry in entries})
    if not once or len(entries) != expected:
        raise click.ClickException(f"the portals have {expected} matching articles, the feed {len(entries)} entries")
    click.echo(f"Checked: {expected} matching articles on the five portals, {len(entries)} entries, none twice.")
