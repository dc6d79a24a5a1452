"""WARC records: a `Snapshot` written as one, and read back, foreign ones too.

Bodies are stored unpacked. The headers that speak of the packing are kept under `X-Archive-Orig-…`, as other archives
do, so that standard tools read the record; they get their names back on reading.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
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
_REQUESTED, _SOURCE = "X-Tindothi-Requested-URI", "X-Tindothi-Source"
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FRACTION = re.compile(r"\.(\d+)")


class ArchiveDamaged(StoreError):
    """An archive is torn or is none; what could be read was given before."""


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


def pack(page: Snapshot) -> bytes:
    """The page as one `response` record, one gzip member."""
    headers = {"WARC-Date": _stamp(page.fetched_at), "WARC-Payload-Digest": digest(page.body)}
    if page.requested_url != page.url:
        headers[_REQUESTED] = _line(page.requested_url)
    if page.source:
        headers[_SOURCE] = _line(page.source)
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    record = writer.create_warc_record(
        _line(page.url),
        "response",
        payload=BytesIO(page.body),
        length=len(page.body),
        http_headers=_http_headers(page),
        warc_headers_dict=headers,
    )
    writer.write_record(record)
    return out.getvalue()


def unpack(file: IO[bytes], *, limit: int = MAX_BODY) -> Iterator[Snapshot]:
    """The pages of a WARC file, gzip or plain: its `response` records of http(s) targets; constant memory.

    :raises ArchiveDamaged: after the last record that is whole
    """
    try:
        for record in ArchiveIterator(_Unpacked(file)):
            if record.rec_type is None or record.length is None:
                raise ArchiveDamaged("a record's header is cut off")
            page = _snapshot(record, limit)
            while record.raw_stream.read(65536):
                pass
            if record.raw_stream.limit > 0:
                raise ArchiveDamaged("the last record is cut off")
            if page is not None:
                yield page
    except (ArchiveLoadFailed, StatusAndHeadersParserException) as error:
        raise ArchiveDamaged(f"no WARC record where one should be: {ascii(str(error))[1:80]}") from error
    except (ValueError, TypeError, AttributeError, LookupError, EOFError, OSError, zlib.error) as error:
        # warcio checks little of what it reads
        raise ArchiveDamaged(f"unreadable: {type(error).__name__}: {str(error)[:200]}") from error


def _snapshot(record: Any, limit: int) -> Snapshot | None:
    if record.rec_type != "response" or record.http_headers is None:
        return None
    said = record.rec_headers
    url = said.get_header("WARC-Target-URI") or ""
    status = record.http_headers.get_statuscode()
    if not url.lower().startswith(("http:", "https:")) or not (status.isascii() and status.isdigit()):
        return None
    body = record.content_stream().read(limit)
    headers = tuple((name.lower(), value) for name, value in record.http_headers.headers)
    own = any(name.startswith(_ORIGINAL) for name, _ in headers)
    return Snapshot(
        requested_url=said.get_header(_REQUESTED) or url,
        url=url,
        fetched_at=_date(said.get_header("WARC-Date")),
        status=int(status),
        headers=tuple((name.removeprefix(_ORIGINAL), value) for name, value in headers) if own else headers,
        body=body,
        source=said.get_header(_SOURCE) or "",
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
