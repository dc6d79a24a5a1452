"""What an article that an index found must prove: that the words of a query really stand there, side by side.

Indexes only know which words, and which pairs of words without marks, an article has. The texts beside them are fenced
with blanks, so that a word is found as a whole: the same on both engines.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from crawler.query import Clause, Term
from storage.texts import Tier

Position = Callable[[ColumnElement[str], str], ColumnElement[int]]  # of a text in a column, from 1; 0: nowhere


def fenced(words: str) -> str:
    """Words as they are stored: a blank at each end."""
    return f" {words} "


def said(term: Term, tier: Tier) -> tuple[str, ...]:
    """The words of a term as a tier asks for them."""
    return term.folded if tier.folded else term.words


def proof(tier: Tier, texts: Any, position: Position) -> ColumnElement[bool]:
    """The condition on the stored `texts` (columns named as the fields of `storage.texts.Texts`)."""
    title, body = (texts.folded_title, texts.folded_body) if tier.folded else (texts.title, texts.body)

    def stands(term: Term, where: ColumnElement[str]) -> ColumnElement[bool]:
        words = " ".join(said(term, tier))
        return position(where, f" {words}" if term.prefix else fenced(words)) > 0

    def anywhere(term: Term) -> ColumnElement[bool]:
        return or_(stands(term, title), stands(term, body))

    def holds(clause: Clause) -> ColumnElement[bool]:
        wanted = [stands(term, title) if tier.titled else anywhere(term) for term in clause.every]
        return and_(*wanted, *(~anywhere(term) for term in clause.none))

    return or_(*map(holds, tier.query.clauses))
