"""`tindothi export --full` and `tindothi import`: the same store again, on either engine, or nothing."""

import gzip
import hashlib
import json
import os
import shutil
import signal
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Float, Integer, event

from crawler.commands import export, import_
from crawler.errors import StoreError
from crawler.text import nfc
from crawler.types import Change
from storage import full, lines, schema
from tests.conftest import ROOT
from tests.running import forks
from tests.storing import ENGINES, OTHER, Stage, article, fill, visit


def other(engine: str) -> str:
    return next(one for one in ENGINES if one != engine)


def settings_of(stage: Stage) -> dict[str, str]:
    return {"TINDOTHI_DATA_DIR": str(stage.folder), "TINDOTHI_DATABASE": stage.url}


def exported(stage: Stage) -> bytes:
    result = CliRunner().invoke(export.command, ["--full"], env=settings_of(stage), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout_bytes


def imported(stage: Stage, *files: Path | str) -> Result:
    return CliRunner().invoke(import_.command, [*map(str, files)], env=settings_of(stage))


def refused(stage: Stage, file: Path) -> str:
    error = imported(stage, file).exception
    assert isinstance(error, StoreError), error
    return str(error)


def sealed(rows: list[bytes]) -> list[bytes]:
    """Rows as an export that is whole, whoever wrote them."""
    head = json.dumps({"type": "store", "version": schema.HEAD, "recipe": "1"}, separators=(",", ":")).encode()
    every = [head, *rows]
    digest = hashlib.sha256(b"".join(line + b"\n" for line in every)).hexdigest()
    end = json.dumps({"type": "end", "lines": len(every), "digest": f"sha256:{digest}"}, separators=(",", ":"))
    return [*every, end.encode()]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, engine: str) -> Stage:
    """A store with something in every table, only read."""
    stage = Stage(tmp_path_factory.mktemp("filled") / "data", engine=engine)
    fill(stage)
    return stage


@pytest.fixture(scope="module")
def whole(filled: Stage) -> bytes:
    return exported(filled)


@pytest.fixture
def target(tmp_path: Path, filled: Stage) -> Stage:
    """An empty store on the other engine."""
    return Stage(tmp_path / "target", engine=other(filled.engine), now=filled.now)


@pytest.fixture
def file(tmp_path: Path, whole: bytes) -> Path:
    path = tmp_path / "store.jsonl"
    path.write_bytes(whole)
    return path


def test_the_same_store_on_the_other_engine(filled: Stage, whole: bytes, target: Stage, file: Path) -> None:
    assert {json.loads(line)["type"] for line in whole.splitlines()} == {*schema.metadata.tables, "store", "end"}
    with target.store():
        pass  # it has been opened: it knows when it was made
    done = imported(target, file)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("2 new articles, ") and "now copy the archive's files to" in done.output
    assert exported(target) == whole
    shutil.copytree(filled.folder / "archive", target.folder / "archive", dirs_exist_ok=True)
    with filled.store() as store, target.store() as again:
        assert again.feed("do-thi", "") == store.feed("do-thi", "")
        assert [hit.key for hit in again.search("tổ dân phố")] == [hit.key for hit in store.search("tổ dân phố")]
        assert (again.problems(), list(again.damaged_pages())) == ((), [])


def test_life_goes_on(target: Stage, file: Path) -> None:
    imported(target, file)
    with target.store() as store:
        before = store.feed("do-thi", "").entries
        assert visit(target, store, article(1, paragraphs=("Sửa lại.",)), "do-thi") is Change.UNCHANGED
        assert store.feed("do-thi", "").entries == before
        assert visit(target, store, article(3, paragraphs=("Bài mới.",)), "do-thi") is Change.NEW
        assert store.problems() == ()


def test_a_second_import_changes_nothing(whole: bytes, target: Stage, file: Path) -> None:
    imported(target, file)
    again = imported(target, file)
    assert again.output.startswith("0 new articles, 0 new rows; "), again.output
    assert exported(target) == whole


def test_what_is_missing_comes_back(target: Stage, file: Path, whole: bytes) -> None:
    imported(target, file)
    target.sql("DELETE FROM citation WHERE id = 1")
    target.sql("DELETE FROM address WHERE key = 'phuong:2'")
    assert imported(target, file).output.startswith("0 new articles, 2 new rows; ")
    assert exported(target) == whole


def test_what_differs_is_not_overwritten(target: Stage, file: Path) -> None:
    imported(target, file)
    target.sql("UPDATE article SET url = 'https://phuong.example/moi.html', attempts = 3 WHERE id = 2")
    target.sql("DELETE FROM citation WHERE id = 1")
    before = exported(target)
    said = refused(target, file)
    assert f"{file}:" in said and "article 2 is there and differs (url, attempts)" in said
    assert exported(target) == before


def test_another_store_is_not_mixed_in(target: Stage, file: Path) -> None:
    target.pass_time()
    with target.store() as store:
        visit(target, store, article(7, source="quan"))
    assert "meta created_at is there and differs (value)" in refused(target, file)
    with target.store() as store:
        assert store.counts().articles == 1


def test_gzip_pieces_and_the_standard_input(whole: bytes, target: Stage, tmp_path: Path) -> None:
    written = whole.splitlines(keepends=True)
    packed, plain = tmp_path / "1.gz", tmp_path / "2"
    packed.write_bytes(b"".join(gzip.compress(line) for line in written[:9]))  # of many members
    plain.write_bytes(b"".join(written[9:]))
    kept = os.dup(0)
    try:
        with plain.open("rb") as stdin:
            os.dup2(stdin.fileno(), 0)
        done = imported(target, packed, "-")
    finally:
        os.dup2(kept, 0)
        os.close(kept)
    assert done.exit_code == 0, done.exception
    assert exported(target) == whole


WRONG: dict[str, tuple[bytes, bytes, str]] = {  # what stands in a line, what does instead, and what is said of it
    "no JSON": (b'"sequence":1', b'"sequence":', ": Invalid JSON: expected value at character 53"),
    "no type": (b'{"type":"story"', b'{"kind":"story"', "names no type"),
    "an unknown type": (b'{"type":"story"', b'{"type":"alembic_version"', "there is no type alembic_version"),
    "a missing column": (b'"sequence":1,', b"", "sequence: Field required"),
    "an unknown column": (b'"sequence":1', b'"sequence":1,"x":1', "x: Extra inputs are not permitted"),
    "text as number": (b'"sequence":1', b'"sequence":"1"', "sequence: Input should be a valid integer"),
    "a huge number": (b'"sequence":1', b'"sequence":99999999999', "sequence: Input should be less than"),
    "nothing": (b'"cause":"site"', b'"cause":null', "cause: Input should be a valid string"),
    "no time zone": (b'"seen_at":"2026-11-22T06:00:00+00:00"', b'"seen_at":"2026-11-22T06:00:00"', "seen_at: "),
    "no such day": (b'"seen_at":"2026-11-22', b'"seen_at":"2026-11-31', "seen_at: "),
    "a wrong list": (b'"authors":["PV"]', b'"authors":[{"PV":1}]', "authors.0: Input should be a valid string"),
    "a wrong shape": (b'"evidence":[["to-dan-pho",', b'"evidence":[[', "evidence.0.3: Field required"),
    "deep lists": (b'"authors":["PV"]', b'"authors":' + b"[" * 9999 + b"]" * 9999, "recursion limit"),
    "half a letter": (b'"authors":["PV"]', b'"authors":["\\ud800"]', ": Invalid JSON"),
    "a row twice": (b'{"type":"story","id":2,', b'{"type":"story","id":1,', ": story: "),
    "a lost row": (b'"article_id":2', b'"article_id":7', ":"),
    "another text": (b'"title":"Tin l', b'"title":"Tin L', "1 revisions are not what their hash says"),
    "another way to write": (b'"sequence":1', b'"sequence": 1', "differs (in how it is written)"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_line_is_named_and_nothing_is_kept(name: str, whole: bytes, target: Stage, file: Path) -> None:
    right, wrong, says = WRONG[name]
    assert right in whole
    before = exported(target)
    file.write_bytes(b"\n".join(sealed(whole.replace(right, wrong, 1).splitlines()[1:-1])) + b"\n")
    said = refused(target, file)
    assert says in said and "nothing is imported" in said and "\n" not in said
    assert exported(target) == before


def test_a_torn_or_meddled_export_is_told(whole: bytes, target: Stage, file: Path) -> None:
    written = whole.splitlines(keepends=True)
    told = {
        b"": "the last line of the export is missing",
        whole[:-200]: "Invalid JSON",
        b"".join(written[:-1]): f"{file}:{len(written) - 1}: cut off here",
        b"".join((*written[:-2], written[-1])): "some line before is not as it was written",
        b"".join(written[1:]): ":1: the first line of the export is missing",
        whole + whole: "one export at a time",
        whole.replace(b'"version":"', b'"version":"9', 1): f"written at store version 9{schema.HEAD}",
        gzip.compress(whole)[:-9]: "cannot be read: ",
        b"\0" * 5000: ":1: no line of `tindothi export --full`",
        b'{"id": 1, "key": "phuong:1"}\n': ":1: no line of `tindothi export --full`",
    }
    for content, says in told.items():
        file.write_bytes(content)
        assert says in refused(target, file)
    with target.store() as store:
        assert store.counts().articles == 0


def test_a_line_without_end_is_not_read_to_its_end(target: Stage, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.lines.LONGEST", 1 << 20)
    file.write_bytes(gzip.compress(b" " * (1 << 24)))
    assert f"{file}:1: longer than 1 MiB" in refused(target, file)


def test_few_rows_at_once_are_as_good(whole: bytes, target: Stage, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.importing._AT_ONCE", 2)
    assert imported(target, file).exit_code == 0
    assert exported(target) == whole


def killed_at(stage: Stage, file: Path, statement: int) -> None:
    """In a process of its own: an import up to this statement."""
    left = statement
    with stage.store() as store:

        @event.listens_for(store._database._engine, "before_cursor_execute")
        def count(*_: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        store.take_in(lines.read([str(file)]))


def test_a_killed_import_leaves_a_whole_store_and_a_second_completes_it(
    whole: bytes, target: Stage, file: Path
) -> None:
    before = exported(target)
    for statement in (40, 76):  # in the midst of the rows; at their end, or in the index
        process = forks.Process(target=killed_at, args=(target, file, statement))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        assert exported(target) == before
        with target.store() as store:
            assert store.problems() == ()
    assert imported(target, file).exit_code == 0
    assert exported(target) == whole


def test_full_takes_no_filter(filled: Stage) -> None:
    for more in (["--topic", "do-thi"], ["--format", "csv"], ["--there"]):
        result = CliRunner().invoke(export.command, ["--full", *more], env=settings_of(filled))
        assert result.exit_code == 2
        assert "--full is the whole store" in result.output


def test_every_table_has_its_meaning_and_every_list_its_shape() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(full.TYPES) == set(schema.metadata.tables), "name the table in storage.full.TYPES"
    assert [name for name, said in full.TYPES.items() if f"| `{name}` | {said} |" not in readme] == []
    lists = {str(column) for table in schema.metadata.tables.values() for column in table.c if is_json(column)}
    assert lists == set(full.SHAPES), "tell the column's shape in storage.full.SHAPES"


# --- any row -----------------------------------------------------------------------------------------------------


def is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)


def values_of(column: Column[Any]) -> st.SearchStrategy[Any]:
    if column is schema.record.c.file:
        return st.from_regex(r"[a-z0-9]{1,9}\.warc\.gz", fullmatch=True)
    kinds: tuple[tuple[Any, st.SearchStrategy[Any]], ...] = (
        (schema.Utc, st.datetimes(timezones=st.just(UTC))),
        (Date, st.dates()),
        (Boolean, st.booleans()),
        (BigInteger, st.integers(-(2**63), 2**63 - 1)),
        (Integer, st.integers(-(2**31), 2**31 - 1)),
        (Float, st.floats(allow_nan=False, allow_infinity=False)),
        (JSON, st.from_type(full.SHAPES[str(column)]) if is_json(column) else st.nothing()),
    )
    found = next((values for kind, values in kinds if isinstance(column.type, kind)), st.text())
    return found | st.none() if column.nullable else found


@given(st.data())
@settings(max_examples=150)
def test_any_row_comes_back_from_its_line(data: st.DataObject) -> None:
    table = schema.metadata.tables[data.draw(st.sampled_from(sorted(schema.metadata.tables)))]
    row = data.draw(st.fixed_dictionaries({column.name: values_of(column) for column in table.c}))
    line = full.line(table, row)
    (read,) = full.read(iter([("x:1", one) for one in sealed([line])]))
    assert full.line(table, read.values) == line
    for name, value in row.items():
        if isinstance(value, str | int | float | bool | datetime | date | None):
            assert read.values[name] == value


PRINTED = st.text(max_size=40).map(nfc)  # as every text is that is stored
TEXTS = st.lists(PRINTED, min_size=1, max_size=3).map(tuple)
WHEN = st.none() | st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.timezones())  # noqa: DTZ001


@given(st.lists(st.tuples(st.integers(1, 3), st.none() | PRINTED, TEXTS, WHEN), max_size=5))
@settings(max_examples=8)
def test_any_store_comes_back_from_its_lines(visits: list[tuple[int, str | None, tuple[str, ...], Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stage, again = Stage(Path(folder, "one")), Stage(Path(folder, "two"))
        with stage.store() as store, again.store() as target:
            for number, title, paragraphs, published in visits:
                at = published and published.replace(microsecond=0)
                visit(stage, store, article(number, title=title, paragraphs=(*paragraphs, *OTHER), published=at), "x")
                stage.pass_time()
            written = list(store.lines())
            target.take_in(("x:1", line) for line in written)
            assert list(target.lines()) == written
