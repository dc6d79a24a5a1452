"""Too little room on the disk: told before a run, and within one; what was done stays whole, the rest waits."""

import errno
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import feedparser
import pytest

from crawler.errors import StoreError, StoreFull
from crawler.portal import LocalWeb
from storage import room
from storage.archive import Archive
from tests.running import Going, Operator, Ran, operator, tindothi
from tests.test_archive import numbered
from tests.test_faults import article, declare

PAGES = 12
MB = 1_000_000


@pytest.mark.parametrize(
    ("least", "left", "refused"), [(0, 0, False), (1, 0, True), (200, 199, True), (200, 200, False), (200, 201, False)]
)
def test_so_much_stays_free(tmp_path: Path, least: int, left: int, refused: bool) -> None:
    if not refused:
        room.require(tmp_path, least * MB, lambda _: left * MB)
        return
    with pytest.raises(
        StoreFull, match=f"{tmp_path}: {left} MB are free, and {least} are to stay free; free some space"
    ):
        room.require(tmp_path, least * MB, lambda _: left * MB)


def test_what_is_free_is_that_of_the_disk_on_which_a_folder_will_be(tmp_path: Path) -> None:
    there, not_yet = room.free(tmp_path), room.free(tmp_path / "a" / "b")
    assert there > 0 and abs(there - not_yet) < there / 2


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, StoreFull), (errno.EDQUOT, StoreFull), (errno.EFBIG, StoreFull), (errno.EIO, StoreError)],
)
def test_a_full_disk_is_told_from_a_broken_one(number: int, kind: type[StoreError]) -> None:
    assert type(room.refusal("x", "written", OSError(number, "no"))) is kind


def test_nothing_is_written_that_would_leave_too_little(tmp_path: Path) -> None:
    left = [10 * MB]
    archive = Archive(tmp_path / "archive", min_free=MB, free=lambda _: left[0])
    first = archive.write(numbered(1))
    left[0] = MB - 1
    with pytest.raises(StoreFull):
        archive.write(numbered(2))
    with pytest.raises(StoreFull):
        archive.require_room()
    left[0] = MB
    second = archive.write(numbered(2))
    assert second.offset == first.offset + first.length
    archive.close()


def test_a_disk_that_says_nothing_of_itself_is_told(tmp_path: Path) -> None:
    def silent(_: Path) -> int:
        raise OSError(errno.EIO, "Input/output error")

    archive = Archive(tmp_path, min_free=MB, free=silent)
    for act in (archive.require_room, lambda: archive.write(numbered(1))):
        with pytest.raises(StoreError, match="cannot be written: Input/output error"):
            act()
    assert list(tmp_path.iterdir()) == []


# --- a run -----------------------------------------------------------------------------------------------------------


def shrinking(arguments: Sequence[str]) -> None:
    """`tindothi`, on a disk of which nothing is left after some looks at it."""
    _on_a_disk(lambda look: 10**9 if look < 6 else 5 * MB)
    tindothi(arguments)


def too_small(arguments: Sequence[str]) -> None:
    _on_a_disk(lambda _: 5 * MB)
    tindothi(arguments)


def _on_a_disk(left: Callable[[int], int]) -> None:
    looks: list[Path] = []

    def usage(path: Path) -> SimpleNamespace:
        looks.append(path)
        return SimpleNamespace(free=left(len(looks)))

    shutil.disk_usage = usage  # type: ignore[assignment]


@pytest.fixture
def ops(tmp_path: Path) -> Iterator[Operator]:
    with LocalWeb(tmp_path, articles_per_site=1) as web:
        declare(tmp_path / "sources", "well")
        links = "".join(f'<a href="/phuong-{100 + number}.html">Phường</a>' for number in range(PAGES))
        web.serve("well.example", "/tin-tuc", links)
        for number in range(PAGES):
            web.serve("well.example", f"/phuong-{100 + number}.html", article(f"Bến số {number}", number))
        yield operator(tmp_path, web, TINDOTHI_SOURCES__DIRECTORIES=str(tmp_path / "sources"))


def run(ops: Operator, main: Callable[[Sequence[str]], None]) -> Ran:
    return Going(main, ("crawl", "--json", "well"), ops.environment()).ended()


def test_no_run_begins_and_one_that_comes_to_it_ends_whole(ops: Operator) -> None:
    said = "5 MB are free, and 200 are to stay free; free some space, or set archive.min_free_mb lower"
    none = run(ops, too_small)
    assert (none.code, none.out) == (8, "")
    assert none.err == f"tindothi: {ops.data / 'archive'}: {said}\n"
    some = run(ops, shrinking)
    assert some.code == 8, some.err
    assert said in some.err and "Traceback" not in some.err
    counts = some.json
    assert 0 < counts["new"] < PAGES
    assert counts["sources"]["well"]["failure"]["kind"] == "StoreFull"
    assert counts["fetched"] == counts["listings"] + counts["new"] + counts["rejected"]
    assert set(counts["reasons"]) <= {"StoreFull"}
    assert feedparser.parse(ops.feed()).entries == [], "the first run is not done; its feed is whole"
    assert ops.run("check").code == 0
    rest = ops.run("crawl", "--json", "well")
    assert (rest.code, rest.json["new"]) == (0, PAGES - counts["new"])
    assert len(feedparser.parse(ops.feed()).entries) == PAGES


def test_a_listing_that_cannot_be_kept_ends_the_run(ops: Operator) -> None:
    ran = run(ops, at_once)
    assert ran.code == 8, ran.err
    assert "Traceback" not in ran.err
    assert (ran.json["new"], ran.json["sources"]["well"]["failure"]["kind"]) == (0, "StoreFull")


def at_once(arguments: Sequence[str]) -> None:
    _on_a_disk(lambda look: 10**9 if look < 2 else 5 * MB)
    tindothi(arguments)
