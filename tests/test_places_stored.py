"""Places in the store: kept with each revision, found by old and new names, exported, shown; and in older stores."""

import json
from dataclasses import replace
from datetime import date

import pytest
from click.testing import CliRunner, Result

from crawler.commands import export, search, show
from crawler.located import locate
from crawler.types import Change, Located
from storage.store import Store
from tests.storing import START, Stage, article, judged
from tests.test_migrations import back_to

pytestmark = pytest.mark.usefixtures("named")
DAY = date(2026, 11, 22)
TEXTS = {
    1: "Tỉnh Hải Dương trồng thêm cây ven đường ở huyện Tứ Kỳ.",
    2: "TP.HCM trồng thêm cây ở quận Bình Thạnh.",
    3: "Tổ dân phố trồng thêm cây.",  # names no place
    4: "Hải Phòng trồng thêm cây.",
}
OWN = "Long Biên, Hà Nội"


def keep(stage: Stage, store: Store, number: int, text: str, own: str = OWN) -> Change:
    said = article(number, title="Trồng cây", paragraphs=(text,), published=START)
    page = store.archive(stage.page(said.url))
    return store.save(replace(judged(page, said), places=locate(said, own, DAY)))


@pytest.fixture
def stage(stage: Stage) -> Stage:
    with stage.store() as store:
        for number, text in TEXTS.items():
            keep(stage, store, number, text)
    return stage


def run(module: object, *arguments: str) -> Result:
    return CliRunner().invoke(module.command, list(arguments))  # type: ignore[attr-defined]


def places_of(store: Store, number: int) -> tuple[Located, ...]:
    stored = store.article(f"phuong:{number}")
    assert stored is not None
    return stored.revisions[-1].places


@pytest.mark.parametrize(
    ("place", "ids"),
    [
        ("Hải Dương", [1]),
        ("hai phong", [1, 4]),  # of today: Hải Dương is part of it
        ("huyện Tứ Kỳ", [1]),
        ("TP.HCM", [2]),
        ("Bình Thạnh", [2]),
        ("Hà Nội", [3]),  # the source's own
        ("phường Long Biên", [3]),
        ("quận Long Biên", []),
        ("Huế", []),
    ],
)
def test_filters(stage: Stage, place: str, ids: list[int]) -> None:
    told = run(search, "trồng", "cây", "--place", place, "--json")
    assert sorted(json.loads(line)["id"] for line in told.stdout.splitlines()) == ids
    told = run(export, "--place", place)
    assert [json.loads(line)["id"] for line in told.stdout.splitlines()] == ids


def test_an_unknown_place_is_one_clear_line(stage: Stage) -> None:
    told = run(search, "cây", "--place", "Ha Noii")
    assert told.exit_code == 2
    assert "--place: no place 'Ha Noii' is known; do you mean thành phố Hà Nội?" in told.output


def test_export_names_them(stage: Stage) -> None:
    first, _, third, _ = map(json.loads, run(export).stdout.splitlines())
    assert first["places"] == [
        {"id": "hai-duong", "name": "tỉnh Hải Dương", "now": "hai-phong", "named": 1},
        {"id": "hai-duong/huyen-tu-ky", "name": "huyện Tứ Kỳ, tỉnh Hải Dương", "now": "hai-phong", "named": 1},
    ]
    own = {"id": "ha-noi/phuong-long-bien", "name": "phường Long Biên, thành phố Hà Nội"}
    assert third["places"] == [{**own, "now": "ha-noi/phuong-long-bien", "named": 0}]


def test_show_tells_them_with_their_words(stage: Stage) -> None:
    told = run(show, "1").stdout
    assert "place      tỉnh Hải Dương (named once; now thành phố Hải Phòng)" in told
    assert "text: Tỉnh Hải Dương: … Tỉnh Hải Dương trồng thêm cây" in told
    assert "place      phường Long Biên, thành phố Hà Nội (not named; the source's own)" in run(show, "3").stdout


def test_what_is_found_anew_in_the_same_text_replaces_what_was_found(stage: Stage) -> None:
    with stage.store() as store:
        before = places_of(store, 3)
        assert keep(stage, store, 3, TEXTS[3], own="Cần Thơ") is Change.UNCHANGED
        assert [one.place for one in places_of(store, 3)] == ["can-tho"] != [one.place for one in before]
        stage.pass_time()
        assert keep(stage, store, 1, "Huế trồng thêm cây.") is Change.REVISED
        assert [one.place for one in places_of(store, 1)] == ["hue"]
    assert run(export, "--place", "Hải Dương").stdout == ""


def test_articles_of_an_older_store_get_theirs(stage: Stage) -> None:
    with stage.store() as store:
        stage.pass_time()
        keep(stage, store, 2, "TP.HCM trồng thêm cây, chỉ ở quận Bình Thạnh.")
        before = [places_of(store, number) for number in TEXTS]
    back_to(stage, "0004")
    with stage.store() as store:
        after = [places_of(store, number) for number in TEXTS]
    assert after == [*before[:2], (), before[3]]  # no run has told the store where its source is
