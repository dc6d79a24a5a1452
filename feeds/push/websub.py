"""Tells a WebSub hub that a feed has changed; the hub then fetches it, and tells its subscribers.

How is left open by the Recommendation (W3C WebSub, 4: "any mechanism"); what hubs take is the form of PubSubHubbub 0.4,
section 7. It names the feed as `hub.url` or as `hub.topic`, as hubs differ.
"""

import http.client
import ssl
from functools import partial
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from crawler.errors import PushError
from crawler.wellformed import is_loopback
from feeds.push.within import within

SECONDS = 15.0  # that a ping may take


class _Stay(HTTPRedirectHandler):
    """A redirected POST becomes a GET without what it said: no redirect is followed."""

    def redirect_request(self, *_: Any) -> None:
        return None


def ping(hub: str, feed: str, *, trust: ssl.SSLContext, proxy: str = "") -> None:
    """Tells the hub that the feed at this address has changed.

    `proxy`: as `http://host:port`; empty: the environment's. A hub on this machine is spoken to directly.

    :raises PushError: no answer, or another one than 2xx
    """
    within(SECONDS, partial(_post, hub, feed, trust, proxy))


def _post(hub: str, feed: str, trust: ssl.SSLContext, proxy: str) -> None:
    said = urlencode({"hub.mode": "publish", "hub.url": feed, "hub.topic": feed}).encode()
    through: dict[str, str] | None = {"http": proxy, "https": proxy} if proxy else None
    if is_loopback(urlsplit(hub).hostname or ""):
        through = {}
    opener = build_opener(ProxyHandler(through), HTTPSHandler(context=trust), _Stay)
    request = Request(hub, said, {"User-Agent": "tindothi"}, method="POST")  # noqa: S310 the settings take http and https
    try:
        opener.open(request, timeout=SECONDS).close()
    except HTTPError as error:
        error.close()
        moved = "; it has moved, mend feed.hub" if 300 <= error.code < 400 else ""
        raise PushError(f"HTTP {error.code}{moved}") from error
    except (URLError, OSError, http.client.HTTPException) as error:
        why = getattr(error, "reason", error)
        raise PushError(" ".join(str(why).split())[:200] or type(error).__name__) from error
