"""What `tindothi check SOURCE` finds on the live site: step by step, and what to mend."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crawler.commands.adding import Trial, extracted, newest, tried
from crawler.commands.moments import moment
from crawler.discover import discover
from crawler.document import parse
from crawler.errors import Rejected
from crawler.links import read_site
from crawler.middlewares import FORBIDDEN
from crawler.patterns import propose
from crawler.proposal import as_mend
from crawler.safetynet import blocking
from crawler.types import Announcement, Listing, ListingKind, Mend, Snapshot, Source
from crawler.urls import is_article
from spiders.survey import Surveyor, Unread, reachable

if TYPE_CHECKING:
    from spiders.probe import Probe

EXAMPLES, TRIED, ENDS_SOON = 3, 3, 14  # links shown; articles tried until one is read; days
_TEMPLATE = " into a [[template]] of its file; `tindothi extract --explain` shows where the page has it"
TAKEN = ("outside", "title", "lead", "headline")  # verdicts that tell nothing of a rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One step of a check: whether it was well, what was seen, in words and as values, and what would mend it."""

    step: str
    well: bool
    said: str
    more: tuple[str, ...] = ()
    mend: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """All steps of a check, and what to mend: in words, and in the source's file."""

    findings: tuple[Finding, ...]
    advice: tuple[str, ...] = ()
    mend: Mend | None = None

    @property
    def well(self) -> bool:
        """Whether every step was."""
        return all(one.well for one in self.findings)


async def check(probe: "Probe", source: Source) -> Checked:
    """The live probe of a source."""
    home = _home(source)
    page = await _fetched(probe, home)
    findings = [_robots(probe, source, page)]
    announced: list[Announcement] = []
    for listing in source.listings:
        finding, found = await _listing(probe, source, listing)
        findings.append(finding)
        announced += found
    findings.append(_discovery(source, page))
    findings.append(await _article(probe, source, announced or _linked(source, page), home))
    certificate = _certificate(probe)
    advice = [one.mend for one in (*findings, certificate) if one.mend]
    mend = None
    if not all(one.well for one in findings) and not isinstance(page, Unread):
        mend = await _mend(probe, source, findings, home)
        if not mend.listings:
            advice.append("nothing on the site announces articles today; look at it in a browser")
    return Checked(findings=(*findings, certificate), advice=tuple(advice), mend=mend)


def _home(source: Source) -> str:
    first = source.listings[0].url if source.listings else ""
    return reachable(f"https://{source.host}/", first)


async def _fetched(probe: "Probe", url: str) -> Snapshot | Unread:
    try:
        return await probe.get(url)
    except Unread as failure:
        return failure


def _robots(probe: "Probe", source: Source, home: Snapshot | Unread) -> Finding:
    """The home page tells it: where robots.txt cannot be had, nothing is asked for."""
    asked = f"; asks for {probe.robots.delay:g} s between two requests" if probe.robots.delay else ""
    values = {"delay": probe.robots.delay, "sitemaps": list(probe.robots.sitemaps)}
    if isinstance(home, Unread):
        if home.kind == FORBIDDEN:
            said, mend = "forbids the home page", "ask the site's people; what robots.txt forbids is not fetched"
        else:
            said, mend = f"the home page cannot be had: {home.kind}: {home}", "try again later; look at `fetch.proxy`"
        return Finding(step="robots", well=False, said=said + asked, mend=mend, values={"allowed": False, **values})
    return Finding(step="robots", well=True, said="allowed" + asked, values={"allowed": True, **values})


async def _listing(probe: "Probe", source: Source, listing: Listing) -> tuple[Finding, tuple[Announcement, ...]]:
    step = f"{listing.kind.value} {listing.url}"
    values: dict[str, Any] = {"url": listing.url, "kind": listing.kind.value, "status": None, "announced": 0}
    try:
        page = await probe.listing(listing)
        values["status"] = page.status
        if page.status != 200:
            return Finding(step=step, well=False, said=f"HTTP {page.status}", values=values), ()
        found = discover(source, listing, page, page.fetched_at)
    except Unread as failure:
        return Finding(step=step, well=False, said=f"{failure.kind}: {failure}", values=values), ()
    except Rejected as refusal:
        return Finding(step=step, well=False, said=f"{refusal.reason}: {refusal}", values=values), ()
    if found.further and not found.announcements:
        return Finding(step=step, well=True, said=f"an index of {len(found.further)} to read", values=values), ()
    if not found.announcements and (refused := blocking(page)):
        return Finding(step=step, well=False, said=f"{refused.reason}: {refused}", values=values), ()
    dates = [one.published.at for one in found.announcements if one.published]
    latest = f", the newest of {moment(max(dates))}" if dates else ""
    count = len(found.announcements)
    values |= {"announced": count, "newest": max(dates).isoformat() if dates else None}
    said = f"HTTP 200, announces {count} articles{latest}"
    return Finding(step=step, well=count > 0, said=said, values=values), found.announcements


def _discovery(source: Source, home: Snapshot | Unread) -> Finding:
    """How far the file's `articles` tell what the home page's links look like."""
    if isinstance(home, Unread) or home.status != 200:
        why = f"{home.kind}: {home}" if isinstance(home, Unread) else f"HTTP {home.status}"
        return Finding(step="addresses", well=False, said=f"the home page: {why}")
    if refused := blocking(home):
        return Finding(step="addresses", well=False, said=f"the home page: {refused.reason}: {refused}")
    try:
        links = read_site(parse(home), source.hosts).links
    except Rejected as refusal:
        return Finding(step="addresses", well=False, said=f"the home page: {refusal.reason}: {refusal}")
    own = [link for link in links if source.articles and is_article(source, link.url)]
    like = [link for one in propose(links) for link in one.links]
    others = [link for link in like if not is_article(source, link.url)]
    said = f"{len(own)} of the home page's {len(links)} links match `articles`, {len(like)} look like articles"
    values = {"links": len(links), "match": len(own), "alike": len(like), "unmatched": [link.url for link in others]}
    more = tuple(f"looks like an article, and does not match: {link.url}" for link in others[:EXAMPLES])
    return Finding(step="addresses", well=bool(own) or not like, said=said, more=more, values=values)


def _linked(source: Source, home: Snapshot | Unread) -> tuple[Announcement, ...]:
    """The articles that the home page leads to, where no listing announces any."""
    if isinstance(home, Unread) or home.status != 200 or not source.articles:
        return ()
    try:
        return discover(source, Listing(kind=ListingKind.PAGE, url=home.url), home, home.fetched_at).announcements
    except Rejected:
        return ()


async def _article(probe: "Probe", source: Source, announced: Sequence[Announcement], home: str) -> Finding:
    """The newest article; the next where that is none."""
    trials = []
    for one in newest(announced)[:TRIED]:
        trials.append(await tried(probe, reachable(one.url, home), source))
        if trials[-1].article:
            break
    if not trials:
        return Finding(step="article", well=False, said="none is announced")
    last = trials[-1]
    before = tuple(f"{trial.url}: {trial.refused}" for trial in trials if trial.refused)
    if last.article is None:
        return Finding(step="article", well=False, said="none could be read", more=before)
    values = _values(last)
    wanted = [key for key in ("title", "published") if not values[key]]
    mend = "put " + " and ".join(f'{key} = ["…"]' for key in wanted) + _TEMPLATE if wanted else ""
    more = (*before, *_fields(last))
    return Finding(step="article", well=last.good, said=last.url, more=more, mend=mend, values=values)


def _fields(trial: Trial) -> tuple[str, ...]:
    values = _values(trial)
    rules = ", ".join(f"{rule} {count}" for rule, count in values["stripped"].items()) or "nothing"
    published = f"{values['published']} ({values['published_from']})" if values["published"] else "none"
    return (
        f"title: {values['title'] or 'none'}",
        f"date: {published}",
        f"lead: {values['lead'] or 'none'}",
        f"authors: {', '.join(values['authors']) or 'none'}",
        f"text: {values['paragraphs']} paragraphs; stripped: {rules}",
        f"layout: {values['template'] or 'none known: read by what pages have in common'}",
    )


def _values(trial: Trial) -> dict[str, Any]:
    one = trial.article
    if one is None:
        return {"url": trial.url}
    rules = Counter(block.rule for block in one.blocks if block.rule and block.rule not in TAKEN)
    return {
        "url": one.url,
        **extracted(one),
        "authors": list(one.authors),
        "stripped": dict(rules.most_common()),
        "template": one.template,
    }


def _certificate(probe: "Probe") -> Finding:
    until = probe.certificate_until
    if until is None:
        return Finding(
            step="certificate", well=True, said="none was shown: no answer over https", values={"days": None}
        )
    days = (until - datetime.now(UTC)).days
    said = f"ends in {days} days, on {moment(until)}"
    soon = days < ENDS_SOON
    mend = "tell the site's people: with a certificate that has ended nothing is fetched" if soon else ""
    return Finding(step="certificate", well=not soon, said=said, mend=mend, values={"days": days})


async def _mend(probe: "Probe", source: Source, findings: Sequence[Finding], home: str) -> Mend:
    """What the site itself proposes."""
    surveyor = Surveyor(source, probe.get, lambda: probe.robots.sitemaps)
    survey = await surveyor.look(home, new=False, thorough=True)
    wrong = "; ".join(f"{one.step}: {one.said}" for one in findings if not one.well)
    return as_mend(wrong, survey.found)
