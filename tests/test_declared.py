"""`feeds.toml`: what it may say, and that every mistake in it is told and stops one feed alone."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.classify import read_topics
from crawler.places import PROVINCE, level, places
from feeds.declared import MOST, read_feeds
from feeds.definitions import Definition
from spiders.read import read_sources
from storage.search import Filters
from storage.searches import SavedSearch
from tests.conftest import ROOT

TOPICS, SOURCES = read_topics()[0], read_sources()[0]
TOPIC = "chinh-quyen-do-thi"


def read(tmp_path: Path, text: str) -> tuple[tuple[Definition, ...], list[str]]:
    """The feeds that a file with this text declares, and the mistakes, which all begin with the file's name."""
    file = tmp_path / "feeds.toml"
    file.write_text(text, "utf-8")
    feeds, errors = read_feeds(file, TOPICS, SOURCES)
    assert all(str(error).startswith(f"{file}: ") for error in errors)
    return feeds, [str(error).removeprefix(f"{file}: ") for error in errors]


def one(name: str = "mot", title: str = "Một", **filters: str) -> str:
    lines = (f"{key} = {value}" for key, value in filters.items())
    return "\n".join(["[[feed]]", f'name = "{name}"', f'title = "{title}"', *lines, ""])


@pytest.mark.parametrize(
    ("filters", "search"),
    [
        ({"words": "'\"một cửa\" NOT chợ'"}, SavedSearch(words='"một cửa" NOT chợ')),
        ({"source": '"haiphong"'}, SavedSearch(filters=Filters(source="haiphong"))),
        ({"topic": f'"{TOPIC}"'}, SavedSearch(filters=Filters(topic=TOPIC))),
        ({"place": '"ha noi"'}, SavedSearch(filters=Filters(places=("ha-noi",)))),
        ({"cites": '"97/2019/QH14"'}, SavedSearch(filters=Filters(document="97/2019/QH14"))),
        (
            {"words": '"phường"', "place": '["Hải Phòng"]', "topic": f'"{TOPIC}"'},
            SavedSearch(words="phường", filters=Filters(places=("hai-phong",), topic=TOPIC)),
        ),
    ],
    ids=lambda case: "+".join(case) if isinstance(case, dict) else "",
)
def test_a_feed_keeps_a_search(tmp_path: Path, filters: dict[str, str], search: SavedSearch) -> None:
    feeds, errors = read(tmp_path, one(**filters) + 'subtitle = " Phụ  đề "\n')
    assert errors == []
    assert feeds == (Definition(name="mot", title="Một", subtitle="Phụ đề", search=search),)


def test_a_list_makes_a_feed_for_each(tmp_path: Path) -> None:
    feeds, errors = read(
        tmp_path,
        one("tp-{place}", "Tin {place}", place='["Hà Nội", "TP.HCM", "Hà Nội"]')
        + one("vb-{cites}", "Nhắc đến {cites}", cites='["97/2019/QH14", "145-KH/TU"]'),
    )
    assert errors == []
    assert [(feed.name, feed.title) for feed in feeds] == [
        ("tp-ha-noi", "Tin Hà Nội"),
        ("tp-tp-hcm", "Tin TP.HCM"),
        ("vb-97-2019-qh14", "Nhắc đến 97/2019/QH14"),
        ("vb-145-kh-tu", "Nhắc đến 145-KH/TU"),
    ]
    assert [feed.search and feed.search.filters.places for feed in feeds[:2]] == [("ha-noi",), ("ho-chi-minh",)]
    assert [feed.group for feed in feeds] == ["Theo địa phương"] * 2 + ["Theo văn bản"] * 2


def test_a_star_means_each_there_is(tmp_path: Path) -> None:
    feeds, errors = read(tmp_path, one("{source}", "{source}", source='"*"') + one("o-{place}", "{place}", place='"*"'))
    assert errors == []
    assert [feed.title for feed in feeds[: len(SOURCES)]] == [source.title for source in SOURCES.values()]
    today = [place.name for place in places().values() if level(place) == PROVINCE and not place.until]
    assert [feed.title for feed in feeds[len(SOURCES) :]] == today
    assert len(today) == 34


def test_two_lists_make_a_feed_for_each_pair(tmp_path: Path) -> None:
    text = one("{source}-{place}", "{place}", source='["tcnn", "haiphong"]', place='["Huế", "Cà Mau"]')
    feeds, errors = read(tmp_path, text)
    assert errors == []
    assert [feed.name for feed in feeds] == ["tcnn-hue", "tcnn-ca-mau", "haiphong-hue", "haiphong-ca-mau"]
    assert {feed.group for feed in feeds} == {"Theo nguồn và địa phương"}
    (alone, *_), _ = read(tmp_path, one(place='"Huế"', source='"tcnn"'))
    assert alone.group == "", "one feed is no group"


GOOD = one("tot", "Tốt", words='"phường"')
MISTAKES = [
    (one(word='"x"'), "feed 2 (mot): word: no such key; correct or remove it"),
    ("[[feed]]\nname = 'mot'\nwords = 'x'\n", "feed 2 (mot): title: missing; add it"),
    (one(), "feed 2 (mot): it has no filter; give it words, source, topic, place or cites"),
    (one(words='"NOT chợ"'), "feed 2 (mot): words: there is nothing to find in them"),
    (one(words="7"), "feed 2 (mot): words: Input should be a valid string; correct it"),
    (one(place="[]"), "feed 2 (mot): place: names nothing; correct it"),
    (one(place="[7]"), "feed 2 (mot): place.1: Input should be a valid string; correct it"),
    (one(place='"Hà Nộii"'), "feed 2 (mot): place: no place 'Hà Nộii' is known; do you mean thành phố Hà Nội"),
    (one(source='"haiphon"'), "feed 2 (mot): source: there is no source 'haiphon'; did you mean haiphong?"),
    (one(topic='"x"'), "feed 2 (mot): topic: there is no topic 'x'; name a topic"),
    (one(cites='"Luật Thủ đô"'), "feed 2 (mot): cites: 'Luật Thủ đô' is no number of a document; write it in full"),
    (one(cites='"*"'), "feed 2 (mot): cites: '*' is no number of a document"),
    (one("Một", words='"x"'), "feed 2 (Một): name: 'Một' is no file name; write small letters"),
    (one("index", words='"x"'), "feed 2 (index): name: 'index' is the page of all feeds; choose another"),
    (one("../mot", words='"x"'), "feed 2 (../mot): name: '../mot' is no file name"),
    (one("a" * 101, words='"x"'), f"feed 2 ({'a' * 100}): name: "),
    (one(TOPIC, words='"x"'), f"feed 2 ({TOPIC}): name: {TOPIC} is a topic's feed; take another name"),
    (one("tot", words='"x"'), "feed 2 (tot): name: there is a feed tot already; take another name"),
    (one("x-{place}", words='"x"'), "feed 2 (x-{place}): name: {place} is no filter of this feed; give it"),
    (one("x", "{}", words='"x"'), "feed 2 (x): title: {} is no filter of this feed"),
    ("[feeds]\n", "feeds: no such key; correct or remove it"),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES, ids=[said[:40] for _, said in MISTAKES])
def test_a_mistake_is_told_and_stops_only_its_feed(tmp_path: Path, text: str, said: str) -> None:
    feeds, errors = read(tmp_path, GOOD + text + one("cuoi", "Cuối", words='"quận"'))
    assert [feed.name for feed in feeds] == ["tot", "cuoi"]
    (error,) = errors
    assert error.startswith(said)
    assert "\n" not in error


def test_all_mistakes_are_told_at_once_and_a_list_loses_only_what_is_wrong(tmp_path: Path) -> None:
    text = "y = 1\n" + one("o-{place}", "{place}", place='["Huế", "Nơi Nào", "Cà Mau"]') + "x = 1\n" + one("A")
    feeds, errors = read(tmp_path, text.replace("x = 1\n", ""))
    assert [feed.name for feed in feeds] == ["o-hue", "o-ca-mau"]
    assert [error.split(":")[0] for error in errors] == ["y", "feed 1 (o-{place})", "feed 2 (A)"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"[[feed]\n", "cannot be read as TOML"),
        (b"\xff", "cannot be read as TOML"),
        (b"[feed]\nname = 'mot'\n", "feed: is one table; write [[feed]] above each feed"),
        (b"feed = [7]\n", "feed 1: feed: Input should be a valid dictionary"),
        (None, "feed.definitions: No such file or directory; make the file or take the setting out"),
    ],
    ids=["toml", "utf-8", "table", "number", "none"],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, text: bytes | None, said: str) -> None:
    file = tmp_path / "feeds.toml"
    if text is not None:
        file.write_bytes(text)
    feeds, (error,) = read_feeds(file, TOPICS, SOURCES)
    assert feeds == ()
    assert str(error).startswith(f"{file}: {said}")


def test_the_readmes_example_is_a_good_file(tmp_path: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    (example,) = [text for text in examples if "[[feed]]" in text]
    feeds, errors = read(tmp_path, example)
    assert errors == []
    assert len(feeds) == 4 + len(SOURCES)


def test_a_file_has_an_end(tmp_path: Path) -> None:
    cited = ", ".join(f'"{number}/2024/QH15"' for number in range(MOST + 9))
    feeds, errors = read(tmp_path, one("vb-{cites}", "{cites}", cites=f"[{cited}]"))
    assert len(feeds) == MOST
    assert errors == [f"feed 1 (vb-{{cites}}): name: vb-{MOST}-2024-qh15 is one feed more than {MOST}; declare fewer"]


VALUES = st.recursive(
    st.text(max_size=20) | st.integers() | st.booleans() | st.just("*") | st.just("{place}"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(["name", "title", "subtitle", "words", "source", "topic", "place", "cites", "x"])


@given(tables=st.lists(st.dictionaries(KEYS, VALUES, max_size=6), max_size=3))
def test_whatever_stands_in_it_is_a_feed_or_a_mistake(
    tables: list[dict[str, object]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("feeds.declared.tomllib.loads", lambda _: {"feed": tables})
        file = tmp_path_factory.getbasetemp() / "any.toml"
        file.touch()
        feeds, errors = read_feeds(file, TOPICS, SOURCES)
    assert len(feeds) + len(errors) >= len(tables)
    assert len({feed.name for feed in feeds}) == len(feeds)
    assert all("\n" not in str(error) for error in errors)
