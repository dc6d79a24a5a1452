"""Hands a mail to an SMTP server (RFC 5321), never in the clear unless that is this very machine."""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import partial

from crawler.errors import PushError
from crawler.wellformed import is_loopback
from feeds.push.within import within

SECONDS = 60.0  # that sending may take
SILENCE = 20.0  # and a single answer
TLS_PORT = 465  # TLS from the start (RFC 8314, 3.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """An SMTP server. `user`: empty, where nobody logs in."""

    host: str
    port: int
    trust: ssl.SSLContext
    user: str = ""
    password: str = field(default="", repr=False)


def send(message: EmailMessage, server: Server) -> tuple[str, ...]:
    """Gives the recipients that the server refused while it took others.

    :raises PushError: nobody gets it, or nobody knows
    """
    return within(SECONDS, partial(_send, message, server))


def _send(message: EmailMessage, server: Server) -> tuple[str, ...]:
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _connected(server)
        if server.user:
            smtp.login(server.user, server.password)
        refused = smtp.send_message(message)
        with suppress(smtplib.SMTPException, OSError):  # it is delivered: how the server says good-bye is no matter
            smtp.quit()
        return tuple(refused)
    except smtplib.SMTPAuthenticationError as error:
        raise PushError(f"the server refuses mail.user and mail.password ({error.smtp_code})") from None
    except smtplib.SMTPRecipientsRefused as error:
        raise PushError(f"the server refuses every recipient: {', '.join(error.recipients)}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise PushError(_told(error, server.password)) from None
    finally:
        if smtp is not None:
            smtp.close()


def _connected(server: Server) -> smtplib.SMTP:
    if server.port == TLS_PORT:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SILENCE, context=server.trust)
    smtp = smtplib.SMTP(server.host, server.port, timeout=SILENCE)
    if not is_loopback(server.host):
        try:
            smtp.starttls(context=server.trust)
        except smtplib.SMTPNotSupportedError:
            smtp.close()
            raise PushError("the server offers no STARTTLS, and nothing is sent in the clear; mend mail.port") from None
        except BaseException:
            smtp.close()
            raise
    return smtp


def _told(error: Exception, password: str) -> str:
    """What happened, in one line; a server that echoes the password is not quoted."""
    said = str(error)
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        said = f"{error.smtp_code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
    said = said.replace(password, "***") if password else said
    return "".join(c if c.isprintable() else " " for c in said)[:200].strip() or type(error).__name__
