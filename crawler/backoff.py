"""What a failure means for its page and its host: how often it is tried again at once, and how long the host rests.

    failed request → kind → Trouble ─┬─ tried again after a pause, `fetch.retries` times at most
                                     └─ so many pages in a row → the host is left to a later run, ever more rarely

Pure; `crawler.retrying` acts, and the store remembers (`crawler.types.Host`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from crawler.errors import Blocked, Captcha, Consent, Damaged, Firewall, LoginRequired, Maintenance
from crawler.types import Host

DAY = timedelta(days=1)  # no host rests longer, whatever it asks for
OUTAGE = timedelta(hours=2)  # when no host at all answered for so long, the fault is our network's
SHORT = 60.0  # seconds that a run waits for a host that asks for so much (`Retry-After`)


class Trouble(StrEnum):
    """What is wrong with a host, as far as one failed request tells."""

    DNS = "dns"  # no such name
    CONNECT = "connect"  # nobody answers there, or the proxy cannot reach it
    TLS = "tls"  # a certificate that cannot be trusted
    TIMEOUT = "timeout"  # longer than `fetch.timeout`
    BROKEN = "broken"  # the line was cut, the answer is damaged
    BUSY = "busy"  # 429, or 503 with `Retry-After`: it asks us to wait
    SERVER = "server"  # 5xx, 408
    REFUSED = "refused"  # another 4xx than "not found"
    BLOCKED = "blocked"  # captcha, WAF, login, maintenance, consent, said with status 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How a trouble is met.

    `tries`: further tries of the page within the run, at most; `pause`: seconds before the first of them, `growth`
    times as long before each later one, up to `longest`. `row`: pages in a row, each with all its tries, after which
    the host is left. `rest`: how long it is left the first time; twice as long each time after that, up to a day.
    """

    tries: int = 10
    pause: float = 5
    growth: float = 3
    longest: float = 30
    row: int = 1
    rest: timedelta = timedelta(minutes=15)


PATIENCE = {
    Trouble.DNS: Patience(tries=1, pause=10),
    Trouble.CONNECT: Patience(),
    Trouble.TLS: Patience(tries=0, rest=timedelta(hours=1)),
    Trouble.TIMEOUT: Patience(tries=1, row=3),
    Trouble.BROKEN: Patience(pause=2, row=5),
    Trouble.BUSY: Patience(longest=SHORT),
    Trouble.SERVER: Patience(row=5),
    Trouble.REFUSED: Patience(tries=0, row=10, rest=timedelta(hours=1)),
    Trouble.BLOCKED: Patience(tries=0, row=3, rest=timedelta(hours=1)),
}

_KINDS = {  # Scrapy's names, Twisted's, and ours
    **dict.fromkeys(("CannotResolveHostError", "UnknownHostError"), Trouble.DNS),
    **dict.fromkeys(("DownloadConnectionRefusedError", "TunnelError"), Trouble.CONNECT),
    **dict.fromkeys(("ConnectError", "NoRouteError", "TCPTimedOutError"), Trouble.CONNECT),
    "CertificateRefused": Trouble.TLS,
    "DownloadTimeoutError": Trouble.TIMEOUT,
    "DownloadFailedError": Trouble.BROKEN,
    **dict.fromkeys(("ConnectionAborted", "ConnectionDone", "ConnectionLost"), Trouble.BROKEN),
    Damaged.__name__: Trouble.BROKEN,
    **{one.__name__: Trouble.BLOCKED for one in (Blocked, Captcha, Consent, Firewall, LoginRequired, Maintenance)},
}
_OURS = frozenset((Trouble.DNS, Trouble.CONNECT, Trouble.TIMEOUT))  # what a host's failure looks like without a network
_ANSWERS = frozenset((404, 410, 416))  # a host that says so is well


def of_kind(kind: str) -> Trouble | None:
    """The trouble of a failure, by the name under which it is counted; None: it tells nothing of the host."""
    return _KINDS.get(kind)


def kinds_of(*troubles: Trouble) -> frozenset[str]:
    """The names under which such failures are counted."""
    return frozenset(kind for kind, trouble in _KINDS.items() if trouble in troubles)


def of_status(status: int, asked: timedelta | None) -> Trouble | None:
    """The trouble of an answer; None: the host is well. `asked`: its `Retry-After`."""
    if status == 429 or (status == 503 and asked is not None):
        return Trouble.BUSY
    if status >= 500 or status == 408:
        return Trouble.SERVER
    return Trouble.REFUSED if status >= 400 and status not in _ANSWERS else None


def pause(trouble: Trouble, tried: int, limit: int, asked: timedelta | None = None) -> float | None:
    """Seconds until the page is tried again within the run; None: not in this run.

    `tried`: the further tries that were made, of which `limit` (`fetch.retries`) are allowed.
    """
    patience = PATIENCE[trouble]
    if tried >= min(limit, patience.tries):
        return None
    if trouble is Trouble.BUSY:  # the host says when; it is not asked for a guess of ours
        seconds = asked.total_seconds() if asked is not None else patience.longest + 1
        return seconds if seconds <= patience.longest else None
    return min(patience.pause * patience.growth**tried, patience.longest)


def left(host: Host, trouble: Trouble, kind: str, now: datetime, asked: timedelta | None = None) -> Host:
    """The host as it is remembered when it is left: it rests longer each time, and at least as long as it asks for."""
    failures = host.failures + 1
    rest = min(PATIENCE[trouble].rest * 2 ** min(failures - 1, 10), DAY)
    return replace(
        host,
        kind=kind,
        failures=failures,
        first_failure=host.first_failure if host.failures else now,
        last_failure=now,
        not_before=now + min(max(rest, asked or rest), DAY),
    )


def answered(host: Host, now: datetime) -> Host:
    """The host as it is remembered when it is well: nothing is held against it."""
    return Host(name=host.name, last_success=now, lying_since=host.lying_since)


def waiting(hosts: Iterable[Host], now: datetime) -> dict[str, Host]:
    """The hosts that are not to be asked yet, by name. `hosts`: all that are known.

    Where nobody had answered for long when one of several failed, it was our network: once that is back, all are asked.
    None is left for longer than a day, so what a clock that ran ahead has written does not count.
    """
    known = tuple(hosts)
    answers = max((host.last_success for host in known if host.last_success), default=None)

    def is_ours(host: Host) -> bool:
        if len(known) < 2 or host.last_failure is None or of_kind(host.kind) not in _OURS:
            return False
        return answers is None or answers < host.last_failure - OUTAGE

    return {
        host.name: host
        for host in known
        if host.not_before and now < host.not_before <= now + DAY and not is_ours(host)
    }


def retry_after(value: str, now: datetime) -> timedelta | None:
    """What `Retry-After` asks for (RFC 9110, 10.2.3: seconds, or a date), up to a day; None: nothing, or nonsense."""
    said = value.strip()
    if said.isascii() and said.isdigit():
        return timedelta(seconds=min(int(said[:9]), DAY.total_seconds()))
    try:
        at = parsedate_to_datetime(said)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return min(max(at - now, timedelta(0)), DAY)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
