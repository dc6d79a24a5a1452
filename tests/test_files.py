"""Files beside their packed variants, at `feeds.files`; what disks do to them is in `tests/test_publish.py`."""

import gzip
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.errors import PublishError
from feeds.files import locked, remove, write

NAME = "phuong.atom"
OLD, NEW = "Tin cũ của phường. ".encode() * 40, "Tin mới của phường. ".encode() * 50


def put(folder: Path, document: bytes, name: str = NAME) -> bool:
    with locked(folder) as opened:
        return write(opened, name, document)


def packed(folder: Path, name: str = NAME) -> Path:
    return folder / f"{name}.gz"


def test_beside_a_file_stands_the_same_packed(tmp_path: Path) -> None:
    assert put(tmp_path, OLD)
    assert (tmp_path / NAME).read_bytes() == OLD == gzip.decompress(packed(tmp_path).read_bytes())
    assert packed(tmp_path).stat().st_mtime_ns == (tmp_path / NAME).stat().st_mtime_ns
    assert packed(tmp_path).stat().st_mode == (tmp_path / NAME).stat().st_mode


def test_the_same_bytes_are_packed_as_the_same_bytes(tmp_path: Path) -> None:
    for name in ("mot.atom", "hai.atom"):
        put(tmp_path, OLD, name)
        os.utime(tmp_path / name, ns=(1, 1))
    one, two = (packed(tmp_path, name).read_bytes() for name in ("mot.atom", "hai.atom"))
    assert one == two
    assert one[3:8] == bytes(5), "no name, no time"


def test_what_says_the_same_is_left_alone(tmp_path: Path) -> None:
    put(tmp_path, OLD)
    for path in (tmp_path / NAME, packed(tmp_path)):
        os.utime(path, ns=(1, 1))
    assert not put(tmp_path, OLD)
    assert {path.stat().st_mtime_ns for path in tmp_path.iterdir()} == {1}


@pytest.mark.parametrize("there", [None, b"", gzip.compress(NEW, mtime=0), gzip.compress(OLD[:-1], mtime=0), b"\0" * 8])
def test_a_packed_file_that_is_wrong_is_mended_and_its_file_left_alone(tmp_path: Path, there: bytes | None) -> None:
    put(tmp_path, OLD)
    packed(tmp_path).unlink()
    if there is not None:
        packed(tmp_path).write_bytes(there)
    os.utime(tmp_path / NAME, ns=(1, 1))
    assert not put(tmp_path, OLD), "the file is as it was"
    assert gzip.decompress(packed(tmp_path).read_bytes()) == OLD
    assert {path.stat().st_mtime_ns for path in tmp_path.iterdir()} == {1}


@given(documents=st.lists(st.binary(max_size=30), min_size=1, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_any_bytes_after_any_others(tmp_path: Path, documents: list[bytes]) -> None:
    for document in documents:
        put(tmp_path, document)
        assert (tmp_path / NAME).read_bytes() == document == gzip.decompress(packed(tmp_path).read_bytes())


class Killed(BaseException):
    """What ends a process at once; nothing of ours catches it."""


def moments(patch: pytest.MonkeyPatch, fatal: int) -> Iterator[int]:
    """Lets the process die before its `fatal`th look-changing call; counts them."""
    numbers = count()
    for holder, name in ((Path, "replace"), (Path, "unlink"), (os, "fsync"), (os, "utime")):
        real = getattr(holder, name)

        def call(*given_: Any, _real: Any = real, **more: Any) -> Any:
            if next(numbers) >= fatal:
                raise Killed
            return _real(*given_, **more)

        patch.setattr(holder, name, call)
    return numbers


@pytest.mark.parametrize("deed", ["write", "remove"])
def test_at_no_moment_does_the_packed_one_say_something_else(
    tmp_path: Path, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever kills the publisher at any step: the last good file or the new one, packed alike or not at all."""
    for fatal in count():
        folder = tmp_path / str(fatal)
        put(folder, OLD)
        died = False
        with locked(folder) as opened, monkeypatch.context() as patch:
            moments(patch, fatal)
            try:
                write(opened, NAME, NEW) if deed == "write" else remove(opened, NAME)
            except Killed:
                died = True
        if (folder / NAME).exists():
            now = (folder / NAME).read_bytes()
            assert now in (OLD, NEW)
            assert not packed(folder).exists() or gzip.decompress(packed(folder).read_bytes()) == now
        else:
            assert deed == "remove" and not packed(folder).exists()
        put(folder, NEW)
        assert sorted(path.name for path in folder.iterdir()) == [NAME, f"{NAME}.gz"]
        if not died:
            break
    assert fatal >= (3 if deed == "remove" else 6)


def test_a_file_is_removed_with_its_packed_one(tmp_path: Path) -> None:
    put(tmp_path, OLD)
    with locked(tmp_path) as opened:
        assert remove(opened, NAME)
        assert not remove(opened, NAME)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [NAME, f"{NAME}.gz"])
def test_a_folder_in_the_way_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(PublishError, match="move away what stands in its place") as caught:
        put(tmp_path, NEW)
    assert f"{tmp_path / name}:" in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == [name]
