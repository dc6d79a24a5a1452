"""A POST to an address of the settings: no redirect is followed, no answer is read."""

import http.client
import ssl
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from crawler.errors import PushError
from crawler.wellformed import is_loopback


class _Stay(HTTPRedirectHandler):
    """A redirected POST becomes a GET without what it said: no redirect is followed."""

    def redirect_request(self, *_: Any) -> None:
        return None


def post(
    address: str,
    said: bytes,
    *,
    trust: ssl.SSLContext,
    setting: str,
    seconds: float,
    proxy: str = "",
    media_type: str = "application/x-www-form-urlencoded",
) -> None:
    """Says it to the address. `setting`: the one that names it; `seconds`: that any single answer may take.

    `proxy`: as `http://host:port`; empty: the environment's. This machine is spoken to directly.

    :raises PushError: no answer, or another one than 2xx
    """
    through: dict[str, str] | None = {"http": proxy, "https": proxy} if proxy else None
    if is_loopback(urlsplit(address).hostname or ""):
        through = {}
    opener = build_opener(ProxyHandler(through), HTTPSHandler(context=trust), _Stay)
    headers = {"User-Agent": "tindothi", "Content-Type": media_type}
    request = Request(address, said, headers, method="POST")  # noqa: S310 the settings take http and https
    try:
        opener.open(request, timeout=seconds).close()
    except HTTPError as error:
        error.close()
        moved = f"; it has moved, mend {setting}" if 300 <= error.code < 400 else ""
        raise PushError(f"HTTP {error.code}{moved}") from error
    except (URLError, OSError, http.client.HTTPException) as error:
        why = getattr(error, "reason", error)
        raise PushError(" ".join(str(why).split())[:200] or type(error).__name__) from error
