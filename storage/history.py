"""What happened to an article, told apart: pure, from its stored texts and its absences.

first text        new
a later one       retitled and/or corrected (figures, dates, names, document numbers), else minor
cause `rules`     rules: the site changed nothing
an absence        withdrawn (once that is believed), and restored at its end
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from crawler.differences import Difference, corrected, differences, is_retitled, summary
from crawler.types import Cause, Departure
from storage.absences import Absence
from storage.reading import StoredRevision


class Kind(StrEnum):
    """Of an event."""

    NEW = "new"
    RETITLED = "retitled"
    CORRECTED = "corrected"
    MINOR = "minor"  # wording, punctuation, a slip
    RULES = "rules"  # we read the page otherwise
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, and `at` which instant we knew it. An edit may be of two kinds: retitled and corrected.

    `revision` is the number of the text that came with it. `summary`: what the site changed, in a sentence. Of a
    withdrawal, `since` when the page was gone, and `how`.
    """

    at: datetime
    kinds: tuple[Kind, ...]
    revision: int | None = None
    summary: str = ""
    since: datetime | None = None
    how: Departure | None = None


def history(revisions: Sequence[StoredRevision], absences: Iterable[Absence]) -> tuple[Event, ...]:
    """Everything that happened to an article, in order. `revisions`: the oldest first."""
    events = [*map(_first, revisions[:1]), *(_later(one, other) for one, other in pairwise(revisions))]
    return tuple(sorted((*_comings(absences), *events), key=lambda event: event.at))


def kinds(found: Sequence[Difference]) -> tuple[Kind, ...]:
    """What an edit of the site's is."""
    retitled = any(map(is_retitled, found))
    mended = any(one.substantive if one.about != "title" else corrected(one) for one in found)
    told = ((Kind.RETITLED, retitled), (Kind.CORRECTED, mended), (Kind.MINOR, not retitled and not mended))
    return tuple(kind for kind, is_so in told if is_so)


def _first(text: StoredRevision) -> Event:
    return Event(at=text.stored_at, kinds=(Kind.NEW,), revision=text.sequence)


def _later(before: StoredRevision, text: StoredRevision) -> Event:
    if text.cause is Cause.RULES:
        return Event(at=text.stored_at, kinds=(Kind.RULES,), revision=text.sequence)
    found = differences(before.article, text.article)
    return Event(at=text.stored_at, kinds=kinds(found), revision=text.sequence, summary=summary(found))


def _comings(absences: Iterable[Absence]) -> Iterator[Event]:
    for one in absences:
        if one.withdrawn_at is not None:
            yield Event(at=one.withdrawn_at, kinds=(Kind.WITHDRAWN,), since=one.gone_at, how=one.how)
        if one.back_at is not None:
            yield Event(at=one.back_at, kinds=(Kind.RESTORED,))
