"""A feed's volumes: whoever was away finds every story once, and every edit, whatever happened meanwhile (RFC 5005)."""

import contextlib
import random
import shutil
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import feedparser
import feedparser_sgmllib
import pytest
import reader as lemon24
from lxml import etree

from crawler.errors import PublishError
from feeds.atom import render
from feeds.entries import title
from storage.store import Store
from tests.readers import BASE, Subscriber
from tests.storing import DAY, HOUR, Stage, gone, visit
from tests.test_atom import schema as schema
from tests.test_feed_promises import TOPIC, Month, begun, id_of, news, told

CURRENT = f"{TOPIC}.atom"


@pytest.fixture
def engine() -> str:
    return "sqlite"


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.atom")}


def ledger(stage: Stage) -> dict[str, datetime]:
    """What the feed has told, in whole seconds."""
    rows = stage.sql("SELECT uuid, updated FROM entry WHERE state = 'published'")
    return {name: datetime.fromisoformat(f"{at}+00:00").replace(microsecond=0) for name, at in rows}


@pytest.fixture
def folder(stage: Stage) -> Path:
    return stage.folder / "feeds"


def test_who_was_away_walks_back_to_every_story_once(
    stage: Stage, store: Store, folder: Path, schema: etree.RelaxNG
) -> None:
    begun(stage, store)
    often, away = Subscriber(folder / CURRENT), Subscriber(folder / CURRENT)
    for number in range(11):
        stage.pass_time()
        visit(stage, store, news(number), TOPIC)
        told(stage, store, limit=4)
        assert often.poll() == [id_of(store, f"phuong:{number}")]
        away.poll() if number == 1 else None
    assert sorted(files(folder)) == ["do-thi.0001.atom", "do-thi.0002.atom", "do-thi.atom"]
    new = away.poll()
    assert sorted(new) == sorted(id_of(store, f"phuong:{number}") for number in range(2, 11))
    assert away.known == often.known == ledger(stage)
    assert [len(feedparser.parse(document).entries) for document in files(folder).values()] == [4, 4, 4]
    for document in files(folder).values():
        schema.assertValid(etree.fromstring(document).getroottree())


def test_volumes_stay_as_they_were_and_what_moves_appears_again(stage: Stage, store: Store, folder: Path) -> None:
    begun(stage, store)
    for number in range(5):
        stage.pass_time()
        visit(stage, store, news(number), TOPIC)
    told(stage, store, limit=2)
    before = files(folder)
    away = Subscriber(folder / CURRENT)
    away.poll()
    stage.pass_time()
    visit(stage, store, news(0, version=1), TOPIC)
    gone(stage, store, 1)
    stage.pass_time(-3 * HOUR)  # and the clock is set back, before the latest entries
    for number in (5, 6, 7, 8):
        visit(stage, store, news(number, published=None), TOPIC)
    told(stage, store, limit=2)
    after = files(folder)
    assert {name: after[name] for name in before if name != CURRENT} == {
        name: document for name, document in before.items() if name != CURRENT
    }
    assert sorted(away.poll()) == sorted(id_of(store, f"phuong:{number}") for number in (5, 6, 7, 8))
    assert away.known == ledger(stage), "the edit and the withdrawal, too"


def test_a_lost_folder_is_written_again_whole(stage: Stage, store: Store, folder: Path) -> None:
    begun(stage, store)
    for number in range(7):
        stage.pass_time()
        visit(stage, store, news(number), TOPIC)
    told(stage, store, limit=2)
    before = files(folder)
    for path in folder.iterdir():
        path.unlink()
    assert told(stage, store, limit=2)
    assert files(folder) == before
    visit(stage, store, news(0, version=1), TOPIC)
    for path in folder.iterdir():
        path.unlink()
    told(stage, store, limit=2)
    fresh = Subscriber(folder / CURRENT)
    fresh.poll()
    assert fresh.known == ledger(stage)


def test_a_volume_that_cannot_be_written_keeps_the_document_that_leads_to_it(
    stage: Stage, store: Store, folder: Path
) -> None:
    begun(stage, store)
    visit(stage, store, news(0), TOPIC)
    told(stage, store, limit=2)
    for number in range(1, 4):
        visit(stage, store, news(number), TOPIC)
    (folder / "do-thi.0002.atom").mkdir()  # in the way of the next one
    told(stage, store, limit=2)
    for number in range(4, 6):
        visit(stage, store, news(number), TOPIC)
    last = files_but(folder, "do-thi.0002.atom")
    with pytest.raises(PublishError, match=r"do-thi\.0002\.atom"):
        told(stage, store, limit=2)
    assert files_but(folder, "do-thi.0002.atom") == last
    (folder / "do-thi.0002.atom").rmdir()
    assert told(stage, store, limit=2)


def files_but(folder: Path, name: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.atom") if path.name != name}


def test_links_are_relative_in_volumes_and_lead_home_from_the_current_document(stage: Stage, store: Store) -> None:
    begun(stage, store)
    for number in range(5):
        visit(stage, store, news(number), TOPIC)
    feed = store.current(TOPIC, "Đô thị", limit=2)

    def links(document: bytes) -> dict[str, str]:
        return {str(link.get("rel")): str(link.get("href")) for link in etree.fromstring(document).findall("{*}link")}

    assert links(render(feed)) == {"prev-archive": "do-thi.0002.atom"}
    assert links(render(feed, base_url=BASE)) == {"self": BASE + CURRENT, "prev-archive": BASE + "do-thi.0002.atom"}
    second, first = store.volume(feed, 2), store.volume(feed, 1)
    assert render(second, base_url=BASE) == render(second)
    assert links(render(second)) == {
        "current": CURRENT, "self": "do-thi.0002.atom", "prev-archive": "do-thi.0001.atom"
    }  # fmt: skip
    assert links(render(first)) == {"current": CURRENT, "self": "do-thi.0001.atom"}


class KilledError(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("seed", [4])
def test_a_month_of_small_documents_and_killed_publishes(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(tmp_path)
    month = Month(stage, random.Random(seed))
    folder = tmp_path / "feeds"
    often, away = Subscriber(folder / CURRENT), Subscriber(folder / CURRENT)
    seen: list[str] = []
    kept: dict[str, bytes] = {}
    with stage.store() as store:
        begun(stage, store, "phuong", "bao")
        told(stage, store)
        for day in range(30):
            for _ in range(month.chance.randint(0, 5)):
                stage.pass_time()
                month.happen(store)
            if month.chance.random() < 0.3:
                with monkeypatch.context() as patch:
                    patch.setattr(Path, "replace", killer(month.chance.randint(0, 2)))
                    try:
                        told(stage, store, limit=3)
                    except KilledError:
                        often.poll()  # no address leads nowhere
            told(stage, store, limit=3)
            seen += often.poll() if day % 3 else []
            fresh = Subscriber(folder / CURRENT)
            assert len(fresh.poll()) == len(month.versions), "current and volumes are all"
            assert fresh.known == ledger(stage)
            now = {name: document for name, document in files(folder).items() if name != CURRENT}
            assert {name: now[name] for name in kept} == kept
            kept = now
            if day == 4:
                seen_before = away.poll()
            stage.pass_time(month.chance.choice([HOUR, DAY, 300 * DAY, timedelta(0)]))
    often.poll()
    assert len(seen) == len(set(seen))
    assert sorted([*seen_before, *away.poll()]) == sorted(month.ids.values())
    assert away.known == often.known == ledger(stage)
    assert len(kept) > 3


def killer(after: int) -> object:
    """As `Path.replace`, that kills at the next call after so many."""
    whole, left = Path.replace, iter(range(after))

    def replace(self: Path, target: Path) -> Path:
        if next(left, None) is None:
            raise KilledError
        return whole(self, target)

    return replace


def test_a_real_readers_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sgmllib", feedparser_sgmllib)  # reader wants the old name of the same module
    stage = Stage(tmp_path)
    month = Month(stage, random.Random(5))
    client = lemon24.make_reader(":memory:", feed_root=str(tmp_path / "feeds"))
    with stage.store() as store:
        begun(stage, store, "phuong", "bao")
        told(stage, store)
        client.add_feed(CURRENT)
        for _ in range(30):
            month.new.clear()
            month.moved.clear()
            for _ in range(month.chance.randint(0, 4)):
                stage.pass_time()
                month.happen(store)
            told(stage, store)
            before = {entry.id for entry in client.get_entries()}
            result = client.update_feed(CURRENT)
            now = {entry.id: entry for entry in client.get_entries()}
            assert now.keys() - before == month.new
            assert {name: entry.updated for name, entry in now.items()} == ledger(stage)
            assert result is not None or not month.new | month.moved
            if result is not None:
                assert result.new == len(month.new)
                assert result.modified >= len(month.moved - month.new)
            stage.pass_time(month.chance.choice([HOUR, DAY]))
    assert len(now) == len(month.versions) > 5
    client.close()


@pytest.mark.parametrize("kind", ["atom", "rss"])
def test_newsboats_month(tmp_path: Path, kind: str) -> None:
    program = shutil.which("newsboat") or pytest.skip("SKIPPED FOR WANT OF NEWSBOAT: install the package newsboat")
    stage = Stage(tmp_path)
    month = Month(stage, random.Random(6))
    home, cache = tmp_path / "home", tmp_path / "cache.db"
    for name in ("config", "urls"):
        (tmp_path / name).write_text(f"file://{tmp_path}/feeds/{TOPIC}.{kind}\n" if name == "urls" else "")
    home.mkdir()
    poll: list[str | Path] = [program, "-C", tmp_path / "config", "-u", tmp_path / "urls", "-c", cache, "-x", "reload"]
    with stage.store() as store:
        begun(stage, store, "phuong", "bao")
        for day in range(30):
            for _ in range(month.chance.randint(0, 4)):
                stage.pass_time()
                month.happen(store)
            told(stage, store)
            if day % 3 == 2:
                subprocess.run(poll, env={"HOME": str(home)}, check=True, capture_output=True, timeout=60)
                with contextlib.closing(sqlite3.connect(cache)) as db:
                    shown = db.execute("SELECT guid, title FROM rss_item ORDER BY id").fetchall()
                assert sorted(id_ for id_, _ in shown) == sorted(ledger(stage)), "each entry once"
                titles = {entry.id: title(entry) for entry in store.feed(TOPIC, "").entries}
                assert dict(shown) == titles, "edits arrive"
            stage.pass_time(month.chance.choice([HOUR, DAY]))
    assert len(shown) == len(month.versions) > 5
