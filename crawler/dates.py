"""Printed date → aware `Instant`; None where it cannot be proved, for unknown beats wrong.

A date is found by its shape (four-digit year, or the month as a word), its clock by standing next to it with nothing
but separators, weekdays and "lúc", "ngày" between. Day first, unless the caller knows better; never guessed from the
numbers. What the shapes cannot read goes to dateparser, held to absolute dates with day, month and year printed.

Not to be fed with running text: dates in it are content. The guards against it here are a second line of defence.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from functools import cache
from typing import NamedTuple

from dateparser.date import DateDataParser

from crawler.text import clean, fold, words
from crawler.types import VIETNAM, Instant, Precision

FIRST_YEAR = 1995  # no Vietnamese site is older
MAX_LENGTH = 200  # characters of a date element that are looked at
MAX_LINE = 120  # characters of a header line that can be a date line
_URL_DAYS = (
    re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=/)"),
    re.compile(r"(?<!\d)(20[0-3]\d)([01]\d)([0-3]\d)(?=(?:\d{6,11}[a-z\d]*)?(?:/|\.\w+$|$))"),
    re.compile(r"(?<!\d)\d{3}([0-3]\d)([01]\d)([0-3]\d)\d{8,9}(?!\d)"),
)

# All patterns read folded text: lower case, no diacritics, plain dashes, single spaces. "tháng Năm" and "năm" fold
# alike; the month stands right before the year, so it is told by its place.
_MONTHS = {
    "gieng": 1, "mot": 1, "hai": 2, "ba": 3, "tu": 4, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
    "muoi": 10, "muoi mot": 11, "muoi hai": 12, "chap": 12,
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
_VI = r"(?P<m>\d{1,2}|muoi mot|muoi hai|muoi|gieng|mot|hai|ba|tu|bon|nam|sau|bay|tam|chin|chap)"
_EN = r"(?P<m>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_D, _Y = r"(?P<d>\d{1,2})", r"(?P<y>(?:19|20)\d\d)(?!\d)"
_FREE = r"(?<![\w/.-])"  # not inside a document number, an IP address, another date
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rf"{_FREE}(?P<y>(?:19|20)\d\d)(?P<sep>[-/.])(?P<m>\d{{1,2}})(?P=sep){_D}(?![\d/])(?!-[a-z])",
        rf"{_FREE}(?P<n1>\d{{1,2}})(?P<sep> ?[/.-] ?)(?P<n2>\d{{1,2}})(?P=sep){_Y}(?![\w/])(?!-[a-z])",
        rf"{_FREE}{_D} ?[,/-]? ?(?:thang|thg\.?|th) ?{_VI} ?(?:[,/.-]|nam)? ?(?:nam )?{_Y}",
        rf"(?<!\w)(?:thang|thg\.?) {_VI} {_D}, ?{_Y}",
        rf"{_FREE}{_D}(?:st|nd|rd|th)?[ -]{_EN}[ ,-]{{1,2}}{_Y}",
        rf"(?<!\w){_EN} {_D}(?:st|nd|rd|th)?,? {_Y}",
    )
)
_SHORT_YEAR = re.compile(rf"{_FREE}{_D}[ -]{_EN}[ -](?P<y>\d\d)(?= \d\d?:\d\d)")  # RFC 822, in feeds only

_WEEKDAY = (
    r"thu (?:hai|ba|tu|nam|sau|bay|[2-7])|t[2-7]|chua? nhat|cn"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
)
_GAP = rf"(?:[ ,|;.•·()\[\]/-]|\b(?:{_WEEKDAY}|vao|luc|hoi|ngay|at)\b)*"
_CLOCK = (
    r"(?P<h>\d{1,2})(?: ?(?::|h|gio|g) ?(?P<min>\d\d)(?!\d)(?::(?P<s>\d\d)(?:[.,]\d{1,9})?)?(?: ?phut\b)?"
    r"| ?(?:h|gio)\b(?! truoc))"
    r"(?: ?(?P<half>am|pm|a\.m\.|p\.m\.|sa|ch|sang|trua|chieu|toi|dem)(?!\w))?"
    r"(?: ?\(?(?:(?:gmt|utc)? ?(?P<sign>[+-]) ?(?P<zh>0?\d|1[0-4])(?::?(?P<zm>[0-5]\d))?(?![\d:]|[/.-]\d)"
    r"|(?P<zone>gmt|utc?|z|ict|est|edt|pst|pdt)(?![\w+-])))?"
)
_AFTER = re.compile(rf"(?:(?P<t>t)|{_GAP}){_CLOCK}")
_BEFORE = re.compile(rf"(?<![\w:.,+/]){_CLOCK}{_GAP}$")
_ZONES = {"ict": 7, "est": -5, "edt": -4, "pst": -8, "pdt": -7}  # the others are UTC

_PUBLISHED = (
    r"(?:ngay|thoi gian|gio) (?:dang(?: (?:tin|bai|tai))?|xuat ban|phat hanh|tao|gui)"
    r"|(?:dang|xuat ban)(?: tin| bai)?|posted|published|date published"
)
_LABEL = re.compile(
    rf"(?:{_PUBLISHED}|(?:ngay )?cap nhat(?: (?:lan )?cuoi)?|(?:last )?(?:updated|modified)|thoi gian|ngay|date)"
    rf"(?: (?:vao luc|luc|ngay|on|at))?(?: ?[:|-])? ?(?=\d|{_WEEKDAY}|ngay )"
)
_SAID_PUBLISHED = re.compile(rf"\b(?:{_PUBLISHED})(?: (?:luc|ngay|on|at))? ?:?{_GAP}$")
# "97/2019/QH14 ngày 27/11/2019", "12-KH/TU, ngày 3/4/2021": a document's sign date
_DOCUMENT = re.compile(r"\d(?:/(?:\d{4}/)?[a-z][\w-]*|-[a-z]\w*/[a-z]\w*),? (?:ky )?(?:ngay )?$")
_ASIDE = re.compile(
    rf"\b(?:{_WEEKDAY}|ngay|vao|luc|hoi|gmt|vn|print|in|goc)\b"
    r"|(?:luot|lan)? ?\b(?:xem|doc|truy cap|views?) ?:? ?[\d.,]+|[\d.,]+ (?:luot (?:xem|doc)|views?)\b"
)
_US_FORM = re.compile(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d [ap]m")  # .NET's invariant culture, in feeds
_AGO = re.compile(r"(?:khoang )?(\d{1,3}) (giay|phut|gio|tieng|ngay) truoc")
_UNITS = {"giay": "seconds", "phut": "minutes", "gio": "hours", "tieng": "hours", "ngay": "days"}
_NAMED_DAY = re.compile(rf"(?P<day>hom nay|hom qua)(?:{_GAP}{_CLOCK})?")
_LETTERED = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b")


class _Found(NamedTuple):
    """A date in a folded line: where it stands, its clock included, and what it says."""

    start: int
    end: int
    at: datetime
    precision: Precision


def page_date(raw: str, *, now: datetime | None = None, order: str = "DMY", origin: str = "") -> Instant | None:
    """The date that a page's metadata or date element prints. A naive clock is Vietnam's, a printed zone stays.

    `order` (`DMY` or `MDY`) rules all-numeric dates that end in the year. `now`, aware, refuses what lies more than a
    day ahead, and is needed for "2 giờ trước". Of several dates the one labelled as publication wins, else the first.
    None for impossible days, years before 1995 or without century, counters, document numbers and their sign dates,
    a day or a clock alone, and sentences. An exact midnight with "T" or seconds is a day, for so a CMS writes what has
    no clock. The forms: date elements of some forty Vietnamese sites, and ISO 8601, RFC 5322, English months.
    """
    line = _folded(raw)
    best = _relative(line, now) if now else None
    if best is None:
        found = [one for one in _dates(line, order, _SHAPES) if _possible(one.at, now)]
        best = next((one for one in found if _SAID_PUBLISHED.search(line, 0, one.start)), found[0] if found else None)
        if best is None and not any(shape.search(line) for shape in _SHAPES):
            best = _by_dateparser(line, now, order)
    return _instant(raw, best, origin) if best and not _is_sentence(line, best) else None


def feed_date(raw: str, *, order: str = "MDY", now: datetime | None = None, origin: str = "") -> Instant | None:
    """The date that a feed prints: RFC 5322 with any zone form and two-digit years, ISO 8601, or what a page prints.

    `order` rules the form `8/2/2023 11:10:00 PM` alone, which means 2 August in the two feeds that were seen to use it;
    every other all-numeric form is day first.
    """
    line = _folded(raw)
    if short := next(_dates(line, order, (_SHORT_YEAR,)), None):
        return _instant(raw, short, origin) if _possible(short.at, now) else None
    return page_date(raw, now=now, order=order if _US_FORM.fullmatch(line) else "DMY", origin=origin)


def labelled_date(text_line: str, *, now: datetime | None = None, order: str = "DMY") -> Instant | None:
    """The date of a header line: one that begins with a date label ("Ngày đăng: …") or holds nothing but a date.

    Counters and print buttons beside it do no harm. None for a sentence that contains a date, and for a place before
    it ("Hà Nội, ngày …"), where pages print today's date as well. `origin` is `label:Ngày đăng`, or `line`.
    """
    printed = clean(text_line[: 4 * MAX_LINE])
    line = _folded(printed)
    if len(line) > MAX_LINE:
        return None
    found = next((one for one in _dates(line, order, _SHAPES) if _possible(one.at, now)), None)
    label = _LABEL.match(line)
    if not found or words(_ASIDE.sub(" ", line[label.end() if label else 0 : found.start])):
        return None
    rest = line[found.end :].strip()
    beside = label is not None and rest[:1] in tuple("|-(•·") and len(words(rest)) <= 8
    if words(_ASIDE.sub(" ", rest)) and not beside:
        return None
    return _instant(text_line, found, f"label:{printed[: label.end()].rstrip(' :|-')}" if label else "line")


def url_day(url: str) -> date | None:
    """The day that an address prints: `/2026/03/14/`, `-20260314080054340.htm`, VCCorp's `-188260314080054340.chn`.

    Most CMSs number an article when its first draft is made.
    """
    found = next((match for shape in _URL_DAYS if (match := shape.search(url))), None)
    if found is None:
        return None
    year, month, day = map(int, found.groups())
    try:
        return date(year if year > 99 else year + 2000, month, day)
    except ValueError:
        return None


def _folded(raw: str) -> str:
    line = fold(clean(raw[: 4 * MAX_LENGTH]))[:MAX_LENGTH]
    return re.sub("[‐‑‒–—−]", "-", line)


def _instant(raw: str, found: _Found, origin: str) -> Instant:
    return Instant(at=found.at, precision=found.precision, raw=raw[: 4 * MAX_LENGTH].strip(), origin=origin)


def _possible(at: datetime, now: datetime | None) -> bool:
    return at.year >= FIRST_YEAR and (now is None or at <= now + timedelta(days=1))


def _is_sentence(line: str, found: _Found) -> bool:
    """Whether so many words stand around the date that it is told rather than printed: "Ngày 3/8/2022, phường …"."""
    before, after = (len(words(_ASIDE.sub(" ", part))) for part in (line[: found.start], line[found.end :]))
    if found.precision is Precision.MINUTE:
        return before > 12
    return before > 8 or after > (3 if line[found.end : found.end + 1] == "," else 15)


def _dates(line: str, order: str, shapes: tuple[re.Pattern[str], ...]) -> Iterator[_Found]:
    """Every date of the line that can be, in order; not those that sign a document number."""
    matches = sorted((match for shape in shapes for match in shape.finditer(line)), key=lambda match: match.start())
    for match in matches:
        day = _day(match, order)
        if day and not _DOCUMENT.search(line, 0, match.start()):
            yield _with_clock(line, match.start(), match.end(), day)


def _day(match: re.Match[str], order: str) -> datetime | None:
    """Midnight in Vietnam of the day that a shape matched; None for the 31st of February."""
    part = match.groupdict()
    if "n1" in part:
        day, month = (part["n2"], part["n1"]) if order == "MDY" else (part["n1"], part["n2"])
    else:
        day, month = part["d"], part["m"]
    year = int(part["y"])
    try:
        number = _MONTHS.get(month) or int(month)
        return datetime(year if year > 99 else year + 2000, number, int(day), tzinfo=VIETNAM)
    except ValueError:
        return None


def _with_clock(line: str, start: int, end: int, day: datetime) -> _Found:
    """The day with the clock that stands next to it; two clocks that differ tell nothing."""
    after = _AFTER.match(line, end)
    before = _BEFORE.search(line, max(0, start - 60), start)
    clocks = [(clock, at) for clock in (after, before) if clock and (at := _clock(clock, day))]
    if not clocks or len({at for _, at in clocks}) > 1:
        return _Found(start, end, day, Precision.DAY)
    clock, at = clocks[0]
    start, end = min(start, clock.start()), max(end, clock.end())
    exact = bool(clock["s"] or clock.groupdict().get("t"))
    local = at.astimezone(VIETNAM)
    if exact and (at.hour, at.minute, at.second) == (0, 0, 0):
        return _Found(start, end, day, Precision.DAY)
    if exact and (local.hour, local.minute, local.second) == (0, 0, 0):
        return _Found(start, end, local, Precision.DAY)
    return _Found(start, end, at, Precision.MINUTE)


def _clock(match: re.Match[str], day: datetime) -> datetime | None:
    """The day at the matched clock, in the printed zone; None for 25:70."""
    hour = _hour(int(match["h"]), match["half"])
    if match["sign"]:
        offset = timedelta(hours=int(match["zh"]), minutes=int(match["zm"] or 0))
        zone = timezone(-offset if match["sign"] == "-" else offset)
    elif match["zone"]:
        zone = timezone(timedelta(hours=_ZONES.get(match["zone"], 0)))
    else:
        zone = VIETNAM
    try:
        return day.replace(hour=hour, minute=int(match["min"] or 0), second=int(match["s"] or 0), tzinfo=zone)
    except ValueError:
        return None


def _hour(hour: int, half: str | None) -> int:
    """The hour of 24. Beside a half of the day, an hour past 12 is right as it stands ("17:09 PM", cafef)."""
    if half is None or hour > 12:
        return hour
    morning = half in ("am", "a.m.", "sa", "sang")
    if hour == 12:
        return 0 if morning or half in ("toi", "dem") else 12
    if morning or (half == "dem" and hour < 6) or (half == "trua" and hour > 9):
        return hour
    return hour + 12


def _relative(line: str, now: datetime) -> _Found | None:
    """ "2 giờ trước", "3 ngày trước", "hôm qua 14:30"; weeks and months ago are too vague for a day."""
    local = now.astimezone(VIETNAM)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    text = line[label.end() :] if (label := _LABEL.match(line)) else line
    if ago := _AGO.fullmatch(text):
        at = local.replace(microsecond=0) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        if ago[2] == "ngay":
            return _Found(0, len(line), at.replace(hour=0, minute=0, second=0), Precision.DAY)
        return _Found(0, len(line), at, Precision.MINUTE)
    if named := _NAMED_DAY.fullmatch(text):
        day = midnight - timedelta(days=named["day"] == "hom qua")
        at_clock = _clock(named, day) if named["h"] else None
        return _Found(0, len(line), at_clock or day, Precision.MINUTE if at_clock else Precision.DAY)
    return None


def _by_dateparser(line: str, now: datetime | None, order: str) -> _Found | None:
    """What the shapes do not know, if a month is named and a clock, where there is one, is printed in full."""
    if not _LETTERED.search(line) or len(line) > 60:
        return None
    try:
        at = _dateparser(order).get_date_data(line).date_obj
    except (ValueError, OverflowError, TypeError, IndexError, AttributeError):
        return None  # not documented, met in fuzzing of other versions
    if at is None or not _possible(at, now):
        return None
    clock = re.search(r"\d:\d\d", line)
    precise = at.replace(microsecond=0) if clock else at.replace(hour=0, minute=0, second=0, microsecond=0)
    return _Found(0, len(line), precise, Precision.MINUTE if clock else Precision.DAY)


@cache
def _dateparser(order: str) -> DateDataParser:
    settings = {
        "DATE_ORDER": order,
        "TIMEZONE": "Asia/Ho_Chi_Minh",
        "RETURN_AS_TIMEZONE_AWARE": True,
        "REQUIRE_PARTS": ["day", "month", "year"],
        "PARSERS": ["absolute-time"],  # the others invent dates: "12 Tháng Sáu 2022" becomes a day of today's year
    }
    return DateDataParser(languages=["vi", "en"], settings=settings)
