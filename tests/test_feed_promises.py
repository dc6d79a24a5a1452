"""What a subscriber lives through, from the store to the file: ids for ever, `updated` only with the site, no floods.

`Reader` is a feed reader as strict as the worst of them: it remembers every id, and whatever it is shown again with
another date counts. The pages are what an extraction would give; the clock is played.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import feedparser
import pytest

from crawler.copies import alike
from crawler.errors import PublishError
from crawler.learned import TEXT as LEARNED
from crawler.likeness import wording
from crawler.types import Article, Block, Change, Feed, Source
from feeds.publish import missing, publish
from storage.policy import Policy
from storage.search import Filters
from storage.searches import SavedSearch
from storage.store import Store
from tests.readers import Reader
from tests.storing import (
    CITATION,
    DAY,
    HOUR,
    OTHER,
    TEXT,
    Stage,
    announcement,
    article,
    gone,
    judged,
    settled,
    url_of,
    visit,
)

TOPIC = "do-thi"
LISTING = "https://phuong.example/tin-tuc"


@pytest.fixture
def reader(stage: Stage) -> Reader:
    return Reader(stage.folder / "feeds" / f"{TOPIC}.atom")


def told(stage: Stage, store: Store, limit: int = 100) -> bool:
    """Publishes; gives whether a file had to be written."""
    folder = stage.folder / "feeds"

    def documents() -> Iterator[Feed]:
        feed = store.current(TOPIC, "Đô thị", limit=limit)
        yield from (store.volume(feed, number) for number in missing(feed, folder))
        yield feed

    return any(one.written for one in publish(documents(), folder))


def begun(stage: Stage, store: Store, *sources: str) -> None:
    """The first runs are over; from now on, what appears is news."""
    for source in sources or ("phuong",):
        settled(store, source)
    stage.pass_time()


def news(number: int, version: int = 0, *, source: str = "phuong", published: datetime | None = None) -> Article:
    """An article of its own text, in one of its versions."""
    paragraphs = (f"Tin số {number}: {TEXT[0]}", TEXT[1], *(f"Bổ sung lần {n}." for n in range(1, version + 1)))
    return article(number, source=source, title=f"Tin số {number}", paragraphs=paragraphs, published=published)


def id_of(store: Store, key: str) -> str:
    stored = store.article(key)
    assert stored is not None
    (mine,) = stored.entries
    return mine.id


# --- nothing happens -------------------------------------------------------------------------------------------------


def test_ten_further_runs_without_news_are_silence(stage: Stage, store: Store, reader: Reader) -> None:
    begun(stage, store)
    for number in range(5):
        stage.pass_time()
        visit(stage, store, news(number, published=stage.now), TOPIC)
    assert told(stage, store)
    assert len(reader.poll(stage.now)[0]) == 5
    before = reader.path.stat().st_mtime_ns, reader.path.read_bytes()
    for _ in range(10):
        stage.pass_time(DAY)
        for number in range(5):
            assert visit(stage, store, news(number, published=None), TOPIC) is Change.UNCHANGED
            store.unchanged("phuong", url_of(number), stage.now)
        assert not told(stage, store)
        assert reader.poll(stage.now) == (set(), set())
    assert (reader.path.stat().st_mtime_ns, reader.path.read_bytes()) == before


def test_an_empty_store_is_a_valid_feed_of_the_stores_own_age(stage: Stage, reader: Reader) -> None:
    with stage.store() as store:
        told(stage, store)
    born = reader.path.read_bytes()
    stage.pass_time(30 * DAY)
    with stage.store() as store:
        assert not told(stage, store)
    assert reader.path.read_bytes() == born
    assert reader.poll(stage.now) == (set(), set())


# --- something happens -----------------------------------------------------------------------------------------------


def test_an_edit_is_the_same_entry_moved(stage: Stage, store: Store, reader: Reader) -> None:
    begun(stage, store)
    for number in range(3):
        stage.pass_time()
        visit(stage, store, news(number), TOPIC)
    told(stage, store)
    reader.poll(stage.now)
    stage.pass_time(DAY)
    assert visit(stage, store, replace(news(1), title="Tin đã đính chính"), TOPIC) is Change.REVISED
    assert told(stage, store)
    edited = id_of(store, "phuong:1")
    assert reader.poll(stage.now) == (set(), {edited})
    assert reader.titles[edited] == "Tin đã đính chính"
    assert not told(stage, store)


@pytest.mark.parametrize("remembered", [True, False], ids=["remembered", "forgotten"])
def test_a_new_promo_on_all_pages_moves_nothing(stage: Stage, store: Store, reader: Reader, remembered: bool) -> None:
    """Furniture that was learned gives way to other furniture, which is not known yet.

    What was learned may be forgotten by then, as of a source whose name and listings have all changed.
    """

    def page(number: int, promo: str, *, learned: bool = False) -> Article:
        lines = [Block(text=text, tag="p", path="div>p") for text in news(number).paragraphs]
        blocks = (lines[0], Block(text=promo, tag="p", path="div>p", rule=LEARNED if learned else None), lines[1])
        return replace(news(number), paragraphs=tuple(one.text for one in blocks if not one.rule), blocks=blocks)

    begun(stage, store)
    for number in range(5):
        stage.pass_time()
        visit(stage, store, page(number, "Mời bà con tải ứng dụng.", learned=True), TOPIC)
    told(stage, store)
    reader.poll(stage.now)
    for number in range(5):
        snapshot = store.archive(stage.page(url_of(number), b"<p>2"))
        said = judged(snapshot, page(number, "Mời bà con xem đua ghe."), TOPIC)
        before = page(number, "Mời bà con tải ứng dụng.", learned=remembered)
        assert store.save(said, again=lambda _, before=before: before) is Change.REVISED  # type: ignore[misc]
    told(stage, store)
    assert reader.poll(stage.now) == (set(), set())


def test_a_withdrawn_article_stays_marked_and_may_return(stage: Stage, store: Store, reader: Reader) -> None:
    begun(stage, store)
    visit(stage, store, news(1), TOPIC)
    told(stage, store)
    ((name,), _) = reader.poll(stage.now)
    for mark in (True, False):
        for _ in range(3):  # however often we are told
            stage.pass_time()
            if mark:
                gone(stage, store, 1)
            else:
                visit(stage, store, news(1), TOPIC)
        assert told(stage, store)
        assert reader.poll(stage.now) == (set(), {name})
        assert reader.titles[name] == ("[Đã gỡ] Tin số 1" if mark else "Tin số 1")


def test_a_text_that_several_sources_carry_is_told_once(stage: Stage, store: Store, reader: Reader) -> None:
    begun(stage, store, "phuong", "quan", "bao")
    for hours, source in enumerate(("phuong", "quan", "bao")):
        stage.pass_time(hours * HOUR)
        visit(stage, store, replace(news(1, source=source), paragraphs=OTHER), TOPIC)
        told(stage, store)
        assert reader.poll(stage.now) == ({id_of(store, "phuong:1")} if source == "phuong" else set(), set())


def test_the_feed_keeps_what_the_limit_holds_and_an_edited_old_entry_returns_under_its_id(
    stage: Stage, store: Store, reader: Reader
) -> None:
    begun(stage, store)
    for number in range(8):
        stage.pass_time()
        visit(stage, store, news(number), TOPIC)
        told(stage, store, limit=5)
        assert reader.poll(stage.now, limit=5) == ({id_of(store, f"phuong:{number}")}, set())
    assert len(reader.titles) == 5
    stage.pass_time()
    visit(stage, store, news(0, version=1), TOPIC)
    told(stage, store, limit=5)
    assert reader.poll(stage.now, limit=5) == (set(), {id_of(store, "phuong:0")})


# --- a failure -------------------------------------------------------------------------------------------------------


def test_while_nothing_can_be_written_the_last_good_feed_stays_and_the_next_run_catches_up(
    stage: Stage, store: Store, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(stage, store)
    visit(stage, store, news(1), TOPIC)
    told(stage, store)
    reader.poll(stage.now)
    good = reader.path.read_bytes()

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", full)
        for number in (2, 3):
            stage.pass_time()
            visit(stage, store, news(number), TOPIC)
            with pytest.raises(PublishError, match=r"do-thi\.atom"):
                told(stage, store)
            assert reader.path.read_bytes() == good
            assert not list(reader.path.parent.glob(".*.tmp"))
    stage.pass_time()
    assert told(stage, store)
    assert reader.poll(stage.now) == ({id_of(store, "phuong:2"), id_of(store, "phuong:3")}, set())


def test_a_source_that_fails_takes_nothing_from_the_feed(stage: Stage, store: Store, reader: Reader) -> None:
    begun(stage, store)
    visit(stage, store, news(1), TOPIC)
    told(stage, store)
    reader.poll(stage.now)
    for status, reason, temporary in ((503, "ServerError", True), (200, "Blocked", True), (200, "NotArticle", False)):
        stage.pass_time()
        store.reject(store.archive(stage.page(url_of(1), status=status)), reason, "…", temporary=temporary)
        assert not told(stage, store), reason


# --- no floods -------------------------------------------------------------------------------------------------------


def test_a_first_run_tells_the_newest_few_and_never_the_rest(tmp_path: Path, engine: str) -> None:
    stage = Stage(tmp_path, policy=Policy(baseline_items=3, baseline_days=7), engine=engine)
    reader = Reader(tmp_path / "feeds" / f"{TOPIC}.atom")
    with stage.store() as store:
        store.announce("phuong", stage.page(LISTING), [announcement(number) for number in range(20)])
        for number in range(20):
            printed = None if number % 5 == 4 else stage.now - number * 12 * HOUR
            visit(stage, store, news(number, published=printed), TOPIC)
            told(stage, store)  # a run that publishes half-way
            assert reader.poll(stage.now) == (set(), set())
        store.settle("phuong")
        told(stage, store)
        stage.pass_time(timedelta(seconds=5))
        new, _ = reader.poll(stage.now)
        assert new == {id_of(store, f"phuong:{number}") for number in (0, 1, 2)}
        for day in range(3):
            stage.pass_time(DAY)
            store.settle("phuong")
            for number in range(3, 20):
                visit(stage, store, news(number, version=day % 2), TOPIC)  # even when the old ones are edited
            assert not told(stage, store)
        visit(stage, store, news(99, published=stage.now), TOPIC)
        told(stage, store)
        assert reader.poll(stage.now) == ({id_of(store, "phuong:99")}, set())


def test_a_site_that_moved_does_not_tell_its_history_again(stage: Stage, store: Store, reader: Reader) -> None:
    begun(stage, store)
    for number in range(20):
        stage.pass_time()
        visit(stage, store, news(number), TOPIC)
    told(stage, store)
    reader.poll(stage.now)
    stage.pass_time(DAY)
    for number in range(20):
        there = replace(news(number), key=f"phuong:moi-{number}", url=url_of(f"moi-{number}"))
        gone(stage, store, number)
        assert visit(stage, store, there, TOPIC) in (Change.DUPLICATE, Change.UNCHANGED)
    told(stage, store)
    new, _ = reader.poll(stage.now)
    assert new == set()
    assert not [name for name in reader.titles.values() if name.startswith("[")]


@pytest.mark.parametrize("again", [False, True], ids=["as before", "and the page changed"])
def test_a_source_with_another_title_in_a_merged_province_tells_nothing_again(
    stage: Stage, store: Store, reader: Reader, again: bool
) -> None:
    hosts = ("phuong.example",)
    store.meet(Source(name="phuong", title="Phường Bến Gỗ", hosts=hosts, place="Tỉnh Sông Mây"))
    begun(stage, store)
    for number in range(3):
        stage.pass_time()
        visit(stage, store, news(number), TOPIC)
    told(stage, store)
    assert len(reader.poll(stage.now)[0]) == 3
    stage.pass_time(DAY)
    store.meet(Source(name="phuong", title="Phường Bến Gỗ Mới", hosts=hosts, place="Thành phố Sông Lớn"))
    if again:
        visit(stage, store, news(1, version=1), TOPIC)
    told(stage, store)
    new, moved = reader.poll(stage.now)
    assert (new, moved) == (set(), {id_of(store, "phuong:1")} if again else set())
    places = {tag.term for tag in feedparser.parse(reader.path).entries[0].tags if tag.scheme == "urn:tindothi:place"}
    assert places == {"Thành phố Sông Lớn"}, "it is called what it is called today"


def test_a_source_declared_under_another_name_tells_only_what_is_new(
    stage: Stage, store: Store, reader: Reader
) -> None:
    begun(stage, store)
    for number in range(4):
        stage.pass_time()
        visit(stage, store, news(number), TOPIC)
    told(stage, store)
    before, _ = reader.poll(stage.now)
    stage.pass_time(DAY)
    for number in range(5):  # the same pages, and one more
        said = news(number, published=stage.now if number == 4 else None)
        renamed = replace(said, source="bengo", key=f"bengo:{number}")
        page = store.archive(stage.page(renamed.url, b"<p>again", source="bengo"))
        store.save(judged(page, renamed, TOPIC))
    store.settle("bengo")
    told(stage, store)
    new, moved = reader.poll(stage.now)
    assert (len(new), moved) == (1, set())
    assert len(before | new) == len(reader.titles) == 5


def test_a_change_of_our_rules_moves_nothing(stage: Stage, store: Store, reader: Reader) -> None:
    begun(stage, store)
    for number in range(5):
        visit(stage, store, news(number, version=1), TOPIC)
    told(stage, store)
    reader.poll(stage.now)
    for number in range(5):
        stage.pass_time(DAY)
        better = news(number)
        page = store.archive(stage.page(better.url))
        assert store.save(judged(page, better, TOPIC), again=always(better)) is Change.REVISED
    assert told(stage, store), "the mended text is shown"
    assert reader.poll(stage.now) == (set(), set())


def always(said: Article) -> Callable[[object], Article]:
    """Today's extraction, which gives this of every page."""
    return lambda _: said


def test_saved_pages_replayed_move_nothing(stage: Stage, store: Store, reader: Reader) -> None:
    begun(stage, store)
    pages = []
    for number in range(3):
        for version in range(2):
            said = news(number, version)
            pages.append(judged(store.archive(stage.page(said.url, str(version).encode())), said, TOPIC))
            store.save(pages[-1])
            stage.pass_time()
    taken_back = store.archive(stage.page(url_of(0), status=404))
    store.reject(taken_back, "NotFound", "HTTP 404", temporary=False)
    store.withdraw("phuong")
    told(stage, store)
    reader.poll(stage.now)
    for _ in range(2):
        stage.pass_time(DAY)
        for page in pages:
            store.save(page)
            assert not told(stage, store), page.article.title
        store.reject(taken_back, "NotFound", "HTTP 404", temporary=False)
        store.withdraw("phuong")
        assert not told(stage, store)


# --- a month, at random; with pages, moves and lies it is in `tests/test_month.py` -----------------------------------


@dataclass
class Month:
    """A site that publishes, edits, takes back and brings again, one that copies it; and what a reader must be told."""

    stage: Stage
    chance: random.Random
    topics: tuple[str, ...] = (TOPIC,)  # none: the feed keeps a search
    versions: dict[int, int] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    copies: dict[int, int] = field(default_factory=dict)  # which version the other site has
    marked: set[int] = field(default_factory=set)  # gone, and no other site has a copy
    pages: list[tuple[object, Article]] = field(default_factory=list)
    new: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)

    def happen(self, store: Store) -> None:
        deeds = [self.publish, self.publish, self.edit, self.withdraw, self.bring_back, self.copy, self.look_again]
        self.chance.choice([*deeds, self.replay, self.mend_rules])(store)

    def any(self, among: set[int]) -> int | None:
        return self.chance.choice(sorted(among)) if among else None

    def see(self, store: Store, said: Article) -> Change:
        page = store.archive(self.stage.page(said.url, str(said).encode(), source=said.source))
        self.pages.append((page, said))
        return store.save(judged(page, said, *self.topics))

    def publish(self, store: Store) -> None:
        number = len(self.versions)
        self.versions[number] = 0
        self.see(store, news(number, published=self.stage.now - HOUR))
        self.ids[number] = id_of(store, f"phuong:{number}")
        self.new.add(self.ids[number])

    def edit(self, store: Store) -> None:
        number = self.any(set(self.versions) - self.gone)
        if number is not None and self.versions[number] < 20:
            self.versions[number] += 1
            assert self.see(store, news(number, self.versions[number])) is Change.REVISED
            self.moved.add(self.ids[number])

    def withdraw(self, store: Store) -> None:
        number = self.any(set(self.versions))
        if number is not None:
            gone(self.stage, store, number, status=410)
            if number not in self.gone and not self.is_copied(number):
                self.marked.add(number)
                self.moved.add(self.ids[number])
            self.gone.add(number)

    def is_copied(self, number: int) -> bool:
        """Whether the other site has the text as it is, or as good as that."""
        if number not in self.copies:
            return False
        now, then = news(number, self.versions[number]), news(number, self.copies[number])
        return now == then or alike(*(wording(said.title, said.lead, said.paragraphs) for said in (now, then)))

    def bring_back(self, store: Store) -> None:
        number = self.any(self.gone)
        if number is not None:
            self.gone.remove(number)
            assert self.see(store, news(number, self.versions[number])) is Change.UNCHANGED
            self.lives(number)

    def lives(self, number: int) -> None:
        """What the entry shows is somewhere again."""
        if number in self.marked:
            self.marked.remove(number)
            self.moved.add(self.ids[number])

    def copy(self, store: Store) -> None:
        number = self.any(set(self.versions))
        if number is not None and store.article(f"bao:{number}") is None:
            assert self.see(store, news(number, self.versions[number], source="bao")) is Change.DUPLICATE
            self.copies[number] = self.versions[number]
            self.lives(number)

    def look_again(self, store: Store) -> None:
        for number in self.chance.sample(sorted(alive := set(self.versions) - self.gone), min(5, len(alive))):
            assert self.see(store, news(number, self.versions[number])) is Change.UNCHANGED

    def mend_rules(self, store: Store) -> None:
        number = self.any(set(self.versions) - self.gone)
        if number is not None:
            said = replace(news(number, self.versions[number]), lead="Lời dẫn nay đọc được.")
            page = store.archive(self.stage.page(said.url, b"mended", source=said.source))
            store.save(judged(page, said, *self.topics), again=always(said))
            self.stage.pass_time(timedelta(minutes=1))
            back = news(number, self.versions[number])
            page = store.archive(self.stage.page(said.url, b"as before", source=said.source))
            store.save(judged(page, back, *self.topics), again=always(back))

    def replay(self, store: Store) -> None:
        for page, said in self.chance.sample(self.pages, min(10, len(self.pages))):
            store.save(judged(page, said, *self.topics))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("engine", "seed", "topics"),
    [("sqlite", 1, ()), ("postgresql", 2, (TOPIC,))],
    indirect=["engine"],
)
def test_a_month_of_a_readers_life(tmp_path: Path, engine: str, seed: int, topics: tuple[str, ...]) -> None:
    stage = Stage(tmp_path, engine=engine)
    reader = Reader(tmp_path / "feeds" / f"{TOPIC}.atom")
    month = Month(stage, random.Random(seed), topics)
    with stage.store() as store:
        search = SavedSearch(words='"tin số"', filters=Filters(document=CITATION.key))
        store.define({} if topics else {TOPIC: search})
        begun(stage, store, "phuong", "bao")
    for _ in range(30):
        month.new.clear()
        month.moved.clear()
        with stage.store() as store:  # a process of its own
            for _ in range(month.chance.randint(0, 4)):
                stage.pass_time()
                month.happen(store)
            written = told(stage, store)
            assert written or not (month.new or month.moved)
        assert reader.poll(stage.now) == (month.new, month.moved - month.new)
        stage.pass_time(month.chance.choice([HOUR, DAY, timedelta(0)]))
    assert len(reader.known) == len(month.versions) > 5
