"""The same body is archived once: what is written, what is read back, and foreign revisits."""

import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator
from warcio.indexer import Indexer
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.commands import replay
from crawler.types import Change, Snapshot
from storage import warc
from storage.archive import Originals, iterate
from storage.policy import Policy
from storage.store import Store
from storage.warc import Origin
from tests.storing import DAY, START, Stage, article, checked, url_of, visit

BODY = "<p>Phường Bến Gỗ họp tổ dân phố.</p>".encode() * 20


def files_of(stage: Stage) -> list[Path]:
    return sorted((stage.folder / "archive").glob("*.gz*"))


def headers_of(*files: Path) -> list[tuple[str, Any, Any]]:
    """Type, WARC headers and HTTP headers of every record of the files, as the standard library reads them."""
    found = []
    for file in files:
        with file.open("rb") as stream:
            found += [(one.rec_type, one.rec_headers, one.http_headers) for one in ArchiveIterator(stream)]
    return [one for one in found if one[0] != "warcinfo"]


def rows(stage: Stage, columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in stage.sql(f"SELECT {columns} FROM record ORDER BY id")]


# --- ours ------------------------------------------------------------------------------------------------------------


def test_the_same_body_is_written_once_and_read_as_often(stage: Stage, store: Store) -> None:
    first = store.archive(stage.page(url_of(1), BODY, server="một", etag='"a"'))
    stage.pass_time()
    again = store.archive(stage.page(url_of(1), BODY, server="hai", etag='"b"'))
    stage.pass_time()
    elsewhere = store.archive(stage.page(url_of(2), BODY, status=404))
    other = store.archive(stage.page(url_of(2), BODY + b"!"))
    for page in (first, again, elsewhere, other):
        assert store.snapshot(page.record or 0) == page
    assert rows(stage, "body_in") == [(None,), (1,), (1,), (None,)], "never a revisit of a revisit"
    store.close()
    written = headers_of(*files_of(stage))
    assert [kind for kind, _, _ in written] == ["response", "revisit", "revisit", "response"]
    _, said, http = written[1]
    assert said.protocol == "WARC/1.1"
    assert said.get_header("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert said.get_header("WARC-Refers-To-Target-URI") == url_of(1)
    assert said.get_header("WARC-Refers-To-Date") == written[0][1].get_header("WARC-Date")
    assert said.get_header("WARC-Payload-Digest") == warc.digest(BODY)
    assert (http.get_statuscode(), http.get_header("server"), http.get_header("etag")) == ("200", "hai", '"b"')
    assert written[2][1].get_header("WARC-Refers-To-Target-URI") == url_of(1), "also from another URL"


def test_standard_tools_read_it(stage: Stage) -> None:
    for _ in range(2):
        with stage.store() as store:
            store.archive(stage.page(url_of(1), BODY))
            stage.pass_time()
    files = files_of(stage)
    assert checked(*files) == 0
    lines = stage.folder / "index"
    Indexer(
        "warc-type,warc-target-uri,warc-payload-digest,http:status", list(map(str, files)), str(lines)
    ).process_all()
    indexed = [json.loads(line) for line in lines.read_text().splitlines() if "warcinfo" not in line]
    same = {"warc-target-uri": url_of(1), "warc-payload-digest": warc.digest(BODY), "http:status": "200"}
    assert indexed == [{"warc-type": kind, **same} for kind in ("response", "revisit")]
    indexer = Path(sys.executable).with_name("cdxj-indexer")  # a process of its own: it compiles with warnings
    cdxj = subprocess.run([indexer, "--sort", *files], capture_output=True, text=True, check=True).stdout
    fields = [(*line.split(" ", 2)[:2], json.loads(line.split(" ", 2)[2])) for line in cdxj.splitlines()]
    assert [(key, at) for key, at, _ in fields] == [
        ("example,phuong)/tin-1.html", "20261122050000"), ("example,phuong)/tin-1.html", "20261122060000"),
    ]  # fmt: skip
    assert [said.get("mime") for _, _, said in fields] == [None, "warc/revisit"]
    assert {(said["url"], said["status"]) for _, _, said in fields} == {(url_of(1), "200")}


def test_a_page_without_a_body_refers_to_none(stage: Stage, store: Store) -> None:
    for _ in range(2):
        store.archive(stage.page(url_of(1), b"", status=404))
        stage.pass_time()
    assert rows(stage, "body_in") == [(None,), (None,)]


def test_a_page_that_was_fetched_earlier_refers_to_none_that_came_later(stage: Stage, store: Store) -> None:
    store.archive(stage.page(url_of(1), BODY))
    stage.pass_time(-DAY)
    store.archive(stage.page(url_of(1), BODY))
    assert rows(stage, "body_in") == [(None,), (None,)]


def test_what_is_lost_is_not_referred_to(stage: Stage) -> None:
    for run in range(3):
        with stage.store() as store:
            store.archive(stage.page(url_of(1), BODY))
            stage.pass_time()
        if run == 0:
            files_of(stage)[0].unlink()
    assert rows(stage, "body_in") == [(None,), (None,), (2,)]


def test_a_body_that_will_be_removed_before_the_page_is_written_anew(tmp_path: Path) -> None:
    stage = Stage(tmp_path, policy=Policy(keep_days=10))
    with stage.store() as store:
        for days in (0, 10, 1):
            stage.pass_time(days * DAY)
            store.archive(stage.page(url_of(1), BODY))
        store.archive(replace(stage.page(url_of(2), BODY), fetched_at=datetime(1, 1, 2, tzinfo=UTC)))
    assert rows(stage, "body_in") == [(None,), (1,), (None,), (None,)]


def test_a_body_that_is_removed_while_the_page_is_written_is_not_referred_to(
    stage: Stage, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.archive(stage.page(url_of(1), BODY))
    store.close()
    stage.pass_time(9 * DAY)
    pack = warc.pack

    def slowly(page: Snapshot, origin: Origin | None = None) -> bytes:
        if origin:
            with stage.store() as other:
                assert other.collect(DAY).pages == 1
        return pack(page, origin)

    with stage.store() as again:
        monkeypatch.setattr(warc, "pack", slowly)
        page = again.archive(stage.page(url_of(1), BODY))
        assert again.snapshot(page.record or 0).body == BODY
        assert again.problems() == again.file_problems() == ()


def test_a_page_visited_again_is_unchanged_and_re_read_from_its_revisit(stage: Stage, store: Store) -> None:
    assert visit(stage, store, article(1), "do-thi", body=BODY) is Change.NEW
    stage.pass_time()
    assert visit(stage, store, article(1), "do-thi", body=BODY) is Change.UNCHANGED
    stage.pass_time()
    changed = replace(article(1), title="Phường Bến Gỗ: tên khác")
    assert visit(stage, store, changed, "do-thi", body=BODY) is Change.REVISED
    stored = store.article(1)
    assert stored is not None
    assert [store.snapshot(one.record or 0).body for one in stored.revisions] == [BODY, BODY]
    assert list(store.damaged_pages()) == []


# --- a replay of archives --------------------------------------------------------------------------------------------


Written = tuple[str, str, bytes | None, str, dict[str, str]]


def foreign(path: Path, *records: Written) -> Path:
    """An archive of another tool's: (type, URL, body or None, digest, more WARC headers) each."""
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for kind, url, body, digest, more in records:
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), ("X-Of", kind)], protocol="HTTP/1.1")
            said = {"WARC-Date": "2026-08-15T03:00:00Z", "WARC-Payload-Digest": digest, **more}
            payload = None if body is None else io.BytesIO(body)
            writer.write_record(
                writer.create_warc_record(
                    url,
                    kind,
                    payload=payload,
                    length=len(body or b""),
                    http_headers=None if more.get("bare") else http,
                    warc_headers_dict={name: value for name, value in said.items() if name != "bare"},
                )
            )
    return path


SAME = {"WARC-Profile": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"}
SAME_ONCE = {"WARC-Profile": "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"}
NOT_MODIFIED = {"WARC-Profile": "http://netpreserve.org/warc/1.1/revisit/server-not-modified"}
REFERS = {"WARC-Refers-To-Target-URI": "https://a.example/1", "WARC-Refers-To-Date": "2026-08-15T03:00:00Z"}
DIGEST = "sha1:UQ5DKJUZ6V2SHHAAMHN6PZOLYBHPNQUU"
ORIGINAL: Written = ("response", "https://a.example/1", b"<p>mot", DIGEST, {})


@pytest.mark.parametrize(
    ("more", "url", "body"),
    [
        ({**SAME, **REFERS}, "https://a.example/2", b"<p>mot"),
        (SAME_ONCE, "https://a.example/1", b"<p>mot"),  # by the digest alone
        ({**SAME_ONCE, **REFERS, "WARC-Payload-Digest": "sha1:X"}, "https://a.example/2", b"<p>mot"),
        ({**SAME, **REFERS, "bare": "yes"}, "https://a.example/2", b"<p>mot"),
        ({**SAME_ONCE, "WARC-Payload-Digest": "sha1:X"}, "https://a.example/1", None),
        ({**NOT_MODIFIED, **REFERS}, "https://a.example/2", None),
        ({**SAME, **REFERS}, "ftp://a.example/2", None),
    ],
)
def test_a_foreign_revisit_takes_the_body_it_refers_to(
    tmp_path: Path, more: dict[str, str], url: str, body: bytes | None
) -> None:
    file = foreign(tmp_path / "a.warc.gz", ORIGINAL, ("revisit", url, None, DIGEST, more))
    pages = list(iterate(file))
    assert [page.body for page in pages] == [b"<p>mot", *([body] if body else [])]
    if body:
        assert (pages[1].url, pages[1].status) == (url, 200)
        assert pages[1].header("x-of") == ("response" if more.get("bare") else "revisit"), "its own headers, if any"


def test_what_is_not_to_be_had_is_asked_for_elsewhere(tmp_path: Path) -> None:
    revisit = ("revisit", "https://a.example/2", None, DIGEST, {**SAME, **REFERS})
    file = foreign(tmp_path / "a.warc.gz", revisit, ORIGINAL, revisit)
    asked: list[str] = []

    def elsewhere(record: warc.Record) -> None:
        asked.append(record.origin.url if record.origin else "")

    assert [page.url[-1] for page in iterate(file, originals=Originals(elsewhere))] == ["1", "2"]
    assert asked == ["https://a.example/1"]


def test_only_so_many_pages_are_remembered(tmp_path: Path) -> None:
    originals = Originals(limit=50_000)
    pages = [
        Snapshot(
            requested_url=f"https://a.example/{number}",
            url=f"https://a.example/{number}",
            fetched_at=START,
            status=200,
            body=b"%d" % number * size,
        )
        for number, size in enumerate([0] * 40 + [5000] * 10)
    ]
    path = tmp_path / "a.warc.gz"
    path.write_bytes(warc.start("x") + b"".join(map(warc.pack, pages)))
    assert [page.body for page in iterate(path, originals=originals)] == [page.body for page in pages]
    later = [replace(page, fetched_at=START + timedelta(seconds=1)) for page in pages]
    origins = [Origin(url=page.url, fetched_at=page.fetched_at) for page in pages]
    path.write_bytes(b"".join(map(warc.pack, later, origins)))
    found = [page.url.rsplit("/")[-1] for page in iterate(path, originals=originals)]
    assert found
    assert found == [str(number) for number in range(50)][-len(found) :], "the last ones"
    assert len(found) < 10


def test_a_large_file_is_read_in_little_memory(tmp_path: Path) -> None:
    """Pages are read one after the other, and only so many bytes of them are remembered."""
    file, size = tmp_path / "large.warc.gz", 1 << 18
    with file.open("wb") as stream:
        for number in range(40):
            page = Snapshot(requested_url=url_of(number), url=url_of(number), fetched_at=START, status=200)
            stream.write(warc.pack(replace(page, body=b"%d" % number + bytes(size))))
    tracemalloc.start()
    read = sum(len(page.body) > size for page in iterate(file, originals=Originals(limit=4 * size)))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read == 40
    assert most < 16 * size


def test_our_own_archive_makes_the_same_store_again(stage: Stage, store: Store, tmp_path: Path) -> None:
    """The database is lost, the archive is there: page after page, in other files than those they refer to, too."""
    pages: list[Snapshot] = []
    for number in (1, 2, 1, 2, 1):
        store.close()
        store = Store.open(stage.url, stage.folder / "archive", clock=lambda: stage.now)
        pages.append(store.archive(stage.page(url_of(number), BODY + b"%d" % number)))
        stage.pass_time()
    store.close()
    with Stage(tmp_path / "new").store() as new:
        originals = Originals(new.original, limit=0)  # remembers nothing
        for page, again in zip(pages, iterate(stage.folder / "archive", originals=originals), strict=True):
            assert replace(again, record=page.record) == page
            assert new.archive(again).record == page.record
    assert [kind for kind, _, _ in headers_of(*files_of(Stage(tmp_path / "new")))] == 2 * ["response"] + 3 * ["revisit"]


def test_replay_tells_of_what_it_had_to_leave_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    revisit = {**SAME, **REFERS}
    file = foreign(
        tmp_path / "a.warc.gz",
        ("revisit", "https://a.example/2", None, DIGEST, revisit),
        ("revisit", "https://b.example/2", None, DIGEST, revisit),
    )
    monkeypatch.setenv("TINDOTHI_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("crawler.commands.process.crawl", _swallow)
    for hosts, told in ((["--host", "a.example"], "1 revisit records left out"), ([], "2 revisit records left out")):
        result = CliRunner().invoke(replay.command, [*hosts, str(file)])
        assert told in result.stderr and "in no archive read so far" in result.stderr
        assert result.exit_code == 5, "and nothing else was in it"


def _swallow(config: object, spiders: Sequence[tuple[Any, dict[str, Any]]], label: str) -> tuple[()]:
    """In place of the engine: reads all that would be replayed."""
    for _, arguments in spiders:
        assert list(arguments["snapshots"]) == []
    return ()
