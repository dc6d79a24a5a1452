"""Copies that differ: one story all the same, told once; and what is no copy is told on its own."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, create_engine, func, select, text

from crawler import copies
from crawler.cli import tindothi
from crawler.copies import alike
from crawler.likeness import Wording
from crawler.types import Article, Change, Entry, Precision, Source
from storage import schema, stories
from storage.ledger import entry_id
from storage.policy import Policy
from storage.store import Store
from tests.benchmarks.copies import Said, cut, edited, prefixed, retitled
from tests.storing import DAY, START, Stage, article, gone, settled, visit
from tests.test_copies import NOTICE, RELEASE, schedule
from tests.test_migrations import back_to

EDITED = edited(RELEASE)
CUT = prefixed(retitled(cut(RELEASE, 1 / 2)))
OTHER_WARD = schedule("Sông Mây", "Đỗ Thị Na", ("6/11/2031", "20/11/2031"), "14 giờ", "0225 3999 888")


@pytest.fixture
def stage(tmp_path: Path, engine: str) -> Stage:
    return Stage(tmp_path, policy=Policy(baseline_items=3, baseline_days=7), engine=engine)


@pytest.fixture
def store(stage: Stage, store: Store) -> Store:
    for name in ("phuong", "bao", "quan"):
        store.meet(Source(name=name, title=name.title(), hosts=(f"{name}.example",)))
        settled(store, name)
    stage.pass_time()
    return store


def page(said: Said, number: int | str = 1, *, source: str = "phuong", published: datetime | None = START) -> Article:
    plain = article(number, source=source, title=said.title, paragraphs=said.paragraphs, published=published)
    return replace(plain, lead=said.lead)


def entries(store: Store) -> list[Entry]:
    return list(store.feed("do-thi", "").entries)


def told(store: Store) -> list[tuple[str, list[str]]]:
    """Each entry's article, and the other places named in it."""
    return [(entry.article.key, [title for title, _ in entry.also]) for entry in entries(store)]


# --- joining ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("copy", [EDITED, CUT, retitled(RELEASE)], ids=["edited", "cut", "retitled"])
def test_a_copy_in_another_place_gives_no_entry_of_its_own(stage: Stage, store: Store, copy: Said) -> None:
    assert visit(stage, store, page(RELEASE), "do-thi") is Change.NEW
    (before,) = entries(store)
    stage.pass_time()
    assert visit(stage, store, page(copy, source="bao"), "do-thi") is Change.DUPLICATE
    assert entries(store) == [replace(before, also=(("Bao", "https://bao.example/tin-1.html"),))]
    stage.pass_time()
    assert visit(stage, store, page(copy, source="bao"), "do-thi") is Change.UNCHANGED


def test_the_whole_text_joins_the_cut_copy_that_came_first(stage: Stage, store: Store) -> None:
    visit(stage, store, page(CUT), "do-thi")
    assert visit(stage, store, page(RELEASE, source="bao"), "do-thi") is Change.DUPLICATE
    assert told(store) == [("phuong:1", ["Bao"])]


def test_within_a_source_nothing_is_joined_by_likeness(stage: Stage, store: Store) -> None:
    visit(stage, store, page(RELEASE), "do-thi")
    assert visit(stage, store, page(EDITED, 2), "do-thi") is Change.NEW
    assert visit(stage, store, page(RELEASE, source="bao"), "do-thi") is Change.DUPLICATE
    assert visit(stage, store, page(CUT, 2, source="bao"), "do-thi") is Change.DUPLICATE, "of the other one"
    assert sorted(told(store)) == [("phuong:1", ["Bao"]), ("phuong:2", ["Bao"])]


@pytest.mark.parametrize("other", [OTHER_WARD, replace(NOTICE, paragraphs=NOTICE.paragraphs[:1])], ids=["form", "part"])
def test_another_notice_is_told(stage: Stage, store: Store, other: Said) -> None:
    visit(stage, store, page(NOTICE), "do-thi")
    assert visit(stage, store, page(other, source="bao"), "do-thi") is Change.NEW
    assert sorted(told(store)) == [("bao:1", []), ("phuong:1", [])]


def test_a_copy_takes_the_place_of_what_is_gone(stage: Stage, store: Store) -> None:
    visit(stage, store, page(RELEASE), "do-thi")
    visit(stage, store, page(EDITED, source="bao"), "do-thi")
    visit(stage, store, page(RELEASE, source="quan"), "do-thi")
    (before,) = entries(store)
    for source, shown in (("phuong", "quan:1"), ("quan", "bao:1")):
        stage.pass_time()
        gone(stage, store, 1, source=source)
        (now,) = entries(store)
        assert (now.article.key, now.id, now.updated, now.withdrawn) == (shown, before.id, before.updated, False)


# --- splitting and merging -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1], ids=["the one that is shown", "the other one"])
def test_a_text_that_becomes_another_leaves_the_story_and_gives_no_entry(
    stage: Stage, store: Store, number: int
) -> None:
    places = [page(RELEASE), page(EDITED, source="bao")]
    for one in places:
        visit(stage, store, one, "do-thi")
    (before,) = entries(store)
    stage.pass_time()
    changed = replace(page(NOTICE), key=places[number].key, url=places[number].url, source=places[number].source)
    assert visit(stage, store, changed, "do-thi") is Change.REVISED
    assert told(store) == [("phuong:1", [])]
    assert entries(store)[0].id == before.id
    stage.pass_time()
    visit(stage, store, places[number], "do-thi")
    assert told(store) == [("phuong:1", ["Bao"])], "and back"


def test_a_small_correction_leaves_the_story_whole(stage: Stage, store: Store) -> None:
    visit(stage, store, page(RELEASE), "do-thi")
    visit(stage, store, page(RELEASE, source="bao"), "do-thi")
    stage.pass_time()
    corrected = replace(RELEASE, paragraphs=(*RELEASE.paragraphs, "Bản tin này đã được sửa một lỗi chính tả."))
    assert visit(stage, store, page(corrected), "do-thi") is Change.REVISED
    assert told(store) == [("phuong:1", ["Bao"])]


def two_that_prove_to_be_one(stage: Stage, store: Store) -> list[Entry]:
    """Two published stories, of which the younger then becomes a copy of the older."""
    visit(stage, store, page(RELEASE), "do-thi")
    stage.pass_time()
    visit(stage, store, page(NOTICE, source="bao"), "do-thi")
    before = entries(store)
    stage.pass_time()
    assert visit(stage, store, page(EDITED, source="bao"), "do-thi") is Change.REVISED
    return before


def test_of_two_published_stories_that_prove_to_be_one_both_ids_stay(stage: Stage, store: Store) -> None:
    before = two_that_prove_to_be_one(stage, store)
    assert sorted(told(store)) == [("bao:1", ["Phuong"]), ("phuong:1", ["Bao"])]
    assert {entry.id: entry.announced for entry in entries(store)} == {one.id: one.announced for one in before}
    stage.pass_time()
    assert visit(stage, store, page(CUT, source="quan"), "do-thi") is Change.DUPLICATE
    assert len(entries(store)) == 2
    visit(stage, store, page(RELEASE), "do-thi", "hai-cap")
    visit(stage, store, page(EDITED, source="bao"), "do-thi", "hai-cap")
    assert len(store.feed("hai-cap", "").entries) == 1, "another feed tells it once"


def test_what_proved_to_be_told_is_not_told_when_a_first_run_ends(stage: Stage, store: Store) -> None:
    visit(stage, store, page(RELEASE), "do-thi")
    visit(stage, store, page(NOTICE, source="moi"), "do-thi")
    visit(stage, store, page(OTHER_WARD, 2, source="moi"), "do-thi")
    stage.pass_time()
    visit(stage, store, page(EDITED, source="moi"), "do-thi")
    assert store.settle("moi") == 1
    assert sorted(told(store)) == [("moi:2", []), ("phuong:1", ["moi"])]
    stage.pass_time()
    visit(stage, store, page(EDITED, source="moi"), "do-thi")
    assert len(entries(store)) == 2


def test_a_feed_that_is_new_to_a_story_takes_its_id(stage: Stage, store: Store) -> None:
    visit(stage, store, page(RELEASE), "do-thi")
    stage.pass_time()
    visit(stage, store, page(EDITED, source="bao"), "do-thi", "hai-cap")
    assert [one.id for one in store.feed("hai-cap", "").entries] == [entry_id("phuong:1")]


# --- bounds ----------------------------------------------------------------------------------------------------------


def test_what_everybody_prints_costs_no_more_than_a_few_comparisons(
    stage: Stage, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []

    def counted(one: Wording, other: Wording) -> bool:
        compared.append(1)
        return alike(one, other)

    monkeypatch.setattr(copies, "alike", counted)
    for number in range(20):
        own = " ".join(f"việc{number}x{place}" for place in range(300))
        said = replace(RELEASE, title=f"Tin {number}", paragraphs=(*RELEASE.paragraphs[:3], own))
        compared.clear()
        assert visit(stage, store, page(said, number, source=f"bao{number % 7}"), "do-thi") is Change.NEW
        assert len(compared) <= stories.MOST_COMPARED
    assert compared, "they do share keys"


# --- who was first, and who is official ------------------------------------------------------------------------------


def marks(store: Store, key: str) -> dict[str, tuple[bool, bool]]:
    stored = store.article(key)
    assert stored is not None
    return {one.key: (one.first, one.official) for one in stored.story}


def test_the_first_and_the_official_place_are_marked(stage: Stage, store: Store) -> None:
    visit(stage, store, page(EDITED, source="bao", published=START - 2 * DAY), "do-thi")
    official = replace(page(RELEASE), url="https://bengo.haiphong.gov.vn/tin-1.html")
    visit(stage, store, official, "do-thi")
    visit(stage, store, page(CUT, source="quan", published=None), "do-thi")
    expected = {"bao:1": (True, False), "phuong:1": (False, True), "quan:1": (False, False)}
    for key in expected:
        assert marks(store, key) == expected


@pytest.mark.parametrize(("hours", "first"), [(-14, "bao:1"), (-3, "bao:1"), (3, "phuong:1")])
def test_a_mere_day_is_the_moment_of_it_when_it_was_seen(stage: Stage, store: Store, hours: int, first: str) -> None:
    """Seen at 13:00 of the day that it prints."""
    today = page(RELEASE, published=stage.now.replace(hour=0) - timedelta(hours=7))
    assert today.published is not None
    visit(stage, store, replace(today, published=replace(today.published, precision=Precision.DAY)))
    at = stage.now + timedelta(hours=hours)
    visit(stage, store, page(EDITED, source="bao", published=at))
    assert [key for key, (earliest, _) in marks(store, "bao:1").items() if earliest] == [first]


@pytest.mark.usefixtures("named")
def test_show_lists_the_places(stage: Stage, store: Store) -> None:
    visit(stage, store, page(EDITED, source="bao", published=START - 2 * DAY), "do-thi")
    visit(stage, store, page(RELEASE), "do-thi")
    visit(stage, store, page(NOTICE, 2), "do-thi")
    store.close()
    shown = CliRunner().invoke(tindothi, ["show", "phuong:1"], catch_exceptions=False).output
    assert [line.split()[0] for line in shown.splitlines() if line.startswith("  story")] == ["story", "story"]
    assert "Bao (first): bao:1  https://bao.example/tin-1.html" in shown
    assert "Phuong: this one" in shown
    assert "  story" not in CliRunner().invoke(tindothi, ["show", "phuong:2"], catch_exceptions=False).output


# --- stores of before ------------------------------------------------------------------------------------------------


@pytest.fixture
def old(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    """A store whose stories nobody compared, as an older tindothi left it; its entries."""
    with monkeypatch.context() as patch, stage.store() as store:
        patch.setattr(stories, "near", lambda *_: None)
        for name, said in (
            ("phuong", RELEASE),
            ("bao", EDITED),
            ("quan", NOTICE),
            ("anh", RELEASE),
            ("em", OTHER_WARD),
        ):
            settled(store, name)
            stage.pass_time()
            visit(stage, store, page(said, source=name), "do-thi")
        before = entries(store)
    assert [entry.article.key for entry in before] == ["em:1", "quan:1", "bao:1", "phuong:1"]
    back_to(stage, "0003")
    return before


def rows(stage: Stage) -> set[tuple[int, int]]:
    engine = create_engine(stage.url)
    with engine.connect() as db:
        found = {(row.key, row.article_id) for row in db.execute(select(schema.band))}
        assert db.execute(select(func.count()).select_from(schema.band)).scalar() == len(found)
    engine.dispose()
    return found


def test_an_older_store_learns_its_stories_and_tells_nothing_again(stage: Stage, old: list[Entry]) -> None:
    with stage.store() as store:
        assert [replace(one, also=()) for one in entries(store)] == [replace(one, also=()) for one in old]
        assert told(store)[:2] == [("em:1", []), ("quan:1", [])]
        assert told(store)[2:] == [("bao:1", ["phuong", "anh"]), ("phuong:1", ["bao", "anh"])]
        settled(store, "moi")
        assert visit(stage, store, page(CUT, source="moi"), "do-thi") is Change.DUPLICATE
        assert len(entries(store)) == 4


def test_filling_goes_on_where_it_was_stopped(stage: Stage, old: list[Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "_AT_ONCE", 2)
    enter = stories._enter
    done: list[object] = []

    def stopped(db: Connection, row: object) -> None:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(row)
        enter(db, row)

    with monkeypatch.context() as patch:
        patch.setattr(stories, "_enter", stopped)
        with pytest.raises(KeyboardInterrupt), stage.store():
            pass
    assert {article_id for _, article_id in rows(stage)} == {1, 2}
    with stage.store() as store:
        assert told(store)[2:] == [("bao:1", ["phuong", "anh"]), ("phuong:1", ["bao", "anh"])]
    assert {article_id for _, article_id in rows(stage)} == {1, 2, 3, 4, 5}


def test_a_new_recipe_makes_the_keys_anew_and_leaves_the_stories(
    stage: Stage, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit(stage, store, page(RELEASE), "do-thi")
    visit(stage, store, page(EDITED, source="bao"), "do-thi")
    store.close()
    before = rows(stage)
    monkeypatch.setattr(stories, "VERSION", 2)
    monkeypatch.setattr(stories, "keys", lambda said: tuple(range(len(said.title))))
    with stage.store() as again:
        assert told(again) == [("phuong:1", ["Bao"])]
    after = rows(stage)
    assert len(after) == 2 * len(RELEASE.title)
    assert not after & before


def test_keys_that_a_revision_left_are_gone(stage: Stage, store: Store) -> None:
    visit(stage, store, page(RELEASE))
    visit(stage, store, page(NOTICE, source="bao"))
    first = rows(stage)
    for said in (OTHER_WARD, CUT, RELEASE):
        stage.pass_time()
        visit(stage, store, page(said))
    assert rows(stage) == first


def test_every_text_has_a_row_of_its_own_version(stage: Stage, store: Store) -> None:
    visit(stage, store, page(RELEASE))
    engine = create_engine(stage.url)
    with engine.connect() as db:
        assert set(db.execute(text("SELECT version FROM band")).scalars()) == {1}
    engine.dispose()
