"""How commands tell that a source is degraded, and what to put into its file."""

import json
from collections.abc import Iterator
from typing import Any

from crawler.types import Mend


def mend_lines(mend: Mend | None) -> Iterator[str]:
    """A degraded source in a few lines; none where nothing is wrong."""
    if mend is None:
        return
    found = f"; the safety net finds {mend.found} articles" if mend.found else ""
    yield f"degraded: {mend.because}{found}"
    yield from (f"  put into its file: {line}" for line in file_lines(mend))


def file_lines(mend: Mend | None) -> Iterator[str]:
    """What a source file needs, in its own words."""
    if mend is None:
        return
    if mend.articles:
        yield f"articles = [{', '.join(map(literal, mend.articles))}]"
    yield from (f'[[listing]] with kind = "{kind}" and url = "{url}"' for kind, url in mend.listings)


def literal(text: str) -> str:
    """A string as TOML has it, without escapes where that can be."""
    return f"'{text}'" if "'" not in text and text.isprintable() else quoted(text)


def quoted(text: str) -> str:
    """A string as TOML and JSON have it."""
    return json.dumps(text, ensure_ascii=False)


def as_table(mend: Mend | None) -> dict[str, Any] | None:
    """The same for scripts."""
    if mend is None:
        return None
    listings = [{"kind": kind, "url": url} for kind, url in mend.listings]
    return {"because": mend.because, "found": mend.found, "listings": listings, "articles": list(mend.articles)}
