"""Article → the administrative units that it names, each with the words that prove it.

A province's name stands by itself (how names are told from what only looks so: `crawler/placenames.py`). A district's
needs its unit word, or its city near. A ward's needs its unit word and its city near, and its district where two wards
of the city have the name. Near is the same paragraph; where no city stands there the title and the lead, then the
source's own place, then the whole article.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from crawler.placenames import Name, names_in, passage
from crawler.places import DISTRICT, PROVINCE, WARD, around, at, level, meant, places, today
from crawler.text import surroundings
from crawler.types import Article, Located, Naming, Place

MAX_TEXT = 500_000  # characters of an article that are looked at
MAX_NAMES = 5_000  # looked at, of which some prove nothing
MAX_PLACES = 200
MAX_EVIDENCE = 5  # kept of one place
_BEHIND = 3  # characters between a name and the one that stands right behind it


def locate(article: Article, own: str, on: date) -> tuple[Located, ...]:
    """The places that an article names, in the order of their first mention; where it names none, its source's own.

    :param own: the place that the source declares; one that is not known is none
    :param on: the day that decides between old and new units: the article's, else when it was fetched
    """
    home = own_place(own, on)
    named = list(_names(article, on))
    company = _company([one for one in named if one.sure], home)
    found: dict[str, list[Name]] = {}
    for one in named:
        place = one.places[0] if one.sure else _proved(one, company)
        if place is not None and (place.id in found or len(found) < MAX_PLACES):
            found.setdefault(place.id, []).append(one)
    if not found and home:
        return (Located(place=home.id, now=today(home.id)),)
    return tuple(_located(identity, where) for identity, where in found.items())


@lru_cache(maxsize=4096)
def own_place(declared: str, on: date) -> Place | None:
    """The unit that a source's declared place ("Long Biên, Hà Nội") was on a day; None where that is not clear."""
    try:
        there = at(meant(declared), on) if declared else ()
    except ValueError:
        return None
    highest = min(map(level, there), default=PROVINCE)
    there = tuple(one for one in there if level(one) == highest)
    return there[0] if len(there) == 1 else None


def _names(article: Article, on: date) -> Iterator[Name]:
    parts = [("title", 0, article.title or ""), ("lead", 0, article.lead or "")]
    parts += [("text", number, text) for number, text in enumerate(article.paragraphs)]
    characters, names = MAX_TEXT, MAX_NAMES
    for part, number, text in parts:
        for one in names_in(passage(part, number, text[: max(0, characters)]), on):
            if not names:
                return
            names -= 1
            yield one
        characters -= len(text)


def _located(identity: str, where: Sequence[Name]) -> Located:
    return Located(
        place=identity, now=today(identity), named=len(where), evidence=tuple(map(_naming, where[:MAX_EVIDENCE]))
    )


def _naming(one: Name) -> Naming:
    return Naming(
        printed=one.passage.printed[one.start : one.end],
        part=one.passage.part,
        paragraph=one.passage.paragraph,
        start=one.start,
        context=surroundings(one.passage.printed, one.start, one.end),
    )


# --- names that prove nothing by themselves ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Company:
    """The units that are sure: by part and paragraph with where each begins, in title and lead, own, all."""

    passages: Mapping[tuple[str, int], Sequence[tuple[int, str]]]
    head: frozenset[str]
    home: frozenset[str]
    all: frozenset[str]


def _company(sure: Sequence[Name], home: Place | None) -> _Company:
    passages: dict[tuple[str, int], list[tuple[int, str]]] = {}
    for one in sure:
        passages.setdefault(_where(one), []).append((one.start, one.places[0].id))
    return _Company(
        passages=passages,
        head=frozenset(one.places[0].id for one in sure if one.passage.part != "text"),
        home=frozenset({home.id} if home else ()),
        all=frozenset(one.places[0].id for one in sure),
    )


def _where(one: Name) -> tuple[str, int]:
    return one.passage.part, one.passage.paragraph


def _proved(one: Name, company: _Company) -> Place | None:
    """The one unit of the name that stands in a city near; of several the one whose district is near, too."""
    here = company.passages.get(_where(one), ())
    behind = frozenset(unit for start, unit in here if one.end < start <= one.end + _BEHIND)  # "Thủ Đức (TP.HCM)"
    sets = (behind, frozenset(unit for _, unit in here), company.head, company.home, company.all)
    near = next((some for some in sets if some), frozenset())
    cities = frozenset(city for unit in near for city in _cities(unit))
    fitting = [place for place in one.places if cities & _cities(place.id)]
    several = len({city for unit in near for city in _cities(today(unit))}) > 1
    if len(fitting) > 1 or (several and level(one.places[0]) == WARD):
        fitting = [place for place in fitting if place.within in near and level(places()[place.within]) == DISTRICT]
    return fitting[0] if len(fitting) == 1 else None


@cache
def _cities(identity: str) -> frozenset[str]:
    """The provinces or cities that the unit is or was in, or is now."""
    return frozenset(one for one in around(identity) if level(places()[one]) == PROVINCE)
