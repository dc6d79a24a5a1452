"""What the last runs did and what is wrong, as text and as values. Pure; the page is `crawler.commands.reportpage`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler.alerts import advice, detail, headline, moment, told
from crawler.health import healthy, total
from crawler.incidents import Incident
from crawler.mending import as_table as mend_table
from crawler.mending import mend_lines
from crawler.types import Failure, Run

OUTCOMES = ("listings", "new", "revised", "unchanged", "duplicate", "rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A source with its last run; `state` as its file declares it, empty if there is no such file any more."""

    name: str
    title: str
    state: str
    run: Run | None
    articles: int = 0
    pending: int = 0
    last_new: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How things are at a time: every source, what is wrong, and what was wrong lately."""

    at: datetime
    sources: Sequence[Reported]
    wrong: Sequence[Incident] = ()
    over: Sequence[Incident] = ()


def verdict(report: Report) -> str:
    """The first sentence: `All well.`"""
    many = len(report.wrong)
    return f"{many} incident{'s are' if many > 1 else ' is'} open." if many else "All well."


def as_table(report: Report) -> dict[str, Any]:
    """For scripts: everything in it, instants as ISO 8601."""
    return {
        "at": report.at.isoformat(),
        "total": total([one.run for one in report.sources if one.run]),
        "sources": {one.name: _source(one) for one in report.sources},
        "incidents": [incident_table(one) for one in (*report.wrong, *report.over)],
    }


def as_text(report: Report) -> str:
    """For people: what is wrong, what to do, and a line for each source."""
    lines = [f"tindothi, {moment(report.at)}: {verdict(report)}", ""]
    for one in report.wrong:
        lines += [told(one), f"  {detail(one)}", f"  What to do: {advice(one)}", ""]
    lines += [*map(told, report.over), *[""] * bool(report.over)]
    for source in report.sources:
        lines.append(f"{source.name}{_stated(source)}: {_run(source)}")
        if source.run and (failure := source.run.failure):
            lines.append(f"  last failure: {failed(failure)}")
        lines += [f"  {line}" for line in mend_lines(source.run.mend if source.run else None)]
    return "\n".join(lines) + "\n"


def incident_table(one: Incident) -> dict[str, Any]:
    """An incident for scripts."""
    return {
        "source": one.source,
        "about": one.about.value,
        "kind": one.kind,
        "said": headline(one),
        "detail": detail(one),
        "level": one.level,
        "opened": one.opened.isoformat(),
        "seen": one.seen.isoformat(),
        "closed": one.closed and one.closed.isoformat(),
        "returns": one.returns,
        "what to do": advice(one),
    }


def counted(sums: Mapping[str, Any]) -> str:
    """The counts as a line: `23 fetched: 3 listings, 18 new, 2 rejected (NotArticle 2)`."""
    parts = [f"{sums[name]} {name}" for name in OUTCOMES if sums[name]]
    reasons = ", ".join(f"{reason} {count}" for reason, count in sums["reasons"].items())
    line = f"{sums['fetched']} fetched" + (f": {', '.join(parts)}" if parts else "")
    line += f" ({reasons})" if reasons else ""
    return line + (f"; {sums['failed']} without an answer" if sums["failed"] else "")


def failed(failure: Failure) -> str:
    """`HTTP 503: HTTP 503 — https://…`"""
    where = f" — {failure.url}" if failure.url else ""
    return f"{failure.kind}: {failure.message}{where}"


def _source(one: Reported) -> dict[str, Any]:
    run = one.run
    found: dict[str, Any] = {
        "title": one.title,
        "state": one.state,
        "articles": one.articles,
        "pending": one.pending,
        "last_new": one.last_new and one.last_new.isoformat(),
        "run": None,
    }
    if run:
        failure = run.failure and {"url": run.failure.url, "kind": run.failure.kind, "message": run.failure.message}
        times = {"started": run.started.isoformat(), "ended": run.ended and run.ended.isoformat()}
        found["run"] = (
            times | total([run]) | {"well": healthy(run), "failure": failure, "degraded": mend_table(run.mend)}
        )
    return found


def _stated(one: Reported) -> str:
    return f" ({one.state})" if one.state not in ("", "verified") else ""


def _run(one: Reported) -> str:
    if one.run is None:
        return "never crawled"
    return f"{moment(one.run.ended or one.run.started)}: {counted(total([one.run]))}; {one.pending} pending"
