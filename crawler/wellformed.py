"""What a setting's value must look like, so that a mistake is told before anything is fetched."""

import ipaddress
import re
import ssl
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

DAY = 86400.0  # seconds
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_PASSWORD = re.compile(r"(://[^/@\s]*:)[^/@\s]*@")  # of a database, of a proxy
_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?|::1|")
_TARGET = re.compile(r"[A-Za-z][A-Za-z0-9.+-]*://\S+")


def _address(value: str, schemes: tuple[str, ...], form: str) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if value and (not good or re.search(r"\s", value)):
        raise ValueError(f"is no address; write it as {form}, or leave it empty")
    return value


def _served(value: str) -> str:
    return _address(value, ("http", "https"), "https://host/path")


def _proxy(value: str) -> str:
    return _address(value, ("http",), "http://host:port")


def masked(text: str) -> str:
    """The text, without the password of any address in it."""
    return _PASSWORD.sub(r"\1***@", text)


def is_loopback(host: str) -> bool:
    """Whether this names the machine itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _hub(value: str) -> str:
    parts = urlsplit(_address(value, ("https", "http"), "https://host/path"))
    if value and (parts.username is not None or parts.fragment):
        raise ValueError("stands in every feed: write it without a user, a password or a fragment")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("is no safe address; write it as https://host/path")
    return value


def _mailbox(value: str) -> str:
    if value and not _MAILBOX.fullmatch(value):
        raise ValueError("is no mail address; write it as name@host")
    return value


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError("is no host; write it as mail.example.vn")
    return value


def _target(value: SecretStr) -> SecretStr:
    if not _TARGET.fullmatch(value.get_secret_value()):
        raise ValueError("is no address of Apprise's; write it as json://host/path or tgram://token/chat")
    return value


def _secret_address(value: SecretStr) -> SecretStr:
    _address(value.get_secret_value(), ("https", "http"), "https://host/path")
    return value


def _line(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("goes into a header: write it in one line, without control characters")
    return value


def untrusted(ca_file: Path) -> str:
    """What is wrong with a file of certificates; empty if nothing is."""
    try:
        if not ssl.create_default_context(cafile=ca_file).cert_store_stats()["x509"]:
            return "holds no certificate"
    except ssl.SSLError:
        return "holds no certificate that can be read (PEM)"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return ""


Served = Annotated[str, AfterValidator(_served)]
Proxy = Annotated[str, AfterValidator(_proxy)]
Hub = Annotated[str, AfterValidator(_hub)]
Host = Annotated[str, AfterValidator(_host)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
Target = Annotated[SecretStr, AfterValidator(_target)]
SecretAddress = Annotated[SecretStr, AfterValidator(_secret_address)]
Line = Annotated[str, Field(max_length=300), AfterValidator(_line)]
Seconds = Annotated[float, Field(ge=0, le=DAY)]
Some = Annotated[float, Field(gt=0, le=7 * DAY)]  # seconds, not none
Days = Annotated[int, Field(ge=0, le=36500)]
