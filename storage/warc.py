"""WARC records: a `Snapshot` written as one, and read back, foreign ones too.

A page whose body stands in an earlier record is written as a `revisit` of that (WARC/1.1, 6.7.2: identical payload
digest), with its own HTTP headers. Bodies are stored unpacked. The headers that speak of the packing are kept under
`X-Archive-Orig-…`, as other archives do, so that standard tools read the record; they get their names back on reading.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from io import BytesIO
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParserException
from warcio.warcwriter import WARCWriter

from crawler.errors import StoreError
from crawler.types import Snapshot
from storage.schema import storable

MAX_BODY = 64 * 1024 * 1024  # bytes of a page that are read; what is cut off there is too large for any judge

_ORIGINAL = "x-archive-orig-"
_PACKING = ("content-encoding", "transfer-encoding")
_REQUESTED, _SOURCE, _WAIVED = "X-Tindothi-Requested-URI", "X-Tindothi-Source", "X-Tindothi-TLS"
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SAME_BODY = "/revisit/identical-payload-digest"  # the end of the profile's name, in WARC/1.0 and 1.1
_FRACTION = re.compile(r"\.(\d+)")


class ArchiveDamaged(StoreError):
    """An archive is torn or is none; what could be read was given before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The record that a revisit refers to: its URL, and when it was fetched."""

    url: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A page as a record has it; `digest`: of the payload, as printed.

    The page of a revisit is without its body, which is that of `origin`, if that is said; and it has the status 0 where
    the record keeps no HTTP headers.
    """

    page: Snapshot
    digest: str
    revisit: bool = False
    origin: Origin | None = None


class _Headers(StatusAndHeaders):  # type: ignore[misc]
    """Header lines in UTF-8; warcio's own would percent-encode what is not ASCII, and lose what was sent."""

    def compute_headers_buffer(self, header_filter: Any = None) -> None:
        self.headers_buff = self.to_bytes(header_filter)


class _Unpacked:
    """A file unpacked if it is gzip, of one member or many; every fault is `ArchiveDamaged`."""

    def __init__(self, file: IO[bytes]) -> None:
        # `read1` gives what comes before the fault, where `read` would lose it with the rest of the block.
        self._read = gzip.GzipFile(fileobj=file).read1 if _is_gzip(file) else file.read

    def read(self, size: int = -1) -> bytes:
        try:
            return self._read(size)
        except (EOFError, OSError, zlib.error) as error:
            raise ArchiveDamaged(str(error)) from error


def start(name: str) -> bytes:
    """The `warcinfo` record that opens a file."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    writer.write_record(writer.create_warcinfo_record(name, {"software": "tindothi", "format": "WARC File Format 1.1"}))
    return out.getvalue()


def digest(body: bytes) -> str:
    """A payload's digest: `sha256:` and 64 hexadecimal digits."""
    return "sha256:" + sha256(body).hexdigest()


def pack(page: Snapshot, origin: Origin | None = None) -> bytes:
    """The page as one `response` record, or as one `revisit` of that which holds its body; one gzip member."""
    headers = {"WARC-Date": _stamp(page.fetched_at)}
    if page.requested_url != page.url:
        headers[_REQUESTED] = _line(page.requested_url)
    if page.source:
        headers[_SOURCE] = _line(page.source)
    if page.waived:
        headers[_WAIVED] = _line(page.waived)
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    record = _response(writer, page, headers) if origin is None else _revisit(writer, page, headers, origin)
    writer.write_record(record)
    return out.getvalue()


def _response(writer: WARCWriter, page: Snapshot, headers: dict[str, str]) -> Any:
    return writer.create_warc_record(
        _line(page.url),
        "response",
        payload=BytesIO(page.body),
        length=len(page.body),
        http_headers=_http_headers(page),
        warc_headers_dict=headers | {"WARC-Payload-Digest": digest(page.body)},
    )


def _revisit(writer: WARCWriter, page: Snapshot, headers: dict[str, str], origin: Origin) -> Any:
    return writer.create_revisit_record(
        _line(page.url),
        digest(page.body),
        _line(origin.url),
        _stamp(origin.fetched_at),
        http_headers=_http_headers(page),
        warc_headers_dict=headers,
    )


def unpack(file: IO[bytes], *, limit: int = MAX_BODY) -> Iterator[Snapshot]:
    """The pages of a WARC file that bring their own bodies; see `records`."""
    return (record.page for record in records(file, limit=limit) if not record.revisit)


def records(file: IO[bytes], *, limit: int = MAX_BODY) -> Iterator[Record]:
    """The pages of a WARC file, gzip or plain: `response` records of http(s) targets and revisits; constant memory.

    :raises ArchiveDamaged: after the last record that is whole
    """
    try:
        for record in ArchiveIterator(_Unpacked(file)):
            if record.rec_type is None or record.length is None:
                raise ArchiveDamaged("a record's header is cut off")
            found = _record(record, limit)
            while record.raw_stream.read(65536):
                pass
            if record.raw_stream.limit > 0:
                raise ArchiveDamaged("the last record is cut off")
            if found is not None:
                yield found
    except (ArchiveLoadFailed, StatusAndHeadersParserException) as error:
        raise ArchiveDamaged(f"no WARC record where one should be: {ascii(str(error))[1:80]}") from error
    except (ValueError, TypeError, AttributeError, LookupError, EOFError, OSError, zlib.error) as error:
        # warcio checks little of what it reads
        raise ArchiveDamaged(f"unreadable: {type(error).__name__}: {str(error)[:200]}") from error


def _record(record: Any, limit: int) -> Record | None:
    said = record.rec_headers
    revisit = record.rec_type == "revisit" and (said.get_header("WARC-Profile") or "").lower().endswith(_SAME_BODY)
    if not revisit and (record.rec_type != "response" or record.http_headers is None):
        return None
    page = _snapshot(record, limit)
    if page is None:
        return None
    printed = said.get_header("WARC-Payload-Digest") or ""
    return Record(page=page, digest=printed, revisit=revisit, origin=_origin(said, page.url) if revisit else None)


def _origin(said: Any, url: str) -> Origin | None:
    """Older tools leave out the URL where it is the same, and the date altogether."""
    at = said.get_header("WARC-Refers-To-Date")
    return Origin(url=said.get_header("WARC-Refers-To-Target-URI") or url, fetched_at=_date(at)) if at else None


def _snapshot(record: Any, limit: int) -> Snapshot | None:
    said = record.rec_headers
    url = said.get_header("WARC-Target-URI") or ""
    http = record.http_headers
    status = http.get_statuscode() if http else "0"
    if not url.lower().startswith(("http:", "https:")) or not (status.isascii() and status.isdigit()):
        return None
    body = b"" if record.rec_type == "revisit" else record.content_stream().read(limit)
    headers = tuple((name.lower(), value) for name, value in (http.headers if http else ()))
    own = any(name.startswith(_ORIGINAL) for name, _ in headers)
    return Snapshot(
        requested_url=said.get_header(_REQUESTED) or url,
        url=url,
        fetched_at=_date(said.get_header("WARC-Date")),
        status=int(status),
        headers=tuple((name.removeprefix(_ORIGINAL), value) for name, value in headers) if own else headers,
        body=body,
        source=said.get_header(_SOURCE) or "",
        waived=said.get_header(_WAIVED) or "",
    )


def _http_headers(page: Snapshot) -> _Headers:
    headers = []
    for name, value in page.headers:
        if _NAME.fullmatch(name):
            stale = name in _PACKING or (name == "content-length" and value != str(len(page.body)))
            headers.append((_ORIGINAL + name if stale else name, _line(value)))
    phrase = ""
    with suppress(ValueError):
        phrase = HTTPStatus(page.status).phrase
    return _Headers(f"{page.status:03d} {phrase}".strip(), headers, protocol="HTTP/1.1")


def _line(text: str) -> str:
    """One header line: no breaks, nothing that UTF-8 cannot hold."""
    return " ".join(storable(text).split())


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _date(printed: str | None) -> datetime:
    """WARC/1.1 allows any number of digits of a second's fraction."""
    text = _FRACTION.sub(lambda found: "." + found[1][:6].ljust(6, "0"), printed or "")
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _is_gzip(file: IO[bytes]) -> bool:
    magic = file.read(2)
    file.seek(-len(magic), 1)
    return magic == b"\x1f\x8b"
