"""A small HTTP client that goes through the local web's proxy and verifies its certificates: the tests' browser."""

import http.client
import ssl
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml import etree, html

from crawler.portal import LocalWeb


class Reply(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def tree(self) -> html.HtmlElement:
        return html.document_fromstring(self.body, parser=html.HTMLParser(encoding="utf-8"))


def open_line(web: LocalWeb, url: str) -> http.client.HTTPConnection:
    proxy, parts = urlsplit(web.proxy_url), urlsplit(url)
    if parts.scheme == "http":
        return http.client.HTTPConnection(proxy.hostname or "", proxy.port, timeout=10)
    trust = ssl.create_default_context(cafile=web.ca_file)
    line = http.client.HTTPSConnection(proxy.hostname or "", proxy.port, context=trust, timeout=10)
    line.set_tunnel(parts.hostname or "")
    return line


def ask(
    line: http.client.HTTPConnection, url: str, method: str, headers: Mapping[str, str], body: bytes | None
) -> Reply:
    parts = urlsplit(url)
    target = url if parts.scheme == "http" else (parts._replace(scheme="", netloc="").geturl() or "/")
    line.request(method, target, body=body, headers=dict(headers))
    response = line.getresponse()
    return Reply(response.status, dict(response.getheaders()), response.read())


def fetch(
    web: LocalWeb, url: str, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Reply:
    line = open_line(web, url)
    try:
        return ask(line, url, method, headers or {}, body)
    finally:
        line.close()


def shown(page: str | Reply) -> str:
    """All text of a page, white space joined."""
    tree = html.document_fromstring(page) if isinstance(page, str) else page.tree
    return joined(tree)


def joined(node: etree._Element) -> str:
    """All text inside of an element, white space joined."""
    return " ".join(str(node.xpath("string()")).split())
