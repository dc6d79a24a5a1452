"""Tells a WebSub hub that a feed has changed; the hub then fetches it, and tells its subscribers.

How is left open by the Recommendation (W3C WebSub, 4: "any mechanism"); what hubs take is the form of PubSubHubbub 0.4,
section 7. It names the feed as `hub.url` or as `hub.topic`, as hubs differ.
"""

import ssl
from functools import partial
from urllib.parse import urlencode

from feeds.push.posting import post
from feeds.push.within import within

SECONDS = 15.0  # that a ping may take


def ping(hub: str, feed: str, *, trust: ssl.SSLContext, proxy: str = "") -> None:
    """Tells the hub that the feed at this address has changed.

    `proxy`: as `http://host:port`; empty: the environment's. A hub on this machine is spoken to directly.

    :raises PushError: no answer, or another one than 2xx
    """
    said = urlencode({"hub.mode": "publish", "hub.url": feed, "hub.topic": feed}).encode()
    within(SECONDS, partial(post, hub, said, trust=trust, proxy=proxy, setting="feed.hub", seconds=SECONDS))
