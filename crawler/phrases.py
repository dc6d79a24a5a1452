"""Phrases as topic files write them → patterns that find them in a text of any style of writing.

    chính quyền đô thị        these words, white space of any kind between them, no punctuation
    (HĐND|hội đồng nhân dân)  one of these
    (cấp)?                    may be missing
    UBND phường … thủ trưởng  up to six words of the same sentence between

Case, NFD, NBSP and the style of tone placement make no difference; diacritics do. A phrase finds whole words. Every
repetition in its pattern is bounded, so that no file and no page can make it run long.
"""

import re
from collections.abc import Iterable
from functools import cache

from crawler.text import canonical_tone, clean, nfc

MAX_PHRASE = 200  # characters

_NO = r"()?…*+$^\[\]{}\\"  # what would mean something in a regular expression means a mistake here
_ITEM = re.compile(rf"\((?P<choices>[^{_NO}]+)\)(?P<maybe>\?)?|(?P<gap>…)|(?P<word>[^\s|{_NO}]+)")
_SPACE = r"\s{1,20}"
_SOME_WORDS = rf"(?:{_SPACE}[^\s.!?;:]{{1,40}}){{0,6}}?"
_NEVER = re.compile(r"(?!)")


def readable(phrase: str) -> str:
    """The phrase in clean form; ValueError, with the mend, for one that is not written as it should be."""
    phrase = clean(phrase)
    _pattern(phrase)
    return phrase


def compiled(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern, for `comparable` texts, that finds any of the phrases; for none, one that is never found."""
    joined = "|".join(_pattern(clean(phrase)) for phrase in phrases)
    return re.compile(joined, re.IGNORECASE) if joined else _NEVER


def comparable(text: str) -> str:
    """The text in the form that patterns expect; as long as its NFC form, so places in one are places in both."""
    return canonical_tone(nfc(text))


@cache
def _pattern(phrase: str) -> str:
    if len(phrase) > MAX_PHRASE:
        raise ValueError(f"a phrase of more than {MAX_PHRASE} characters; split it")
    items = list(_ITEM.finditer(phrase))
    if _ITEM.sub("", phrase).strip():
        raise ValueError(f"cannot read {phrase!r}; write words, (one|of|these), (perhaps)? and … only")
    needed = [i for i, item in enumerate(items) if not (item["maybe"] or item["gap"])]
    if not needed or any(item["gap"] and not needed[0] < i < needed[-1] for i, item in enumerate(items)):
        raise ValueError(f"{phrase!r} needs a word that must be there, and words around each …")
    made = ""
    for i, item in enumerate(items):
        piece = _SOME_WORDS if item["gap"] else _choices(item["choices"] or item["word"])
        if item["gap"] or i == needed[0]:
            made += piece
        elif i < needed[0]:
            made += f"(?:{piece}{_SPACE})?"
        else:
            made += f"(?:{_SPACE}{piece})" + (item["maybe"] or "")
    return rf"(?<!\w){made}(?!\w)"


def _choices(written: str) -> str:
    choices = [_SPACE.join(map(re.escape, canonical_tone(choice).split())) for choice in written.split("|")]
    if not all(choices):
        raise ValueError(f"an empty choice in ({written}); write (word)? for what may be missing")
    return f"(?:{'|'.join(choices)})"
