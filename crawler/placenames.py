"""Names of administrative units in a passage, told from what only looks so.

A unit word before a name decides between units of one name (quận Long Biên, phường Long Biên); a street, a river, a
person or a newspaper named so is none; the day of the text decides between old and new. Without a unit word a name may
be a province's or a district's, never a ward's. Case matters: a name has capitals.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from unicodedata import is_normalized

from crawler.places import DISTRICT, PROVINCE, WARD, Called, at, has_ended, level, names, places
from crawler.text import canonical_tone, nfc, words
from crawler.types import Place
from crawler.unitwords import REACH, Unit, listed, unit_before

# Names in which a place's name stands and means no place.
_OTHERS = (
    "Thái Bình Dương", "Điện Biên Phủ", "Sài Gòn Giải Phóng", "Sài Gòn Tiếp Thị", "Hà Nội Mới", "Hà Nam Ninh",
    "Hòa Bình Xanh", "Hải Dương học",
)  # fmt: skip
# Words of the language: in capitals only, they prove nothing. And surnames, middle names: before a name, a person's.
_ORDINARY = frozenset({"hòa bình", "thái bình", "hải dương", "cao bằng", "bình định", "đồng tháp"})
_OF_PERSONS = frozenset(
    words(
        """
        âu bạch bùi cao châu chu cù diệp doãn dương đàm đào đặng đinh đoàn đỗ hoàng hồ hứa huỳnh khổng khuất kiều lâm lê
        lương lưu lý mai nghiêm ngô nguyễn phạm phan phùng quách tạ thạch thái tô tống trần triệu trịnh trương vũ
        võ vương đức hữu minh ngọc thanh thị văn xuân
        """
    )
)

_WORD = re.compile(r"\w+")
_NAME_DASH = re.compile(r"\s*-\s*")
_DASH = re.compile(r"\s{0,3}[-–—]\s{0,3}")
_FIGURES_GO_ON = re.compile(r"[/%\d]|[-–.]\d")
_FORMER = re.compile(r"\s{0,3}\(?(?:cũ|trước đây)(?!\w)")

_LAST_WORD = re.compile(r"\w+$")
# What bears a place's name, and need not be there. "đường phố Hà Nội" are its streets; "yêu cầu" is no bridge.
_BEARS_IT = re.compile(
    r"(?<!\w)(?:đường|(?<!đường )phố|đại lộ|quốc lộ|tỉnh lộ|xa lộ|cao tốc|đường sắt|tuyến|ngõ|ngách|hẻm|hầm|sông|kênh"
    r"|rạch|(?<!yêu )(?<!nhu )(?<!toàn )(?<!địa )cầu|hồ|(?<!miền )núi|đèo|bia|ngân hàng|tập đoàn|khách sạn|nhà hàng"
    r"|thôn|ấp|(?<!buôn )làng|bản|xóm|buôn|tổ dân phố|khu phố|khu đô thị|kđt|chung cư|công viên|tân cảng)\s{1,3}$"
)
_BEARS_A_DISTRICTS = re.compile(
    r"(?<!\w)(?:chợ|ga|sân bay|bến xe|bến|quảng trường|hội trường|trường|bệnh viện|sân vận động|nút giao|ngã ba|ngã tư"
    r"|khu công nghiệp|kcn|đại học|thpt|thcs|tiểu học|khởi nghĩa|ông|bà|anh|chị|cụ|em|vua|tướng|chùa|đền|đình)\s{1,3}$"
)
_PUBLISHER = re.compile(r"(?<!\w)(?:nxb\.?|nhà xuất bản)(?!\w)[^.;]{0,60}[,–-]\s{0,3}$")  # "NXB Sự thật, Hà Nội, 2021"
_ABROAD = re.compile(r"\s{0,3}(?:[,(]|của)\s{0,3}trung quốc")


_Tree = dict[str, "_Tree"]  # a letter → what may follow; an empty one: a name may end


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A title, a lead or a paragraph: NFC as printed, and lower case with tones in the old place, of equal length."""

    part: str
    paragraph: int
    printed: str
    low: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name in a passage, unit word included, and the units that it may mean.

    `sure`: it means the first of them, whatever else the article says.
    """

    passage: Passage
    start: int
    end: int
    places: tuple[Place, ...]
    sure: bool


def passage(part: str, paragraph: int, text: str) -> Passage:
    """The text, made ready; as it is where it is NFC, so that a place in it is a place in the article."""
    printed = text if is_normalized("NFC", text) else nfc(text)
    compared = canonical_tone(printed)
    low = compared.lower()
    if len(low) != len(compared):
        low = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in compared)
    return Passage(part=part, paragraph=paragraph, printed=printed, low=low)


def names_in(text: Passage, on: date) -> Iterator[Name]:
    """The names of units in a passage, in order. `on`: the day that decides between old and new units."""
    lists = listed(text.printed, text.low)
    borne, here = -1, 0
    while match := _any_name().search(text.low, here):
        start, here = match.start(), match.end()
        if borne >= 0 and _DASH.fullmatch(text.low, borne, start):  # "cao tốc Hà Nội - Hải Phòng"
            borne = here
            continue
        said = unit_before(text.low, start)
        for stop, called in _called(text.low, match):
            if not called:
                break
            if found := _meant(text, start, stop, called, on, said, lists.get(start)):
                yield found
                here = stop
                break
        else:
            if said is None and _before(_BEARS_IT, text.low, start):
                borne = here
            here = start + len(match[0].split()[0])


def _called(low: str, match: re.Match[str]) -> Iterator[tuple[int, tuple[Called, ...]]]:
    """Who is called by what matched, then by its beginnings, each with its end; nobody: it is another thing's name."""
    found = list(_WORD.finditer(low, match.start(), match.end()))
    for count in range(len(found), 0, -1):
        name = tuple(word[0] for word in found[:count])
        if name in _known():
            yield found[count - 1].end(), _known()[name]


@cache
def _known() -> Mapping[tuple[str, ...], tuple[Called, ...]]:
    return {**names(), **{tuple(words(canonical_tone(name).lower())): () for name in _OTHERS}}


@cache
def _any_name() -> re.Pattern[str]:
    """Finds the longest name at a place in time that hardly grows with the table: the letters of all make one tree."""
    printed = [name.removeprefix("!") for place in places().values() for name in (place.name, *place.also)]
    root: _Tree = {}
    for name in (*printed, *_OTHERS):
        node = root
        for letter in (*_NAME_DASH.sub("-", canonical_tone(name).lower()), ""):
            node = node.setdefault(letter, {})
    return re.compile(rf"(?<!\w){_pattern(root)}(?!\w)")


def _pattern(tree: "_Tree") -> str:
    gaps = {" ": r"\s{1,3}", "-": r"(?:\s{0,3}[-–—]\s{0,3}|\s{1,3})"}
    branches = [gaps.get(letter, re.escape(letter)) + _pattern(node) for letter, node in tree.items() if letter]
    joined = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})" if branches else ""
    return f"(?:{joined})?" if "" in tree and branches else joined


def _before(pattern: re.Pattern[str], low: str, start: int) -> re.Match[str] | None:
    return pattern.search(low, max(0, start - REACH), start)


def _meant(
    text: Passage, start: int, end: int, called: Sequence[Called], on: date, said: Unit | None, listed: Unit | None
) -> Name | None:
    """The name with its units; None where it proves nothing. `listed`: the unit word of the list that it stands in."""
    if said is not None:
        return _of_unit(text, start, end, called, on, said, said.start)
    bare = _bare(text, start, end, called, on)
    named = _of_unit(text, start, end, called, on, listed, start) if listed else None
    if named and listed and not listed.many and bare and bare.places != named.places:
        return bare  # "phường Sài Đồng, Long Biên và …"
    return named or bare


def _of_unit(
    text: Passage, start: int, end: int, called: Sequence[Called], on: date, unit: Unit, begin: int
) -> Name | None:
    """The name behind a unit word, or in the list that one opens; it begins at `begin` with the word before it."""
    fitting = [one.place for one in called if set(unit.kinds) & set(one.place.kinds)]
    if begin < start and not fitting and "thành phố" in unit.kinds:  # a province that is to become a city
        fitting = [one.place for one in called if level(one.place) == PROVINCE]
    there = _there(text.low, end, fitting, on)
    if not there or not _is_capital(text, start, end, bare=False):
        return None
    if _is_figure(text.low, start, end) or _ABROAD.match(text.low, end):
        return None
    sure = level(there[0]) != WARD and there[0].proof != "city"
    return Name(passage=text, start=begin, end=end, places=there, sure=sure)


def _bare(text: Passage, start: int, end: int, called: Sequence[Called], on: date) -> Name | None:
    """The name without a unit word: a province, else a district that was there on the day, or is called a former one.

    Of a district that is no more the bare name may mean today's ward.
    """
    alone = [one.place for one in called if one.alone]
    highest = min(map(level, alone), default=WARD)
    there = _there(text.low, end, [one for one in alone if level(one) == highest], on)
    if not there or not _is_capital(text, start, end, bare=True) or _is_of_another(text, start, end):
        return None
    if highest == DISTRICT and (
        _before(_BEARS_A_DISTRICTS, text.low, start)
        or _follows_a_name(text, start)
        or (has_ended(there[0], on) and not _FORMER.match(text.low, end))
    ):
        return None
    return Name(passage=text, start=start, end=end, places=there, sure=highest == PROVINCE)


def _there(low: str, end: int, meant: Sequence[Place], on: date) -> tuple[Place, ...]:
    """Of units of one name those of the day; called former ones, those that had ended."""
    former = [one for one in meant if has_ended(one, on)] if _FORMER.match(low, end) else []
    return at(former or meant, on)


def _is_figure(low: str, start: int, end: int) -> bool:
    """Whether a district's number goes on: "Q.1/2026" is a quarter of a year."""
    return low[start:end].isdecimal() and bool(_FIGURES_GO_ON.match(low, end))


def _is_capital(text: Passage, start: int, end: int, *, bare: bool) -> bool:
    """Whether it is written as a name: with capitals; behind a unit word also without, where nothing has any."""
    printed = text.printed[start:end]
    first = [word[0] for word in words(printed)]
    if not bare:
        return not first[0].islower() or text.printed.islower()
    if any(letter.islower() for letter in first):
        return False
    around = text.printed[max(0, start - REACH) : end + REACH]
    return not (text.low[start:end] in _ORDINARY and around.isupper())


def _is_of_another(text: Passage, start: int, end: int) -> bool:
    """Whether it is the name of a street, a person, or a province abroad."""
    if _before(_BEARS_IT, text.low, start) or _ABROAD.match(text.low, end):
        return True
    if _PUBLISHER.search(text.low, max(0, start - 2 * REACH), start):
        return True
    word = _word_before(text, start)
    return word[:1].isupper() and not word.isupper() and canonical_tone(word).lower() in _OF_PERSONS


def _follows_a_name(text: Passage, start: int) -> bool:
    """Whether a word with a capital stands right before it, which is not the first of its sentence."""
    word = _word_before(text, start)
    if not word[:1].isupper() or (len(word) > 1 and word.isupper()):
        return False
    return text.printed[: start - 1 - len(word)].rstrip()[-1:] not in ("", ".", "!", "?", ":", "\n", '"', "“", "-", "–")


def _word_before(text: Passage, start: int) -> str:
    """The word that only one space parts from the name."""
    if start < 2 or not text.printed[start - 1].isspace():
        return ""
    found = _LAST_WORD.search(text.printed, max(0, start - 1 - REACH), start - 1)
    return found[0] if found else ""
