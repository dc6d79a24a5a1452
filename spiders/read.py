"""Source and family files, read, checked and merged into `Source` values.

A source's candidates come before its family's; `strip` and `unwrap` lists unite; scalars replace. A source's template
with the name of a family's is merged with it, one with another name stands before the family's, and one without a name
is merged into all. A file in an operator's directory replaces the shipped one of the same name.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from crawler.errors import ConfigError
from crawler.types import Listing, ListingKind, Source, SourceState, Template, Waiver
from spiders.declared import Declared, FamilyFile, ListingTable, SourceFile, TemplateTable, TlsTable

HERE = Path(__file__).resolve().parent
LISTS = ("title", "lead", "published", "author", "body", "strip", "unwrap")
F = TypeVar("F", FamilyFile, SourceFile)
Read = list[tuple[Path, F]]


def read_sources(directories: Iterable[Path] = ()) -> tuple[dict[str, Source], tuple[ConfigError, ...]]:
    """All usable sources by name, in the order of their names, and one error for each mistake found.

    `directories` are the operator's own, searched for `*.toml` (and `families/*.toml`) beside the shipped ones. A file
    with a mistake stops only itself; so does one whose family is broken or whose host another source has already.
    """
    own = tuple(directories)
    families, errors = read_families(own)
    found: dict[str, Source] = {}
    taken: dict[str, str] = {}
    for layer in _layers(HERE / "sources", own):
        files, mistakes = _read_all(layer, SourceFile)
        errors = (*errors, *mistakes)
        seen: dict[str, Path] = {}
        for path, file in files:
            wrong = _conflicts(path, file, families, seen, taken)
            errors = (*errors, *wrong)
            if wrong:
                continue
            seen[file.name] = path
            taken = {host: name for host, name in taken.items() if name != file.name}
            taken |= dict.fromkeys(file.hosts, file.name)
            found[file.name] = merge(file, families.get(file.family), path)
    return dict(sorted(found.items())), errors


def read_families(directories: Iterable[Path] = ()) -> tuple[dict[str, FamilyFile], tuple[ConfigError, ...]]:
    """The families by name, and the mistakes in their files; `families/` in an operator's directory adds to them."""
    families: dict[str, FamilyFile] = {}
    errors: tuple[ConfigError, ...] = ()
    for layer in _layers(HERE / "families", [path / "families" for path in directories], optional=True):
        files, mistakes = _read_all(layer, FamilyFile)
        errors = (*errors, *mistakes)
        families |= {file.name: file for _, file in files}
    return families, errors


def merge(file: SourceFile, family: FamilyFile | None, path: Path | None = None) -> Source:
    """The source a file declares, with what its family adds. `path`: the file's, for messages."""
    base = family or FamilyFile(name="none")
    return Source(
        name=file.name,
        title=file.title,
        hosts=tuple(file.hosts),
        place=file.place,
        language=file.language,
        family=file.family,
        state=SourceState(file.state),
        checked=file.checked,
        evidence=file.evidence.strip(),
        reason=file.reason,
        listings=tuple(_listing(table) for table in file.listing),
        articles=_united(file.articles, base.articles),
        not_articles=_united(file.not_articles, base.not_articles),
        templates=_templates(file, base),
        prefixes=_united(file.prefixes, base.prefixes),
        date_order=file.date_order,
        delay=file.delay,
        spider=file.spider,
        private=" ".join(file.private.split()),
        tls=tuple(_waiver(table, f"{path or file.name}: tls #{at}") for at, table in enumerate(file.tls, start=1)),
    )


def _layers(shipped: Path, own: Iterable[Path], *, optional: bool = False) -> list[Path]:
    """The directories to read, the shipped one first; an operator's that is missing stays, to be complained of."""
    return [shipped, *(path for path in own if not optional or path.is_dir())]


def _read_all(layer: Path, shape: type[F]) -> tuple[Read[F], list[ConfigError]]:
    if not layer.is_dir():
        return [], [ConfigError(f"{layer}: is no directory; mend [sources] directories")]
    good: Read[F] = []
    errors: list[ConfigError] = []
    for path in sorted(layer.glob("*.toml")):
        try:
            good.append((path, shape.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))))
        except ValidationError as error:
            errors += [ConfigError(f"{path}: {line}") for line in _lines(error, shape)]
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            errors.append(ConfigError(f"{path}: not readable as TOML: {error}; mend that line"))
        except (OSError, RecursionError) as error:
            errors.append(ConfigError(f"{path}: cannot be read: {error}; mend or remove it"))
    return good, errors


def _lines(error: ValidationError, shape: type[Declared]) -> list[str]:
    """Each mistake as `key: what is wrong; mend`."""
    lines: list[str] = []
    for mistake in error.errors(include_url=False):
        key = _key(mistake["loc"])
        if mistake["type"] == "value_error":
            said = str(mistake["ctx"]["error"]).splitlines()
            lines += [f"{key}: {line}" if key else line for line in said]
        elif mistake["type"] == "extra_forbidden":
            lines.append(f"{key}: unknown key; {_known(mistake['loc'], shape)}")
        elif mistake["type"] == "missing":
            lines.append(f"{key}: is missing; add it")
        else:
            said = [mistake["msg"].removeprefix("Input ")]
            lines.append(f"{key}: {said[0]}, not {_short(mistake['input'])}; write it so")
    return lines


def _key(loc: tuple[int | str, ...]) -> str:
    """`("listing", 0, "url")` as `listing #1 url`."""
    return " ".join(f"#{part + 1}" if isinstance(part, int) else part for part in loc)


def _known(loc: tuple[int | str, ...], shape: type[Declared]) -> str:
    tables: dict[str, type[Declared]] = {"listing": ListingTable, "template": TemplateTable, "tls": TlsTable}
    table = tables.get(str(loc[0]), shape) if len(loc) > 1 else shape
    return f"known are {', '.join(table.model_fields)}"


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"


def _conflicts(
    path: Path, file: SourceFile, families: dict[str, FamilyFile], seen: dict[str, Path], taken: dict[str, str]
) -> list[ConfigError]:
    """What keeps a well-formed file from being used beside the others."""
    wrong = []
    if file.family and file.family not in families:
        known = ", ".join(sorted(families)) or "none"
        wrong.append(f"family: {file.family!r} is not known or its file is broken; known are {known}")
    if file.name in seen:
        wrong.append(f"name: {file.name!r} stands in {seen[file.name].name} too; rename one")
    wrong += [
        f"hosts: {host} belongs to the source {taken[host]!r}; remove it from one of them"
        for host in file.hosts
        if taken.get(host, file.name) != file.name
    ]
    return [ConfigError(f"{path}: {line}") for line in wrong]


def _waiver(table: TlsTable, declared: str) -> Waiver:
    return Waiver(
        host=table.host,
        reason=" ".join(table.reason.split()),
        until=table.until,
        pin=table.pin or "",
        chain=table.chain or "",
        expired=table.expired,
        legacy=table.legacy,
        declared=declared,
    )


def _listing(table: ListingTable) -> Listing:
    return Listing(
        kind=ListingKind(table.kind),
        url=table.url,
        items=tuple(table.items),
        link=table.link,
        title=table.title,
        date=table.date,
        method=table.method,
        form=dict(table.form),
        headers=dict(table.headers),
        first_page=table.first_page,
        depth=table.depth,
        days=table.days,
    )


def _templates(file: SourceFile, family: FamilyFile) -> tuple[Template, ...]:
    """The source's own templates, then the family's, as the module's docstring says."""
    inherited = {table.name or family.name: _template(table, family.name) for table in family.template}
    own = [_template(table, "") for table in file.template if table.name]
    merged = [_over(template, inherited.pop(template.name, None)) for template in own]
    every = [*merged, *inherited.values()]
    for common in (_template(table, file.name) for table in file.template if not table.name):
        every = [_over(replace(common, name=template.name), template) for template in every] or [common]
    return tuple(every)


def _template(table: TemplateTable, name: str) -> Template:
    values = {key.name: getattr(table, key.name) for key in fields(Template)}
    lists = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
    return Template(**{**values, **lists, "name": table.name or name})


def _over(upper: Template, lower: Template | None) -> Template:
    """One template laid over another of the same name."""
    if lower is None:
        return upper
    united: dict[str, Any] = {key: _united(getattr(upper, key), getattr(lower, key)) for key in LISTS}
    return replace(lower, since=upper.since or lower.since, when=upper.when or lower.when, **united)


def _united(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    """Both lists, the first before the second, each value once."""
    return tuple(dict.fromkeys((*first, *second)))
