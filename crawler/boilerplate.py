"""Vietnamese widgets as lines of text: what is left of voice menus, polls, counters and lists once markup is gone.

Every rule is anchored to a whole line, and knows whether it holds everywhere, before the prose, behind it, or takes all
that follows with it. The rules are the sorted tables of `crawler.widgets` and `crawler.margins`; here is how they are
applied.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise

from crawler.margins import HEAD, SECTIONS, TAIL
from crawler.widgets import LINES

# Bylined prefixes of a first paragraph: "ANTD.VN - ", "(Chinhphu.vn) - ", "(PLO)- ", "TTO - ", "GDVN- ".
PREFIX = re.compile(
    r"^(?:\((?P<inner>[^()\n]{2,40})\)\s*[-–—:]*\s*|(?P<host>[A-ZĐa-z][\w.-]{1,30}\.(?:VN|vn|Vn|COM|com|ORG|org|NET|net)(?:\.vn)?)\s*[-–—:|]+\s*"
    r"|(?P<capitals>[A-ZĐ][A-ZĐ&.]{1,11})\s?[-–—]{1,2}\s+)(?=[\"“'‘«(\w])"
)
_AGENCY = re.compile(r"[A-ZĐ]{2,}|\.\w{2,4}$")  # a short name or a domain: what an outlet calls itself


def _table(rules: Mapping[str, tuple[str, ...]]) -> re.Pattern[str]:
    parts = (f"(?P<{name.replace('-', '_')}>{'|'.join(patterns)})" for name, patterns in rules.items())
    return re.compile("|".join(parts), re.IGNORECASE)


_TABLES = {
    "lines": _table(LINES),
    "head": _table(HEAD),
    "tail": _table(TAIL),
    "sections": _table(SECTIONS),
}
_HEADING = re.compile(r"khảo sát|kết quả|thảo luận|chức năng|công cụ|đánh giá|trả lời", re.IGNORECASE)
_ASKING = ("poll", "rating")
_ASKS = re.compile(r"\?$|^\W*(?:thăm dò|bình chọn|đánh giá (?:bài|của bạn)|(?:theo bạn|bạn)\b)", re.IGNORECASE)
_USUAL = re.compile(
    r"(?:rất |khá |tương đối |chưa |không |tạm )?(?:tốt|hài lòng|đẹp|xấu|hữu ích|thuận tiện|hợp lý|dễ (?:dùng|tìm|đọc)"
    r"|được|quan tâm|kém)|khá|trung bình|bình thường|có|không|(?:ý kiến )?khác",
    re.IGNORECASE,
)
_ANSWERS, _ANSWER = 8, 60  # answers of a poll; characters of one
_BULLETS = "•·▪►■●○◦-–*+>» "
_CLOCK = re.compile(r"[012]?\d\s?[:hg]\s?[0-5]\d(?:\s?(?:p|phút))?", re.IGNORECASE)
_ENTRIES, _NOTE = 3, 20  # entries of a live page, characters of one
_CELLS = 6  # of a table of data
_NUMBER = re.compile(r"\d[\d.,]{0,12}")
_COUNTED = re.compile(r"hôm|tuần|tháng|năm|ngày|trong|tất cả|tổng|khách|đang", re.IGNORECASE)
_EVENT = re.compile(r"(?:địa điểm|thành phần|chủ trì|đối tượng)\b[^:]{0,30}:", re.IGNORECASE)
_WEEKDAY = re.compile(r"thứ (?:hai|ba|tư|năm|sáu|bảy|\d)|chủ nhật", re.IGNORECASE)
_NAME = 6  # words of a name with its title
_LONGEST = 240  # characters of a line that a rule may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the rules see of a line: its text, the share of links in it (0…1), whether it is a cell among several."""

    text: str
    linked: float = 0.0
    cell: bool = False


@lru_cache(maxsize=8192)
def _match(table: str, text: str) -> str | None:
    if len(text) > _LONGEST:
        return None
    found = _TABLES[table].fullmatch(text.lstrip(_BULLETS))
    return found.lastgroup.replace("_", "-") if found and found.lastgroup else None


def line_rule(text: str) -> str | None:
    """The rule by which a line is no text wherever it stands, or None."""
    return _match("lines", text)


def is_furniture(text: str) -> bool:
    """Whether a line is what a rule takes anywhere or behind a text: an outlet's address weighs nothing."""
    return line_rule(text) is not None or _match("tail", text) is not None


def section_rule(text: str) -> str | None:
    """The rule by which a line begins what follows the text, or None."""
    return _match("sections", text)


def is_prose(text: str) -> bool:
    """A line that only a text has: long, or a sentence."""
    return len(text) >= 120 or (len(text) >= 60 and text[-1] in '.!?…:;”"')


def timeline(lines: Sequence[Line], rules: Sequence[str | None], places: Sequence[int]) -> bool:
    """Whether lines that tell a time are those of a live page: several of them, each over a text of its own.

    :param places: of the lines that tell a time, in page order
    """
    known = frozenset(places)
    over = [
        place
        for place in places
        if (below := place + 1) < len(lines)
        and below not in known
        and rules[below] is None
        and len(lines[below].text) >= _NOTE
        and lines[below].linked < 0.5
    ]
    return len(over) >= _ENTRIES and 2 * len(over) > len(places)


def is_event(texts: Sequence[str], place: int) -> bool:
    """Whether a line tells the time of an event: "Thời gian: …", and beside it "Địa điểm: …"."""
    if not texts[place].lstrip(_BULLETS).lower().startswith("thời gian"):
        return False
    return any(_EVENT.match(text.lstrip(_BULLETS)) for text in (*texts[place + 1 : place + 3], *texts[:place][-1:]))


def chronicle(lines: Sequence[Line], rules: Sequence[str | None], places: Sequence[int]) -> list[int]:
    """Days that head the entries of a chronicle or a week's plan: several of one form, each over a sentence.

    :param places: of the lines that are a day and no clock, in page order
    """
    over = [
        place
        for place in places
        if place + 1 < len(lines)
        and rules[place + 1] is None
        and is_prose(lines[place + 1].text)
        and lines[place + 1].linked < 0.5
    ]
    forms = [re.sub(r"\d+", "0", _WEEKDAY.sub("w", lines[place].text.lower())) for place in over]
    return [place for place, form in zip(over, forms, strict=True) if forms.count(form) > 1]


def verdicts(lines: Sequence[Line]) -> tuple[str | None, ...]:
    """For each line of a body the rule that strips it, or None: kept."""
    rules: list[str | None] = [line_rule(line.text) for line in lines]
    clocks = [place for place, line in enumerate(lines) if _CLOCK.fullmatch(line.text)]
    if timeline(lines, rules, clocks):
        for place in clocks:
            rules[place] = None
    _count(lines, rules)
    _keep_cells(lines, rules)
    _keep_headings(lines, rules)
    _answer(lines, rules)
    prose = [
        place for place, line in enumerate(lines) if rules[place] is None and is_prose(line.text) and line.linked < 0.5
    ]
    if not prose:
        return tuple(rules)
    for place in range(prose[0]):
        rules[place] = rules[place] or _match("head", lines[place].text) or section_rule(lines[place].text)
    _cut(lines, rules, prose)
    _trim(lines, rules)
    _strip_links(lines, rules)
    return tuple(rules)


def _keep_cells(lines: Sequence[Line], rules: list[str | None]) -> None:
    """In a table of data a widget's words are words: "Trung bình", "8/10"; not so where they are most of its cells."""
    for cell, run in groupby(range(len(lines)), key=lambda place: lines[place].cell):
        places = list(run)
        plain = sum(rules[place] is None for place in places)
        if not cell or len(places) < _CELLS or 3 * plain < len(places):
            continue
        for place in places:
            if rules[place] != "attachment" and lines[place].linked < 0.5:
                rules[place] = None


def _keep_headings(lines: Sequence[Line], rules: list[str | None]) -> None:
    """A word over a paragraph, right behind another paragraph, is a heading of the text."""
    for place in range(1, len(lines) - 1):
        line, around = lines[place], (place - 1, place + 1)
        if rules[place] is None or line.linked or not _HEADING.fullmatch(line.text):
            continue
        if all(rules[at] is None and is_prose(lines[at].text) and lines[at].linked < 0.5 for at in around):
            rules[place] = None


def _answer(lines: Sequence[Line], rules: list[str | None]) -> None:
    """A poll's answers: any short lines up to its button, else the usual ones; in a table the same words are text."""
    for first, rule in enumerate(rules):
        if rule not in _ASKING or not _ASKS.search(lines[first].text):
            continue
        places = range(first + 1, min(first + 2 + _ANSWERS, len(lines)))
        button = next((at for at in places if rules[at] in _ASKING), None)
        for place in places if button is None else range(first + 1, button):
            text = lines[place].text.lstrip(_BULLETS)
            if rules[place] is None and (len(text) > _ANSWER if button else not _USUAL.fullmatch(text)):
                break
            rules[place] = rules[place] or rule
        for place in range(button, places.stop) if button and rule == "rating" else ():
            if rules[place] not in _ASKING and not _USUAL.fullmatch(lines[place].text.lstrip(_BULLETS)):
                break
            rules[place] = rules[place] or rule


def _count(lines: Sequence[Line], rules: list[str | None]) -> None:
    """The numbers of counters, each in a line behind its label; and labels that follow one."""
    for place, (label, number) in enumerate(pairwise(lines)):
        counted = rules[place] == "counter" or (place and rules[place - 1] == "counter" and _COUNTED.match(label.text))
        if counted and rules[place] in (None, "counter") and _NUMBER.fullmatch(number.text):
            rules[place] = rules[place + 1] = "counter"


def _cut(lines: Sequence[Line], rules: list[str | None], prose: Sequence[int]) -> None:
    """All from the first section that stands behind most of the text; a box between paragraphs takes only its list."""
    total = sum(len(lines[place].text) for place in prose)
    known = frozenset(prose)
    before = 0
    for place, line in enumerate(lines):
        if rules[place] is None and place in known:
            before += len(line.text)
        rule = section_rule(line.text) if before else None
        if not rule:
            continue
        if before * 2 >= total or _is_list(lines[place + 1 :]):
            for later in range(place, len(lines)):
                rules[later] = rules[later] or rule
            return
        rules[place] = rule
        for later in range(place + 1, len(lines)):
            if is_prose(lines[later].text) and lines[later].linked < 0.5:
                break
            rules[later] = rules[later] or rule


def _trim(lines: Sequence[Line], rules: list[str | None]) -> None:
    """From the end back to the first paragraph that no rule knows: credits, tags, the outlet's address."""
    for place in range(len(lines) - 1, -1, -1):
        rules[place] = rules[place] or _match("tail", lines[place].text)
        if rules[place] is None and is_prose(lines[place].text):
            break
    for before, after in pairwise(range(max(place, 0), len(lines))):
        if rules[before] in ("attachment", "tags") and rules[after] is None and lines[after].linked > 0.9:
            rules[after] = rules[before]
    credit = max((place for place, rule in enumerate(rules) if rule == "credit"), default=len(rules))
    for place in range(credit + 1, len(rules)):  # a video's caption, another's headline; a name is a signature
        if rules[place] is None and len(lines[place].text.split()) > _NAME and not is_prose(lines[place].text):
            rules[place] = "behind-credit"


def _is_list(after: Sequence[Line]) -> bool:
    """Whether what follows is a list of headlines with their summaries: no paragraph follows a paragraph."""
    kinds = [is_prose(line.text) and line.linked < 0.5 for line in after]
    return not any(one and next_one for one, next_one in pairwise(kinds))


def _strip_links(lines: Sequence[Line], rules: list[str | None]) -> None:
    """Lines that are one link each and no sentence: headlines of others, wherever two of them meet or a text ends."""
    for place, line in enumerate(lines):
        if rules[place] is None and _is_headline_link(line):
            rules[place] = "link"


def _is_headline_link(line: Line) -> bool:
    return line.linked > 0.9 and len(line.text) > 20 and line.text[-1] not in '.!…:;”"'


def without_prefix(text: str, patterns: Sequence[str] = ()) -> tuple[str, str | None]:
    """A first paragraph without its bylined prefix, and that prefix; patterns are a source's own."""
    for pattern in patterns:
        found = re.match(pattern, text)
        if found and found.end():
            return text[found.end() :].strip(), found[0].strip()
    found = PREFIX.match(text)
    if not found or len(text) - found.end() < 20:
        return text, None
    inner = found["inner"]
    if inner is not None and not (_AGENCY.search(inner) or _is_named_before_dash(inner, found[0])):
        return text, None
    return text[found.end() :].strip(), found[0].strip()


def _is_named_before_dash(inner: str, prefix: str) -> bool:
    """A name of few words in brackets, and a dash: "(Bến Đá) - "."""
    return prefix.rstrip()[-1] in "-–—" and len(inner.split()) <= 3 and inner[0].isupper()
