"""Administrative units, old and new: the table `places.tsv`, what is part of what, and what a name means.

On 1 July 2025 the 63 provinces and cities became 34 and the districts ended; wards and communes were made anew. A unit
that ended stays known by its id, and `today` tells which one it belongs to now.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from crawler.text import canonical_tone, clean, folded_words, words
from crawler.types import Place

TABLE = Path(__file__).parent / "places.tsv"
PROVINCE, DISTRICT, WARD = range(3)
SOON = timedelta(days=366)  # so long before it begins a unit is spoken of

_WARDS = ("phường", "xã", "thị trấn", "đặc khu")
# How a unit's kind is written, folded → the kinds it may mean. The Party's committee of a unit names its kind, too.
UNIT_WORDS: Mapping[str, tuple[str, ...]] = {
    "tinh": ("tỉnh",), "tinh uy": ("tỉnh",),
    "thanh pho": ("thành phố",), "tp": ("thành phố",), "t p": ("thành phố",), "thanh uy": ("thành phố",),
    "thu do": ("thành phố",),
    "quan": ("quận",), "q": ("quận",), "quan uy": ("quận",),
    "huyen": ("huyện",), "h": ("huyện",), "huyen uy": ("huyện",), "huyen dao": ("huyện",),
    "thi xa": ("thị xã",), "tx": ("thị xã",), "thi uy": ("thị xã",),
    "phuong": ("phường",), "p": ("phường",), "xa": ("xã",), "x": ("xã",), "thi tran": ("thị trấn",),
    "tt": ("thị trấn",), "dac khu": ("đặc khu",),
}  # fmt: skip
_UNIT_WORD = re.compile(rf"(?:{'|'.join(sorted(UNIT_WORDS, key=len, reverse=True))})\s+(?=\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A place by one of its names. `alone`: the name means it also where no unit word stands before it."""

    place: Place
    alone: bool


@cache
def places() -> Mapping[str, Place]:
    """Every unit of the table, by id."""
    rows = (line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if line and line[0] != "#")
    return {row[0]: _place([("" if cell == "-" else cell) for cell in row]) for row in rows}


def _place(row: Sequence[str]) -> Place:
    identity, kinds, name, since, until, into, also, proof = row
    return Place(
        id=identity,
        kinds=tuple(kinds.split("|")),
        name=name,
        within=identity.rpartition("/")[0],
        since=date.fromisoformat(since) if since else None,
        until=date.fromisoformat(until) if until else None,
        into=into,
        also=tuple(filter(None, also.split("|"))),
        proof=proof,
    )


@cache
def names() -> Mapping[tuple[str, ...], tuple[Called, ...]]:
    """Who goes by which name: its words, lower case, tones in the old place, → the units."""
    found: dict[tuple[str, ...], list[Called]] = {}
    for place in places().values():
        alone = place.proof != "unit" and level(place) != WARD
        for name in (place.name, *place.also):
            bare = alone if name == place.name else name[0] != "!"
            found.setdefault(tuple(words(canonical_tone(name).lower())), []).append(Called(place=place, alone=bare))
    return {name: tuple(called) for name, called in found.items()}


def level(place: Place) -> int:
    """PROVINCE (also a centrally run city), DISTRICT or WARD."""
    return PROVINCE if not place.within else WARD if place.kinds[0] in _WARDS else DISTRICT


@cache
def around(identity: str) -> frozenset[str]:
    """The unit itself, and all that it is or was part of, or became part of, up to province and city."""
    place = places().get(identity)
    if place is None:
        return frozenset({identity})
    return frozenset({identity}).union(*(around(one) for one in (place.within, place.into) if one))


@cache
def today(identity: str) -> str:
    """The unit that it is now: itself, the one that took all of it, else the one that it was part of."""
    place = places().get(identity)
    if place is None or place.until is None:
        return identity
    return today(place.into or place.within)


@cache
def inside(identity: str) -> frozenset[str]:
    """The ids of the unit and of every unit, old or new, that is or was in it, or went into it."""
    return frozenset(one for one in places() if identity in around(one)) | {identity}


def at(meant: Iterable[Place], on: date) -> tuple[Place, ...]:
    """Of units of one name those that were there on a day; else the last that had been; else what was to come soon."""
    meant = tuple(meant)
    there = tuple(one for one in meant if _begun(one, on) and not has_ended(one, on))
    if there:
        return there
    past = [one.until for one in meant if one.until and has_ended(one, on)]
    if past:
        return tuple(one for one in meant if one.until == max(past))
    coming = [one.since for one in meant if one.since and on < one.since <= on + SOON]
    return tuple(one for one in meant if coming and one.since == min(coming))


def _begun(place: Place, on: date) -> bool:
    return place.since is None or place.since <= on


def has_ended(place: Place, on: date) -> bool:
    """Whether the unit was no more on that day."""
    return place.until is not None and place.until <= on


def full_name(identity: str) -> str:
    """The unit with its kind and what it is part of: "phường Sài Đồng, quận Long Biên, thành phố Hà Nội"."""
    place = places().get(identity)
    if place is None:
        return identity
    own = f"{place.kinds[0]} {place.name}"
    return f"{own}, {full_name(place.within)}" if place.within else own


# --- what somebody types ---------------------------------------------------------------------------------------------


def meant(typed: str) -> tuple[Place, ...]:
    """The units that somebody means: "TP.HCM", "ha noi", "quận Long Biên", "Long Biên, Hà Nội", or an id.

    Case, marks and unit words need not be typed. A name that a province or a central city bears means that alone,
    unless a unit word says otherwise.

    :raises ValueError: no unit of that name is known; names that are near are told
    """
    if typed in places():
        return (places()[typed],)
    first, *rest = [part for part in clean(typed).split(",") if words(part)] or [""]
    found = _by_name(first)
    for part in rest:
        outer = {one.id for one in _by_name(part)}
        found = [one for one in found if outer & (around(one.id) - {one.id})]
    if not found:
        raise ValueError(f"no place {typed!r} is known{_near(first)}")
    return tuple(found)


def _by_name(typed: str) -> list[Place]:
    folded = folded_words(typed)
    unit = _UNIT_WORD.match(folded)
    kinds = UNIT_WORDS[unit[0].strip()] if unit else ()
    found = _named(folded[unit.end() :], typed) if unit else []
    found = [one for one in found if set(kinds) & set(one.kinds)] or _named(folded, typed)
    highest = min(map(level, found), default=PROVINCE)
    return found if unit or highest != PROVINCE else [one for one in found if level(one) == PROVINCE]


def _named(folded: str, typed: str) -> list[Place]:
    """Units by a folded name; where some of them are written just so as typed, those."""
    found = _folded_names().get(folded, [])
    said = canonical_tone(clean(typed)).lower()
    exact = [one for one in found if any(canonical_tone(name).lower() in said for name in (one.name, *one.also))]
    return exact or found


@cache
def _folded_names() -> Mapping[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for place in places().values():
        for name in dict.fromkeys(folded_words(name) for name in (place.name, *place.also)):
            found.setdefault(name, []).append(place)
    return found


def _near(typed: str) -> str:
    folded = folded_words(typed)
    unit = _UNIT_WORD.match(folded)
    near = get_close_matches(folded[unit.end() :] if unit else folded, list(_folded_names()), n=3, cutoff=0.7)
    told = dict.fromkeys(full_name(_folded_names()[name][0].id) for name in near)
    return f"; do you mean {' | '.join(told)}?" if told else "; name a province, or a district or ward of its cities"
