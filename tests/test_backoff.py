"""What a failure means: how often and when it is tried again, and how long its host rests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.backoff import (
    DAY,
    PATIENCE,
    SHORT,
    Trouble,
    answered,
    left,
    of_kind,
    of_status,
    pause,
    retry_after,
    waiting,
)
from crawler.types import Host
from tests.conftest import ROOT

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("status", "asked", "trouble"),
    [
        (200, None, None),
        (301, None, None),
        (304, None, None),
        (200, MINUTE, None),
        (404, None, None),
        (410, None, None),
        (401, None, Trouble.REFUSED),
        (403, None, Trouble.REFUSED),
        (408, None, Trouble.SERVER),
        (429, None, Trouble.BUSY),
        (429, MINUTE, Trouble.BUSY),
        (503, None, Trouble.SERVER),
        (503, MINUTE, Trouble.BUSY),
        (500, MINUTE, Trouble.SERVER),
        (599, None, Trouble.SERVER),
    ],
)
def test_a_status_tells_the_trouble(status: int, asked: timedelta | None, trouble: Trouble | None) -> None:
    assert of_status(status, asked) is trouble


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [
        ("CannotResolveHostError", Trouble.DNS),
        ("DownloadConnectionRefusedError", Trouble.CONNECT),
        ("NoRouteError", Trouble.CONNECT),
        ("CertificateRefused", Trouble.TLS),
        ("DownloadTimeoutError", Trouble.TIMEOUT),
        ("DownloadFailedError", Trouble.BROKEN),
        ("Damaged", Trouble.BROKEN),
        ("Captcha", Trouble.BLOCKED),
        ("Maintenance", Trouble.BLOCKED),
        ("RobotsForbidden", None),
        ("TooLarge", None),
        ("OffSite", None),
        ("Stopped", None),
        ("HostWaits", None),
    ],
)
def test_a_kind_tells_the_trouble(kind: str, trouble: Trouble | None) -> None:
    assert of_kind(kind) is trouble


@pytest.mark.parametrize(
    ("trouble", "limit", "asked", "pauses"),
    [
        (Trouble.DNS, 2, None, [10]),
        (Trouble.CONNECT, 2, None, [5, 15]),
        (Trouble.CONNECT, 4, None, [5, 15, 30, 30]),
        (Trouble.TLS, 2, None, []),
        (Trouble.TIMEOUT, 2, None, [5]),
        (Trouble.BROKEN, 2, None, [2, 6]),
        (Trouble.SERVER, 2, None, [5, 15]),
        (Trouble.SERVER, 0, None, []),
        (Trouble.REFUSED, 2, None, []),
        (Trouble.BLOCKED, 2, None, []),
        (Trouble.BUSY, 2, None, []),
        (Trouble.BUSY, 2, timedelta(seconds=7), [7, 7]),
        (Trouble.BUSY, 0, timedelta(seconds=7), []),
        (Trouble.BUSY, 2, timedelta(seconds=SHORT), [SHORT, SHORT]),
        (Trouble.BUSY, 2, timedelta(seconds=SHORT + 1), []),
    ],
)
def test_tries_and_pauses_within_a_run(
    trouble: Trouble, limit: int, asked: timedelta | None, pauses: list[float]
) -> None:
    found: list[float] = []
    while (seconds := pause(trouble, len(found), limit, asked)) is not None:
        found.append(seconds)
    assert found == pauses


@pytest.mark.parametrize("trouble", Trouble)
def test_a_dead_host_is_asked_ever_more_rarely_and_never_forgotten(trouble: Trouble) -> None:
    host, rests, now = Host(name="a.example", last_success=NOW), [], NOW
    for _ in range(20):
        host = left(host, trouble, "Dead", now)
        assert host.not_before
        rests.append(host.not_before - now)
        now = host.not_before
    assert rests[0] == PATIENCE[trouble].rest
    assert rests == sorted(rests)
    assert rests[1] == 2 * rests[0]
    assert set(rests[9:]) == {DAY}
    assert (host.failures, host.kind, host.first_failure, host.last_success) == (20, "Dead", NOW, NOW)


@pytest.mark.parametrize(
    ("failures", "asked", "rest"),
    [
        (0, None, 15 * MINUTE),
        (0, MINUTE, 15 * MINUTE),  # at least as long as we would leave it by ourselves
        (0, HOUR, HOUR),
        (0, 9 * DAY, DAY),
        (4, HOUR, 4 * HOUR),
    ],
)
def test_a_host_rests_at_least_as_long_as_it_asks_for(failures: int, asked: timedelta | None, rest: timedelta) -> None:
    host = left(Host(name="a.example", failures=failures), Trouble.BUSY, "HTTP 429", NOW, asked)
    assert host.not_before == NOW + rest


def test_the_readme_tells_all_of_it() -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("| what failed |")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    for (trouble, patience), (_, tries, pauses, leaves) in zip(PATIENCE.items(), rows, strict=True):
        assert tries.split(",")[0] == {0: "none", 1: "1", 10: "`fetch.retries`"}[patience.tries]
        if trouble is not Trouble.BUSY:
            found = [pause(trouble, tried, 10) for tried in range(min(patience.tries, 3))]
            assert pauses == (", ".join(f"{seconds:g}" for seconds in found) + " s" if found else "")
        row = f"after {patience.row} pages in a row" if patience.row > 1 else "at once"
        assert leaves == row + (", first for an hour" if patience.rest == HOUR else "")


def test_success_clears_and_a_lie_stays_known() -> None:
    host = left(Host(name="a.example", lying_since=NOW), Trouble.DNS, "CannotResolveHostError", NOW)
    later = NOW + HOUR
    assert answered(host, later) == Host(name="a.example", last_success=later, lying_since=NOW)


def dead(kind: str = "CannotResolveHostError", failed: timedelta = timedelta(0)) -> Host:
    at = NOW - failed
    return Host(name="a.example", failures=3, kind=kind, first_failure=at - DAY, last_failure=at, not_before=NOW + HOUR)


def well(ago: timedelta) -> Host:
    return Host(name="b.example", last_success=NOW - ago)


@pytest.mark.parametrize(
    ("hosts", "waits"),
    [
        pytest.param([dead(), well(HOUR)], True, id="another one answers"),
        pytest.param([dead(), well(3 * HOUR)], False, id="nobody does"),
        pytest.param([dead(failed=3 * HOUR), well(4 * HOUR)], True, id="somebody did, when it failed"),
        pytest.param([dead(failed=3 * HOUR), well(HOUR)], True, id="the network is back"),
        pytest.param([dead("HTTP 429"), well(3 * HOUR)], True, id="it answered itself"),
        pytest.param([dead()], True, id="it is the only one"),
        pytest.param([dead(), replace(dead(), name="b.example")], False, id="nobody ever answered"),
        pytest.param([replace(dead(), not_before=NOW), well(HOUR)], False, id="its time has come"),
        pytest.param([replace(dead(), not_before=NOW + 2 * DAY)], False, id="a clock ran ahead"),
    ],
)
def test_who_waits(hosts: list[Host], waits: bool) -> None:
    assert ("a.example" in waiting(hosts, NOW)) is waits


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("120", 2 * MINUTE),
        (" 0 ", timedelta(0)),
        ("86400", DAY),
        ("99999999999999999999", DAY),
        (format_datetime(NOW + HOUR, usegmt=True), HOUR),
        (format_datetime(NOW - HOUR, usegmt=True), timedelta(0)),
        ("Sun, 22 Nov 2026 13:00:00 +0700", HOUR),
        ("Sunday, 22-Nov-26 06:00:00 GMT", HOUR),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("١٢", None),
        ("soon", None),
    ],
)
def test_retry_after(said: str, asks: timedelta | None) -> None:
    assert retry_after(said, NOW) == asks


@given(st.text() | st.from_regex(r"[A-Z]{3}, [0-9]{1,3} (Jan|Feb) [0-9]{1,5} [0-9:]{5,9} [+-]?[A-Z0-9]{1,6}"))
def test_no_retry_after_breaks_anything(said: str) -> None:
    asks = retry_after(said, NOW)
    assert asks is None or timedelta(0) <= asks <= DAY
