"""The feed directory over HTTP, for those who have no web server.

    request → GET or HEAD? (405) → a file of ours? (404) → packed, if that is taken → known already? (304) → 200

It serves the files that `publish` writes, and nothing else that may lie there: known kinds by their last name, no
hidden or temporary file, nothing behind a symbolic link, no listing of a folder. An ETag is made of the very bytes that
are sent, so it is strong, differs for the packed variant, and outlives copying the folder elsewhere (RFC 9110, 8.8.3).
"""

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote

from aiohttp import web

from feeds.definitions import feed_of
from feeds.files import PACKED
from feeds.pages import INDEX, POLICY

TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".atom": "application/atom+xml; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".json": "application/feed+json",  # JSON is UTF-8 and has no charset (RFC 8259, 11)
        ".opml": "text/x-opml; charset=utf-8",
        ".rss": "application/rss+xml; charset=utf-8",
    }
)
CACHED = "public, max-age=300"  # seconds for which a document needs not be asked for again
CACHED_VOLUME = "public, max-age=31536000, immutable"  # it is written once (RFC 8246)
IDLE = 15.0  # seconds for a request to arrive, and for a connection without one to stay
SENDING = 60.0  # seconds that one answer may take
ENDING = 2.0  # seconds for answers under way when the server is told to end
MAX_LINE = 4096  # bytes of a request's line, and of each of its headers
MAX_HEADERS = 64

_ALWAYS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Server": "tindothi",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file as it is sent; `etag` without its quotes, `modified` in whole seconds, UTC."""

    body: bytes = field(repr=False)
    media_type: str
    packed: bool
    etag: str
    modified: datetime


def find(directory: Path, path: str, *, packed: bool) -> Document | None:
    """What the directory has for a URL's path (percent-decoded); None where that is no file of ours.

    `packed`: the reader takes gzip.
    """
    name = path.removeprefix("/") or INDEX
    media_type = TYPES.get(Path(name).suffix)
    if media_type is None or not path.startswith("/") or not all(map(_plain, name.split("/"))):
        return None
    try:
        file = directory.resolve(strict=True) / name
        if file.resolve(strict=True) != file or not file.is_file():
            return None
        if packed:
            with suppress(FileNotFoundError):
                return _read(file.with_name(file.name + PACKED), media_type, packed=True)
        return _read(file, media_type, packed=False)
    except (OSError, ValueError):  # it is not there; this user may not read it; no file system has such a name
        return None


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header takes gzip (RFC 9110, 12.5.3)."""
    weights: dict[str, float] = {}
    for one in accepted.lower().split(","):
        coding, _, parameter = one.partition(";")
        name, _, value = parameter.partition("=")
        try:
            weights[coding.strip()] = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            weights[coding.strip()] = 0.0
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def server(directory: Path) -> web.ServerRunner:
    """A server of the directory, made in a running loop; it is then set up and given a `web.TCPSite`."""

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        response = await _answer(directory, request)
        try:
            async with asyncio.timeout(SENDING):
                await response.prepare(request)
                await response.write_eof()
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()
        return response

    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # what a stranger sends wrong is no news
    return web.ServerRunner(
        web.Server(
            handle,
            access_log=None,
            keepalive_timeout=IDLE,
            lingering_time=1.0,
            max_line_size=MAX_LINE,
            max_field_size=MAX_LINE,
            max_headers=MAX_HEADERS,
        ),
        shutdown_timeout=ENDING,
    )


async def _answer(directory: Path, request: web.BaseRequest) -> web.Response:
    if request.method not in ("GET", "HEAD"):
        return _refuse(request, 405, {"Allow": "GET, HEAD"})
    packed = takes_gzip(",".join(request.headers.getall("Accept-Encoding", ())))
    path = unquote(request.rel_url.raw_path, errors="surrogateescape")
    document = await asyncio.to_thread(find, directory, path, packed=packed)
    if document is None:
        return _refuse(request, 404)
    cached = CACHED_VOLUME if feed_of(path.rpartition("/")[2])[1] else CACHED
    headers = {**_ALWAYS, "Cache-Control": cached, "ETag": f'"{document.etag}"'}
    if _known(request, document):
        response = web.Response(status=304, headers=headers)
    else:
        headers["Content-Type"] = document.media_type
        if document.packed:
            headers["Content-Encoding"] = "gzip"
        response = web.Response(body=document.body, headers=headers)
    response.last_modified = document.modified
    return _closing(request, response)


def _known(request: web.BaseRequest, document: Document) -> bool:
    """Whether the reader has this document; by its ETag if it names any, else by time (RFC 9110, 13.2.2)."""
    if "If-None-Match" in request.headers:
        return any(tag.value in ("*", document.etag) for tag in request.if_none_match or ())
    since = request.if_modified_since
    return since is not None and document.modified <= since


def _refuse(request: web.BaseRequest, status: int, more: Mapping[str, str] = MappingProxyType({})) -> web.Response:
    words = {404: "404: no such feed here", 405: "405: only GET and HEAD"}[status]
    headers = {**_ALWAYS, "Cache-Control": "no-store", **more}
    return _closing(request, web.Response(status=status, text=f"{words}\n", headers=headers))


def _closing(request: web.BaseRequest, response: web.Response) -> web.Response:
    """Whoever sends a body is not listened to any longer."""
    if request.can_read_body:
        response.force_close()
    return response


def _plain(name: str) -> bool:
    """Whether it is the name of a file that is no secret: neither hidden, nor temporary, nor a way out."""
    return bool(name) and not name.startswith(".") and "\\" not in name and name.isprintable()


def _read(file: Path, media_type: str, *, packed: bool) -> Document:
    with file.open("rb") as opened:
        body = opened.read()
        modified = datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
    etag = hashlib.sha256(body).hexdigest()[:32]
    return Document(body=body, media_type=media_type, packed=packed, etag=etag, modified=modified)
