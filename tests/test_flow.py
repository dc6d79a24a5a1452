"""The whole way, as an operator runs it: five portals, crawl after crawl, and what a subscriber sees of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from crawler.portal import SITES, LocalWeb, Post
from tests.running import Operator, Ran, operator

OUTCOMES = ("listings", "new", "revised", "unchanged", "duplicate", "rejected")
BURIED = (
    "lượt xem",
    "bình chọn",
    "mã xác thực",
    "tin khác",
    "tin cùng chuyên mục",
    "cỡ chữ",
    "qr code",
    "0:00",
    "miền bắc",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """Four runs over one web: first, again, after a new item and an edit, after a withdrawal."""

    web: LocalWeb
    ops: Operator
    runs: tuple[Ran, ...]
    feeds: tuple[bytes, ...]
    expected: tuple[dict[str, Post], ...]
    twins: dict[str, str]
    published: str
    edited: str
    withdrawn: str


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weeks]:
    folder = tmp_path_factory.mktemp("flow")
    with LocalWeb(folder, articles_per_site=8) as web:
        (folder / "feeds.toml").write_text(
            '[[feed]]\nname = "nguon-{source}"\ntitle = "{source}"\nsource = "*"\ntopic = "chinh-quyen-do-thi"\n'
        )
        ops = operator(folder, web, TINDOTHI_FEED__DEFINITIONS=str(folder / "feeds.toml"))
        runs: list[Ran] = []
        feeds: list[bytes] = []
        expected: list[dict[str, Post]] = []
        twins: dict[str, str] = {}

        def crawl() -> None:
            runs.append(ops.run("crawl", "--json"))
            feeds.append(ops.feed())
            expected.append(web.expected())
            twins.update({url: post.same_as for name in SITES for url, post in web.posts(name).items() if post.same_as})

        crawl()
        crawl()
        published = web.publish("haiphong")
        edited = next(url for url in web.expected() if "tcnn" in url)
        web.edit(edited, paragraph="Phường bổ sung: ý kiến góp ý được nhận đến hết tháng.")
        crawl()
        withdrawn = next(url for url in web.expected() if "dbndhanoi" in url)
        web.withdraw(withdrawn)
        crawl()
        yield Weeks(
            web=web, ops=ops, runs=tuple(runs), feeds=tuple(feeds), expected=tuple(expected), twins=twins,
            published=published, edited=edited, withdrawn=withdrawn,
        )  # fmt: skip


def links(feed: bytes) -> list[str]:
    return [entry.link for entry in feedparser.parse(feed).entries]


def by_link(feed: bytes) -> dict[str, feedparser.FeedParserDict]:
    return {entry.link: entry for entry in feedparser.parse(feed).entries}


def test_all_is_well(weeks: Weeks) -> None:
    assert [run.code for run in weeks.runs] == [0, 0, 0, 0], [run.err for run in weeks.runs]


def test_counts_add_up(weeks: Weeks) -> None:
    for run in weeks.runs:
        counts = run.json
        assert counts["fetched"] == sum(counts[name] for name in OUTCOMES)
        assert counts["rejected"] == sum(counts["reasons"].values())
        for each in counts["sources"].values():
            assert each["fetched"] == sum(each[name] for name in OUTCOMES)


def test_each_matching_article_stands_once(weeks: Weeks) -> None:
    for feed, expected in zip(weeks.feeds[:3], weeks.expected, strict=False):
        told = [weeks.twins.get(link, link) for link in links(feed)]  # of a copied text, either place may be shown
        assert sorted(told) == sorted(expected)
        assert len({entry.id for entry in feedparser.parse(feed).entries}) == len(expected)


def test_no_boilerplate_reaches_the_feed(weeks: Weeks) -> None:
    for entry in feedparser.parse(weeks.feeds[2]).entries:
        said = f"{entry.title} {entry.summary} {entry.content[0].value}".lower()
        assert [words for words in BURIED if words in said] == [], entry.link


def test_the_second_run_finds_nothing_new(weeks: Weeks) -> None:
    counts = weeks.runs[1].json
    assert (counts["new"], counts["revised"], counts["duplicate"]) == (0, 0, 0)
    assert weeks.feeds[1] == weeks.feeds[0]


def test_an_item_and_an_edit_arrive(weeks: Weeks) -> None:
    counts = weeks.runs[2].json
    assert (counts["new"], counts["revised"]) == (1, 1)
    before, after = by_link(weeks.feeds[1]), by_link(weeks.feeds[2])
    assert set(after) - set(before) == {weeks.published}
    changed = {link for link in before if before[link].updated != after[link].updated}
    assert changed == {weeks.edited}
    assert {before[link].id for link in before} == {after[link].id for link in before}
    assert "góp ý được nhận đến hết tháng" in after[weeks.edited].content[0].value


def test_a_withdrawn_article_stays_and_is_marked(weeks: Weeks) -> None:
    before, after = by_link(weeks.feeds[2]), by_link(weeks.feeds[3])
    assert set(after) == set(before)
    assert after[weeks.withdrawn].id == before[weeks.withdrawn].id
    assert after[weeks.withdrawn].title != before[weeks.withdrawn].title
    assert weeks.runs[3].json["reasons"].get("NotFound") == 1


def test_feeds_are_valid(weeks: Weeks, shared: Path) -> None:
    schema = etree.RelaxNG(etree.parse(shared / "data/atom.rng"))
    for feed in weeks.feeds:
        schema.assertValid(etree.fromstring(feed))
        assert not feedparser.parse(feed).bozo


def test_robots_are_obeyed_and_we_say_who_we_are(weeks: Weeks) -> None:
    asked = weeks.web.requests
    assert not [seen.url for seen in asked if "/noi-bo" in seen.target]
    pages = [seen for seen in asked if seen.method != "CONNECT"]
    assert pages
    assert all("tindothi/" in seen.user_agent and "ops@example.vn" in seen.user_agent for seen in pages)


def test_commands_read_the_store(weeks: Weeks) -> None:
    found = weeks.ops.run("search", "--json", "--limit", "3", "chinh", "quyen", "do", "thi")
    assert found.code == 0
    hit = found.json
    shown = weeks.ops.run("show", str(hit["id"]))
    assert shown.code == 0 and hit["title"] in shown.out and "revisions" in shown.out
    edited = weeks.ops.run("show", weeks.edited).out
    assert "+ text: Phường bổ sung: ý kiến góp ý được nhận đến hết tháng." in edited
    status = weeks.ops.run("status")
    assert status.code == 0 and all(
        name in status.out for name in ("anninhthudo", "dbndhanoi", "haiphong", "longbien", "tcnn")
    )


def test_each_run_counts_the_new_texts_of_which_each_rule_stripped_something(weeks: Weeks) -> None:
    for each in weeks.runs[0].json["sources"].values():
        assert each["rules"]["headline"] == each["new"] + each["duplicate"]
        assert len(each["rules"]) > 1
    assert not any(each["rules"] for each in weeks.runs[1].json["sources"].values()), "nothing is new"
    sources = json.loads(weeks.ops.run("status", "--json").out)["sources"]
    for name, last in weeks.runs[-1].json["sources"].items():
        assert sources[name]["silent_rules"] == []
        assert sources[name]["last_run"]["rules"] == last["rules"]


def test_a_feed_for_each_source_tells_what_that_one_says_of_the_topic(weeks: Weeks) -> None:
    told: set[str] = set()
    for name in weeks.runs[-1].json["sources"]:
        entries = feedparser.parse(weeks.ops.feed(f"nguon-{name}")).entries
        sources = {tag.term for entry in entries for tag in entry.tags if tag.scheme == "urn:tindothi:source"}
        assert sources == {name}
        told |= {entry.id for entry in entries}
    assert weeks.published in links(weeks.ops.feed("nguon-haiphong"))
    assert told == {entry.id for entry in feedparser.parse(weeks.feeds[-1]).entries}


def test_publish_again_rewrites_nothing(weeks: Weeks) -> None:
    path = weeks.ops.data / "feeds" / "chinh-quyen-do-thi.atom"
    before = path.stat().st_mtime_ns
    assert weeks.ops.run("publish").code == 0
    assert path.stat().st_mtime_ns == before


def test_a_first_run_does_not_flood(tmp_path: Path, weeks: Weeks) -> None:
    limits = {"TINDOTHI_BASELINE__ITEMS": "2", "TINDOTHI_BASELINE__DAYS": "7"}
    ops = Operator(data=tmp_path / "data", settings={**weeks.ops.settings, **limits})
    assert ops.run("crawl", "tcnn").code == 0
    entries = feedparser.parse(ops.feed()).entries
    assert 0 < len(entries) <= 2
