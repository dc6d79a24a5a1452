"""A source that is declared under another name goes on with what it had."""

from dataclasses import replace

import pytest

from crawler.types import Block, Listing, ListingKind, Source
from storage.store import Store
from tests.storing import DAY, TEXT, Stage, announcement, article, due_keys, gone, settled, url_of, visit

LISTING = Listing(kind=ListingKind.PAGE, url="https://phuong.example/")
OLD = Source(
    name="phuong", title="Bến Gỗ", hosts=("phuong.example",), listings=(LISTING,), articles=(r"/tin-(?P<id>\d+)",)
)
NEW = replace(OLD, name="bengo", title="Bến Gỗ mới")
PROMO = Block(text="Mời bà con tải bản đồ xe buýt của phường về máy", tag="p", path="div.qc>p")


@pytest.fixture
def store(stage: Stage, store: Store) -> Store:
    store.meet(OLD)
    settled(store)
    for number in range(4):
        said = article(number, paragraphs=(f"Tổ dân phố số {number} họp bàn. {TEXT[0]}",))
        visit(stage, store, replace(said, blocks=(*said.blocks, PROMO)), "do-thi")
    return store


def test_an_article_that_was_gone_when_its_source_was_renamed_comes_back(stage: Stage, store: Store) -> None:
    stage.pass_time()
    gone(stage, store, 1)
    (marked,) = [entry for entry in store.feed("do-thi", "").entries if entry.withdrawn]
    stage.pass_time(DAY)
    store.meet(NEW)
    assert due_keys(stage, store, "bengo") == [f"phuong:{number}" for number in range(4)]
    store.reject(stage.page(url_of(1), status=404, source="bengo"), "NotFound", "HTTP 404", temporary=False)
    stage.pass_time(DAY)
    assert "phuong:1" in due_keys(stage, store, "bengo"), "asked for, though it is in no listing"
    back = replace(article(1, paragraphs=(f"Tổ dân phố số 1 họp bàn. {TEXT[0]}",)), source="bengo", key="bengo:1")
    visit(stage, store, back, "do-thi")
    (entry,) = [entry for entry in store.feed("do-thi", "").entries if entry.id == marked.id]
    assert not entry.withdrawn


def test_what_a_source_has_learned_and_announced_holds_under_another_name(stage: Stage, store: Store) -> None:
    store.announce("phuong", stage.page(LISTING.url), [announcement(7), announcement(8)])
    learned = store.learned("phuong")
    assert learned.texts
    store.meet(NEW)
    assert store.learned("bengo") == learned
    assert due_keys(stage, store, "bengo", limit=2) == ["bengo:7", "bengo:8"]
    assert due_keys(stage, store, "phuong") == []
    again = replace(announcement(7), key="bengo:7")
    assert store.announce("bengo", stage.page(LISTING.url), [again]) == 0, "announced already"


def test_articles_of_other_hosts_stay_where_they_are(stage: Stage, store: Store) -> None:
    visit(stage, store, replace(article(9), url="https://quan.example/tin-9.html", key="phuong:9"))
    store.meet(NEW)
    other = store.article("phuong:9")
    assert other is not None and other.source == "phuong"
    store.meet(replace(NEW, name="xa", listings=(replace(LISTING, url="https://xa.example/"),)))
    assert due_keys(stage, store, "xa") == [], "it has read none of its listings under another name"
