"""Whose turn it is in a run, and what is told of sources and hosts that are left to a later one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from crawler.config import Config
    from crawler.rhythm import Turn
    from crawler.types import Host, Source
    from storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """The sources to read now; by name of each other one why it is not read, and until when; and hosts that wait."""

    due: "Sequence[Source]"
    others: "Mapping[str, tuple[Turn, datetime]]" = field(default_factory=dict)
    hosts: "Sequence[Host]" = ()

    @property
    def waiting(self) -> int:
        """How many sources wait for their hosts: it was not their turn for that reason, or they were left just now."""
        names = {host.name for host in self.hosts}
        left = (all(host in names for host in listing_hosts(source)) for source in self.due if source.listings)
        return sum(turn.value == "waits" for turn, _ in self.others.values()) + sum(left)

    @property
    def early(self) -> int:
        """How many sources were read lately."""
        return sum(turn.value == "early" for turn, _ in self.others.values())


def listing_hosts(source: "Source") -> set[str]:
    """Who must answer for a source to be read."""
    from crawler.urls import host_of

    return {host_of(listing.url) for listing in source.listings}


def turns(store: "Store", chosen: "Sequence[Source]", config: "Config") -> Turns:
    """Each source's turn, by its own rhythm and what is remembered of its hosts."""
    from crawler.backoff import waiting
    from crawler.rhythm import Bounds, turn
    from crawler.types import Host

    now = datetime.now(UTC)
    bounds = Bounds(
        least=timedelta(seconds=config.crawl.interval_min), most=timedelta(seconds=config.crawl.interval_max)
    )
    waits = waiting(store.hosts(), now)
    due, others = [], {}
    for source in chosen:
        hosts = [waits.get(name, Host(name=name)) for name in sorted(listing_hosts(source))]
        which, until = turn(store.rhythm(source.name), hosts, bounds, now)
        if until is None:
            due.append(source)
        else:
            others[source.name] = which, until
    return Turns(due=due, others=others)


def told_at_the_end(store: "Store", turn: Turns, chosen: "Iterable[Source]") -> Turns:
    """The same with the hosts of these sources that are not to be asked yet, after the run."""
    from crawler.backoff import waiting

    waits, own = waiting(store.hosts(), datetime.now(UTC)), {name for source in chosen for name in source.hosts}
    return replace(turn, hosts=tuple(host for name, host in waits.items() if name in own))


def as_table(turn: Turns) -> dict[str, Any]:
    """For `--json`: the sources that were not read, and the hosts that wait."""
    left = {name: {"why": why.value, "until": until.isoformat()} for name, (why, until) in turn.others.items()}
    waits = {
        host.name: {
            "until": host.not_before.isoformat() if host.not_before else None,
            "kind": host.kind,
            "failures": host.failures,
        }
        for host in turn.hosts
    }
    return {"left": left, "hosts": waits}


def report_turns(turn: Turns) -> None:
    """A line for each source that was not read, and for each host that waits."""
    from crawler.commands.moments import moment

    for name, (why, until) in turn.others.items():
        click.echo(f"{name}: {why.value}, until {moment(until)}")
    for host in turn.hosts:
        often = f", {host.failures} times in a row" if host.failures > 1 else ""
        click.echo(f"{host.name} is not asked before {moment(host.not_before)}: {host.kind}{often}")
