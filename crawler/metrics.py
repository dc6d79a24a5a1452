"""The state after a crawl in Prometheus's text format 0.0.4, for node_exporter's textfile collector. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crawler.incidents import Incident
from crawler.judgement import Certificate
from crawler.types import Run

OUTCOMES = ("listings", "new", "revised", "unchanged", "duplicate", "rejected", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A source as it is measured: its last run, and when it last ran well and last brought something new."""

    name: str
    run: Run | None
    succeeded: datetime | None
    last_new: datetime | None
    pending: int
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that is measured after a crawl that took so many seconds and ended with this exit code."""

    at: datetime
    seconds: float
    code: int
    sources: Sequence[Measured] = ()
    incidents: Sequence[Incident] = ()
    certificates: Sequence[Certificate] = field(default=())


Sample = tuple[Mapping[str, str], float]
Family = tuple[str, str, Iterable[Sample]]  # its name, what it says, and its samples


def render(state: State) -> str:
    """The whole file."""
    return "".join(_family(name, words, samples) for name, words, samples in _families(state))


def _families(state: State) -> Iterator[Family]:
    yield "crawl_end_timestamp_seconds", "When the last crawl ended.", [({}, state.at.timestamp())]
    yield "crawl_duration_seconds", "How long it took.", [({}, round(state.seconds, 3))]
    yield "crawl_exit_code", "Its exit code; 0: all well.", [({}, int(state.code))]
    yield from _moments(state.sources)
    yield from _numbers(state.sources)
    yield from _incidents(state)
    yield (
        "certificate_expiry_timestamp_seconds",
        "Until when a host's certificate holds.",
        [({"host": one.host}, one.expires.timestamp()) for one in state.certificates],
    )


def _moments(sources: Sequence[Measured]) -> Iterator[Family]:
    yield (
        "source_run_timestamp_seconds",
        "When the last run over the source began.",
        [({"source": one.name}, one.run.started.timestamp()) for one in sources if one.run],
    )
    yield (
        "source_success_timestamp_seconds",
        "When a run over the source last ended well.",
        [({"source": one.name}, one.succeeded.timestamp()) for one in sources if one.succeeded],
    )
    yield (
        "source_new_timestamp_seconds",
        "When the source last brought a new article.",
        [({"source": one.name}, one.last_new.timestamp()) for one in sources if one.last_new],
    )


def _numbers(sources: Sequence[Measured]) -> Iterator[Family]:
    runs = [(one, one.run) for one in sources if one.run]
    yield (
        "source_pages",
        "Pages of the source's last run by outcome; failed ones had no answer.",
        [({"source": one.name, "outcome": name}, getattr(run, name)) for one, run in runs for name in OUTCOMES],
    )
    yield (
        "source_rejected_pages",
        "Rejected pages of the source's last run by reason.",
        [
            ({"source": one.name, "reason": reason}, count)
            for one, run in runs
            for reason, count in sorted(run.reasons.items())
        ],
    )
    yield "source_articles", "Stored articles.", [({"source": one.name}, one.articles) for one in sources]
    yield "source_pending", "URLs that wait.", [({"source": one.name}, one.pending) for one in sources]


def _incidents(state: State) -> Iterator[Family]:
    yield (
        "incidents_open",
        "Open incidents; source is empty for those of all.",
        [({"source": name}, count) for name, count in _open(state).items()],
    )
    yield (
        "incident_opened_timestamp_seconds",
        "When an incident opened that is open still.",
        [
            ({"source": one.source, "about": one.about.value, "kind": one.kind}, one.opened.timestamp())
            for one in state.incidents
        ],
    )


def _open(state: State) -> dict[str, int]:
    """How many incidents are open, for every source: 0 where there is none, so that an alert ends."""
    counts = {"": 0, **{one.name: 0 for one in state.sources}}
    for one in state.incidents:
        counts[one.source] = counts.get(one.source, 0) + 1
    return counts


def _family(name: str, words: str, samples: Iterable[Sample]) -> str:
    lines = [f"tindothi_{name}{_labels(labels)} {value!r}\n" for labels, value in samples]
    if not lines:
        return ""
    return f"# HELP tindothi_{name} {words}\n# TYPE tindothi_{name} gauge\n" + "".join(lines)


def _labels(labels: Mapping[str, str]) -> str:
    named = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{named}}}" if named else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
