"""`tindothi reextract`: the archive through today's rules; what differs is our doing, and no entry moves."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.classify import read_topics
from crawler.commands.reextract import command
from crawler.stages import article_of, judge
from crawler.types import Article, Cause, Change, Snapshot
from crawler.urls import owner
from storage.store import Store
from tests.storing import Stage

pytestmark = pytest.mark.usefixtures("named")
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
MENU = "Trang nhất - Tin phường - Liên hệ với chúng tôi"
SOURCE = "bendo.example.vn"
TOPICS = tuple(read_topics()[0])


def page(number: int) -> Snapshot:
    title = f"Phường Bến Đò họp lần thứ {number} bàn về chính quyền đô thị"
    rows = "".join(
        f"<p>Tổ dân phố {number * 7 + row} bàn cách tiếp dân theo mô hình chính quyền đô thị trong {row + 3} buổi.</p>"
        for row in range(4)
    )
    body = (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div>19/11/2026 09:{number:02}</div>"
        f"<div class='than'>{rows}</div></body></html>"
    )
    url = f"https://bendo.example.vn/tin/{number}.html"
    at = NOW + timedelta(minutes=number)
    return Snapshot(
        requested_url=url, url=url, fetched_at=at, status=200, body=body.encode(), source="bendo.example.vn"
    )


def today(snapshot: Snapshot) -> Article:
    return article_of(snapshot, owner({}, snapshot.url))


def as_once(article: Article) -> Article:
    """As rules read it that knew no menus, and no date."""
    return replace(article, paragraphs=(MENU, *article.paragraphs), published=None)


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.now = NOW
    return stage


@pytest.fixture
def store(store: Store) -> Store:
    """Three articles: the first two stored by older rules, the third by today's; and a page that was refused."""
    for number in (1, 2, 3):
        snapshot = store.archive(page(number))
        article = today(snapshot)
        store.save(judge(snapshot, article if number == 3 else as_once(article), TOPICS, ""))
    store.reject(store.archive(page(4)), "NotArticle", "once", temporary=False)
    store.settle("bendo.example.vn")
    return store


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(command, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def paragraphs(store: Store, number: int) -> tuple[str, ...]:
    found = store.article(f"https://bendo.example.vn/tin/{number}.html")
    return found.revisions[-1].article.paragraphs if found else ()


def test_a_dry_run_tells_and_stores_nothing(store: Store) -> None:
    *changed, counts = map(json.loads, run("--dry-run", "--json").stdout.splitlines())
    assert counts == {"dry_run": True, "changed": 2, "unchanged": 1, "new": 1}
    assert {"about": "text", "before": MENU, "after": None} in changed[0]["changes"]
    assert [one["about"] for one in changed[0]["changes"]] == ["published", "text"]
    assert MENU in paragraphs(store, 1)
    assert paragraphs(store, 4) == ()
    shown = run("--dry-run").stdout
    assert f"- text: {MENU}" in shown
    assert shown.endswith("2 changed, 1 new, 1 unchanged; nothing was stored\n")


def test_what_differs_is_our_doing_and_no_entry_moves(store: Store) -> None:
    before = store.feed("chinh-quyen-do-thi", "")
    run()
    for number in (1, 2):
        article = store.article(f"https://bendo.example.vn/tin/{number}.html")
        assert article
        assert [revision.cause for revision in article.revisions] == [Cause.SITE, Cause.RULES]
        assert MENU not in article.revisions[-1].article.paragraphs
        assert article.revisions[-1].article.published
    assert len(paragraphs(store, 4)) == 4
    after = store.feed("chinh-quyen-do-thi", "")
    told = {entry.id: entry.updated for entry in after.entries}
    assert before.entries
    assert all(told[entry.id] == entry.updated for entry in before.entries)
    assert json.loads(run("--json").stdout) == {"dry_run": False, "unchanged": 4}


def test_only_a_source_or_only_since_a_day(store: Store) -> None:
    assert "no page" in run("--source", SOURCE, "--since", "2026-11-21").stdout
    counts = json.loads(run("--json", "--source", SOURCE, "--since", "2026-11-20").stdout.splitlines()[-1])
    assert counts == {"dry_run": False, "changed": 2, "unchanged": 1, "new": 1}
    result = CliRunner().invoke(command, ["--source", "nobody"])
    assert "no source 'nobody'" in str(result.exception)


def test_interrupted_it_goes_on_where_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.commands.reextract.KEPT", 1)
    with monkeypatch.context() as broken:
        seen: list[int] = []

        def snapshot(self: Store, record: int, read: object = Store.snapshot) -> Snapshot:
            seen.append(record)
            if len(seen) == 2:
                raise KeyboardInterrupt
            return read(self, record)  # type: ignore[operator, no-any-return]

        broken.setattr(Store, "snapshot", snapshot)
        assert CliRunner().invoke(command, []).exit_code == 1
    assert MENU not in paragraphs(store, 1)
    assert MENU in paragraphs(store, 2)
    assert json.loads(run("--json").stdout.splitlines()[-1]) == {
        "dry_run": False,
        "changed": 1,
        "unchanged": 1,
        "new": 1,
    }


def test_a_page_that_would_be_refused_now_keeps_its_article(store: Store) -> None:
    listing = replace(page(7), body=b"<html><body><p>Trang ch\xe1\xbb\xa7</p></body></html>")
    snapshot = store.archive(listing)
    assert store.save(judge(snapshot, today(page(7)), TOPICS, "")) is Change.NEW
    assert "would be refused now and stays: NoText" in run().stdout
    assert len(paragraphs(store, 7)) == 4


def test_a_damaged_archive_is_told_and_the_rest_is_done(store: Store, tmp_path: Path) -> None:
    store.close()
    (file,) = tmp_path.glob("archive/*.gz")
    file.write_bytes(b"\x1f\x8b damaged")
    counts = json.loads(run("--json").stdout.splitlines()[-1])
    assert counts == {"dry_run": False, "unreadable": 4}
