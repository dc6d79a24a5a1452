"""What a page says of itself where no reader looks: JSON-LD, OpenGraph, meta elements.

Only statements about the page's own article count: a list of articles in JSON-LD says nothing of the page. Dublin
Core dates are left alone: the CMSs that write them mean the record, not the publication (seen on portals moved from
one CMS to another, where `DC.Date.Created` is the day of the move).
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import islice
from typing import Any

from lxml import etree

from crawler.boilerplate import line_rule
from crawler.document import MAX_TITLE, Document
from crawler.segments import Segment
from crawler.text import clean, fold
from crawler.types import Statement

_ARTICLES = frozenset(
    [
        "article",
        "newsarticle",
        "reportagenewsarticle",
        "analysisnewsarticle",
        "opinionnewsarticle",
        "blogposting",
        "report",
        "webarticle",
        "socialmediaposting",
        "techarticle",
        "liveblogposting",
    ]
)
_MAX_SCRIPT, _MAX_NODES = 500_000, 2_000  # characters of a JSON-LD script; objects looked at in it
_MOST = 30  # statements of one kind
_DESCRIPTION, _SECTION = 5_000, 100  # characters; what is longer is another thing in that place
_BYLINE, _NAME = 300, 100
_SITES = 100  # names of the site itself
_DATES = (
    "article:published_time", "og:article:published_time", "article:published", "datepublished", "pubdate",
    "publishdate", "publish-date", "publish_date", "published_time", "article.published", "sailthru.date",
    "parsely-pub-date", "published_date", "bt:pubdate", "its_publication",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "article:modified", "datemodified",
    "modified_time", "last-modified", "lastmod", "bt:moddate",
)  # fmt: skip
_TITLES = ("og:title", "twitter:title", "headline", "title", "dc.title")
_DESCRIPTIONS = ("og:description", "description", "twitter:description", "dc.description")
_AUTHORS = ("article:author", "dable:author", "author", "cxenseparse:author", "parsely-author", "dc.creator")
_SECTIONS = ("article:section", "articlesection")
_CRUMB = re.compile(r"\s*[>»›/]\s*")
_CRUMBS = re.compile(r"bread|crumb|\bcate|category|chuyen-?muc|\bzone\b")
_DIGIT = re.compile(r"\d")
_PUBLISHED = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Statements in the order of trust. `sites`: folded names of the site itself.

    `published`, `modified` and `authors` are (raw, origin) pairs; `said`: every title and description with its origin.
    """

    titles: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()
    published: tuple[tuple[str, str], ...] = ()
    modified: tuple[tuple[str, str], ...] = ()
    authors: tuple[tuple[str, str], ...] = ()
    section: str | None = None
    article: bool = False
    sites: frozenset[str] = frozenset()
    said: tuple[Statement, ...] = ()


def read_metadata(page: Document) -> Metadata:
    """The statements of a page; nothing in a broken one raises."""
    meta = list(_meta(page.head))
    objects = [found for script in page.head.iter("script") for found in _objects(script.text or "")]
    own = [found for found in objects if _types(found) & _ARTICLES]
    article = own[0] if len({clean(str(found.get("headline", ""))) for found in own}) == 1 else {}
    return Metadata(
        titles=_some([_string(article.get("headline")), *_values(meta, _TITLES)], MAX_TITLE),
        descriptions=_some([*_values(meta, _DESCRIPTIONS), _string(article.get("description"))], _DESCRIPTION),
        published=tuple(_dates("datePublished", _DATES, article, meta)),
        modified=tuple(_dates("dateModified", _MODIFIED, article, meta)),
        authors=tuple(islice(_authors(article, meta), _MOST)),
        section=_section(article, meta),
        article=bool(article) or any(name == "og:type" and "article" in value.lower() for name, value in meta),
        sites=frozenset(islice((one for one in _sites(objects, meta, page.url) if len(one) <= _NAME), _SITES)),
        said=tuple(islice(_said(article, meta), _MOST)),
    )


def _meta(head: etree._Element) -> Iterator[tuple[str, str]]:
    for element in head.iter("meta"):
        value = clean(element.get("content") or "")
        for key in ("property", "name", "itemprop"):
            if value and (name := element.get(key)):
                yield name.strip().lower(), value


def _values(meta: Iterable[tuple[str, str]], names: Iterable[str]) -> list[str]:
    known = list(meta)
    return [value for wanted in names for name, value in known if name == wanted]


def _objects(script: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-LD script that speak of the page itself."""
    if not script.strip() or len(script) > _MAX_SCRIPT:
        return
    try:
        waiting = [json.loads(script.strip().rstrip(";"), strict=False)]
    except (ValueError, RecursionError):
        if len(found := set(_PUBLISHED.findall(script))) == 1:  # not JSON, but it speaks of one article only
            yield {"@type": "NewsArticle", "datePublished": found.pop()}
        return
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            yield node
            waiting += [value for key, value in node.items() if key in _NESTED]


# Where the page's own article or publisher may stand; not in lists, whose articles are others.
_NESTED = ("@graph", "mainEntityOfPage", "publisher", "isPartOf", "sourceOrganization")


def _types(node: dict[str, Any]) -> set[str]:
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return {one.lower() for one in kinds if isinstance(one, str)}


def _string(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value")
    if isinstance(value, list):
        value = value[0] if value else ""
    return clean(unescape(value)) if isinstance(value, str) else ""  # many a CMS escapes JSON as if it were HTML


def _some(values: Iterable[str], longest: int) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(value for value in values if 0 < len(value) <= longest), _MOST))


def _dates(
    key: str, names: Sequence[str], article: dict[str, Any], meta: list[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    if raw := _string(article.get(key)):
        yield raw, f"json-ld:{key}"
    for name in names:
        values = {value for known, value in meta if known == name}
        if len(values) == 1:  # several: the page speaks of several articles
            yield values.pop(), f"meta:{name}"


def _said(article: dict[str, Any], meta: list[tuple[str, str]]) -> Iterator[Statement]:
    for about, key, names, longest in (
        ("title", "headline", _TITLES, MAX_TITLE),
        ("lead", "description", _DESCRIPTIONS, _DESCRIPTION),
    ):
        told = [(_string(article.get(key)), f"json-ld:{key}")]
        told += [(value, f"meta:{name}") for wanted in names for name, value in meta if name == wanted]
        yield from (Statement(about=about, value=raw, origin=origin) for raw, origin in told if 0 < len(raw) <= longest)


def _authors(article: dict[str, Any], meta: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    said = article.get("author")
    for one in said if isinstance(said, list) else [said]:
        if isinstance(one, dict) and "organization" in _types(one):
            continue
        if 0 < len(name := _string(one)) <= _BYLINE:
            yield name, "json-ld:author"
    for name in _AUTHORS:
        for value in _values(meta, [name]):
            if len(value) <= _BYLINE:
                yield value, f"meta:{name}"


def _section(article: dict[str, Any], meta: list[tuple[str, str]]) -> str | None:
    said = [_string(article.get("articleSection")), *_values(meta, _SECTIONS)]
    first = (value.split(",")[0].strip() for value in said if len(value) <= _SECTION)
    return next((value for value in first if value), None)


def _sites(objects: list[dict[str, Any]], meta: list[tuple[str, str]], url: str) -> Iterator[str]:
    host = re.sub(r"^\w+://(?:www\.)?|[:/?#].*$", "", url.lower())
    yield squeezed(host)
    for node in objects:
        if _types(node) & {"organization", "newsmediaorganization", "website", "governmentorganization"}:
            yield squeezed(_string(node.get("name")))
        yield squeezed(_string(node.get("publisher")))
    for value in _values(meta, ("og:site_name", "application-name", "source", "copyright", "generator", "publisher")):
        yield squeezed(value)


def squeezed(name: str) -> str:
    """A name as hosts write it: folded, letters and digits only; "Dân Trí" → "dantri"."""
    return re.sub(r"[\W_]+", "", fold(name))


def section_of(facts: Metadata, lines: Sequence[Segment], headline: int) -> str | None:
    """The page's own section: as metadata says, else the breadcrumb's last, or the short line above the headline."""
    if facts.section:
        return facts.section
    for at in range(headline - 1, max(headline - 4, -1), -1):
        line = lines[at]
        if not 3 <= len(line.text) <= 40 or line.text.endswith(":") or line_rule(line.text) or _DIGIT.search(line.text):
            continue
        above = (line.element, *list(line.element.iterancestors())[:3])
        if any(_CRUMBS.search(f"{one.get('class', '')} {one.get('id', '')}".lower()) for one in above):
            return next(crumb for crumb in reversed(_CRUMB.split(line.text)) if crumb)  # every line has a word
        if line.linked == 0 and at == headline - 1 and lines[headline].element.getparent() is line.element.getparent():
            return line.text
    return None
