"""Packed bodies, unpacked in pieces and within bounds: gzip of one member or many, zlib, raw deflate."""

import zlib
from collections.abc import Iterator

from crawler.errors import Damaged, TooLarge

GZIP_MAGIC = b"\x1f\x8b"
GZIP, ZLIB, RAW = 31, 15, -15  # zlib's `wbits`
_FED, _GIVEN = 4 * 1024, 64 * 1024  # bytes: small, for what stands behind a member's end is copied at each of them


def unpacked(body: bytes, max_size: int, *, wbits: int = GZIP) -> Iterator[bytes]:
    """What is packed in the body, in pieces; other bytes behind the last member are passed over.

    :raises TooLarge: more than `max_size` bytes, after as many
    :raises Damaged: broken, or cut off
    """
    at = size = 0
    while not at or (wbits == GZIP and body.startswith(GZIP_MAGIC, at)):
        unpacker = zlib.decompressobj(wbits=wbits)
        while not unpacker.eof:
            fed = unpacker.unconsumed_tail
            if not fed:
                fed = body[at : at + _FED]
                at += len(fed)
            try:
                given = unpacker.decompress(fed, _GIVEN)
            except zlib.error as error:
                raise Damaged(f"the packed body is broken: {error}") from None
            if not (fed or given or unpacker.eof):
                raise Damaged("the packed body was cut off")
            size += len(given)
            if size > max_size:
                raise TooLarge(f"more than {max_size} bytes, unpacked")
            yield given
        at -= len(unpacker.unused_data)
