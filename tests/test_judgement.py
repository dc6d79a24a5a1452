"""What is wrong with a source, by its own history; and with our network."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.errors import Rejected
from crawler.health import MANY_GONE
from crawler.incidents import About
from crawler.judgement import (
    BLOCKS,
    FIELDS,
    READ,
    Certificate,
    History,
    crashed,
    fields_of,
    judge,
    our_network,
)
from crawler.types import Article, Failure, Run
from tests.storing import article

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
DAY = timedelta(days=1)
DEADLINE = 3600.0
ALL = dict.fromkeys((READ, *FIELDS), 5)
EVERY_ABOUT = {About.RUN, About.ACCESS, About.SILENCE, About.COVERAGE, About.REJECTIONS, About.FAULT, About.RESTLESS}


def failure(kind: str, message: str = "so it is") -> Failure:
    return Failure(url="https://a.example/tin", kind=kind, message=message, at=NOW)


def run(**more: Any) -> Run:
    counts = {"fetched": 6, "listings": 1, "new": 5, "fields": ALL}
    return Run(**{"source": "a", "started": NOW, "ended": NOW + timedelta(minutes=5), **counts, **more})


def history(last: Run | None = None, **more: Any) -> History:
    last = last or run()
    return History(**{"source": "a", "run": last, "telling": (last, *[run()] * 20), **more})


def cert(days: float, host: str = "a.example", seen: datetime = NOW) -> Certificate:
    return Certificate(host=host, expires=NOW + days * DAY, seen=seen)


DAILY = tuple(NOW - (60 - number) * DAY for number in range(50))  # the last one ten days ago
BLIND = {"listings": 0, "blind": 1, "fetched": 0, "new": 0, "fields": {}}


@pytest.mark.parametrize(
    ("known", "about", "kind", "level", "says"),
    [
        (history(run(ended=NOW + timedelta(hours=1))), About.RUN, "CutOff", 1, "cut off after 3600 seconds"),
        (history(run(**BLIND, failure=failure("DownloadTimeoutError"))), About.ACCESS, "Unreachable", 2, "Timeout"),
        (history(run(**BLIND, failure=failure("HTTP 503", "HTTP 503"))), About.ACCESS, "HTTP 503", 2, "a.example"),
        (history(run(**BLIND, failure=failure("CertificateRefused"))), About.ACCESS, "CertificateRefused", 2, "so it"),
        (history(run(**BLIND)), About.ACCESS, "NothingRead", 2, "nothing says why"),
        (history(run(blind=1, failure=failure("HTTP 500"))), About.ACCESS, "ListingFailed", 1, "1 of its listings"),
        (history(run(blind=1, failure=failure("NothingAnnounced"))), About.ACCESS, "NothingAnnounced", 2, "so it is"),
        (history(run(blind=1, failure=failure("Captcha"))), About.ACCESS, "Captcha", 2, "listings announce nothing"),
        (history(run(failed=9, failure=failure("DownloadTimeoutError"))), About.ACCESS, "Unreachable", 1, "9 requests"),
        (history(blocked={"Captcha": 3, "Firewall": 1}), About.ACCESS, "Captcha", 2, "4 articles"),
        (history(moments=DAILY), About.SILENCE, "Silent", 3, "nothing new since 11/11/2026 12:00"),
        (history(run(new=10, fields={READ: 10})), About.COVERAGE, "FieldsMissing", 3, "a lead: 99% of its articles be"),
        (history(run(new=10, fields=ALL | {READ: 10, "lead": 0})), About.COVERAGE, "FieldsMissing", 1, "0% now"),
        (history(telling=(run(), *[run(rules={"poll": 5})] * 9)), About.COVERAGE, "RulesSilent", 1, "firing: poll"),
        (history(run(new=0, reasons={"NoText": 12, "Captcha": 30})), About.REJECTIONS, "NoText", 1, "mostly NoText"),
        (history(run(failure=failure(MANY_GONE))), About.REJECTIONS, MANY_GONE, 1, "so it is"),
        (history(run(reasons={"KeyError": 2}, failure=failure("KeyError"))), About.FAULT, "KeyError", 1, "2 pages"),
        (history(restless=5), About.RESTLESS, "Restless", 1, "5 articles"),
        (history(restless=25), About.RESTLESS, "Restless", 3, "25 articles"),
        (history(certificates=(cert(13.9), cert(80, "b.example"))), About.CERTIFICATE, "Expiring", 1, "a.example exp"),
        (history(certificates=(cert(2),)), About.CERTIFICATE, "Expiring", 2, "on 24/11/2026, in 2 days"),
        (history(certificates=(cert(-1),)), About.CERTIFICATE, "Expiring", 3, "has expired on 21/11/2026"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(known: History, about: About, kind: str, level: int, says: str) -> None:
    (found,) = judge(known, NOW, DEADLINE).findings
    assert (found.source, found.about, found.kind, found.level) == ("a", about, kind, level)
    assert says in found.detail


@pytest.mark.parametrize(
    "known",
    [
        history(),
        history(run(failed=1, rejected=1, reasons={"ServerError": 1}, failure=failure("ServerError"))),
        history(blocked={"LoginRequired": 2}),
        history(run(new=4, fields={READ: 4})),  # four tell nothing
        history(run(reasons={"HTTP 503": 1})),
        history(restless=4),
        history(certificates=(cert(20), cert(1, seen=NOW - 30 * DAY))),
        history(moments=tuple(at + 9 * DAY for at in DAILY)),
        history(run(fields={}, new=12), telling=(run(fields={}, new=12), *[run()] * 20)),  # nobody counted them
    ],
)
def test_what_is_well_is_not(known: History) -> None:
    judged = judge(known, NOW, DEADLINE)
    assert judged.findings == ()
    assert judged.judged >= EVERY_ABOUT


def test_what_a_site_that_did_not_answer_would_have_said_nobody_can_tell() -> None:
    known = history(run(**BLIND, failure=failure("DownloadTimeoutError")), moments=DAILY, restless=9)
    judged = judge(known, NOW, DEADLINE)
    assert [one.about for one in judged.findings] == [About.ACCESS]
    assert judged.judged == {About.RUN, About.ACCESS}


@pytest.mark.parametrize("kind", ["Stopped", "StoreError", "StoreLocked"])
def test_a_run_that_we_broke_off_tells_nothing(kind: str) -> None:
    judged = judge(history(run(**BLIND, failure=failure(kind))), NOW, DEADLINE)
    assert (judged.findings, judged.judged) == ((), frozenset())


def test_what_is_seldom_seen_is_not_judged_by() -> None:
    assert About.CERTIFICATE not in judge(history(), NOW, DEADLINE).judged
    assert About.CERTIFICATE in judge(history(certificates=(cert(80),)), NOW, DEADLINE).judged


def away(source: str, kind: str = "DownloadTimeoutError", **more: Any) -> Run:
    return run(**{**BLIND, "source": source, "failure": failure(kind), **more})


@pytest.mark.parametrize(
    ("runs", "ours"),
    [
        ([away("a"), away("b", "CannotResolveHostError"), away("c")], True),
        ([away("a"), away("b", "CertificateRefused"), away("c")], True),
        ([away("a")], False),  # one source tells nothing of our network
        ([away("a"), run(source="b")], False),
        ([away("a"), away("b", "HTTP 503")], False),
        ([away("a"), away("b", fetched=1)], False),
        ([away("a"), replace(away("b"), failure=None)], False),
        ([], False),
    ],
)
def test_where_everything_failed_at_once_it_is_our_network(runs: list[Run], ours: bool) -> None:
    found = our_network(runs)
    assert (found is not None) is ours
    if found:
        assert (found.source, found.about) == ("", About.NETWORK)
        assert f"none of {len(runs)} sources could be reached (DownloadTimeoutError)" in found.detail


def test_runs_without_an_end_are_one_finding() -> None:
    assert crashed([]) is None
    found = crashed([run(source="b", ended=None), run(ended=None, started=NOW - DAY)])
    assert found and (found.source, found.about, found.kind) == ("", About.RUN, "Crashed")
    assert "began 21/11/2026 12:00 has no end (a, b)" in found.detail


def test_the_fields_of_an_article() -> None:
    assert fields_of(Article(key="a:1", url="", source="a")) == (READ,)
    long = article(paragraphs=("Phường họp dân. " * 80,))
    assert set(fields_of(long)) == {READ, *FIELDS}
    assert "text-1000" not in fields_of(article(paragraphs=("Phường họp dân. " * 20,)))


def test_blocks_are_rejections() -> None:
    names = {kind.__name__ for kind in Rejected.__subclasses__()} | {
        kind.__name__ for one in Rejected.__subclasses__() for kind in one.__subclasses__()
    }
    assert names >= BLOCKS
