"""What is wrong with a source today, judged against its own history. Pure.

    History of a source (runs, moments, blocks, certificates) → findings, and what could be judged at all
    the runs of one crawl → "our network", where every source failed so

What cannot be judged today, for the site did not answer, is neither found nor over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawler.backoff import Trouble, kinds_of
from crawler.coverage import fallen
from crawler.errors import (
    Captcha,
    Consent,
    Firewall,
    HomeServed,
    LoginRequired,
    Maintenance,
    Rejected,
    Stopped,
)
from crawler.health import MANY_GONE, STORE_FAILURES, healthy, silent_rules
from crawler.incidents import About, Finding
from crawler.silence import silence
from crawler.types import VIETNAM, Article, Run

READ = "read"  # of how many articles the fields are counted
FIELDS = {  # what is counted of each, with its words
    "title": "a title",
    "date": "a date",
    "lead": "a lead",
    "author": "an author",
    "text-200": "a text of 200 characters",
    "text-1000": "a text of 1000 characters",
}
BLOCKS = frozenset(kind.__name__ for kind in (Captcha, Firewall, LoginRequired, Maintenance, Consent, HomeServed))
# What the proxy says, and broken certificates too: of all at once, it is our clock or somebody between.
NETWORK_KINDS = kinds_of(Trouble.DNS, Trouble.CONNECT, Trouble.TLS, Trouble.TIMEOUT, Trouble.BROKEN)
UNREACHABLE = "Unreachable"
NOTHING = "NothingAnnounced"  # as the spider calls it

FEW_BLOCKED = 3  # pages behind a block, and none that is not, since which a source is blocked
MANY_RESTLESS = 5  # articles that change at each visit
DAYS_LEFT = (14, 3, 0)  # of a certificate: told, worse, over
CERTIFICATE_KNOWN = timedelta(days=7)  # what was seen longer ago may be another one by now


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a host proved itself by when it was last asked."""

    host: str
    expires: datetime
    seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is known of a source; runs come the latest first, and only those that have ended.

    `run`: the latest one. `telling`: those that brought texts, or refused some. `moments`: starts of those that brought
    something new after its first run, ascending. `blocked`: URLs behind each block since a page last came through.
    """

    source: str
    run: Run
    telling: tuple[Run, ...] = ()
    moments: tuple[datetime, ...] = ()
    blocked: Mapping[str, int] = field(default_factory=dict)
    restless: int = 0
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is wrong with a source, and what of it could be judged today, wrong or well."""

    findings: tuple[Finding, ...] = ()
    judged: frozenset[About] = frozenset()


def fields_of(article: Article) -> tuple[str, ...]:
    """Which of `FIELDS` an article has; `READ` is always there."""
    has = {
        "title": article.title,
        "date": article.published,
        "lead": article.lead,
        "author": article.authors,
        "text-200": len(article.text) >= 200,
        "text-1000": len(article.text) >= 1000,
    }
    return (READ, *(name for name in FIELDS if has[name]))


def judge(known: History, now: datetime, deadline: float) -> Judgement:
    """What is wrong with a source after its latest run. `deadline`: seconds that a run may take."""
    run = known.run
    if run.failure and run.failure.kind in (Stopped.__name__, *STORE_FAILURES):
        return Judgement()
    found = [_cut(run, deadline), _access(known)]
    about = {About.RUN, About.ACCESS}
    if run.listings and not run.blind:
        found += [_silent(known, now), _coverage(known), _rejections(known), _fault(run), _restless(known)]
        about |= {About.SILENCE, About.COVERAGE, About.REJECTIONS, About.FAULT, About.RESTLESS}
    if certificates := [one for one in known.certificates if now - one.seen <= CERTIFICATE_KNOWN]:
        found.append(_expiring(known.source, certificates, now))
        about.add(About.CERTIFICATE)
    return Judgement(findings=tuple(one for one in found if one), judged=frozenset(about))


def our_network(runs: Sequence[Run]) -> Finding | None:
    """Told instead of every source's own failure, where all of several sources failed so at once."""
    kinds = [run.failure.kind for run in runs if run.failure and not run.fetched and run.failure.kind in NETWORK_KINDS]
    if len(runs) < 2 or len(kinds) < len(runs):
        return None
    most = max(sorted(set(kinds)), key=kinds.count)
    detail = f"none of {len(runs)} sources could be reached ({most}); the last one: {_failure(runs[-1])}"
    return Finding(source="", about=About.NETWORK, kind="OurNetwork", detail=detail)


def crashed(runs: Sequence[Run]) -> Finding | None:
    """Told of runs that have no end: killed, or the machine went down."""
    if not runs:
        return None
    names = ", ".join(sorted({run.source for run in runs}))
    since = min(run.started for run in runs).astimezone(VIETNAM)
    detail = f"a run that began {since:%d/%m/%Y %H:%M} has no end ({names}): killed, or the machine went down"
    return Finding(source="", about=About.RUN, kind="Crashed", detail=detail)


# --- inside ----------------------------------------------------------------------------------------------------------


def _cut(run: Run, deadline: float) -> Finding | None:
    if run.ended is None or (run.ended - run.started).total_seconds() < deadline:
        return None
    detail = f"its run was cut off after {deadline:.0f} seconds (fetch.source_deadline); the rest is pending"
    return Finding(source=run.source, about=About.RUN, kind="CutOff", detail=detail)


def _access(known: History) -> Finding | None:
    """Its listings, else its articles: what stands between us and them."""
    run, kind = known.run, ""
    blocked = sum(known.blocked.values())
    if not run.listings:
        kind, detail, level = _kind(run), f"no listing could be read; {_failure(run)}", 2
    elif run.blind and _kind(run) in (NOTHING, *BLOCKS):
        kind, detail, level = _kind(run), f"its listings announce nothing; {_failure(run)}", 2
    elif run.blind:
        kind, detail, level = "ListingFailed", f"{run.blind} of its listings could not be read; {_failure(run)}", 1
    elif blocked >= FEW_BLOCKED:
        kind = max(sorted(known.blocked), key=lambda name: known.blocked[name])
        detail, level = f"{blocked} articles answered with a block, and none came through ({kind})", 2
    elif not healthy(run) and not _many_gone(run):
        kind, level = _kind(run), 1
        detail = f"{run.failed} requests had no answer, {run.fetched} had one; {_failure(run)}"
    return Finding(source=known.source, about=About.ACCESS, kind=kind, detail=detail, level=level) if kind else None


def _silent(known: History, now: datetime) -> Finding | None:
    found = silence(known.moments, now)
    if found is None:
        return None
    times = found.counted / found.limit
    said = f"nothing new since {found.since.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
    detail = f"{said}; by its own rhythm it is quiet for {_long(found.limit)} at most, days off not counted"
    return Finding(
        source=known.source, about=About.SILENCE, kind="Silent", detail=detail, level=int(times).bit_length()
    )


def _coverage(known: History) -> Finding | None:
    counted = [run for run in known.telling if run.fields.get(READ)]
    said = []
    for name, words in FIELDS.items():
        if drop := fallen([(run.fields.get(name, 0), run.fields[READ]) for run in counted]):
            said.append(f"{words}: {drop[0]:.0%} of its articles before, {drop[1]:.0%} now")
    kind = "FieldsMissing" if said else "RulesSilent"
    if rules := silent_rules(known.telling):
        said.append(f"rules that stopped firing: {', '.join(rules)}")
    if not said:
        return None
    level = len(said).bit_length()
    return Finding(source=known.source, about=About.COVERAGE, kind=kind, detail="; ".join(said), level=level)


def _rejections(known: History) -> Finding | None:
    if _many_gone(known.run):
        return Finding(source=known.source, about=About.REJECTIONS, kind=MANY_GONE, detail=_failure(known.run))
    drop = fallen([_taken(run) for run in known.telling])
    if drop is None:
        return None
    refusing = next(run for run in known.telling if _FINAL & set(run.reasons))  # the latest one that did
    kind = max(sorted(_FINAL & set(refusing.reasons)), key=lambda name: refusing.reasons[name])
    detail = f"of the pages {drop[0]:.0%} were articles before, {drop[1]:.0%} are now; mostly {kind}"
    return Finding(source=known.source, about=About.REJECTIONS, kind=kind, detail=detail)


def _fault(run: Run) -> Finding | None:
    """A page on which our own stages failed: it stays pending, and fails again."""
    ours = [reason for reason in sorted(run.reasons) if reason not in _KNOWN and not reason.startswith("HTTP ")]
    if not ours:
        return None
    detail = f"our own rules failed on {sum(run.reasons[one] for one in ours)} pages: {_failure(run)}"
    return Finding(source=run.source, about=About.FAULT, kind=ours[0], detail=detail)


def _restless(known: History) -> Finding | None:
    if known.restless < MANY_RESTLESS:
        return None
    return Finding(
        source=known.source,
        about=About.RESTLESS,
        kind="Restless",
        detail=f"{known.restless} articles change at each visit: something there is not stripped",
        level=(known.restless // MANY_RESTLESS).bit_length(),
    )


def _expiring(source: str, known: Sequence[Certificate], now: datetime) -> Finding | None:
    first = min(known, key=lambda one: (one.expires, one.host))
    left = (first.expires - now).total_seconds() / 86400
    level = sum(left <= days for days in DAYS_LEFT)
    if not level:
        return None
    at = f"{first.expires.astimezone(VIETNAM):%d/%m/%Y}"
    told = f"expires on {at}, in {left:.0f} days" if left > 0 else f"has expired on {at}"
    return Finding(
        source=source,
        about=About.CERTIFICATE,
        kind="Expiring",
        detail=f"the certificate of {first.host} {told}",
        level=level,
    )


def _subclasses(kind: type[Rejected]) -> set[type[Rejected]]:
    return {kind}.union(*(_subclasses(one) for one in kind.__subclasses__()))


_KNOWN = frozenset(one.__name__ for one in _subclasses(Rejected)) | frozenset(STORE_FAILURES)
# What is refused for good is asked for once; what is temporary comes again with each run, and would be counted so.
_FINAL = frozenset(one.__name__ for one in _subclasses(Rejected) if not one.temporary)


def _taken(run: Run) -> tuple[int, int]:
    """How many of the pages that were judged for good were articles, of how many."""
    taken = run.new + run.revised + run.duplicate
    return taken, taken + sum(count for reason, count in run.reasons.items() if reason in _FINAL)


def _many_gone(run: Run) -> bool:
    return run.failure is not None and run.failure.kind == MANY_GONE


def _kind(run: Run) -> str:
    kind = run.failure.kind if run.failure else "NothingRead"
    return UNREACHABLE if kind in NETWORK_KINDS and kind != "CertificateRefused" else kind


def _failure(run: Run) -> str:
    if run.failure is None:
        return "and nothing says why"
    where = f" — {run.failure.url}" if run.failure.url else ""
    message = f": {run.failure.message}" if run.failure.message not in ("", run.failure.kind) else ""
    return f"{run.failure.kind}{message}{where}"


def _long(time: timedelta) -> str:
    hours = time.total_seconds() / 3600
    return f"{hours / 24:.0f} days" if hours >= 72 else f"{hours:.0f} hours"
