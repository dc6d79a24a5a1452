"""What has to hold of a store, its feeds and a run's report after any fault. Pure: each gives what is wrong."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from tests.running import Ran

Truth = Mapping[str, tuple[str, ...]]  # what each article's address has said as its title, the latest last
COUNTED = re.compile(r"tindothi: (\d+ wrong)?(?:, )?(\d+ over)?: ")
OVER = "tindothi: over: "
OUTCOMES = ("listings", "new", "revised", "unchanged", "duplicate", "rejected")


def told_in_lines(ran: Ran) -> Iterator[str]:
    """Whatever happened, nobody is shown a traceback."""
    said = ran.out + ran.err
    if "Traceback" in said:
        yield f"a traceback: {said[max(said.index('Traceback') - 500, 0) :]}"


def adds_up(report: Mapping[str, Any]) -> Iterator[str]:
    """What `crawl --json` counts, in all and for each source."""
    for name, counts in {"all": report, **report["sources"]}.items():
        if counts["fetched"] != sum(counts[outcome] for outcome in OUTCOMES):
            yield f"{name}: {counts['fetched']} fetched are not the sum of what became of them"
        if counts["rejected"] != sum(counts["reasons"].values()):
            yield f"{name}: {counts['rejected']} rejected, and {counts['reasons']}"
    for count in ("fetched", "failed", *OUTCOMES):
        if report[count] != sum(counts[count] for counts in report["sources"].values()):
            yield f"{count}: the whole is not the sum of its sources"


def as_expected(counts: Mapping[str, Any], expected: Mapping[str, Any]) -> Iterator[str]:
    """A source's counts, as far as they are expected."""
    for name, value in expected.items():
        if counts[name] != value:
            yield f"{name}: {counts[name]}, not {value}; its failure: {counts['failure']}"


def stands_once(stored: Iterable[tuple[str, str | None]], truth: Truth, *, complete: bool) -> Iterator[str]:
    """The store's articles, as (URL, title), are those of the web, once each; all of them if `complete`."""
    titles: dict[str, str | None] = {}
    for url, title in stored:
        if url in titles:
            yield f"stored twice: {url}"
        titles[url] = title
        if title not in truth.get(url, ()):
            yield f"stored, though the web never said it: {title} — {url}"
    if complete:
        yield from (f"not stored: {url}" for url in truth.keys() - titles.keys())
        yield from (
            f"an edit was not seen: {title} — {url}"
            for url, title in titles.items()
            if url in truth and title != truth[url][-1]
        )


def is_valid(name: str, document: bytes, read: Any, schema: etree.RelaxNG | None) -> Iterator[str]:
    """A feed document, for RFC 4287's schema (where that is at hand) and for a feed reader, who `read` it."""
    try:
        tree = etree.fromstring(document)
    except etree.XMLSyntaxError as error:
        yield f"{name}: {error}"
        return
    if schema is not None and not schema.validate(tree.getroottree()):
        yield f"{name}: {schema.error_log.last_error}"
    if read.bozo:
        yield f"{name}: {read.bozo_exception}"
    for what in ("id", "link"):
        counted = Counter(entry.get(what) for entry in read.entries)
        yield from (f"{name}: {count} entries have the {what} {value}" for value, count in counted.items() if count > 1)
        yield from (f"{name}: an entry has no {what}" for value in counted if not value)


def is_told(read: Any, truth: Truth) -> Iterator[str]:
    """Every entry of a feed has a title that its page has had."""
    for entry in read.entries:
        if entry.title not in truth.get(entry.link, ()):
            yield f"told, though the web never said it: {entry.title} — {entry.link}"


Shown = Mapping[str, tuple[str, str]]  # an entry's (id, time of its last change), by its link


def shown(read: Any) -> Shown:
    """The entries of a feed document."""
    return {entry.link: (entry.id, entry.updated) for entry in read.entries}


def goes_on(before: Shown, now: Shown) -> Iterator[str]:
    """A feed told more, and nothing otherwise: every entry stayed, under its id, dated as it was or later."""
    for link, (name, updated) in before.items():
        if link not in now:
            yield f"an entry went missing: {link}"
        elif now[link][0] != name:
            yield f"an entry has another id: {link}"
        elif now[link][1] < updated:  # all are printed in one zone
            yield f"an entry went back in time: {link}"


def alarms(alerts: Sequence[str], incidents: Sequence[object], *, over: bool, turns: int = 0) -> Iterator[str]:
    """Of the subjects that the operator was sent: one says what is wrong, and one that it is over, if it is.

    `incidents`: those that are open. `turns`: how often what is wrong became something else, which is told, too.
    """
    counted = [COUNTED.match(subject) or subject for subject in alerts]  # of several changes at once
    ended = [bool(one[2]) if isinstance(one, re.Match) else one.startswith(OVER) for one in counted]
    begun = [bool(one[1]) if isinstance(one, re.Match) else not one.startswith(OVER) for one in counted]
    told = [sum(begun), sum(ended)]
    if told not in ([0, 0], [1 + turns, int(over)]):
        yield f"the operator was told {told[0]} times that something is wrong, {told[1]} that it is over: {alerts}"
    if over and incidents:
        yield f"{len(incidents)} incidents are still open: {incidents}"
