"""Legal document numbers in a text: found by shape, normalised for look-up, kept as printed.

Five families (Nghị định 30/2020/NĐ-CP, appendix, for the State; Hướng dẫn 36-HD/VPTW for the Party):

    F1  97/2019/QH14, 04/2010/PL-UBTVQH12     laws and resolutions of the National Assembly
    F2  32/2021/NĐ-CP, 89/2016/TTLT-BTC-BCT   number/year/type-bodies
    F3  100/KH-UBND, 1111/NQ-UBTVQH14         number/type-body
    F4  145-KH/TU, 46-KL/TW                   the Party: number-type/body
    F5  910/UBND-DL1                          official letters: number/body-unit

Numbers are not checked against a list, for sources disagree on them; nor does another sign date make another document.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from crawler.text import clean, nfc, surroundings
from crawler.types import Citation

MOST = 500  # citations of one text; a longer list is a register or an attack

_TYPES = (  # of F3; what is none of them is a body, thus F5
    "NQ QĐ CT QC QYĐ TB HD CTR KH PA ĐA DA BC BB TTR HĐ CĐ BTT GUQ GM GGT GNP NĐ TT TTLT NQLT PL L LCT VBHN CV KL LB"
)
_KNOWN = frozenset(_TYPES.split())
_DASH = "[-‐‑‒–—]"
_SLASH = r"[ \xa0]?/[ \xa0]?"
_A = r"[A-ZĐ][A-ZĐa-zđ0-9&]*"
_AA = r"[A-ZĐ][A-ZĐa-zđ0-9&]+"
_N = r"\d{1,6}[a-z]?"
_NUMBER = re.compile(
    r"(?<![\w/])(?<!\d[.,-])(?:"
    rf"(?P<F1>{_N}{_SLASH}\d{{4}}{_SLASH}(?:(?:NQ|PL){_DASH})?(?:UBTV)?QH\d{{1,2}})"
    rf"|(?P<F2>{_N}{_SLASH}\d{{4}}{_SLASH}{_A}(?:{_DASH}{_A}){{1,8}})"
    rf"|(?P<F3>{_N}{_SLASH}{_A}(?:{_DASH}{_A}){{1,8}})"
    rf"|(?P<F4>{_N}{_DASH}{_AA}{_SLASH}{_AA})"
    r")(?![\w/])"
)
# "Nghị quyết số 97", "NQ 136/2024": counts only where the text has the full number too.
_NAMES = {
    "nghị quyết": "NQ", "nq": "NQ", "nghị định": "NĐ", "nđ": "NĐ", "thông tư": "TT", "thông tri": "TT", "đề án": "ĐA",
    "kế hoạch": "KH", "quyết định": "QĐ", "qđ": "QĐ", "kết luận": "KL", "chỉ thị": "CT", "luật": "QH",
    "pháp lệnh": "PL",
}  # fmt: skip
_SHORT = re.compile(
    rf"(?<!\w)(?P<name>{'|'.join(_NAMES)})\s+(?:số\s+)?(?P<number>\d{{1,4}})(?:/(?P<year>\d{{4}}))?(?![\w/]|[-.,]\d|{_DASH}[A-ZĐ])",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?P<gap>[^\d;.\n]{0,40}?)(?P<d>\d{1,2})(?:[/.-]|\s+tháng\s+)(?P<m>\d{1,2})(?:[/.-]|\s+năm\s+)(?P<y>\d{4})(?!\d)",
    re.IGNORECASE,
)
_NOT_SIGNED = re.compile(
    r"hiệu lực|thi hành|áp dụng|thực hiện|trước|từ|đến|hết|sau|họp|bổ sung|thay thế", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One place in an NFC text where a document is named, by its full number or in short."""

    start: int
    end: int
    key: str
    family: str
    short: bool = False


def citation_key(printed: str) -> str:
    """The look-up form of a document number: upper case, ASCII hyphen, no spaces; Đ stays. Leading zeros stay too."""
    return _tidy(printed).upper()


def citations(text: str) -> tuple[Citation, ...]:
    """Every document that the text names by its full number, once, in order of first appearance, short forms included.

    `printed` is the full number with hyphens and spaces unified. `signed` is the date printed behind some full form,
    if it agrees with the number's year, and `signed_raw` the same as it stands.
    """
    text = nfc(text)
    found = list(occurrences(text))
    order = dict.fromkeys(one.key for one in found)
    full: dict[str, list[Occurrence]] = {key: [] for key in order}
    for one in found:
        if not one.short:
            full[one.key].append(one)
    return tuple(_citation(text, full[key]) for key in list(order)[:MOST])


def occurrences(text: str) -> Iterator[Occurrence]:
    """Every place where an NFC text names a document, in order. Short forms only if they fit one full number of it."""
    full = [
        Occurrence(start=m.start(), end=m.end(), key=citation_key(m[0]), family=_family(m))
        for m in _NUMBER.finditer(text)
    ]
    by_number: dict[str, set[str]] = {}
    for one in full:
        by_number.setdefault(re.split(r"[/-]", one.key, maxsplit=1)[0].lstrip("0"), set()).add(one.key)
    family = {one.key: one.family for one in full}
    short = []
    for m in _SHORT.finditer(text):
        keys = [key for key in by_number.get(m["number"].lstrip("0"), ()) if _fits(key, m)]
        if len(keys) == 1:
            short.append(Occurrence(start=m.start(), end=m.end(), key=keys[0], family=family[keys[0]], short=True))
    yield from sorted(full + short, key=lambda one: one.start)


def _tidy(printed: str) -> str:
    return re.sub(_DASH, "-", re.sub(r"\s", "", nfc(printed)))


def _family(found: re.Match[str]) -> str:
    family = found.lastgroup or ""
    if family == "F3" and re.split(r"[/-]", citation_key(found[0]))[1] not in _KNOWN:
        return "F5"
    return family


def _fits(key: str, short: re.Match[str]) -> bool:
    kind, year = _NAMES[short["name"].lower()], short["year"]
    parts = re.split(r"[/-]", key)
    # A number of the National Assembly names no type where it is a law or a resolution.
    named = kind in parts[1:] or (kind in ("NQ", "QH") and re.fullmatch(r"QH\d+", parts[-1]) and len(parts) == 3)
    return bool(named) and (year is None or year in parts[1:])


def _citation(text: str, places: list[Occurrence]) -> Citation:
    first = places[0]
    signed, raw = next((found for one in places if (found := _signed(text, one))), (None, ""))
    return Citation(
        key=first.key,
        printed=_tidy(text[first.start : first.end]),
        family=first.family,
        context=surroundings(text, first.start, first.end),
        signed=signed,
        signed_raw=raw,
    )


def _signed(text: str, place: Occurrence) -> tuple[date, str] | None:
    found = _SIGNED.match(text, place.end)
    if not found or _NOT_SIGNED.search(found["gap"]):
        return None
    year = re.search(r"/(\d{4})/", place.key)
    if year and year[1] != found["y"]:
        return None
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"])), clean(text[found.start("d") : found.end()])
    except ValueError:
        return None
