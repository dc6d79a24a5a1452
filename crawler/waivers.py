"""What a source file lets pass of one host's TLS (`[[tls]]`): pure.

A waiver holds for its very host and until its day. It lets pass the least that helps: never "any certificate". A pinned
one is compared by its SHA-256; else chain, name and all but the end of its time are verified.
"""

from datetime import date

from crawler.types import Waiver

HAS_EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED


def holds(waiver: Waiver, today: date) -> bool:
    """Whether its time is not over."""
    return today <= waiver.until


def said(waiver: Waiver) -> str:
    """What it lets pass, and why, in a line."""
    parts = [f"pin {waiver.pin}"] if waiver.pin else []
    parts += [name for name in ("chain", "expired", "legacy") if getattr(waiver, name)]
    return f"{', '.join(parts)} ({waiver.reason})"


def accepts(waiver: Waiver, *, error: int, depth: int, fingerprint: str, named: bool) -> bool:
    """Whether a certificate of the chain may pass; `depth` 0 is the server's own.

    `error`: what OpenSSL has against it, 0: nothing. `fingerprint`: its SHA-256. `named`: whether it is for this host.
    """
    if waiver.pin:
        return depth > 0 or fingerprint == waiver.pin
    return error in ((0, HAS_EXPIRED) if waiver.expired else (0,)) and (depth > 0 or named)
