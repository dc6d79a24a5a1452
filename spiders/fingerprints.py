"""Families on sites that nobody declared: a page that bears a family's fingerprint is read by its templates."""

from collections.abc import Mapping
from dataclasses import replace

from crawler.types import Source, Template
from spiders.declared import FamilyFile, TemplateTable


def with_families(source: Source, families: Mapping[str, FamilyFile]) -> Source:
    """An undeclared source with every family's templates that tell their page (`when`); a declared one as it is."""
    if not source.implicit:
        return source
    known = (_template(table) for family in families.values() for table in family.template if table.when)
    return replace(source, templates=(*source.templates, *known))


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
