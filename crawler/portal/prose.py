"""Invented articles about invented wards: the same seed and number give the same words, two numbers never do.

A sentence is a pattern: `[a|b]` is one of several wordings, `{ward}` a fact of the article, `{n}` a fresh number.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from crawler.portal.phrases import (
    FIRST,
    GIVEN,
    HEADINGS,
    LEADS,
    MIDDLE,
    NEUTRAL,
    OFFICES,
    ROADS,
    SECOND,
    SENTENCES,
    SURNAMES,
    TITLES,
    TOPICS,
    URBAN,
)

CHOICE = re.compile(r"\[([^\[\]]*)\]")
FRESH = re.compile(r"\{(n|few)\}")
MOST = {"n": 640, "few": 96}

TAGS = {URBAN: "chính quyền đô thị", "khu-do-thi": "khu đô thị", "chinh-quyen-so": "chính quyền số"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """An article's words. `about`: the topic that it belongs to, empty for none."""

    title: str
    lead: str
    paragraphs: tuple[str, ...]
    author: str
    captions: tuple[str, ...]
    tags: tuple[str, ...]
    about: str


@lru_cache(maxsize=4096)
def write(seed: int, number: int, city: str, kind: str) -> Prose:
    """The article with this number, about `city`. `kind` is a key of `TITLES`."""
    rng = random.Random(f"{seed}/{number}")  # noqa: S311 — words, not secrets
    facts = _facts(rng, number, city)
    title = _say(rng, TITLES[kind], facts)
    lead = _say(rng, LEADS[kind], facts)
    return Prose(
        title=title,
        lead=lead,
        paragraphs=_paragraphs(rng, kind, facts),
        author=facts["author"],
        captions=(_say(rng, ("[Quang cảnh|Một góc|Toàn cảnh] [buổi làm việc|hội nghị] tại phường {ward}",), facts),),
        tags=(facts["ward"], TAGS.get(kind, "đời sống đô thị")),
        about=kind if kind in TOPICS else "",
    )


def _facts(rng: random.Random, number: int, city: str) -> dict[str, str]:
    wards = len(FIRST) * len(SECOND)
    place = (number * 37) % wards  # 37 has no factor in common with the number of wards: each comes once in a round
    ward = f"{FIRST[place % len(FIRST)]} {SECOND[place // len(FIRST)]}"
    around = number // wards
    return {
        "city": city,
        "ward": ward if not around else f"{ward} {around + 1}",
        "other": f"{rng.choice(FIRST)} {rng.choice(SECOND)}",
        "chair": _person(rng),
        "guest": _person(rng),
        "citizen": _person(rng),
        "author": _person(rng),
        "office": rng.choice(OFFICES),
        "road": rng.choice(ROADS),
        "day": f"{rng.randint(1, 28)}/{rng.randint(1, 12)}",
        "report": str(100 + number),
    }


def _person(rng: random.Random) -> str:
    return f"{rng.choice(SURNAMES)} {rng.choice(MIDDLE)} {rng.choice(GIVEN)}"


def _paragraphs(rng: random.Random, kind: str, facts: dict[str, str]) -> tuple[str, ...]:
    own = rng.sample(SENTENCES[kind], k=rng.randint(6, 8))
    shared = rng.sample(NEUTRAL, k=rng.randint(4, 6))
    first = SENTENCES[kind][0]
    own = [first, *(sentence for sentence in own if sentence != first)]  # it names the topic
    sentences = [_say(rng, (pattern,), facts) for pattern in _interleaved(own, shared)]
    paragraphs: list[str] = []
    while sentences:
        size = rng.randint(2, 3)
        paragraphs.append(" ".join(sentences[:size]))
        del sentences[:size]
    paragraphs.insert(2, _say(rng, HEADINGS, facts))
    return tuple(paragraphs)


def _interleaved(own: list[str], shared: list[str]) -> list[str]:
    mixed = own[:1]
    for place in range(max(len(own) - 1, len(shared))):
        mixed += shared[place : place + 1] + own[place + 1 : place + 2]
    return mixed


def _say(rng: random.Random, patterns: Sequence[str], facts: dict[str, str]) -> str:
    text = rng.choice(patterns)
    while "[" in text:
        text = CHOICE.sub(lambda found: rng.choice(found[1].split("|")), text)
    text = FRESH.sub(lambda found: str(rng.randint(3, MOST[found[1]])), text)
    text = text.format_map(facts)
    return text[0].upper() + text[1:]
