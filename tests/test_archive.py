"""The archive: what is written is read back, by us and by standard tools; torn files; foreign files; folders."""

import gzip
import io
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.errors import StoreError
from crawler.types import Snapshot
from storage import warc
from storage.archive import Archive, ArchiveDamaged, Position, iterate
from tests.storing import START, Stage, article, checked, visit

PAGE = Snapshot(
    requested_url="https://phuong.example/tin-1",
    url="https://phuong.example/tin-1.html",
    fetched_at=START + timedelta(microseconds=123456),
    status=200,
    headers=(
        ("content-type", "text/html; charset=utf-8"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("x-tieu-de", "Phường Bến Gỗ"),
        ("content-encoding", "gzip"),
        ("content-length", "17"),
    ),
    body="<p>Phường Bến Gỗ họp.</p>".encode(),
    source="phuong",
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = Archive(tmp_path)
    yield opened
    opened.close()


def write(archive: Archive, *pages: Snapshot) -> list[Position]:
    return [archive.write(page) for page in pages]


def numbered(number: int) -> Snapshot:
    url = f"https://phuong.example/tin-{number}.html"
    return Snapshot(requested_url=url, url=url, fetched_at=START, status=200, body=b"%d" % number)


# --- ours ------------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read_back(archive: Archive) -> None:
    places = write(archive, PAGE, numbered(2))
    assert [archive.read(place) for place in places] == [PAGE, numbered(2)]
    archive.close()
    assert archive.read(places[0]) == PAGE


def test_standard_tools_read_it(archive: Archive, tmp_path: Path) -> None:
    (place,) = write(archive, PAGE)
    archive.close()
    (file,) = tmp_path.iterdir()
    assert file.name == place.file
    with file.open("rb") as stream:
        info, response = [
            (record, record.content_stream().read()) for record in ArchiveIterator(stream, check_digests="raise")
        ]
    assert info[0].rec_type == "warcinfo"
    record, body = response
    assert (record.rec_type, record.rec_headers.protocol) == ("response", "WARC/1.1")
    assert record.rec_headers.get_header("WARC-Target-URI") == PAGE.url
    assert record.rec_headers.get_header("WARC-Date") == "2026-11-22T05:00:00.123456Z"
    assert record.http_headers.get_statuscode() == "200"
    assert body == PAGE.body, "not unpacked a second time"
    assert checked(file) == 0


_LINE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20)
_HEADER = st.tuples(st.from_regex(r"[a-z][a-z0-9-]{0,15}", fullmatch=True), _LINE)


@settings(max_examples=40)
@given(
    headers=st.lists(_HEADER, max_size=6),
    body=st.binary(max_size=300),
    status=st.integers(0, 999),
    at=st.timedeltas(timedelta(0), timedelta(days=9000 * 365)),
)
def test_any_page_survives(headers: list[tuple[str, str]], body: bytes, status: int, at: timedelta) -> None:
    page = Snapshot(
        requested_url="https://a.example/",
        url="https://b.example/",
        fetched_at=datetime(2, 1, 1, tzinfo=timezone(timedelta(hours=7))) + at,
        status=status,
        headers=tuple(headers),
        body=body,
    )
    assert list(warc.unpack(io.BytesIO(warc.start("x") + warc.pack(page)))) == [page]


@given(name=st.text(max_size=9), value=st.text(max_size=20), url=st.text(max_size=20))
def test_hostile_headers_break_no_record(name: str, value: str, url: str) -> None:
    page = Snapshot(
        requested_url=url,
        url="https://b.example/" + url,
        fetched_at=START,
        status=200,
        headers=((name, value),),
        body=b"x",
    )
    read = warc.unpack(io.BytesIO(warc.pack(page) + warc.pack(PAGE)))
    pages = list(read)
    assert [one.body for one in pages] == [b"x", PAGE.body]
    assert len(pages[0].headers) <= 1


def test_two_archives_in_one_folder_do_not_meet(tmp_path: Path, archive: Archive) -> None:
    other = Archive(tmp_path)
    mine, theirs = archive.write(numbered(1)), other.write(numbered(2))
    assert mine.file != theirs.file
    other.close()
    assert archive.read(mine) == numbered(1)


def test_a_record_that_is_not_there_is_told(archive: Archive) -> None:
    (place,) = write(archive, PAGE)
    with pytest.raises(StoreError, match="cannot be read"):
        archive.read(replace(place, file="none.warc.gz"))
    for wrong in (
        replace(place, offset=place.offset + 1),
        replace(place, length=place.length // 2),
        replace(place, offset=10**9),
        replace(place, offset=0),
        replace(place, digest=warc.digest(b"another body")),
    ):
        with pytest.raises(StoreError, match="is damaged"):
            archive.read(wrong)


def test_nothing_is_made_until_something_is_written(tmp_path: Path) -> None:
    Archive(tmp_path / "archive").close()
    assert not (tmp_path / "archive").exists()


def test_a_full_disk_leaves_nothing_of_the_page(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    (first,) = write(archive, numbered(1))

    class Full:
        """Takes half of what it is given, then nothing."""

        def __init__(self, file: io.FileIO) -> None:
            self._file, self._taken = file, False

        def write(self, data: memoryview) -> int:
            if self._taken:
                raise OSError(28, "No space left on device")
            self._taken = True
            return self._file.write(data[: len(data) // 2])

        def __getattr__(self, name: str) -> object:
            return getattr(self._file, name)

    file = archive._file
    assert file is not None
    with monkeypatch.context() as patch:
        patch.setattr(file, "_stream", Full(file._stream))  # type: ignore[arg-type]
        with pytest.raises(StoreError, match=rf"{first.file}: the archive cannot be written: No space left"):
            archive.write(numbered(2))
    (third,) = write(archive, numbered(3))
    assert third.offset == first.offset + first.length
    assert archive.read(third) == numbered(3)


# --- after a kill ----------------------------------------------------------------------------------------------------


def test_a_tail_torn_at_any_byte_is_cut_off(tmp_path: Path) -> None:
    whole, torn = warc.start("x") + warc.pack(numbered(1)), warc.pack(numbered(2))
    path = tmp_path / "20261122T050000-1.warc.gz"
    for length in range(len(torn) + 1):
        path.with_name(path.name + ".open").write_bytes(whole + torn[:length])
        archive = Archive(tmp_path)
        archive.recover({path.name: len(whole)}.__getitem__)
        assert path.read_bytes() == whole
        assert not list(tmp_path.glob("*.open"))
        path.unlink()


def test_a_torn_tail_is_reported_wherever_it_is_torn(tmp_path: Path) -> None:
    """Read before it is mended: the whole records come, half a one does not, and it is said at the end."""
    whole, torn = warc.start("x") + warc.pack(numbered(1)), warc.pack(numbered(2))
    path = tmp_path / "torn.warc.gz"
    for length in range(len(torn) + 1):
        path.write_bytes(whole + torn[:length])
        pages, damage = read_all(path)
        assert pages[0] == numbered(1)
        assert pages[1:] == [numbered(2)] or (pages[1:] == [] and length < len(torn))
        assert bool(damage) == (0 < length < len(torn))


def test_a_killed_runs_file_is_closed_by_the_next_run(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    with stage.store() as store:
        visit(stage, store, article(1))
        open_file = next((tmp_path / "archive").glob("*.open"))
        copy = open_file.read_bytes()
    closed = open_file.with_suffix("")
    assert closed.read_bytes() == copy
    closed.rename(open_file)  # as if killed
    open_file.write_bytes(copy + b"\x1f\x8btorn")
    empty = open_file.with_name("20200101T000000-1.warc.gz.open")
    empty.write_bytes(warc.start("x"))
    with stage.store() as store:
        stored = store.article(1)
        assert stored is not None
        assert store.snapshot(stored.revisions[0].record or 0).url == article(1).url, "readable before it is mended"
        assert open_file.exists(), "who only reads mends nothing"
        visit(stage, store, article(2))
        assert closed.read_bytes() == copy
        assert not empty.exists()


def test_a_file_that_another_process_writes_is_left_alone(tmp_path: Path, archive: Archive) -> None:
    archive.write(numbered(1))
    Archive(tmp_path).recover(lambda _: 0)
    assert len(list(tmp_path.glob("*.open"))) == 1


# --- foreign archives ------------------------------------------------------------------------------------------------


def read_all(*paths: Path) -> tuple[list[Snapshot], str]:
    pages: list[Snapshot] = []
    try:
        for page in iterate(*paths):
            pages.append(page)  # noqa: PERF402 what came before the damage counts
    except ArchiveDamaged as error:
        return pages, str(error)
    return pages, ""


def foreign(path: Path, *, packed: bool = True) -> Path:
    """An archive as others make them: 1.0, other record types, packed bodies, bad dates of precision."""
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=packed)

        def add(
            url: str, kind: str, body: bytes, *headers: tuple[str, str], status: str = "200 OK", **said: str
        ) -> None:
            http = StatusAndHeaders(status, list(headers), protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    url,
                    kind,
                    payload=io.BytesIO(body),
                    length=len(body),
                    http_headers=http,
                    warc_headers_dict={name.replace("_", "-"): value for name, value in said.items()},
                )
            )

        writer.write_record(writer.create_warcinfo_record("x", {"software": "khac"}))
        add(
            "https://a.example/1", "response", b"plain", ("Content-Type", "text/html"), WARC_Date="2026-08-15T03:00:00Z"
        )
        add("https://a.example/2", "response", gzip.compress(b"packed"), ("Content-Encoding", "gzip"))
        add("https://a.example/3", "response", b"6\r\nchunks\r\n0\r\n\r\n", ("Transfer-Encoding", "chunked"))
        add("https://a.example/4", "response", b"no gzip at all", ("Content-Encoding", "gzip"))
        add("dns:a.example", "response", b"1.2.3.4")
        add("https://a.example/5", "request", b"")
        add(
            "https://a.example/6",
            "response",
            b"gone",
            status="404 Not Found",
            WARC_Date="2026-08-15T03:00:00.123456789Z",
        )
    return path


@pytest.mark.parametrize("packed", [True, False])
def test_foreign_records(tmp_path: Path, packed: bool) -> None:
    pages, damage = read_all(foreign(tmp_path / ("a.warc.gz" if packed else "a.warc"), packed=packed))
    assert not damage
    assert [(page.url[-1], page.status, page.body) for page in pages] == [
        ("1", 200, b"plain"),
        ("2", 200, b"packed"),
        ("3", 200, b"chunks"),
        ("4", 200, b"no gzip at all"),
        ("6", 404, b"gone"),
    ]
    assert pages[0].header("content-type") == "text/html"
    assert pages[0].fetched_at == datetime(2026, 8, 15, 3, tzinfo=UTC)
    assert pages[-1].fetched_at.microsecond == 123456


def test_one_gzip_member_around_all_records(tmp_path: Path) -> None:
    plain = foreign(tmp_path / "a.warc", packed=False)
    path = tmp_path / "b.warc.gz"
    path.write_bytes(gzip.compress(plain.read_bytes()))
    assert [page.url for page in read_all(path)[0]] == [page.url for page in read_all(plain)[0]]


@pytest.mark.parametrize(
    "content", [b"", b"Lorem ipsum\r\n" * 50, b"\x1f\x8bLorem", b"WARC/1.0\r\n", b"WARC/1.0\r\nContent-Length: x"]
)
def test_no_archive(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(content)
    pages, damage = read_all(path, foreign(tmp_path / "good.warc"))
    assert len(pages) == 5, "the others are read all the same"
    assert ("a.warc.gz" in damage) == bool(content)


WHOLE = (
    warc.start("x")
    + warc.pack(numbered(1))
    + warc.pack(PAGE)
    + warc.pack(PAGE, warc.Origin(url=PAGE.url, fetched_at=START))
)


@given(data=st.data())
def test_any_damage_is_told_and_nothing_else(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from((WHOLE, gzip.decompress(WHOLE))))
    at = data.draw(st.integers(0, len(whole) - 1))
    hurt = whole[:at] + data.draw(st.binary(max_size=4)) + whole[at + data.draw(st.integers(0, 4)) :]
    with suppress(ArchiveDamaged):
        for record in warc.records(io.BytesIO(hurt)):
            assert record.page.url.lower().startswith("http")


def test_a_page_is_read_up_to_the_limit(tmp_path: Path) -> None:
    big = Snapshot(
        requested_url="https://a.example/", url="https://a.example/", fetched_at=START, status=200, body=b"x" * 999
    )
    pages = list(warc.unpack(io.BytesIO(warc.pack(big) + warc.pack(numbered(1))), limit=100))
    assert [len(page.body) for page in pages] == [100, 1]


# --- folders ---------------------------------------------------------------------------------------------------------


def test_a_folder_of_pages(tmp_path: Path) -> None:
    (tmp_path / "con").mkdir()
    (tmp_path / "con" / "a.html").write_bytes(
        b"<link rel=canonical href='https://www.phuong.example/tin-1.html?utm_source=x'>"
    )
    (tmp_path / "b.htm").write_bytes(b"<meta property=og:url content=https://phuong.example/tin-2.html>")
    (tmp_path / "c.html").write_bytes(b"<p>")
    (tmp_path / "d.html").write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"nothing")
    (tmp_path / "pages.tsv").write_text(
        "file\tkind\turl\nc.html\tx\thttps://phuong.example/tin-3.html\n", encoding="utf-8"
    )
    foreign(tmp_path / "e.warc.gz")
    os.utime(tmp_path / "c.html", (START.timestamp(), START.timestamp()))
    pages, damage = read_all(tmp_path)
    assert [page.url for page in pages][1:3] == [
        "https://phuong.example/tin-3.html",
        "https://phuong.example/tin-1.html",
    ]
    assert pages[1] == Snapshot(
        requested_url="https://phuong.example/tin-3.html",
        url="https://phuong.example/tin-3.html",
        fetched_at=START,
        status=200,
        headers=(("content-type", "text/html"),),
        body=b"<p>",
    )
    assert len(pages) == 8
    assert (
        damage
        == f"{tmp_path / 'd.html'}: names no URL of its own; give one in a table beside it, columns `file` and `url`"
    )


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert "No such file" in read_all(tmp_path / "none.warc")[1]


def test_real_pages(shared: Path) -> None:
    with (shared / "pages" / "manifest.tsv").open(encoding="utf-8") as stream:
        expected = sum(1 for _ in stream) - 1
    pages, damage = read_all(shared / "pages" / "pages.warc.gz")
    assert (len(pages), damage) == (expected, "")
    assert len(read_all(shared / "pages" / "html")[0]) > expected * 0.9
