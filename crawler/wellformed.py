"""What a setting's value must look like, so that a mistake is told before anything is fetched."""

import re
import ssl
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

DAY = 86400.0  # seconds
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")


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
Line = Annotated[str, Field(max_length=300), AfterValidator(_line)]
Seconds = Annotated[float, Field(ge=0, le=DAY)]
Some = Annotated[float, Field(gt=0, le=7 * DAY)]  # seconds, not none
Days = Annotated[int, Field(ge=0, le=36500)]
