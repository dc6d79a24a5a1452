"""Request and answer, as the local web's sites see them: values, no sockets."""

import gzip
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"
RSS = "application/rss+xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
SILENT = 0  # the status of an answer of which not even a status line is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. `target` is path and query as sent; header names are lower case."""

    method: str
    scheme: str
    host: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def url(self) -> str:
        """The absolute URL."""
        return f"{self.scheme}://{self.host}{self.target}"

    @property
    def path(self) -> str:
        """The path, without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The query's fields, the last value of each."""
        return {key: values[-1] for key, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def form(self) -> dict[str, str]:
        """The body's form fields, the last value of each."""
        fields = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {key: values[-1] for key, values in fields.items()}


class Framing(StrEnum):
    """How a body's end is told: by its length, by chunks, or not at all (`RAW`: as it comes, then the line is cut)."""

    LENGTH = "length"
    CHUNKED = "chunked"
    RAW = "raw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. A body in pieces needs `CHUNKED` or `RAW`; with `RAW` the headers are sent exactly as they are."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | Iterable[bytes] = b""
    framing: Framing = Framing.LENGTH

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def with_headers(self, *headers: tuple[str, str]) -> "Answer":
        """The same with further headers."""
        return replace(self, headers=self.headers + headers)


def page(text: str | bytes, content_type: str = HTML, status: int = 200) -> Answer:
    """An answer with a text."""
    body = text.encode() if isinstance(text, str) else text
    return Answer(status=status, headers=(("Content-Type", content_type),), body=body)


def redirect(url: str, status: int = 301) -> Answer:
    """An answer that points elsewhere."""
    return Answer(status=status, headers=(("Location", url), ("Content-Type", HTML)))


def not_found() -> Answer:
    """What the sites say of an address that they do not have."""
    return page("<!DOCTYPE html><html><head><title>404</title></head><body><h1>404</h1></body></html>", status=404)


def stamped(answer: Answer, *, modified: datetime | None = None, etag: bool = False) -> Answer:
    """The same with `Last-Modified` (cut to the second) and an `ETag` over the body, where asked for."""
    if modified is not None:
        at = modified.astimezone(UTC).replace(microsecond=0)
        answer = answer.with_headers(("Last-Modified", format_datetime(at, usegmt=True)))
    if etag and isinstance(answer.body, bytes):
        answer = answer.with_headers(("ETag", f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'))
    return answer


def conditional(request: Request, answer: Answer) -> Answer:
    """304 where the asker has this answer already (RFC 9110, 13.1: `If-None-Match` goes before the date)."""
    if answer.status != 200 or request.method not in ("GET", "HEAD"):
        return answer
    known, since = request.headers.get("if-none-match"), request.headers.get("if-modified-since")
    etag, modified = answer.header("ETag"), answer.header("Last-Modified")
    if known is not None:
        same = bool(etag) and etag in (tag.strip().removeprefix("W/") for tag in known.split(","))
    else:
        same = bool(modified) and since == modified  # sites compare the string they gave
    return unchanged(answer) if same else answer


def unchanged(answer: Answer) -> Answer:
    """304 in the place of an answer, with its validators."""
    kept = tuple((key, value) for key, value in answer.headers if key in ("ETag", "Last-Modified"))
    return Answer(status=304, headers=kept)


def packed(request: Request, answer: Answer) -> Answer:
    """Compressed, where the asker takes gzip and it is worth it."""
    body = answer.body
    wanted = "gzip" in request.headers.get("accept-encoding", "")
    if not wanted or not isinstance(body, bytes) or len(body) < 1024 or answer.framing is not Framing.LENGTH:
        return answer
    smaller = gzip.compress(body, compresslevel=1, mtime=0)
    return replace(answer.with_headers(("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")), body=smaller)
