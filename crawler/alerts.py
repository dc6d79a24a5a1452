"""Incidents in words: for a message, for the table of `status`, for the report. Pure.

What a site printed may stand in a detail: it is cut, and one line of printable characters; escaping is the page's.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from crawler.incidents import About, Incident
from crawler.types import VIETNAM

LONGEST_SUBJECT = 200
LONGEST_BODY = 1700  # beside the subject, all of which Discord takes 2,000, Telegram 4,096
LONGEST_DETAIL = 500
NAME = "tindothi"

_HEADLINES = {
    About.NETWORK: "no source can be reached: our own network, it seems",
    About.ACCESS: "cannot be read ({kind})",
    About.SILENCE: "is silent",
    About.REJECTIONS: "more of its pages are refused ({kind})",
    About.FAULT: "our own rules fail on its pages ({kind})",
    About.RESTLESS: "its articles change at each visit",
    About.CERTIFICATE: "its certificate runs out",
}
_KINDS = {
    "Crashed": "a run crashed",
    "Overdue": "a run hangs",
    "CutOff": "its run was cut off at the deadline",
    "NotPublished": "a feed cannot be written",
    "FieldsMissing": "its articles come without what they had",
    "RulesSilent": "rules have stopped firing on its articles",
}
_CHECK = "tindothi check {source}"
_ADVICE = {
    About.NETWORK: "look at this machine's network, name service and clock, and at fetch.proxy; then tindothi crawl",
    About.ACCESS: f"open the site in a browser, then {_CHECK}; it is tried again by each run",
    About.SILENCE: f"does the site have anything newer? If so: {_CHECK}",
    About.COVERAGE: f"the site may have a new layout: {_CHECK}, and mend the selectors of its source file",
    About.REJECTIONS: f"see what is refused: {_CHECK}; its addresses or its layout may have changed",
    About.FAULT: "please report it, with the address; the page is archived, and tried again",
    About.RESTLESS: "see what is not stripped: tindothi status names pages, tindothi show ADDRESS tells the changes",
    About.CERTIFICATE: "tell the site's people; when it has run out, nothing is fetched from there",
}
_RUN_ADVICE = {
    "Crashed": "look at the log of that time, and at memory and disk; what was stored is whole: tindothi check",
    "Overdue": "see what that process waits for, and stop it: the next run goes on where it was",
    "CutOff": "raise fetch.deadline, or lower crawl.limit or fetch.delay; the next run goes on",
    "NotPublished": "see the line on the error output: a full disk, a folder's rights; then tindothi publish",
}


def moment(at: datetime) -> str:
    """`22/11/2026 12:37`, +07:00."""
    return at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")


def line(text: str) -> str:
    """The text in one line, without what does not print."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def headline(one: Incident) -> str:
    """What is wrong in a few words, without the source: `cannot be read (HTTP 503)`."""
    return line(_KINDS.get(one.kind) or _HEADLINES.get(one.about, "{kind}").format(kind=one.kind))


def told(one: Incident) -> str:
    """The incident in a line: `haiphong: is silent, since 22/11/2026 12:37`; or that it is over."""
    about = f"{line(one.source)}: {headline(one)}" if one.source else headline(one)
    if one.closed:
        return f"over: {about}, from {moment(one.opened)} to {moment(one.closed)}"
    return f"{about}, since {moment(one.opened)}" + (", again" if one.returns else "")


def detail(one: Incident) -> str:
    """What was seen of it last, in a line, and what it was before."""
    before = [kind for kind in one.kinds if kind != one.kind]
    return line(one.detail)[:LONGEST_DETAIL] + (f" (before: {line(', '.join(before))[:200]})" if before else "")


def advice(one: Incident) -> str:
    """What to do about it, in a line."""
    return (_RUN_ADVICE.get(one.kind) or _ADVICE.get(one.about, _CHECK)).format(source=line(one.source))


def subject(incidents: Sequence[Incident]) -> str:
    """Of a message about these changes: names the sources, and what is wrong since when."""
    if len(incidents) == 1:
        return f"{NAME}: {told(incidents[0])}"[:LONGEST_SUBJECT]
    opened = sum(one.closed is None for one in incidents)
    counted = [f"{opened} wrong"] * bool(opened) + [f"{len(incidents) - opened} over"] * (opened < len(incidents))
    named = "; ".join(map(told, _sorted(incidents)))
    whole = f"{NAME}: {', '.join(counted)}: {named}"
    return whole if len(whole) <= LONGEST_SUBJECT else f"{whole[: LONGEST_SUBJECT - 1]}…"


def body(incidents: Sequence[Incident]) -> str:
    """Each change with what was seen and what to do; what is wrong comes first. What would be too long is counted."""
    parts: list[str] = []
    left = LONGEST_BODY
    for one in _sorted(incidents):
        lines = [told(one), f"  {detail(one)}"] + ([] if one.closed else [f"  What to do: {advice(one)}"])
        part = "\n".join(lines)
        left -= len(part) + 2
        if left < 0:
            parts.append(f"And {len(incidents) - len(parts)} more: tindothi report tells them.")
            break
        parts.append(part)
    return "\n\n".join(parts)


def key(incidents: Sequence[Incident]) -> str:
    """The same for the same changes: a message that is sent again is known by it."""
    marks = sorted(f"{one.id} {one.opened.isoformat()} {one.mark}" for one in incidents)
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()[:32]


def _sorted(incidents: Sequence[Incident]) -> list[Incident]:
    return sorted(incidents, key=lambda one: (one.closed is not None, one.opened, one.source, one.about))
