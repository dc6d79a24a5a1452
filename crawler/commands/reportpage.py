"""The report as a page, with nothing beside itself, in the style of the feeds' pages and under their policy. Pure.

Trees are built, never strings, so that what a site printed is text.
"""

from collections.abc import Iterator
from typing import Any

from lxml import html

from crawler.alerts import advice, detail, headline, line, moment
from crawler.health import total
from crawler.incidents import Incident
from crawler.mending import mend_lines
from crawler.reports import Report, Reported, counted, failed, verdict
from crawler.types import Run
from feeds.pages import POLICY, STYLE, E


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
                *_section("The last run of each source", [_source(one) for one in report.sources]),
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


def _source(one: Reported) -> Any:
    """A source: how it is declared, its last run in a sentence, what was refused, and what failed last."""
    state = f" ({one.state})" if one.state not in ("", "verified") else ""
    parts = [E.h3(f"{line(one.title) or line(one.name)}{state}"), E.p({"class": "facts"}, _facts(one))]
    return E.article(*parts, *map(E.p, _said(one.run) if one.run else ()))


def _facts(one: Reported) -> str:
    run = f"last run {moment(one.run.ended or one.run.started)}" if one.run else "never crawled"
    new = f"latest new {moment(one.last_new)}" if one.last_new else "nothing new yet"
    return f"{line(one.name)} · {run} · {new} · {one.articles} articles, {one.pending} pending"


def _said(run: Run) -> Iterator[str]:
    yield line(counted(total([run])))
    if run.failure:
        yield f"Last failure: {line(failed(run.failure))}"
    yield from map(line, mend_lines(run.mend))
