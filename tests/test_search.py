"""Search: folded, exact hits first; operators, filters, and no query that is an error."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.query import parse
from storage.engines import ways
from storage.search import Filters, index
from storage.sqlite import LEXEMES
from storage.store import Store
from storage.texts import tiers
from tests.storing import DAY, ENGINES, START, Stage, article, visit

TEXTS = {
    1: ("Chính quyền đô thị ở phường Bến Gỗ", "Ủy ban phường họp về đề án số 97/2031/NQ-HĐND."),
    2: ("Vẽ đồ thị bằng máy", "Câu lạc bộ toán hướng dẫn học sinh vẽ đồ thị."),
    3: ("Hội chợ cuối năm", "Các gian hàng ở khu đô thị mới, gần trụ sở của chính quyền phường."),
    4: ("Thị trường hoa", "Đô vật được mùa; hoà giải ở cơ sở."),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, engine: str) -> Iterator[Store]:
    stage = Stage(tmp_path_factory.mktemp("search"), engine=engine)
    with stage.store() as opened:
        for number, (title, text) in TEXTS.items():
            published = START if number < 4 else START - DAY
            said = article(number, title=title, paragraphs=(text,), published=published)
            visit(stage, opened, said, *(["do-thi"] if number == 2 else []))
        yield opened


def found(store: Store, words: str) -> list[int]:
    return [hit.id for hit in store.search(words)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("đô thị", [1, 3, 2, 4], id="as printed, then folded, then apart"),
        pytest.param("do thi", [2, 1, 3, 4], id="without marks: all of them, titles first"),
        pytest.param("ĐÔ THỊ", [1, 3, 2, 4], id="capitals"),
        pytest.param(unicodedata.normalize("NFD", "đô thị"), [1, 3, 2, 4], id="decomposed"),
        pytest.param("đồ thị", [2, 1, 3, 4], id="another word"),
        pytest.param("chinh quyen do thi", [1, 3], id="side by side before apart"),
        pytest.param("hòa giải", [4], id="tone placement"),
        pytest.param("97/2031/nq-hdnd", [1], id="a document number"),
        pytest.param("97/2031", [1], id="a part of it"),
        pytest.param("cần cẩu", [], id="nothing"),
        pytest.param("", [], id="no word"),
        pytest.param(" -- ", [], id="only signs"),
        pytest.param("___", [], id="only underscores"),
    ],
)
def test_search(store: Store, words: str, expected: list[int]) -> None:
    assert found(store, words) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param('"đô thị"', [1, 3, 2], id="a phrase, then folded"),
        pytest.param('"thi do"', [], id="in that order"),
        pytest.param("gian OR toán", [3, 2], id="either"),
        pytest.param("đô thị NOT phường", [2, 4], id="not"),
        pytest.param("do -toan -phuong", [4], id="minus"),
        pytest.param("hướ*", [2], id="a beginning"),
        pytest.param("huo*", [2], id="a beginning without marks"),
        pytest.param('"câu lạc b"*', [2], id="a phrase that begins so"),
        pytest.param("gian toán AND hoa", [], id="all"),
    ],
)
def test_operators(store: Store, typed: str, expected: list[int]) -> None:
    assert sorted(found(store, typed)) == sorted(expected)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(source="phuong"), [1, 3, 2, 4]),
        (Filters(source="quan"), []),
        (Filters(topic="do-thi"), [2]),
        (Filters(document="12/2031/NQ-HĐND"), [1, 3, 2, 4]),
        (Filters(document="1/2031/NQ-HĐND"), []),
        (Filters(since=START), [1, 3, 2]),
        (Filters(until=START), [4]),
        (Filters(since=START - 9 * DAY, until=START + DAY), [1, 3, 2, 4]),
        (Filters(withdrawn=False), [1, 3, 2, 4]),
        (Filters(withdrawn=True), []),
    ],
)
def test_filters(store: Store, filters: Filters, expected: list[int]) -> None:
    assert [hit.id for hit in store.search("đô thị", filters=filters)] == expected


def test_a_hit_shows_where_the_words_stand(store: Store) -> None:
    (hit,) = store.search('"khu do thi"')
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["khu đô thị"]


def test_a_hit_says_whether_it_is_exact(store: Store) -> None:
    hits = store.search("đô thị", limit=3)
    assert [hit.exact for hit in hits] == [True, True, False]
    assert (hits[0].title, hits[0].key, hits[0].source) == (TEXTS[1][0], "phuong:1", "phuong")


def test_limit(store: Store) -> None:
    assert len(store.search("do thi", limit=2)) == 2


@pytest.mark.parametrize(
    "words",
    [
        '"',
        "do AND",
        "NEAR(do thi)",
        "title:do",
        "do*",
        "-do",
        "(do",
        "do OR thi)",
        "^do",
        "{title}: do",
        "do\0thi",
        "\ud800",
    ],
)
def test_odd_signs_are_no_error(store: Store, words: str) -> None:
    assert isinstance(store.search(words), tuple)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(words=st.text(max_size=60))
def test_no_query_is_an_error(store: Store, words: str) -> None:
    store.search(words)


def test_a_revision_replaces_what_is_found(tmp_path: Path, engine: str) -> None:
    stage = Stage(tmp_path, engine=engine)
    with stage.store() as store:
        visit(stage, store, article(1, paragraphs=("Cầu phao được tháo dỡ.",)))
        stage.pass_time()
        visit(stage, store, article(1, paragraphs=("Cầu mới thông xe.",)))
        assert found(store, "cau moi") == [1]
        assert found(store, "cau phao") == []


def test_a_text_that_was_replaced_leaves_nothing_in_the_index(tmp_path: Path) -> None:
    stage = Stage(tmp_path, engine="sqlite")
    with stage.store() as opened:
        visit(stage, opened, article(1, title="Cầu phao", paragraphs=("Phà sông Hồng nghỉ một ngày.",)))
        with opened._database.writing() as db:
            index(db, {1: article(1, title="Cầu treo", paragraphs=("Phà chạy lại.",))})
    for lexeme, count in (
        ("cầu", 1),
        ("^cầu", 1),
        ("~cau_phao", 0),
        ("^~phao", 0),
        ("hồng", 0),
        ("~song", 0),
        ("lại", 1),
    ):
        found = stage.sql(f"SELECT count(*) FROM {LEXEMES} WHERE {LEXEMES} MATCH '\"{lexeme}\"'")
        assert found == [(count,)], lexeme
    stage.sql(f"INSERT INTO {LEXEMES} ({LEXEMES}) VALUES ('integrity-check')")  # raises where something is wrong


# --- both engines find the same ---

WORDS = [
    "đô",
    "thị",
    "do",
    "đồ",
    "phường",
    "Phường",
    "hoà",
    "hòa",
    "97/2031",
    "a_b",
    "m²",
    "ß",
    "日本",
    "e\u0301",
    "x" * 70,
]
MARKS = ["", '"', "-", "*", "AND ", "OR ", "NOT "]
written = st.lists(st.sampled_from([*WORDS, "của", "và"]), max_size=8).map(" ".join)
typed = st.lists(
    st.tuples(st.sampled_from(MARKS), st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)),
    max_size=4,
).map(
    lambda pieces: " ".join(
        f'"{said}"' if mark == '"' else said + mark if mark == "*" else mark + said for mark, said in pieces
    )
)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Store]]:
    folder = tmp_path_factory.mktemp("pair")
    stages = [Stage(folder / engine, engine=engine) for engine in ENGINES]
    with stages[0].store() as one, stages[1].store() as other:
        for stage, store in zip(stages, (one, other), strict=True):
            for number in range(1, 6):
                visit(stage, store, article(number, paragraphs=(f"Bài {number}.",)))
        yield one, other


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    texts=st.lists(st.tuples(written, written), min_size=1, max_size=5),
    queries=st.lists(typed, min_size=5, max_size=12),
)
def test_both_engines_find_the_same(
    pair: tuple[Store, Store], texts: list[tuple[str, str]], queries: list[str]
) -> None:
    for store in pair:
        with store._database.writing() as db:
            for number, (title, text) in enumerate(texts, start=1):
                index(db, {number: article(number, title=title, paragraphs=(text,))})
    for query in map(parse, queries):
        for tier in tiers(query):
            found = []
            for store in pair:
                with store._database.reading() as db:
                    found.append(sorted(db.execute(ways(db).matching(tier)).scalars()))
            assert found[0] == found[1], tier
