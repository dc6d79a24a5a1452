"""A tiny formatter for the portals' templates: `$name` places, escaped unless they are markup already."""

from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent / "templates"


class Markup(str):
    """A text that is HTML already and is put in as it is."""

    __slots__ = ()


def fill(template: str, /, **values: object) -> Markup:
    """The template with its places filled; a missing value is a KeyError, so that no page is served half made."""
    return Markup(Template(template).substitute({name: _shown(value) for name, value in values.items()}))


def each(template: str, rows: Iterable[Mapping[str, object]], **common: object) -> Markup:
    """The template once for every row."""
    return Markup("\n".join(fill(template, **{**common, **row}) for row in rows))


def when(template: str, /, **values: object) -> Markup:
    """The template filled, or nothing if one of its values is None or empty."""
    return fill(template, **values) if all(values.values()) else Markup("")


@cache
def template(name: str) -> str:
    """A template file's text."""
    return (FOLDER / name).read_text(encoding="utf-8")


def _shown(value: object) -> str:
    if isinstance(value, Markup):
        return value
    return "" if value is None else escape(str(value))
