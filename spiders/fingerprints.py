"""Families on sites that nobody declared: a page that bears a family's fingerprint is read by its templates."""

import re
from collections.abc import Mapping
from dataclasses import replace

from crawler.types import Source, Template
from spiders.declared import FamilyFile, TemplateTable

LOOKED_AT = 400_000  # characters of a page's source


def with_families(source: Source, families: Mapping[str, FamilyFile]) -> Source:
    """An undeclared source with every family's templates that tell their page (`when`); a declared one as it is."""
    if not source.implicit:
        return source
    known = (_template(table) for family in families.values() for table in family.template if table.when)
    return replace(source, templates=(*source.templates, *known))


def family_of(page: str, families: Mapping[str, FamilyFile]) -> str:
    """The family whose marks a page's source bears the most of, each counted once; empty where none does."""
    head = page[:LOOKED_AT]
    borne = {name: sum(bool(re.search(mark, head)) for mark in family.marks) for name, family in families.items()}
    best = max(borne, key=lambda name: borne[name], default="")
    return best if borne.get(best) else ""


def _template(table: TemplateTable) -> Template:
    return Template(
        name=table.name,
        since=table.since,
        when=tuple(table.when),
        title=tuple(table.title),
        lead=tuple(table.lead),
        published=tuple(table.published),
        author=tuple(table.author),
        body=tuple(table.body),
        strip=tuple(table.strip),
        unwrap=tuple(table.unwrap),
    )
