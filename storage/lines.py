"""Files of lines, one line at a time: plain or gzip, of any size; `-` is the standard input."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from io import BufferedReader

from crawler.errors import StoreError

LONGEST = 64 * 1024 * 1024  # bytes of a line; a page has 16 MiB, and its text stands up to three times in a line
_GZIP = b"\x1f\x8b"


def read(names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Each line without its break, with its place as FILE:NUMBER; of one file after the other.

    :raises StoreError: a file cannot be read, or a line is longer than any of ours
    """
    for name in names:
        said = "the standard input" if name == "-" else name
        try:
            with open(0 if name == "-" else name, "rb", closefd=name != "-") as file:
                yield from _lines(said, file)
        except (OSError, EOFError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or error
            raise StoreError(f"{said}: cannot be read: {reason}; nothing is imported") from error


def _lines(said: str, file: BufferedReader) -> Iterator[tuple[str, bytes]]:
    stream = gzip.GzipFile(fileobj=file) if file.peek(2)[:2] == _GZIP else file
    number = 0
    while text := stream.readline(LONGEST + 1):
        number += 1
        if len(text) > LONGEST:
            raise StoreError(f"{said}:{number}: longer than {LONGEST >> 20} MiB; nothing is imported")
        yield f"{said}:{number}", text.removesuffix(b"\n")
