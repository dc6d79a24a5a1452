"""A short message to a target of Apprise's: a webhook, Telegram and a hundred others.

A target's address is a secret as a whole: a token may stand in any of its parts. It is never told, but by its scheme
and a hash.
"""

import hashlib
import logging
import re
from functools import partial
from urllib.parse import unquote

from crawler.errors import PushError
from crawler.types import Entry
from feeds.push.digest import item
from feeds.push.within import within

SECONDS = 30.0  # that a message may take
_PIECES = re.compile(r"[/:@?&=,;+]+")


def name(target: str) -> str:
    """What a target is called: `json:0a1b2c3d4e5f`."""
    scheme = target.partition("://")[0].lower()
    return f"{scheme}:{hashlib.sha256(target.encode()).hexdigest()[:12]}"


def tell(target: str, entry: Entry) -> None:
    """Sends title, source and link of the entry.

    Told again, after nobody knows whether it arrived, it bears the same `Idempotency-Key`, if the target has headers.

    :raises PushError: it could not be sent, or Apprise is not installed
    """
    told = item(entry)
    body = "\n".join(line for line in (f"Nguồn: {told.origin}", told.link) if line)
    send(target, told.title, body, key=entry.id, setting="push.targets")


def send(target: str, title: str, body: str, *, key: str, setting: str) -> None:
    """Sends a plain message. `key`: its `Idempotency-Key`; `setting`: the one that names the target.

    :raises PushError: it could not be sent, or Apprise is not installed
    """
    within(SECONDS, partial(_send, target, title, body, key, setting))


def _send(target: str, title: str, body: str, key: str, setting: str) -> None:
    try:
        from apprise import Apprise, AppriseAsset, NotifyFormat  # 0.4 seconds, and an extra
    except ImportError:
        raise PushError("Apprise is not installed: pip install 'tindothi[alerts]'") from None
    asset = AppriseAsset(app_id="tindothi", app_desc="tindothi", async_mode=False)
    with _Collected() as said:
        one = Apprise.instantiate(target, asset=asset)
        if one is None:
            raise PushError(f"Apprise knows no such address; mend it in {setting}")
        if isinstance(headers := getattr(one, "headers", None), dict):
            headers["Idempotency-Key"] = f'"{key}"'
        sent = Apprise(asset=asset)
        sent.add(one)
        if not sent.notify(title=title, body=body, body_format=NotifyFormat.TEXT):
            raise PushError(_masked(" ".join(said), target) or "not sent")


class _Collected(logging.Handler):
    """What Apprise says goes here, and not to the log: it may name the address."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def __enter__(self) -> list[str]:
        for quiet in ("apprise", "requests", "urllib3"):  # they log addresses and messages
            logging.getLogger(quiet).setLevel(logging.WARNING)
        log = logging.getLogger("apprise")
        log.propagate = False
        log.addHandler(self)
        return self.said

    def __exit__(self, *_: object) -> None:
        logging.getLogger("apprise").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def _masked(said: str, target: str) -> str:
    """One line, without any part of the address."""
    rest = target.partition("://")[2]
    pieces = {piece for whole in (rest, unquote(rest)) for piece in _PIECES.split(whole) if len(piece) > 2}
    for piece in sorted(pieces, key=len, reverse=True):
        said = said.replace(piece, "***")
    return " ".join("".join(c if c.isprintable() else " " for c in said).split())[:200]
