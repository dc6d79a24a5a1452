"""Article → the topics it is about, each with its evidence. A topic is one declarative file: `topics/*.toml`.

A file holds tiers of phrases with weights by part (title, lead, text). The weights of what is found add up; at the
topic's `threshold` the article matches, and the documents it cites of those listed then raise its score. How phrases
are written: `crawler/phrases.py`. A title or paragraph that is nothing but a phrase is a label, and proves nothing.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from crawler.citations import Occurrence, citation_key, occurrences
from crawler.errors import ConfigError
from crawler.phrases import comparable, compiled, readable
from crawler.text import clean, nfc, surroundings, words
from crawler.types import Article, Evidence, Match

SHIPPED = Path(__file__).parent / "topics"
MAX_HITS = 200  # looked at in one paragraph, per phrase
MAX_LABEL = 6  # words of a section's name
MAX_TEXT = 500_000  # characters of an article that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Phrases of one weight. `requires`: an earlier tier that must have been found; the others are patterns."""

    name: str
    weights: Mapping[str, float]
    most: int
    phrases: tuple[tuple[str, re.Pattern[str]], ...]
    requires: str
    unless: re.Pattern[str]
    near: re.Pattern[str] | None
    within: int
    near_documents: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A subject with a feed of its own; `name` is the file's, `subtitle` the feed's."""

    name: str
    title: str
    subtitle: str
    threshold: float
    masks: re.Pattern[str]
    tiers: tuple[Tier, ...]
    documents: frozenset[str]
    document_weight: float
    document_most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passage:
    """A title, a lead or a paragraph: as printed (NFC), as compared (the same length), and the documents it names."""

    number: int
    part: str
    printed: str
    compared: str
    documents: tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    phrase: str
    passage: _Passage
    start: int
    end: int

    def evidence(self) -> Evidence:
        printed = self.passage.printed
        return Evidence(
            phrase=self.phrase,
            printed=clean(printed[self.start : self.end]),
            part=self.passage.part,
            context=surroundings(printed, self.start, self.end),
        )


# --- topic files -----------------------------------------------------------------------------------------------------

Phrase = Annotated[str, AfterValidator(readable)]
Weight = Annotated[float, Field(ge=0, le=100)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _TierTable(_Table):
    name: str = Field(min_length=1)
    phrases: tuple[Phrase, ...] = Field(min_length=1)
    title: Weight
    lead: Weight
    text: Weight
    most: Annotated[int, Field(ge=1, le=1000)] = 10
    requires: str = ""
    unless: tuple[Phrase, ...] = ()
    near: tuple[Phrase, ...] = ()
    within: Annotated[int, Field(ge=0, le=10_000)] = 200
    near_documents: bool = False


class _DocumentsTable(_Table):
    keys: tuple[str, ...] = ()
    weight: Weight = 0
    most: Annotated[int, Field(ge=0, le=1000)] = 4


class _TopicTable(_Table):
    title: str = Field(min_length=1)
    subtitle: str = ""
    threshold: float = Field(gt=0, le=1000)
    masks: tuple[Phrase, ...] = ()
    tier: tuple[_TierTable, ...] = Field(min_length=1)
    documents: _DocumentsTable = _DocumentsTable()

    @model_validator(mode="after")
    def _tiers_in_order(self) -> "_TopicTable":
        earlier: set[str] = set()
        for tier in self.tier:
            if tier.requires and tier.requires not in earlier:
                raise ValueError(f"tier {tier.name!r} requires {tier.requires!r}; name a tier that stands before it")
            if tier.name in earlier:
                raise ValueError(f"two tiers are named {tier.name!r}; rename one")
            earlier.add(tier.name)
        return self


def read_topics(directories: Iterable[Path] = ()) -> tuple[tuple[Topic, ...], tuple[ConfigError, ...]]:
    """The shipped topics and those of the operator's directories, by name; and what is wrong, a mistake per error.

    A file that is wrong stops only itself; one in a later directory takes the place of an earlier one of its name.
    """
    topics: dict[str, Topic] = {}
    errors: list[ConfigError] = []
    for directory in dict.fromkeys((SHIPPED, *directories)):
        if not directory.is_dir():
            errors.append(ConfigError(f"{directory}: topics.directories: no such directory; make it or take it out"))
        for file in sorted(directory.glob("*.toml")):
            try:
                topics[file.stem] = _topic(
                    file.stem, _TopicTable.model_validate(tomllib.loads(file.read_text("utf-8")))
                )
            except ValidationError as mistakes:
                errors.extend(_config_error(file, mistake) for mistake in mistakes.errors())
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as mistake:
                errors.append(ConfigError(f"{file}: cannot be read as TOML: {mistake}"))
    return tuple(topics[name] for name in sorted(topics)), tuple(errors)


def _config_error(file: Path, mistake: Mapping[str, object]) -> ConfigError:
    place = mistake["loc"]
    key = ".".join(str(step) for step in place) if isinstance(place, tuple) else ""
    mend = {"extra_forbidden": "no such key; correct or remove it", "missing": "missing; add it"}
    message = mend.get(str(mistake["type"])) or str(mistake["msg"]).removeprefix("Value error, ")
    return ConfigError(f"{file}: {key or 'tier'}: {message}")


def _topic(name: str, table: _TopicTable) -> Topic:
    return Topic(
        name=name,
        title=clean(table.title),
        subtitle=clean(table.subtitle),
        threshold=table.threshold,
        masks=compiled(table.masks),
        tiers=tuple(map(_tier, table.tier)),
        documents=frozenset(citation_key(key) for key in table.documents.keys),
        document_weight=table.documents.weight,
        document_most=table.documents.most,
    )


def _tier(table: _TierTable) -> Tier:
    return Tier(
        name=table.name,
        weights={"title": table.title, "lead": table.lead, "text": table.text},
        most=table.most,
        phrases=tuple((phrase, compiled((phrase,))) for phrase in table.phrases),
        requires=table.requires,
        unless=compiled(table.unless),
        near=compiled(table.near) if table.near or table.near_documents else None,
        within=table.within,
        near_documents=table.near_documents,
    )


# --- matching --------------------------------------------------------------------------------------------------------


def classify(article: Article, topics: Sequence[Topic]) -> tuple[Match, ...]:
    """The topics that the article is about, in their order; the higher the score, the more so."""
    passages = tuple(_passages(article))
    return tuple(match for topic in topics if (match := _judge(passages, topic)))


def _passages(article: Article) -> Iterator[_Passage]:
    parts = [("title", article.title or ""), ("lead", article.lead or "")]
    parts += [("text", paragraph) for paragraph in article.paragraphs]
    left = MAX_TEXT
    for number, (part, text) in enumerate(parts):
        printed = nfc(text[: max(0, left)])
        left -= len(text)
        yield _Passage(
            number=number,
            part=part,
            printed=printed,
            compared=comparable(printed),
            documents=tuple(occurrences(printed)),
        )


def _judge(passages: Sequence[_Passage], topic: Topic) -> Match | None:
    masked = [replace(one, compared=topic.masks.sub(_blank, one.compared)) for one in passages]
    found: dict[str, list[_Hit]] = {}
    taken: set[tuple[int, int]] = set()
    proof = 0.0
    for tier in topic.tiers:
        if tier.requires and not found.get(tier.requires):
            continue
        if any(tier.unless.search(one.compared) for one in passages):
            continue
        found[tier.name] = list(_hits(masked, tier, topic.documents, taken))
        proof += sum(tier.weights[hit.passage.part] for hit in found[tier.name])
    if proof < topic.threshold:
        return None
    hits = sorted(
        (hit for of_tier in found.values() for hit in of_tier), key=lambda hit: (hit.passage.number, hit.start)
    )
    documents = _documents(passages, topic)
    return Match(
        topic=topic.name,
        score=round(proof + topic.document_weight * len(documents), 2),
        evidence=tuple(hit.evidence() for hit in (*hits, *documents)),
    )


def _blank(found: re.Match[str]) -> str:
    return "\0" * len(found[0])


def _hits(
    masked: Sequence[_Passage], tier: Tier, documents: frozenset[str], taken: set[tuple[int, int]]
) -> Iterator[_Hit]:
    """What of the tier is found, at most `tier.most` in each part; adds the places to `taken`, which prove no more."""
    left = dict.fromkeys(tier.weights, tier.most)
    for passage in masked:
        for phrase, pattern in tier.phrases:
            for found in islice(pattern.finditer(passage.compared), MAX_HITS):
                if not left[passage.part]:
                    break
                places = {(passage.number, place) for place in range(found.start(), found.end())}
                if places & taken or _is_label(passage, found):
                    continue
                if not _is_near(tier, masked[0], passage, found, documents):
                    continue
                taken.update(places)
                left[passage.part] -= 1
                yield _Hit(phrase=phrase, passage=passage, start=found.start(), end=found.end())


def _is_label(passage: _Passage, found: re.Match[str]) -> bool:
    around = passage.compared[: found.start()] + " " + passage.compared[found.end() :]
    return len(words(found[0])) <= MAX_LABEL and not words(around)


def _is_near(tier: Tier, title: _Passage, passage: _Passage, found: re.Match[str], keys: frozenset[str]) -> bool:
    """Whether a companion, if the tier needs one, stands within reach in the same passage, or anywhere in the title."""
    if tier.near is None:
        return True
    start, end = max(0, found.start() - tier.within), found.end() + tier.within
    if tier.near.search(passage.compared, start, end) or tier.near.search(title.compared):
        return True
    named = (*(one for one in passage.documents if start <= one.start < end), *title.documents)
    return tier.near_documents and any(one.key in keys for one in named)


def _documents(passages: Sequence[_Passage], topic: Topic) -> list[_Hit]:
    """The first place of each listed document that the article names, up to the topic's limit."""
    first: dict[str, _Hit] = {}
    for passage in passages:
        for one in passage.documents:
            if one.key in topic.documents and len(first) < topic.document_most:
                first.setdefault(one.key, _Hit(phrase=one.key, passage=passage, start=one.start, end=one.end))
    return list(first.values())
