"""`tindothi gc`: archive files whose time is over go; articles, their pages, and what those lean on stay."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner, Result
from sqlalchemy import event

from crawler.commands import check, gc, reextract, show
from crawler.errors import PageRemoved, StoreError
from crawler.types import Change
from storage import retention
from storage.archive import Archive
from storage.backup import back_up, restore
from storage.store import Store
from tests.storing import DAY, OTHER, TEXT, Stage, article, judged, url_of, visit

BODY = "<p>Phường Bến Gỗ họp.</p>".encode() * 9
COMMANDS = {one.__name__.rsplit(".")[-1]: one.command for one in (check, gc, reextract, show)}


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str) -> Iterator[Stage]:
    """Four runs, a hundred days ago by the commands' clock, too:

    1 an article's first text, 2 its second and current one, 3 a refused page and a listing, 4 nothing but that listing.
    """
    monkeypatch.setenv("TINDOTHI_DATA_DIR", str(tmp_path))
    stage = Stage(tmp_path, engine=engine)
    monkeypatch.setenv("TINDOTHI_DATABASE", stage.url)
    stage.pass_time(-100 * DAY)
    with stage.store() as store:
        visit(stage, store, article(1, paragraphs=OTHER), "do-thi", body=b"<p>1")
    stage.pass_time()
    with stage.store() as store:
        assert visit(stage, store, article(1, paragraphs=TEXT), "do-thi", body=b"<p>2") is Change.REVISED
    for body in (b"<p>3", None):
        stage.pass_time()
        with stage.store() as store:
            if body:
                page = store.archive(stage.page(url_of(7), body))
                store.reject(page, "NotArticle", "no article", temporary=False)
            store.archive(stage.page(url_of(8), BODY))
    stage.pass_time(100 * DAY)
    with time_machine.travel(stage.now, tick=False):
        yield stage


def run(name: str, *arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(COMMANDS[name], list(arguments), catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def files_of(stage: Stage) -> list[Path]:
    return sorted((stage.folder / "archive").iterdir())


def rows(stage: Stage, query: str) -> list[object]:
    return [row[0] for row in stage.sql(query)]


def is_whole(stage: Stage) -> None:
    told = run("check").stdout
    assert told.startswith("whole: "), told


def test_what_no_article_needs_is_removed_when_its_time_is_over(stage: Stage) -> None:
    before, entries = files_of(stage), rows(stage, "SELECT uuid FROM entry")
    size = sum(path.stat().st_size for path in (before[0], *before[2:]))
    told = json.loads(run("gc", "--keep-days", "99", "--json", "--dry-run").stdout)
    assert told == {
        "dry_run": True,
        "keep_days": 99,
        "files": [path.name for path in (before[0], *before[2:])],
        "pages": 4,
        "bytes": size,
        "needed": 1,
    }
    assert files_of(stage) == before
    assert "and 4 pages" not in run("gc", "--keep-days", "101").stdout
    assert files_of(stage) == before
    said = run("gc", "--keep-days", "99").stdout
    assert said == (
        f"3 archive files with 4 pages, {size / 1000:.1f} kB, were removed; 1 as old stay, for their pages are needed\n"
    )
    assert files_of(stage) == [before[1]]
    is_whole(stage)
    assert "1 articles, 2 revisions, 1 pages" in run("check").stdout
    assert rows(stage, "SELECT uuid FROM entry") == entries
    again = json.loads(run("gc", "--keep-days", "99", "--json").stdout)
    assert (again["files"], again["pages"], again["needed"]) == ([], 0, 1)


def test_the_setting_says_how_long_and_nothing_goes_without_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("gc").stdout == "nothing is removed: archive.keep_days is 0; set it, or give --keep-days\n"
    assert len(files_of(stage)) == 4
    monkeypatch.setenv("TINDOTHI_ARCHIVE__KEEP_DAYS", "99")
    assert "3 archive files" in run("gc").stdout
    assert "is not in the range" in run("gc", "--keep-days", "0", code=2).stderr


def test_a_file_with_a_young_page_stays_whole_and_so_does_what_it_leans_on(stage: Stage) -> None:
    with stage.store() as store:
        page = store.archive(stage.page(url_of(8), BODY))
    run("gc", "--keep-days", "99")
    assert len(files_of(stage)) == 3, (
        "the first listing holds the body of today's; the second leans on it too, and goes"
    )
    is_whole(stage)
    with stage.store() as store:
        assert store.snapshot(page.record or 0).body == BODY
        stage.pass_time(100 * DAY)
        assert store.collect(99 * DAY).pages == 3
        assert store.archive(stage.page(url_of(8), BODY)).record != page.record
    assert rows(stage, "SELECT body_in FROM record ORDER BY id DESC LIMIT 1") == [None]
    is_whole(stage)


def test_the_further_pages_of_an_article_and_their_bodies_stay(stage: Stage) -> None:
    with stage.store() as store:
        stage.pass_time(-90 * DAY)
        store.archive(stage.page("https://phuong.example/x", BODY * 2))
    stage.pass_time()
    with stage.store() as store:
        parts = (stage.page(url_of(2) + "?page=2", BODY * 2),)
        whole = store.archive(replace(stage.page(url_of(2), b"<p>first"), parts=parts))
        store.save(judged(whole, article(2, paragraphs=(*OTHER, "Phường họp."))))
    stage.pass_time(90 * DAY)
    with stage.store() as store:
        assert store.collect(DAY).needed == 3
        assert store.snapshot(whole.record or 0) == whole
    is_whole(stage)


def test_a_page_that_went_is_told_so(stage: Stage) -> None:
    assert "no longer archived" not in run("show", "1").stdout
    run("gc", "--keep-days", "99")
    assert run("show", "1").stdout.count("its page is no longer archived: `tindothi gc` removed it on ") == 1
    assert [one["removed_at"] is None for one in json.loads(run("show", "1", "--json").stdout)["revisions"]] == [
        False,
        True,
    ]
    with stage.store() as store:
        with pytest.raises(PageRemoved, match="record 1: the page is no longer there, `tindothi gc` removed it on"):
            store.snapshot(1)
        assert store.snapshot(2).body == b"<p>2"
    counts = json.loads(run("reextract", "--json", "--dry-run").stdout.splitlines()[-1])
    assert counts["removed"] == 1, "the refused page"
    assert "1 no longer in the archive" in run("reextract", "--dry-run").stdout


def test_a_page_that_went_and_is_replayed_is_archived_again(stage: Stage) -> None:
    with stage.store() as store:
        page = store.snapshot(1)
        store.collect(99 * DAY)
        again = store.archive(page)
        assert again.record != 1
        assert store.snapshot(again.record or 0).body == page.body
    is_whole(stage)


def test_a_kill_at_any_point_leaves_a_whole_store_and_the_next_call_completes(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, seen = 0, set()

    def step(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise KeyboardInterrupt

    def remove(archive: Archive, file: str, really: object = Archive.remove) -> None:
        step()
        really(archive, file)  # type: ignore[operator]

    monkeypatch.setattr(Archive, "remove", remove)
    shutil.copytree(stage.folder / "archive", tmp_path / "as it was")
    for killed_at in range(1, 60):
        with stage.store() as store:
            event.listen(store._database._engine, "before_cursor_execute", step)
            left = killed_at
            try:
                store.collect(99 * DAY)
            except KeyboardInterrupt:
                left = 0
                assert store.problems() == store.file_problems() == tuple(store.damaged_pages()) == ()
                seen.add((len(files_of(stage)), store.counts().records))
                store.collect(99 * DAY)
                assert len(files_of(stage)) == store.counts().records == 1
                assert store.problems() == store.file_problems() == ()
            else:
                break
        stage.sql("UPDATE record SET removed_at = NULL")
        shutil.copytree(tmp_path / "as it was", stage.folder / "archive", dirs_exist_ok=True)
    assert 5 < killed_at < 59
    assert seen == {(4, 5), (4, 1), (3, 1), (2, 1)}


def test_what_a_killed_call_left_goes_with_the_next_even_without_a_setting(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuses)
        with pytest.raises(StoreError, match=r"archive/.*\.warc\.gz: the archive cannot be removed: Permission denied"):
            run("gc", "--keep-days", "99")
    assert len(files_of(stage)) == 4
    is_whole(stage)
    assert run("gc").stdout.startswith("3 archive files with 4 pages")
    assert len(files_of(stage)) == 1


def test_a_file_that_is_being_written_stays(stage: Stage) -> None:
    with stage.store() as store:
        page = store.archive(stage.page(url_of(9), b"<p>9"))
        stage.pass_time(200 * DAY)
        store.collect(DAY)
        assert store.snapshot(page.record or 0).body == b"<p>9"


def test_one_that_a_killed_run_left_is_closed_first(stage: Stage) -> None:
    last = files_of(stage)[-1]
    last.rename(last.with_name(last.name + ".open"))
    assert "3 archive files" in run("gc", "--keep-days", "99").stdout
    assert len(files_of(stage)) == 1


def test_backups_go_on_and_lose_nothing(stage: Stage, tmp_path: Path) -> None:
    copy, archive = tmp_path / "copy", stage.folder / "archive"
    back_up(stage.url, archive, copy)
    run("gc", "--keep-days", "99")
    assert (back_up(stage.url, archive, copy).files, len(list((copy / "archive").iterdir()))) == (1, 4)
    with Store.open(f"sqlite:///{copy / 'tindothi.db'}", copy / "archive") as kept:
        assert kept.problems() == kept.file_problems() == ()
    new = Stage(tmp_path / "new", engine=stage.engine, made=False)
    assert restore(copy, new.url, new.folder / "archive").files == 1
    with new.store() as again:
        assert again.problems() == again.file_problems() == tuple(again.damaged_pages()) == ()
        assert again.counts().records == 1


@pytest.mark.parametrize(
    ("files", "leaning", "left"),
    [
        ("", "", ""),
        ("ab", "", "ab"),
        ("ab", "xa", "b"),  # one that stays leans on a
        ("ab", "ba", "ab"),  # both go
        ("abc", "xa ab bc", ""),  # and so on
        ("abcd", "ab ba xc", "abd"),  # two that lean on each other
        ("a", "ax", "a"),
    ],
)
def test_what_a_file_leans_on_stays_with_it(files: str, leaning: str, left: str) -> None:
    assert retention.unneeded(set(files), [(pair[0], pair[1]) for pair in leaning.split()]) == set(left)
