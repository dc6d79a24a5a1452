"""`feeds.toml` → the feeds beside the topics', checked: each keeps a search, in the words of `tindothi search`.

    [[feed]]
    name = "tp-{place}"                     # the file's name; subscribers hold on to it
    title = "Chính quyền đô thị: {place}"
    topic = "chinh-quyen-do-thi"
    place = ["Hà Nội", "Hải Phòng"]         # a list: one feed for each; "*": for each there is

A feed tells what meets all its filters: `words`, `source`, `topic`, `place`, `cites`. `{place}` in its name or title is
what that filter asks for. A mistake stops only its feed; and no feed ends because another one, or the file, is wrong.
"""

import difflib
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from crawler.citations import citations
from crawler.classify import Topic
from crawler.errors import ConfigError
from crawler.places import PROVINCE, level, meant, places
from crawler.query import parse
from crawler.text import clean, folded_words
from crawler.types import Source
from feeds.definitions import Definition
from storage.search import Filters
from storage.searches import SavedSearch

MOST = 1000  # feeds of a file
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_NAME = 100  # characters
EACH = "*"
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_KINDS = {"source": "nguồn", "topic": "chủ đề", "place": "địa phương", "cites": "văn bản"}  # of feeds that a list makes
_MENDS = {"extra_forbidden": "no such key; correct or remove it", "missing": "missing; add it"}

Text = Annotated[str, Field(min_length=1, max_length=1000)]


def _listed(value: object) -> object:
    if value == []:
        raise ValueError("names nothing")
    return (value,) if isinstance(value, str) else value


Each = Annotated[tuple[Text, ...], BeforeValidator(_listed)]


class _FeedTable(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    title: Text
    subtitle: str = Field("", max_length=1000)
    words: Text | None = None
    source: Each | None = None
    topic: Each | None = None
    place: Each | None = None
    cites: Each | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What a filter may ask for, each with its title."""

    sources: Mapping[str, str]
    topics: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One thing that a filter asks for: in the feed's name, in its title, and as the search has it."""

    slug: str
    label: str
    filters: dict[str, Any]


def read_feeds(
    file: Path, topics: Iterable[Topic], sources: Mapping[str, Source]
) -> tuple[tuple[Definition, ...], tuple[ConfigError, ...]]:
    """The feeds that the file declares, in its order, and what is wrong in it, a mistake per error."""
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        return (), (ConfigError(f"{file}: feed.definitions: {error.strerror}; make the file or take the setting out"),)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return (), (ConfigError(f"{file}: cannot be read as TOML: {error}; mend that line"),)
    errors = [ConfigError(f"{file}: {key}: no such key; correct or remove it") for key in tables if key != "feed"]
    found = tables.get("feed", [])
    if not isinstance(found, list):
        return (), (*errors, ConfigError(f"{file}: feed: is one table; write [[feed]] above each feed"))
    known = _Known(
        sources={source.name: source.title for source in sources.values()},
        topics={topic.name: topic.title for topic in topics},
    )
    feeds: dict[str, Definition] = {}
    for number, values in enumerate(found, 1):
        named = f" ({clean(str(values['name']))[:MAX_NAME]})" if isinstance(values, dict) and "name" in values else ""
        for one in _feeds(values, known):
            wrong = one if isinstance(one, str) else _taken(one.name, feeds, known.topics)
            if wrong:
                errors.append(ConfigError(f"{file}: feed {number}{named}: {wrong}"))
                if len(feeds) == MOST:
                    break
            elif isinstance(one, Definition):
                feeds[one.name] = one
    return tuple(feeds.values()), tuple(errors)


def _feeds(values: object, known: _Known) -> Iterator[Definition | str]:
    """The feeds of a table, and its mistakes in words, each beginning with its key."""
    try:
        table = _FeedTable.model_validate(values)
    except ValidationError as mistakes:
        for found in mistakes.errors(include_url=False):
            key = ".".join(str(step + 1) if isinstance(step, int) else step for step in found["loc"])
            said = _MENDS.get(found["type"]) or f"{found['msg'].removeprefix('Value error, ')}; correct it"
            yield f"{key or 'feed'}: {said}"
        return
    asked: dict[str, list[_Asked]] = {}
    for key, ask in (("source", _source), ("topic", _topic), ("place", _place), ("cites", _document)):
        asked[key] = []
        for member in _members(key, getattr(table, key) or (), known):
            try:
                asked[key].append(ask(member, known))
            except ValueError as mistake:
                yield f"{key}: {mistake}"
    given = {key: some for key, some in asked.items() if getattr(table, key)}
    if wrong := _mistake(table, given):
        yield wrong
        return
    kinds = [_KINDS[key] for key, some in given.items() if len(some) > 1]
    group = f"Theo {' và '.join(kinds)}" if kinds else ""
    for some in islice(product(*given.values()), MOST + 1):
        yield _feed(table, dict(zip(given, some, strict=True)), group)


def _mistake(table: _FeedTable, given: Collection[str]) -> str:
    if not given and table.words is None:
        return 'it has no filter; give it words, source, topic, place or cites (source = "*" for one a source)'
    if table.words is not None and not parse(table.words).clauses:
        return "words: there is nothing to find in them; write a word that must be there"
    for key in ("name", "title", "subtitle"):
        for placeholder in _PLACEHOLDER.findall(getattr(table, key)):
            if placeholder not in given:
                return f"{key}: {{{placeholder}}} is no filter of this feed; give it, or take that out"
    return ""


def _feed(table: _FeedTable, asked: Mapping[str, _Asked], group: str) -> Definition | str:
    name = _filled(table.name, {key: one.slug for key, one in asked.items()})
    if len(name) > MAX_NAME or not NAME.fullmatch(name):
        return f"name: {name[:MAX_NAME]!r} is no file name; write small letters without marks, digits and hyphens"
    if name == "index":
        return "name: 'index' is the page of all feeds; choose another"
    labels = {key: one.label for key, one in asked.items()}
    filters = Filters(**{name: value for one in asked.values() for name, value in one.filters.items()})
    return Definition(
        name=name,
        title=clean(_filled(table.title, labels)),
        subtitle=clean(_filled(table.subtitle, labels)),
        search=SavedSearch(words=clean(table.words or ""), filters=filters),
        group=group,
    )


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _taken(name: str, feeds: Collection[str], topics: Collection[str]) -> str:
    if name in topics:
        return f"name: {name} is a topic's feed; take another name"
    if name in feeds:
        return f"name: there is a feed {name} already; take another name, or put {{place}}, {{source}}, … into this one"
    if len(feeds) >= MOST:
        return f"name: {name} is one feed more than {MOST}; declare fewer"
    return ""


# --- what filters ask for --------------------------------------------------------------------------------------------


def _members(key: str, given: tuple[str, ...], known: _Known) -> Iterable[str]:
    if given != (EACH,):
        return dict.fromkeys(given)
    today = (place.name for place in places().values() if level(place) == PROVINCE and place.until is None)
    return {"source": known.sources, "topic": known.topics, "place": today}.get(key, given)


def _source(name: str, known: _Known) -> _Asked:
    return _named(name, known.sources, "source")


def _topic(name: str, known: _Known) -> _Asked:
    return _named(name, known.topics, "topic")


def _named(name: str, known: Mapping[str, str], key: str) -> _Asked:
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        raise ValueError(f"there is no {key} {name!r}; " + (f"did you mean {near[0]}?" if near else f"name a {key}"))
    return _Asked(slug=_slug(name), label=known[name] or name, filters={key: name})


def _place(name: str, _: _Known) -> _Asked:
    return _Asked(slug=_slug(name), label=name, filters={"places": tuple(sorted(one.id for one in meant(name)))})


def _document(number: str, _: _Known) -> _Asked:
    found = citations(number)
    if len(found) != 1 or found[0].printed != "".join(clean(number).split()):
        raise ValueError(f"{number!r} is no number of a document; write it in full, as 97/2019/QH14")
    return _Asked(slug=_slug(found[0].key), label=found[0].printed, filters={"document": found[0].key})


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", folded_words(text)))
