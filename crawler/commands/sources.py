"""`tindothi sources`: who is watched, and how sure we are of it; `sources add`: one more, by its address alone."""

import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.errors import ConfigError
from crawler.waivers import holds, said

if TYPE_CHECKING:
    from crawler.commands.adding import Draft, Trial
    from crawler.types import Source, Waiver

NOTHING = """nothing that announces articles was found. What can be done: give the address of a page that lists news \
in place of the home page; or write the file by hand (README, "Add a source"): a listing that a script fills is of the \
kind `api`; `tindothi extract --url ADDRESS page.html` shows what a page saved from a browser yields"""

UNREAD = """its home page cannot be read. What can be done: give the address at which a browser ends; or try again \
later"""


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object: name → host, state, evidence, listings …")
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """List the sources: where they live, their state and the evidence for their rules.

    Add your own with `sources add URL`, or by hand: a folder of small TOML files, named by the setting
    sources.directories.
    """
    if context.invoked_subcommand is None:
        _list(as_json)


def _list(as_json: bool) -> None:
    from crawler.config import load
    from crawler.health import Exit
    from spiders.read import read_sources

    sources, errors = read_sources(load().sources.directories)
    if as_json:
        table = {
            source.name: {
                "title": source.title,
                "hosts": source.hosts,
                "place": source.place,
                "family": source.family,
                "state": source.state.value,
                "checked": source.checked.isoformat() if source.checked else None,
                "reason": source.reason,
                "evidence": source.evidence,
                "private": source.private,
                "tls": [
                    {"host": waiver.host, "waived": said(waiver), "until": waiver.until.isoformat()}
                    for waiver in source.tls
                ],
                "listings": [{"kind": listing.kind.value, "url": listing.url} for listing in source.listings],
            }
            for source in sources.values()
        }
        click.echo(json.dumps(table, ensure_ascii=False, indent=2))
    else:
        for source in sources.values():
            checked = f" {source.checked}" if source.checked else ""
            click.echo(f"{source.name:<14} {source.host:<24} {source.state.value}{checked:<11}  {source.title}")
            for label, text in (
                ("also", ", ".join(source.hosts[1:])),
                ("reason", source.reason),
                ("evidence", source.evidence),
                ("private", source.private),
                *(("tls", _let_pass(waiver)) for waiver in source.tls),
            ):
                if text:
                    click.echo(f"{'':<14} {label}: {' '.join(text.split())}")
    for error in errors:
        click.echo(f"tindothi: {error}", err=True)
    sys.exit(Exit.CONFIG if errors else Exit.WELL)


def _let_pass(waiver: "Waiver") -> str:
    """`cong.example.vn: expired (…), until 01/03/2027`."""
    over = "" if holds(waiver, datetime.now(UTC).date()) else ", which is over"
    return f"{waiver.host}: {said(waiver)}, until {waiver.until:%d/%m/%Y}{over}"


@command.command()
@click.argument("url")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Where the file goes.")
@click.option("--name", help="What the source is called; else its host says.")
@click.option("--title", default="", help="What it is called in the feeds; else its home page says.")
@click.option("--place", default="", help="Where its articles are about, as `Hải Phòng`, if they name no place.")
@click.option("--dry-run", is_flag=True, help="Show the file only.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def add(url: str, output: Path | None, name: str | None, title: str, place: str, dry_run: bool, as_json: bool) -> None:
    """Look at a site's home page (URL) and write its source file: listings, article addresses, family.

    \b
    tindothi sources add https://phuong.example.vn/ --dry-run

    The site is asked for little (home page, the feeds, sections and sitemaps that it announces, three articles), as
    politely as in a crawl. The file goes into the first of sources.directories, or to -o FILE, and overwrites none.
    """
    from crawler.commands.adding import as_table, draft
    from crawler.commands.probing import probe
    from crawler.config import load
    from crawler.health import Exit
    from spiders.read import read_families, read_sources

    config = load()
    sources, errors = read_sources(config.sources.directories)
    for error in errors:
        click.echo(f"tindothi: {error}", err=True)
    home, named = _named(url, name, title, place, sources)
    path = _path(output, config.sources.directories, named.name, dry_run=dry_run)
    families, _ = read_families(config.sources.directories)
    made = probe(config, named, lambda spider: draft(spider, home, named, families))
    if path and made.toml:
        _write(path, made.toml)
    if as_json:
        click.echo(
            json.dumps({"file": str(path) if path and made.toml else None, **as_table(made)}, ensure_ascii=False)
        )
    else:
        click.echo("\n".join(_told(made, path)))
    if not made.toml:
        click.echo(f"tindothi: {home}: {NOTHING if made.survey.home else UNREAD}", err=True)
    sys.exit(Exit.WELL if made.toml else Exit.SOME_FAILED if made.survey.home else Exit.NOTHING_FETCHED)


def _named(url: str, name: str | None, title: str, place: str, sources: "dict[str, Source]") -> "tuple[str, Source]":
    """The home page's address and the source's name and host.

    :raises ConfigError: no address, a name that cannot be, or somebody has name or host already
    """
    from urllib.parse import urlsplit

    from crawler.types import Source
    from crawler.urls import absolute, host_of
    from spiders.declared import HOST, NAME

    home = absolute(url if "://" in url else f"https://{url}", "")
    host = host_of(home)
    if not HOST.fullmatch(host) or urlsplit(home).port:
        raise ConfigError(f"{url}: no web address; write it as https://host/")
    if owner := next((one for one in sources.values() if host in one.hosts), None):
        raise ConfigError(
            f"{host} belongs to the source {owner.name!r} already; `tindothi check {owner.name}` probes it"
        )
    called = name or _called(host, sources)
    if not NAME.fullmatch(called):
        raise ConfigError(f"--name {called!r} is not well formed; use small letters, digits, `-` and `_`")
    if called in sources:
        raise ConfigError(f"there is a source {called!r} already; choose another --name")
    return home, Source(name=called, title=title, hosts=(host,), place=place)


def _called(host: str, sources: "dict[str, Source]") -> str:
    """The first word of a host that no other source is called by: `bentre`, else `bentre-gov-vn`."""
    first = re.sub(r"[^a-z0-9_-]", "", host.split(".")[0])
    return first if first and first not in sources else host.replace(".", "-")


def _path(
    output: Path | None, directories: "tuple[Path, ...] | list[Path]", name: str, *, dry_run: bool
) -> Path | None:
    """Where the file goes; nowhere in a dry run.

    :raises ConfigError: nobody said where, or a file is there already
    """
    if dry_run:
        return None
    if output is None and not directories:
        raise ConfigError(
            "no directory of your own is set; set sources.directories, give -o FILE, or look with --dry-run"
        )
    path = output or directories[0] / f"{name}.toml"
    if path.exists():
        raise ConfigError(f"{path}: is there already, and is not overwritten; choose another --name or -o FILE")
    if not path.parent.is_dir():
        raise ConfigError(f"{path.parent}: is no directory; make it, or mend [sources] directories")
    return path


def _write(path: Path, text: str) -> None:
    """Whole or not at all, and never over another.

    :raises ConfigError: it cannot be written
    """
    import os
    import tempfile

    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).chmod(0o644)
            os.link(file.name, path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}; mend that, or give -o FILE") from error


def _told(made: "Draft", path: Path | None) -> Iterator[str]:
    for step in made.survey.steps:
        yield f"{'ok' if step.well else '!!'}  {step.what:<13} {step.url}: {step.said}"
    for trial in made.trials:
        yield from _trial(trial)
    if made.toml:
        yield f"\n{made.toml.rstrip()}\n"
        yield f"{path}: written, {made.source.state.value}" if path else "nothing was written (--dry-run)"


def _trial(trial: "Trial") -> Iterator[str]:
    yield f"{'ok' if trial.good else '!!'}  {'article':<13} {trial.url}" + (
        f": {trial.refused}" if trial.refused else ""
    )
    if one := trial.article:
        date = f"{one.published.at:%d/%m/%Y %H:%M} ({one.published.origin})" if one.published else "none"
        yield f"      title  {one.title or 'none'}"
        yield f"      date   {date}"
        yield f"      lead   {one.lead or 'none'}"
        yield f"      text   {len(one.paragraphs)} paragraphs"
