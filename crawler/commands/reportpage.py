"""The report as a page, with nothing beside itself, in the style of the feeds' pages and under their policy. Pure.

Trees are built, never strings, so that what a site printed is text.
"""

from collections.abc import Iterator
from typing import Any

from lxml import html

from crawler.alerts import advice, detail, headline, line, moment
from crawler.health import healthy
from crawler.incidents import Incident
from crawler.reports import OUTCOMES, Report, Reported, failed, verdict
from crawler.types import Run
from feeds.pages import POLICY, STYLE, E

COLUMNS = ("source", "last run", "fetched", *OUTCOMES, "no answer", "pending", "articles", "latest new")


def page(report: Report) -> bytes:
    """The whole document."""
    tree = E.html(
        {"lang": "en"},
        _head(report),
        E.body(
            E.a({"class": "skip", "href": "#report"}, "To the report"),
            E.header({"class": "top"}, E.h1("tindothi"), E.p(f"{moment(report.at)} (+07:00). {verdict(report)}")),
            E.main(
                {"id": "report"},
                *_section("What is wrong", [_incident(one) for one in report.wrong]),
                *_section("What is over since a day", [_incident(one) for one in report.over]),
                *_section("The last run of each source", [_counts(report)] if report.sources else []),
                *_section("Refused, and failed", list(_troubles(report))),
            ),
        ),
    )
    document: bytes = html.tostring(tree, encoding="utf-8", doctype="<!DOCTYPE html>")
    return document + b"\n"


def _head(report: Report) -> Any:
    return E.head(
        E.meta({"charset": "utf-8"}),
        E.meta({"http-equiv": "Content-Security-Policy", "content": POLICY}),
        E.meta({"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        E.meta({"name": "color-scheme", "content": "light dark"}),
        E.meta({"name": "referrer", "content": "no-referrer"}),
        E.meta({"name": "robots", "content": "noindex"}),
        E.title(f"tindothi: {verdict(report)}"),
        E.link({"rel": "icon", "href": "data:,"}),  # else a browser asks for one
        E.style(STYLE),
    )


def _section(title: str, parts: list[Any]) -> list[Any]:
    return [E.section(E.h2(title), *parts)] if parts else []


def _incident(one: Incident) -> Any:
    name = f"{line(one.source)}: {headline(one)}" if one.source else headline(one)
    until = f" until {moment(one.closed)}" if one.closed else ""
    facts = f"since {moment(one.opened)}{until}" + (f", came back {one.returns} times" if one.returns else "")
    mark = "over" if one.closed else "open"
    parts = [E.h3(name), E.p({"class": "facts"}, E.span({"class": "mark"}, mark), f" {facts}"), E.p(detail(one))]
    return E.article(*parts, *([] if one.closed else [E.p(E.strong("What to do: "), advice(one))]))


def _counts(report: Report) -> Any:
    rows = (E.tr(E.th({"scope": "row"}, line(one.name)), *map(E.td, _cells(one))) for one in report.sources)
    head = E.tr(*(E.th({"scope": "col"}, name) for name in COLUMNS))
    table = E.table(E.thead(head), E.tbody(*rows))
    return E.div({"class": "table", "tabindex": "0", "role": "region", "aria-label": "Counts of each source"}, table)


def _cells(one: Reported) -> Iterator[str]:
    run = one.run
    if run is None:
        yield "never"
        yield from [""] * (len(OUTCOMES) + 2)
    else:
        yield moment(run.ended or run.started)
        yield str(run.fetched)
        yield from (str(getattr(run, name)) for name in OUTCOMES)
        yield str(run.failed)
    yield str(one.pending)
    yield str(one.articles)
    yield moment(one.last_new) if one.last_new else "–"


def _troubles(report: Report) -> Iterator[Any]:
    for one in report.sources:
        if one.run and (one.run.reasons or one.run.failure or not healthy(one.run)):
            yield E.article(E.h3(line(one.title) or line(one.name)), *map(E.p, _trouble(one.run)))


def _trouble(run: Run) -> Iterator[str]:
    if run.reasons:
        yield "Refused: " + ", ".join(f"{line(reason)} {count}" for reason, count in sorted(run.reasons.items()))
    if run.blind:
        yield f"{run.blind} of {run.listings + run.blind} listings could not be read."
    if run.failure:
        yield f"Last failure: {line(failed(run.failure))}"
