"""The dead man's ping: a monitor hears when a crawl begins and how it ended; hearing nothing, it raises the alarm.

It is asked in Healthchecks' form: POST of ADDRESS/start, ADDRESS when all was well, ADDRESS/fail when not; the body is
what was done. A ping that fails is a line on the error output, and never fails a run.
"""

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import click

from crawler.errors import PushError

if TYPE_CHECKING:
    from crawler.config import Config

START, WELL, FAIL = "/start", "", "/fail"
SECONDS = 10.0  # that a ping may take
LONGEST = 10_000  # characters of what was done


def beat(config: "Config", how: str, said: str = "") -> None:
    """Pings, if there is an address. `how`: START, WELL or FAIL."""
    if not (address := config.alerts.ping_url.get_secret_value()):
        return
    from crawler.commands.push import trust
    from feeds.push.posting import post
    from feeds.push.within import within

    parts = urlsplit(address)
    where = urlunsplit(parts._replace(path=parts.path.rstrip("/") + how))
    how_sent = {"proxy": config.fetch.proxy, "setting": "alerts.ping_url", "media_type": "text/plain; charset=utf-8"}
    send = partial(post, where, said[:LONGEST].encode("utf-8", "replace"), trust=trust(config), seconds=SECONDS)
    try:
        within(SECONDS, partial(send, **how_sent))
    except PushError as error:
        click.echo(f"tindothi: ping: {error}", err=True)
