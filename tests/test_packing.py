"""Packed bodies: whole or refused, and never more than asked for."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import Damaged, Rejected, TooLarge
from crawler.packing import GZIP, RAW, ZLIB, unpacked

LIMIT = 1_000_000
FORMS = (GZIP, ZLIB, RAW)
TEXT = b"".join(b"phuong %d " % number for number in range(20_000))


def packed(body: bytes, wbits: int) -> bytes:
    packer = zlib.compressobj(9, wbits=wbits)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize("wbits", FORMS)
@pytest.mark.parametrize("body", [b"", b"a", TEXT, bytes(LIMIT)], ids=["empty", "one", "text", "zeros"])
def test_what_was_packed_comes_back(body: bytes, wbits: int) -> None:
    assert b"".join(unpacked(packed(body, wbits), LIMIT, wbits=wbits)) == body


@pytest.mark.parametrize("wbits", FORMS)
def test_a_bomb_ends_at_the_limit(wbits: int) -> None:
    given = 0
    with pytest.raises(TooLarge, match="more than 1000000 bytes, unpacked"):
        for piece in unpacked(packed(bytes(10 * LIMIT), wbits), LIMIT, wbits=wbits):
            given += len(piece)
    assert given <= LIMIT


@pytest.mark.parametrize("wbits", FORMS)
@pytest.mark.parametrize("left", [0, 1, 10, 5000, -1])
def test_what_was_cut_off_is_damaged(wbits: int, left: int) -> None:
    with pytest.raises(Damaged, match="cut off"):
        list(unpacked(packed(TEXT, wbits)[:left], LIMIT, wbits=wbits))


def test_members_follow_each_other() -> None:
    body = gzip.compress(b"mot ") + gzip.compress(b"hai ") + gzip.compress(b"ba")
    assert b"".join(unpacked(body, LIMIT)) == b"mot hai ba"
    assert b"".join(unpacked(body + b"\0" * 100, LIMIT)) == b"mot hai ba", "padded"
    with pytest.raises(Damaged):
        list(unpacked(body + gzip.compress(TEXT)[:-9], LIMIT))


def test_many_members_are_counted_together() -> None:
    with pytest.raises(TooLarge):
        list(unpacked(gzip.compress(bytes(LIMIT // 10)) * 11, LIMIT))


def test_members_without_number_take_no_more_than_their_length() -> None:
    assert b"".join(unpacked(gzip.compress(b"") * 50_000, LIMIT)) == b""


@given(st.binary(max_size=300), st.sampled_from(FORMS))
def test_any_bytes_are_unpacked_or_refused(body: bytes, wbits: int) -> None:
    try:
        assert len(b"".join(unpacked(body, LIMIT, wbits=wbits))) <= LIMIT
    except Rejected as refused:
        assert isinstance(refused, (Damaged, TooLarge))


@given(st.lists(st.binary(max_size=2000), min_size=1, max_size=5))
def test_members_are_joined(parts: list[bytes]) -> None:
    assert b"".join(unpacked(b"".join(map(gzip.compress, parts)), LIMIT)) == b"".join(parts)
