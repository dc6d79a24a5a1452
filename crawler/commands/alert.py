"""After a crawl: what is wrong is judged and written down, and operators are told what of it is new, in one message."""

import time
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from crawler.commands.push import BUDGET, Told
from crawler.errors import PushError, RunLocked, StoreError
from crawler.incidents import About, Finding, Incident
from crawler.judgement import crashed, judge, our_network

if TYPE_CHECKING:
    from crawler.config import Config
    from crawler.types import Run
    from storage.store import Store

MANY = 200  # changes in a message
AILING = (About.ACCESS, About.SILENCE)
GRACE = timedelta(minutes=15)  # beyond its deadline, in which a run stores, publishes and tells


def channels(config: "Config") -> dict[str, str]:
    """The operators' targets by the names of their channels."""
    from feeds.push import targets

    secrets = (one.get_secret_value() for one in config.alerts.targets)
    return {f"alert:{targets.name(secret)}": secret for secret in secrets}


def judged(
    config: "Config", runs: "Sequence[Run]", began: datetime, watched: Collection[str] | None, unwritten: str
) -> tuple[int, tuple[Incident, ...]]:
    """Judges the runs, and writes down what is wrong; gives how many sources bring nothing, and the open incidents.

    `unwritten`: why a feed could not be. A store that refuses says so, and the next run judges.
    """
    from storage.opening import open_store

    also = [Finding(source="", about=About.RUN, kind="NotPublished", detail=unwritten)] if unwritten else []
    try:
        with open_store(config) as store:
            now = datetime.now(UTC)
            found = judge_runs(store, config, runs, began=began, now=now, watched=watched, also=also)
            current = store.incidents.current()
            ill = {one.source for one in found if one.about in AILING}
            for one in (one for one in current if one.about in AILING):  # also where it was not the source's turn
                ill |= {last.source for last in store.runs(one.source, 1) if last.started <= one.seen}
            return len(ill), current
    except StoreError as error:
        click.echo(f"tindothi: incidents: {error}", err=True)
        return 0, ()


def hangs(config: "Config", locked: RunLocked) -> bool:
    """Whether the run that holds the lock is overdue; then that is an incident, and operators are told."""
    from crawler.commands.push import report
    from storage.opening import open_store

    longest = timedelta(seconds=config.fetch.deadline) + GRACE
    if locked.since is None or datetime.now(UTC) - locked.since < longest:
        return False
    try:
        with open_store(config) as store:
            finding = Finding(source="", about=About.RUN, kind="Overdue", detail=str(locked))
            store.incidents.settle([finding], (), None, channels(config))
            report(alert(store, config), as_json=True)
    except StoreError as error:
        click.echo(f"tindothi: incidents: {error}", err=True)
    return True


def judge_runs(
    store: "Store",
    config: "Config",
    runs: "Sequence[Run]",
    *,
    began: datetime,
    now: datetime,
    watched: Collection[str] | None,
    also: Sequence[Finding] = (),
) -> tuple[Finding, ...]:
    """What is wrong after these runs, written down as incidents; gives it. To be called under the run lock.

    `began`: when the first of them did; `watched`: see `crawler.incidents.decide`; `also`: what else the crawl met.
    """
    found, judged = list(also), {("", About.RUN)}
    if ended := crashed(store.incidents.endless(began)):
        found.append(ended)
    if network := our_network(runs):
        found.append(network)
    else:
        judged |= {("", About.NETWORK)} if any(run.fetched for run in runs) else set()
        for known in store.incidents.histories(run.source for run in runs):
            judgement = judge(known, now, min(config.fetch.deadline, config.fetch.source_deadline))
            found += judgement.findings
            judged |= {(known.source, about) for about in judgement.judged}
    store.incidents.settle(found, judged, watched, channels(config))
    return tuple(found)


def alert(store: "Store", config: "Config") -> tuple[Told, ...]:
    """Tells each target of operators what has changed since it was told last. A failure waits for the next run."""
    until = time.monotonic() + BUDGET
    done = {name: _tell(store, name, target, until) for name, target in channels(config).items()}
    waiting = {one.name: one.waiting for one in store.notices.channels()}
    return tuple(
        Told(channel=name, told=told, waiting=waiting.get(name, 0), failure=failure)
        for name, (told, failure) in done.items()
    )


def _tell(store: "Store", name: str, target: str, until: float) -> tuple[int, str]:
    """Gives how many changes were told, and what stopped it."""
    from crawler.alerts import body, key, subject
    from feeds.push import targets

    if time.monotonic() >= until:
        return 0, "no time is left in this run"
    mine = [one for one in store.incidents.due(name, MANY) if store.notices.claim(one.notice)]
    if not mine:
        return 0, ""
    incidents, notices = [one.incident for one in mine], [one.notice for one in mine]
    try:
        targets.send(target, subject(incidents), body(incidents), key=key(incidents), setting="alerts.targets")
    except PushError as error:
        store.notices.failed(notices, str(error))
        return 0, str(error)
    store.notices.told(name, notices)
    return len(mine), ""
