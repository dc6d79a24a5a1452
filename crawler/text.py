"""Vietnamese text: one form for storing, one for comparing, one for searching; and the two keys made of it.

Stored text is `nfc` or `clean`, otherwise as printed. Compared text is `normal`: tone placement unified, while
diacritics, case and digits stay, for a corrected name is a change. Searched text is `fold`: no marks at all.
"""

import re
import unicodedata
from collections.abc import Sequence
from hashlib import blake2b
from itertools import islice

HASH_VERSION = "1"
MIN_SYLLABLES = 20

# What no reader sees: soft hyphen, zero-width space and joiners of words, marks of direction, byte order mark; what XML
# forbids: controls, lone surrogates, U+FFFE, U+FFFF; and the C1 controls but NEL, which is white space.
_UNSEEN = re.compile(
    "[\u00ad\u200b\u200e\u200f\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
)
_MARKS = re.compile(r"[^\w\s\x00-\x7f]{16,}")  # no letter has so many
_LATIN_MARKS = re.compile("[\u0300-\u036f]+")
_MARK = re.compile(r"[^\w\s\x00-\x7f]")  # every combining mark, and punctuation
_MOST_MARKS = 30  # on one letter; as in Unicode's Stream-Safe Text Format (UAX 15)
_TONE_BEFORE_HAT = re.compile("([áàảãéèẻẽóòỏõÁÀẢÃÉÈẺẼÓÒỎÕ])(\u0302)|([áàảãÁÀẢÃ])(\u0306)")
_ETH = re.compile(r"Ð|\bð")

# New-style tone placement in an open syllable: hoà, khoẻ, thuỷ.
_OPEN = re.compile(r"(?:o[àáảãạèéẻẽẹ]|(?<!q)u[ỳýỷỹỵ])(?![^\W\d_]|[\u0300-\u036f])", re.IGNORECASE)

_WORD = re.compile(r"\w+")
_STOP = re.compile(r"""[.!?…]+["'”’»)\]]*(?=\s)""")
_ABBREVIATION = re.compile(r"(?:^|[\s(.])(?:[A-ZĐ]\w{0,2}|tr|đ/c|v\.v)$")


def nfc(s: str) -> str:
    """The text composed (NFC), without what is invisible or illegal in XML; else as printed. Applying it twice is safe.

    Repairs two slips of input methods: a tone typed before the vowel's own mark (ó + U+0302), which NFC leaves apart,
    and the look-alike Ð (U+00D0; ð only where a word begins, which no Icelandic name does) for Đ. Of a pile of marks
    on one letter the first thirty stay.
    """
    if not s.isprintable():  # nothing printable is unseen; this is told ten times as quickly
        s = _UNSEEN.sub("", s)
    s = unicodedata.normalize("NFC", _MARKS.sub(_few_marks, s))
    if "\u0302" in s or "\u0306" in s:
        s = unicodedata.normalize("NFC", _TONE_BEFORE_HAT.sub(_hat_before_tone, s))
    if "Ð" in s or "ð" in s:
        s = _ETH.sub(lambda found: "Đ" if found[0] == "Ð" else "đ", s)
    return s


def _few_marks(found: re.Match[str]) -> str:
    """Without marks that are too many: normalising sorts them, which takes the square of their number."""
    kept, marks = [], 0
    for character in found[0]:
        marks = marks + len(unicodedata.normalize("NFD", character)) if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _hat_before_tone(found: re.Match[str]) -> str:
    apart = unicodedata.normalize("NFD", found[1] or found[3])  # vowel, tone
    return unicodedata.normalize("NFC", apart[0] + (found[2] or found[4]) + apart[1])


def clean(s: str) -> str:
    """One line: `nfc`, every run of white space (NBSP and thin spaces too) one space, none at the ends."""
    return " ".join(nfc(s).split())


def canonical_tone(s: str) -> str:
    """The tone where the old style puts it: hoà → hòa, khoẻ → khỏe, thuỷ → thủy; capitals too. Expects NFC.

    Only in open syllables (hoàn and huỳnh are the same in both styles), and not after q (quý, quỷ).
    """
    return _OPEN.sub(_tone_first, s)


def _tone_first(found: re.Match[str]) -> str:
    apart = unicodedata.normalize("NFD", found[0])  # first vowel, second vowel, tone
    return unicodedata.normalize("NFC", apart[0] + apart[2] + apart[1])


def fold(s: str) -> str:
    """For search: lower case without any mark, đ as d; so that "do thi" finds "đô thị"."""
    bare = _LATIN_MARKS.sub("", unicodedata.normalize("NFD", nfc(s).lower().replace("đ", "d")))
    if bare.isascii():
        return bare
    return unicodedata.normalize("NFC", _MARK.sub(lambda one: "" if unicodedata.combining(one[0]) else one[0], bare))


def words(s: str) -> list[str]:
    """The words, in Vietnamese the syllables: runs of letters, digits and underscores."""
    return _WORD.findall(s)


def folded_words(s: str) -> str:
    """The words of a text, folded, one space between: how titles are compared and articles found."""
    return " ".join(words(fold(s)))


def first_sentence(s: str, limit: int = 160) -> str:
    """The first sentence as one line, cut at a word and marked with "…" where longer than `limit` characters."""
    line = clean(s)
    for stop in _STOP.finditer(line, 0, limit + 1):
        if not (stop[0] == "." and _ABBREVIATION.search(line, 0, stop.start())):
            return line[: stop.end()]
    if len(line) <= limit:
        return line
    head, _, _ = line[:limit].rpartition(" ")
    return (head or line[: limit - 1]).rstrip(" ,;:-–") + "…"


def surroundings(s: str, start: int, end: int, reach: int = 60) -> str:
    """What stands at `start:end` with up to `reach` characters on either side: one line, cut at spaces, "…" at cuts."""
    before, after = s[max(0, start - reach) : start], s[end : end + reach]
    if start > reach:
        before = "…" + before.partition(" ")[2]
    if end + reach < len(s):
        after = after.rpartition(" ")[0] + "…"
    return " ".join((before + s[start:end] + after).split())


def normal(s: str) -> str:
    """The form in which texts are compared: one line, NFC, tone placement unified; diacritics, case, digits kept."""
    return canonical_tone(clean(s))


def content_hash(title: str | None, lead: str | None, paragraphs: Sequence[str]) -> str:
    """Decides whether an article changed: version, colon, 32 hexadecimal digits over title, lead and text.

    A paragraph's end counts as white space. When the recipe changes, `HASH_VERSION` does, and stored hashes are
    recomputed from stored text.
    """
    return _digest(normal(title or ""), normal(lead or ""), normal(" ".join(paragraphs)))


def text_key(paragraphs: Sequence[str]) -> str | None:
    """Decides whether two pages carry the same text: a versioned digest; None below 20 syllables, too few to tell."""
    text = normal(" ".join(paragraphs))
    return _digest(text) if next(islice(_WORD.finditer(text), MIN_SYLLABLES - 1, None), None) else None


def _digest(*parts: str) -> str:
    # U+001F cannot stand in a normal text, so parts never run into one another.
    return f"{HASH_VERSION}:" + blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def cut(line: str, limit: int) -> str:
    """The line, cut at a space and marked where it is longer than `limit` characters."""
    if len(line) <= limit:
        return line
    head, _, _ = line[:limit].rpartition(" ")
    return (head or line[: limit - 1]).rstrip(" ,;:-–") + "…"
