"""`tindothi digest`: what was published since the last one, as a mail."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from crawler.errors import ConfigError, PushError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.config import Config
    from crawler.types import Entry
    from storage.notices import Notice
    from storage.store import Store

IN_ONE = 100  # entries in a mail; the rest comes in the next one, at once
DAYS = {"daily": 1, "weekly": 7}


@click.command()
@click.option("--send", is_flag=True, help="Send it, if its time has come; else only show it.")
def command(send: bool) -> None:
    """Show the digest of the entries that were published since the last one; or send it.

    It goes to `mail.to`, daily or weekly (`mail.period`), and not at all where nothing is new. What could not be sent
    is in the next one. In cron, any time of the day, and as often as you like:

    \b
      0 7 * * *  tindothi digest --send
    """
    from crawler.commands.push import MAIL
    from crawler.config import load
    from storage.opening import open_store

    config = load()
    if not config.mail.to:
        raise ConfigError("mail.to is empty: nobody gets a digest; set it, and mail.sender and mail.host")
    with open_store(config) as store:
        store.notices.gather([MAIL])
        if send:
            _send_all(store, config)
        else:
            _show(store, config)


def next_day(last: datetime | None, period: str) -> date | None:
    """The day, in Vietnam, on which the next digest may go; None: at once, there was none yet."""
    from crawler.types import VIETNAM

    return None if last is None else last.astimezone(VIETNAM).date() + timedelta(days=DAYS[period])


# --- inside ----------------------------------------------------------------------------------------------------------


def _show(store: "Store", config: "Config") -> None:
    from crawler.commands.push import MAIL
    from feeds.push.digest import item, plain

    if found := _entries(store.notices.waiting(MAIL, IN_ONE)):
        click.echo(plain([item(one) for one in found]), nl=False)
    else:
        click.echo("nothing is new: no mail would be sent")


def _send_all(store: "Store", config: "Config") -> None:
    from crawler.commands.push import MAIL
    from crawler.types import VIETNAM

    known = next(one for one in store.notices.channels() if one.name == MAIL)
    day = next_day(known.told_at, config.mail.period)
    if day is not None and datetime.now(VIETNAM).date() < day and not known.begun:
        click.echo(f"not yet: the next digest goes on {day:%d/%m/%Y} (mail.period: {config.mail.period})")
        return
    sent = 0
    while batch := store.notices.batch(MAIL, IN_ONE):
        _send(store, config, batch)
        sent += len(batch)
    if batch is None:
        raise PushError("digest: another process is sending it, or was killed at it; try again in 5 minutes")
    click.echo(f"{sent} entries sent to {', '.join(config.mail.to)}" if sent else "nothing is new: no mail is sent")


def _send(store: "Store", config: "Config", batch: "tuple[Notice, ...]") -> None:
    from crawler.commands.push import MAIL, trust
    from feeds.push import mail
    from feeds.push.digest import compose

    settings = config.mail
    message = compose(_entries(batch), sender=settings.sender, to=settings.to, at=datetime.now(UTC))
    server = mail.Server(
        host=settings.host,
        port=settings.port,
        trust=trust(config),
        user=settings.user,
        password=settings.password.get_secret_value(),
    )
    try:
        refused = mail.send(message, server)
    except PushError as error:
        store.notices.failed(batch, str(error))
        raise PushError(f"digest: {settings.host}:{settings.port}: {error}; its {len(batch)} entries wait") from error
    store.notices.told(MAIL, batch)
    if refused:
        click.echo(f"tindothi: digest: the server refuses {', '.join(refused)}; mend mail.to", err=True)


def _entries(notices: "Sequence[Notice]") -> "list[Entry]":
    return [one.entry for one in notices if one.entry is not None]
