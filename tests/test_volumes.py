"""A feed's volumes: whoever was away finds every story once, and every edit, whatever happened meanwhile (RFC 5005)."""

from datetime import datetime
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from crawler.errors import PublishError
from feeds.atom import render
from storage.store import Store
from tests.readers import BASE, Subscriber
from tests.storing import HOUR, Stage, gone, visit
from tests.test_atom import schema as schema
from tests.test_feed_promises import TOPIC, begun, id_of, news, told

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
