"""Telling channels what is new, after the feeds are written: what the store has noted, by what `feeds.push` can send.

A channel that fails is left alone until the next run; nothing here fails a crawl. No transaction is open meanwhile.
"""

import hashlib
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from crawler.errors import PushError

if TYPE_CHECKING:
    from crawler.config import Config
    from feeds.publish import Published
    from storage.notices import Notice
    from storage.store import Store

MAIL = "mail"
AT_ONCE = 20  # messages to a target in one run; the rest waits for the next
FEEDS = 1000  # pings to a hub in one run
BUDGET = 120.0  # seconds in which a run tells; what is under way then ends within its own limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a run did for a channel. `failure`: why it stopped, without secrets."""

    channel: str
    told: int
    waiting: int
    failure: str = ""


def channels(config: "Config") -> tuple[str, ...]:
    """The names of the channels that the settings configure."""
    mail = (MAIL,) if config.mail.to else ()
    return (*_hub(config), *mail, *_targets(config))


def begin(store: "Store", config: "Config") -> None:
    """Before anything is fetched: what is published from now on is news to every channel."""
    if names := channels(config):
        store.notices.begin(names)


def push(store: "Store", config: "Config", feeds: "Sequence[Published]") -> tuple[Told, ...]:
    """Notes what is new for each channel, and tells the hub and the targets; the mail waits for `tindothi digest`."""
    names = channels(config)
    if not names:
        return ()
    for hub in _hub(config):
        store.notices.changed(hub, _documents(config, feeds))
    store.notices.gather(name for name in names if name not in _hub(config))
    until = time.monotonic() + BUDGET
    done = {name: _tell(store, name, limit, send, until) for name, limit, send in _senders(config)}
    waiting = {one.name: one.waiting for one in store.notices.channels()}
    return tuple(
        Told(channel=name, told=told, waiting=waiting.get(name, 0), failure=failure)
        for name, (told, failure) in done.items()
    )


def report(done: Sequence[Told], *, as_json: bool = False) -> None:
    """A line for each channel that was told something, or could not be; for scripts, only the latter."""
    for one in done:
        if one.told and not as_json:
            click.echo(f"{one.channel}: {one.told} told")
        if one.failure:
            click.echo(f"tindothi: push: {one.channel}: {one.failure}; {one.waiting} wait for later runs", err=True)


def as_table(done: Sequence[Told]) -> list[dict[str, Any]]:
    """The same for scripts."""
    return [asdict(one) for one in done]


def trust(config: "Config") -> ssl.SSLContext:
    """The certificates that the settings trust."""
    return ssl.create_default_context(cafile=config.fetch.ca_file)


# --- inside ----------------------------------------------------------------------------------------------------------


def _hub(config: "Config") -> tuple[str, ...]:
    return (f"hub:{config.feed.hub}",) if config.feed.hub else ()


def _targets(config: "Config") -> dict[str, str]:
    """Each target once, by its name."""
    from feeds.push import targets

    secrets = (one.get_secret_value() for one in config.push.targets)
    return {targets.name(secret): secret for secret in secrets}


def _documents(config: "Config", feeds: "Sequence[Published]") -> dict[str, str]:
    """The address of each feed with the digest of its file."""
    base, found = config.feed.base_url.rstrip("/"), {}
    for one in feeds:
        if one.volume or one.path.suffix == ".opml":  # nobody subscribes to these there
            continue
        address = f"{base}/{quote(one.path.relative_to(config.feed_dir).as_posix())}"
        with suppress(OSError):  # somebody took it away: the next publish writes it
            found[address] = hashlib.sha256(one.path.read_bytes()).hexdigest()
    return found


def _senders(config: "Config") -> "Iterator[tuple[str, int, Callable[[Notice], None]]]":
    """For each channel that a run tells: its name, how much at most, and how."""
    if hubs := _hub(config):
        from feeds.push.websub import ping

        trusted = cache(partial(trust, config))  # 60 ms, and mostly nothing is due
        hub, proxy = config.feed.hub, config.fetch.proxy
        yield hubs[0], FEEDS, lambda one: ping(hub, one.subject, trust=trusted(), proxy=proxy)
    for name, target in _targets(config).items():
        yield name, AT_ONCE, partial(_to_target, target)


def _to_target(target: str, one: "Notice") -> None:
    from feeds.push import targets

    if one.entry is not None:
        targets.tell(target, one.entry)


def _tell(store: "Store", name: str, limit: int, send: "Callable[[Notice], None]", until: float) -> tuple[int, str]:
    """Gives how many were told, and what stopped it."""
    told = 0
    for one in store.notices.due(name, limit):
        if time.monotonic() >= until:
            return told, "no time is left in this run"
        if not store.notices.claim(one):  # another process has it
            continue
        try:
            send(one)
        except PushError as error:
            store.notices.failed([one], str(error))
            return told, str(error)
        store.notices.told(name, [one])
        told += 1
    return told, ""
