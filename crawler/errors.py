"""Refusals and mistakes. The class name is the metric: rejections are counted by it.

TindothiError
  ├─ ConfigError           a settings, source, family or topic file is wrong: names file, key and mend
  ├─ StoreError            the database or the archive refused
  │    ├─ StoreLocked      another process holds the database
  │    ├─ StoreFull        the disk is full, or less is free than is to stay free
  │    └─ PageRemoved      the page's archive file was removed when its time was over
  ├─ RunLocked             another run holds the data directory
  ├─ PublishError          stored, but a feed could not be written
  ├─ PushError             a hub, the mail or a target could not be told; it waits for the next try
  ├─ Stopped               a signal ended the run before it was done
  └─ Rejected              a fetched page that is no article
       ├─ HttpRefused      status 4xx or 5xx                     (temporary, see `temporary`)
       │    ├─ NotFound    404, 410                               (final)
       │    └─ ServerError 5xx, 408, 429                          (temporary)
       ├─ Blocked          something stands before the article   (temporary)
       │    ├─ Captcha        are you human?
       │    ├─ Firewall       WAF, access denied, rate limit, a check of the browser
       │    ├─ LoginRequired  for members only, a session that expired
       │    ├─ Maintenance    closed, or the server's error, said with status 200
       │    └─ Consent        cookies first
       ├─ SoftNotFound     "not found" said with status 200
       ├─ HomeServed       the home page in the article's place   (temporary)
       ├─ TooLarge         longer than the limit
       ├─ NotHtml          a feed, an image, a document
       ├─ OffSite          a redirect left the source's own hosts
       ├─ NotArticle       a home or listing page
       ├─ NoText           an article without text
       └─ Damaged          empty, truncated, undecodable, not parsable (temporary)
"""

from datetime import datetime


class TindothiError(Exception):
    """Everything that tindothi says to its user without a traceback."""


class ConfigError(TindothiError):
    """A file of the user's is wrong; the message names file, key and mend."""


class StoreError(TindothiError):
    """The database or the archive refused."""


class StoreLocked(StoreError):
    """Another process holds the database."""


class StoreFull(StoreError):
    """The disk is full, or less is free than is to stay free: nothing that follows would fare better."""


class PageRemoved(StoreError):
    """The page is no longer in the archive: its file was removed when its time was over."""


class RunLocked(TindothiError):
    """Another run holds the data directory. `since`: aware; None where it has not said."""

    def __init__(self, message: str, since: datetime | None = None) -> None:
        super().__init__(message)
        self.since = since


class PublishError(TindothiError):
    """Stored, but a feed could not be written."""


class PushError(TindothiError):
    """Somebody could not be told; the message holds no secret, and the notice waits for the next try."""


class Stopped(TindothiError):
    """A signal ended the run before it was done; the next one goes on."""


class Rejected(TindothiError):
    """A fetched page that is no article. `temporary`: worth asking again later."""

    temporary = False

    @property
    def reason(self) -> str:
        """The name under which it is counted."""
        return type(self).__name__


class HttpRefused(Rejected):
    """The server answered with a status that is no page; a gate keeper's 403 is gone tomorrow."""

    temporary = True


class NotFound(HttpRefused):
    """404 or 410."""

    temporary = False


class ServerError(HttpRefused):
    """5xx, 408 or 429."""


class Blocked(Rejected):
    """Something stands before the article, and may be gone tomorrow; each kind has a name of its own."""

    temporary = True


class Captcha(Blocked):
    """Asks whether a human reads."""


class Firewall(Blocked):
    """Denied by a WAF or a rate limit, or a check of the browser."""


class LoginRequired(Blocked):
    """For members only, or the session has expired."""


class Maintenance(Blocked):
    """The site is closed, or its server has an error, and says so with status 200."""


class Consent(Blocked):
    """Asks for consent to cookies, and shows nothing else."""


class SoftNotFound(Rejected):
    """The page says "not found" with status 200."""


class HomeServed(Rejected):
    """The site's home page in place of the article."""

    temporary = True


class TooLarge(Rejected):
    """Longer than the limit."""


class NotHtml(Rejected):
    """A feed, an image, a document."""


class OffSite(Rejected):
    """A redirect left the source's own hosts."""


class NotArticle(Rejected):
    """A home or listing page."""


class NoText(Rejected):
    """No text is left."""


class Damaged(Rejected):
    """Empty, truncated, undecodable or not parsable."""

    temporary = True
